"""The first job of a newcomer: the bundled sheet, with one click."""

from __future__ import annotations

from dagster import DagsterInstance

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.wire import CreatedJob
from bulkvid_pipeline.launch.submission import create
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.demo.demo_sheet import demo_job, upload_demo
from bulkvid_pipeline.services.intake.checking import read_spec
from bulkvid_pipeline.services.intake.idempotency import Work
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.settings import Settings


def start_demo(work: Work, caller: Caller, instance: DagsterInstance, settings: Settings) -> CreatedJob:
    """Create a job over the bundled sheet, as a request to create one does.

    Raises:
        AnswerLostError: the job may have been created; the same request may be tried again.
        BulkVideoError: as creating any job does; nothing was created.
    """

    def spec() -> BulkJobSpec:
        upload = upload_demo(Uploads(settings), caller.project_id)
        return read_spec(demo_job(upload), user_id=caller.user_id, project_id=caller.project_id)

    _, created = create(work, spec, instance, settings)
    return created
