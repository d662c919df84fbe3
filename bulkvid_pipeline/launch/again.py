"""Launching another run of a job that has ended or is paused: once, however many ask for it at the same time."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.web_server import AnswerLostError
from bulkvid_pipeline.adapters.idempotency import Answer, RequestName
from bulkvid_pipeline.core.errors import ActionNotAllowedError, BulkVideoError, KeyInUseError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch.queue import Launch, hand_over
from bulkvid_pipeline.launch.submission import launch_for_api
from bulkvid_pipeline.services.intake.idempotency import Claim, KeyedRequests
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.settings import Settings


@dataclass(frozen=True)
class LaunchAgain:
    """Hands one more run of a job to Dagster's queue; `only` are the keys of chosen rows.

    Of several that follow the same newest run, one launches. If its process dies, the next one goes on.

    Raises:
        ActionNotAllowedError: another request launches, or has launched, a run of the job.
        ServiceUnavailableError: nothing was launched, or (AnswerLostError) that is not known.
    """

    instance: DagsterInstance
    settings: Settings
    keyed: KeyedRequests
    only: tuple[str, ...] = ()

    def __call__(self, spec: BulkJobSpec, job: Job) -> None:
        claim = claim_launch(self.keyed, job)
        tried_at: float | None = claim.noted["at"] if claim.noted else None
        claim = self.keyed.note(claim, {"at": time.time()})
        launch = Launch(job.job_id, claim.launch_id, only=self.only, tried_at=tried_at)
        try:
            launch_for_api(lambda: hand_over(spec, launch, self.instance, self.settings))
        except BaseException as error:
            if isinstance(error, BulkVideoError) and not isinstance(error, AnswerLostError):
                self.keyed.release(claim)
            else:
                self.keyed.leave(claim)
            raise
        self.keyed.finish(claim, Answer(200, ""))


def claim_launch(keyed: KeyedRequests, job: Job) -> Claim:
    """The right to launch a run of the job after its newest one.

    Raises:
        ActionNotAllowedError: another request launches, or has launched, such a run.
    """
    name = RequestName(job.project_id, "", f"launch after {job.run_id}", job.job_id)
    try:
        found = keyed.begin(name, "")
    except KeyInUseError:
        found = None
    if isinstance(found, Claim):
        return found
    raise ActionNotAllowedError(
        "Another request goes on with the job already",
        fix="Allowed actions now: none; look at the job again in a moment",
        details={"state": job.state.value, "actions": []},
    )
