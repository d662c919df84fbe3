"""Executing one run of an instance in a process of its own, as Dagster's code servers do."""

from __future__ import annotations

import os
import subprocess
import sys

from dagster import DagsterInstance, DagsterRun
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import serialize_value

from bulkvid_pipeline.adapters.processes import start_service
from bulkvid_pipeline.core.errors import InvalidRequestError


def start_run(instance: DagsterInstance, run: DagsterRun) -> subprocess.Popen[bytes]:
    """Start `dagster api execute_run` for the run; it says on our stderr what it says, and dies with us.

    SIGINT cancels its run.

    Raises:
        InvalidRequestError: the run says not where its code is.
    """
    if run.job_code_origin is None:
        raise InvalidRequestError(f"Run {run.run_id} does not say where its code is", fix="Launch it from a queue")
    arguments = ExecuteRunArgs(
        job_origin=run.job_code_origin,
        run_id=run.run_id,
        instance_ref=instance.get_ref(),
        set_exit_code_on_failure=True,
    )
    # Not as an argument: those are shown to everybody who lists processes.
    environment = {**os.environ, "DAGSTER_EXECUTE_RUN_ARGS": serialize_value(arguments)}
    with os.fdopen(os.dup(sys.stderr.fileno()), "wb") as output:
        return start_service("dagster", ("api", "execute_run"), env=environment, output=output)
