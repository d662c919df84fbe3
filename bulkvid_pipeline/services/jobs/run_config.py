"""The run config of a bulk job, as the Launchpad would make it, and the spec that a run's config holds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from dagster import DagsterRun

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec


def run_config_of(
    spec: BulkJobSpec, *, quiet: bool = False, only: Sequence[str] = (), canary: Sequence[str] = ()
) -> dict[str, Any]:
    """The run config of a job.

    `quiet` keeps Dagster's log off the terminal, it stays in the event log; `only` are the keys of chosen rows,
    `canary` those of rows after which the job is paused.
    """
    config: dict[str, Any] = {
        "resources": {tags.SPEC_RESOURCE: {"config": spec.model_dump(mode="json", exclude_none=True)}}
    }
    chosen = {name: list(keys) for name, keys in (("only", only), ("canary", canary)) if keys}
    if chosen:
        config["ops"] = {tags.BATCH_ASSET: {"config": chosen}}
    if quiet:
        config["loggers"] = {"console": {"config": {"log_level": "CRITICAL"}}}
    return config


def config_of(run: DagsterRun) -> dict[str, Any]:
    """The job spec in the run's config as it was given, unchecked; empty where the run has none."""
    config: Any = run.run_config
    found: dict[str, Any] = config.get("resources", {}).get(tags.SPEC_RESOURCE, {}).get("config", {})
    return found


def spec_of_run(run: DagsterRun) -> BulkJobSpec:
    """The job spec that the run was launched with.

    Raises:
        InvalidSpecError: the run has none, or one that is not valid (any more).
    """
    return BulkJobSpec.parse(config_of(run))


def new_job_id() -> str:
    return f"job_{uuid.uuid4().hex[:12]}"
