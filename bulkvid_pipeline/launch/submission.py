"""Creating a job from a request that was checked: one run, however often the request is sent and whatever dies."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.dagster.web_server import AnswerLostError
from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    InvalidRequestError,
    ServiceUnavailableError,
)
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.wire import CreatedJob, ItemsStatus, Validation
from bulkvid_pipeline.launch.queue import Launch, hand_over
from bulkvid_pipeline.services.intake.checking import CheckedJob, check_job, validation_view
from bulkvid_pipeline.services.intake.idempotency import Work
from bulkvid_pipeline.services.intake.refusals import told
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.settings import Settings

__all__ = ["AnswerLostError", "Submission", "create", "launch_for_api", "submit"]


@dataclass(frozen=True)
class Submission:
    """A job that is about to be launched: all that is needed to launch it, and to answer, after a crash too.

    `tried_at`: epoch seconds at which somebody may have launched it and died; None: nobody has.
    """

    spec: BulkJobSpec
    rows: int | None
    validation: Validation | None
    tried_at: float | None = None

    @classmethod
    def of(cls, checked: CheckedJob) -> Submission:
        sheet = checked.sheet
        if sheet is None:
            return cls(checked.spec, None, None)
        return cls(checked.spec, len(sheet.plans), validation_view(sheet.report))

    def as_note(self) -> dict[str, Any]:
        """The submission as JSON, for `from_note`."""
        return {
            "at": time.time(),
            "spec": self.spec.model_dump(mode="json", exclude_none=True),
            "rows": self.rows,
            "validation": self.validation.as_json() if self.validation else None,
        }

    @classmethod
    def from_note(cls, noted: Mapping[str, Any]) -> Submission:
        """What another process wrote down before it launched the job."""
        found = noted["validation"]
        validation = Validation.model_validate(found) if found else None
        return cls(BulkJobSpec.parse(noted["spec"]), noted["rows"], validation, noted["at"])


def create(
    work: Work, spec: Callable[[], BulkJobSpec], instance: DagsterInstance, settings: Settings
) -> tuple[Submission, CreatedJob]:
    """Check the job that `spec` reads and launch it, or go on where another process has died.

    Raises:
        AnswerLostError: the job may have been created; the same request may be tried again.
        BulkVideoError: it was not; see `check_job` and `submit`.
    """
    noted = work.claim.noted
    if noted is None:
        with exchanges.for_job(work.claim.job_id):
            submission = Submission.of(check_job(spec(), settings, instance))
        work.note(submission.as_note())
    else:
        submission = Submission.from_note(noted)
    return submission, submit(submission, work.claim.job_id, work.claim.launch_id, instance, settings)


def submit(
    submission: Submission, job_id: str, launch_id: str, instance: DagsterInstance, settings: Settings
) -> CreatedJob:
    """Launch the job and look at it.

    Raises:
        AnswerLostError: the job may have been created; the same ids may be tried again.
        ServiceUnavailableError: it was not created.
    """
    launch = Launch(job_id, launch_id, rows=submission.rows, tried_at=submission.tried_at)
    launch_for_api(lambda: hand_over(submission.spec, launch, instance, settings))
    view = find_job(instance, job_id, project_id=submission.spec.project_id).view_from_afar()
    known = submission.rows is not None
    fields = {name: getattr(view, name) for name in type(view).model_fields}
    if not known:
        fields |= {"items_total": None, "items_pending": None, "items_status": ItemsStatus()}
    return CreatedJob(**fields, validation=submission.validation)


def launch_for_api(launch: Callable[[], object]) -> None:
    """Call `launch`; that the installation's own parts do not fit together is not the caller's fault.

    Raises:
        ServiceUnavailableError: nothing was launched.
        AnswerLostError: it may have been.
    """
    try:
        launch()
    except ServiceUnavailableError as error:
        raise told(error) from error
    except (AuthenticationError, AccessDeniedError, InvalidRequestError) as error:
        raise ServiceUnavailableError(f"Processing service unavailable: {error.message}", fix=error.fix) from error
