"""The run config of a bulk job, as the Launchpad would make it, and the id of a new one."""

from __future__ import annotations

import uuid
from typing import Any

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec


def run_config_of(spec: BulkJobSpec, *, quiet: bool = False) -> dict[str, Any]:
    """The run config of a job; `quiet` keeps Dagster's log off the terminal, it stays in the event log."""
    config: dict[str, Any] = {
        "resources": {tags.SPEC_RESOURCE: {"config": spec.model_dump(mode="json", exclude_none=True)}}
    }
    if quiet:
        config["loggers"] = {"console": {"config": {"log_level": "CRITICAL"}}}
    return config


def new_job_id() -> str:
    return f"job_{uuid.uuid4().hex[:12]}"
