"""An instance in which this process does what Dagster's queue and its launched runs do, with rows made in no time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import dagster as dg
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.execution.api import execute_run
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.media.policy import media_policy
from bulkvid_pipeline.services.shards.upkeep import RunWanted, runs_wanted
from bulkvid_pipeline_tests.services.batch.studio import Studio
from bulkvid_pipeline_tests.workplace import Workplace

JOB = "job_spread"
_LAUNCHED = RemoteJobOrigin(
    RemoteRepositoryOrigin(
        ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name=tags.DEFINITIONS_MODULE)),
        "__repository__",
    ),
    tags.JOB,
)
"""What runs have that Dagster's queue has launched."""


def setup_of(studio: Studio) -> Callable[..., Studio]:
    """Stands in for `wiring.rendering.render_setup`: the studio, with the media that the settings allow."""
    return lambda _spec, settings, _instance: replace(studio, media=media_policy(settings))


@dataclass
class Hall:
    """Runs of the job `JOB`, one after the other; the studio makes their rows."""

    workplace: Workplace
    studio: Studio
    launched: list[RunWanted] = field(default_factory=list)

    @property
    def instance(self) -> DagsterInstance:
        return self.workplace.instance

    @property
    def job(self) -> Job:
        return find_job(self.instance, JOB)

    def plan(
        self,
        spec: BulkJobSpec,
        *,
        launched: bool = True,
        canary: Sequence[str] = (),
        told: Mapping[str, str] | None = None,
    ) -> str:
        """Run the job as the queue does, or where not `launched` as `bulkvid run` does; the id of the run."""
        run = self.instance.create_run_for_job(
            defs.resolve_job_def(tags.JOB),
            run_config=run_config_of(spec, quiet=True, canary=canary),
            tags={tags.JOB_ID: JOB, **(told or {})},
            remote_job_origin=_LAUNCHED if launched else None,
        )
        self._execute(run)
        return run.run_id

    def wanted(self) -> list[RunWanted]:
        """The runs that open jobs need now."""
        return list(runs_wanted(self.instance))

    def begin(self, wanted: RunWanted, status: DagsterRunStatus = DagsterRunStatus.STARTED) -> str:
        """A run that was launched and that nobody executes; its id."""
        return self._create(wanted, status).run_id

    def execute(self, wanted: RunWanted) -> DagsterRun:
        """Launch the run and wait for it; how it has ended."""
        return self._execute(self._create(wanted, DagsterRunStatus.NOT_STARTED))

    def execute_all(self) -> list[DagsterRun]:
        """Launch what is needed until nothing is."""
        ended: list[DagsterRun] = []
        while wanted := self.wanted():
            ended += [self.execute(run) for run in wanted]
        return ended

    def lose(self, run_id: str) -> None:
        """What is recorded of a run whose worker has died."""
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        self.instance.report_run_failed(run)

    def tags_of(self, run_id: str) -> Mapping[str, str]:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run.tags

    def tell(self, run_id: str, **told: str) -> None:
        """Put tags on a run, by the names of `core.tags`."""
        tell_tags(self.instance, run_id, {getattr(tags, name): value for name, value in told.items()})

    def made(self, run_ids: Iterable[str]) -> list[str]:
        """Titles of the rows that these runs have rendered, by their events."""
        titles = []
        for run_id in run_ids:
            found = self.instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
            for record in found.records:
                event = record.event_log_entry.dagster_event
                assert event is not None
                metadata: Mapping[str, Any] = event.step_materialization_data.materialization.metadata
                if event.asset_key == dg.AssetKey(tags.VIDEO_ASSET) and metadata["rendered_now"].value:
                    titles.append(str(metadata["title"].value))
        return titles

    def report(self) -> list[dict[str, Any]]:
        """The rows of the manifest, in its order."""
        (path,) = (self.workplace.folder / "output").rglob("manifest.json")
        rows: list[dict[str, Any]] = json.loads(path.read_text())["rows"]
        return rows

    def _create(self, wanted: RunWanted, status: DagsterRunStatus) -> DagsterRun:
        assert wanted.key not in [run.key for run in self.launched], "Dagster launches no two runs of one key"
        self.launched.append(wanted)
        return self.instance.create_run_for_job(
            defs.resolve_job_def(wanted.job),
            run_config=dict(wanted.config),
            tags=dict(wanted.tags),
            status=status,
            remote_job_origin=_LAUNCHED,
        )

    def _execute(self, run: DagsterRun) -> DagsterRun:
        job = InMemoryJob(defs.resolve_job_def(run.job_name))
        execute_run(job, run, self.instance, raise_on_error=False)
        ended = self.instance.get_run_by_id(run.run_id)
        assert ended is not None
        return ended
