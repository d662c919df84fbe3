"""The first job of a newcomer: the bundled sheet, with one click."""

from __future__ import annotations

from dagster import DagsterInstance

from bulkvid_pipeline.core.wire import CreatedJob
from bulkvid_pipeline.launch.submission import Submission, submit
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.demo.demo_sheet import demo_job, upload_demo
from bulkvid_pipeline.services.intake.checking import check_job, read_spec
from bulkvid_pipeline.services.intake.idempotency import Claim, unkeyed
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.settings import Settings


def start_demo(caller: Caller, instance: DagsterInstance, settings: Settings, claim: Claim | None = None) -> CreatedJob:
    """Make a job over the bundled sheet, as a request to create one does.

    Args:
        caller: whose job it is.
        instance, settings: of the installation.
        claim: the ids of job and launch, where the request may be repeated.

    Raises:
        BulkVideoError: as creating any job does; nothing was created.
        AnswerLostError: it may have been created.
    """
    claim = claim or unkeyed()
    upload = upload_demo(Uploads(settings), caller.project_id)
    spec = read_spec(demo_job(upload), user_id=caller.user_id, project_id=caller.project_id)
    submission = Submission.of(check_job(spec, settings, instance))
    return submit(submission, claim.job_id, claim.launch_id, instance, settings)
