"""The stand-in for Dagster's web server with its runs in a real instance, where the API finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from bulkvid_pipeline.core import tags
from bulkvid_pipeline_tests.launch.fake_dagster import Answer, FakeDagster, FakeRun

_OF_NO_PLACE = RemoteJobOrigin(
    RemoteRepositoryOrigin(
        ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name="nowhere")), "__repository__"
    ),
    tags.JOB,
)
"""Dagster wants a queued run to say which code it is of."""


@dataclass
class InstanceDagster(FakeDagster):
    """What is launched waits in the queue of `instance`; nothing starts it."""

    instance: DagsterInstance | None = None

    def add(self, params: Mapping[str, Any], status: str = "QUEUED") -> FakeRun:
        run = super().add(params, status)
        assert self.instance is not None
        self.instance.add_run(
            DagsterRun(
                tags.JOB,
                run_id=run.run_id,
                run_config=params["runConfigData"],
                tags=dict(run.tags),
                status=DagsterRunStatus(status),
                remote_job_origin=_OF_NO_PLACE,
            )
        )
        return run

    def answer(self, query: str, variables: Mapping[str, Any]) -> Answer | str | tuple[int, str]:
        if "deleteRun" in query:
            assert self.instance is not None
            self.instance.delete_run(variables["run"])
        return super().answer(query, variables)
