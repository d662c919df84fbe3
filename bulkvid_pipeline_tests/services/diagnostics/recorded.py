"""Jobs that are known, and logs of them in the folder of diagnostics."""

from __future__ import annotations

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, JobLog
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.diagnostics.files import new_log, replace_log
from bulkvid_pipeline_tests.core.diagnostics.exchanges import log_of


def known_job(
    instance: DagsterInstance,
    job_id: str,
    project: str = "default",
    status: DagsterRunStatus = DagsterRunStatus.SUCCESS,
) -> str:
    run_tags = {tags.JOB_ID: job_id, tags.PROJECT: project, tags.USER: "ana"}
    instance.run_storage.add_run(DagsterRun(job_name=tags.JOB, status=status, tags=run_tags))
    return job_id


def recorded(diagnostics: Diagnostics, job_id: str, *exchanges: Exchange, **more: object) -> JobLog:
    """A process's log of the job, as it stands in the folder; `more` are fields of the log."""
    log = log_of(*exchanges, job_id=job_id, **more)
    replace_log(new_log(diagnostics.folder, job_id, log.started_at), log.model_dump_json().encode())
    return log
