"""Starting a bulk job in this process, with the same run config that the Launchpad would make."""

from __future__ import annotations

import fcntl
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

from dagster import DagsterInstance, DagsterRunStatus, execute_job
from dagster._core.code_pointer import CodePointer
from dagster._core.definitions.reconstruct import ReconstructableRepository

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.presence import this_process

INSTANCE_CONFIG = Path(__file__).parents[1] / "dagster.yaml"
DEFINITIONS_MODULE = "bulkvid_pipeline.definitions"


def open_instance(home: Path) -> DagsterInstance:
    """The Dagster instance in `home`, which is made if need be, with our settings in its `dagster.yaml`."""
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    # Two first jobs at once would both make the same files and tables, and one of them would fail.
    with (home / ".opening").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        config = home / "dagster.yaml"
        if not config.exists():
            shutil.copyfile(INSTANCE_CONFIG, config)
        return DagsterInstance.from_config(str(home))


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


def execute_here(spec: BulkJobSpec, instance: DagsterInstance, job_id: str) -> bool:
    """Run the job in this process and wait for it; True when its run succeeded.

    An interrupt (Ctrl-C) cancels the run and is raised again.
    """
    pointer = CodePointer.from_module(DEFINITIONS_MODULE, "defs", working_directory=None)
    job = ReconstructableRepository(pointer).get_reconstructable_job(tags.JOB)
    result = execute_job(
        job,
        instance=instance,
        run_config=run_config_of(spec, quiet=True),
        tags={tags.JOB_ID: job_id, tags.PROCESS: this_process()},
        raise_on_error=False,
    )
    return result.success


def newest_run(instance: DagsterInstance, job_id: str) -> str | None:
    """Id of the newest run of a bulk job, None before there is one."""
    from dagster import RunsFilter

    runs = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}), limit=1)
    return runs[0].run_id if runs else None


def was_canceled(instance: DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.status is DagsterRunStatus.CANCELED
