"""What may be done with a job: pause, resume, cancel, retry."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.core.errors import ActionNotAllowedError, InvalidRequestError
from bulkvid_pipeline.core.states import JobAction, JobState
from bulkvid_pipeline.dashboard import words
from bulkvid_pipeline.dashboard.addresses import job_address
from bulkvid_pipeline.dashboard.routes.job_head import job_of
from bulkvid_pipeline.dashboard.routes.job_rows import Wanted
from bulkvid_pipeline.dashboard.visits import Changing, Visit, page_router
from bulkvid_pipeline.launch.steering import row_keys, steer
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()

_REACHED = {
    JobAction.PAUSE: {JobState.PAUSING, JobState.PAUSED},
    JobAction.CANCEL: {JobState.CANCELING, JobState.CANCELED},
    JobAction.RESUME: {JobState.PENDING, JobState.RUNNING},
    JobAction.RETRY: {JobState.PENDING, JobState.RUNNING},
}
"""The states of a job with which somebody else has done the same just before."""


@router.post("/jobs/{job_id}/pause")
async def pause(job_id: str, visit: Changing) -> Response:
    """Let the rows in work finish and start no other."""
    return await in_slow_thread(visit.request, lambda: _steered(visit, job_id, JobAction.PAUSE))


@router.post("/jobs/{job_id}/resume")
async def resume(job_id: str, visit: Changing) -> Response:
    """Go on with what a paused job has left."""
    return await in_slow_thread(visit.request, lambda: _steered(visit, job_id, JobAction.RESUME))


@router.get("/jobs/{job_id}/cancel")
def ask_to_cancel(job_id: str, visit: Changing) -> Response:
    """Asks whether the job is really to be stopped."""
    return visit.page("jobs/cancel.html", title="Cancel the job", job=job_of(visit, job_id), job_address=job_address)


@router.post("/jobs/{job_id}/cancel")
async def cancel(job_id: str, visit: Changing) -> Response:
    """Stop a job for good; whoever has not been asked yet whether they are sure, is."""
    if (await visit.form()).get("sure") != "yes":
        return await run_in_threadpool(ask_to_cancel, job_id, visit)
    return await in_slow_thread(visit.request, lambda: _steered(visit, job_id, JobAction.CANCEL))


@router.post("/jobs/{job_id}/retry")
async def retry(job_id: str, visit: Changing) -> Response:
    """Make what the job has failed to make: all of it, the rows that were chosen, or those that a filter shows."""
    form = await visit.form()
    return await in_slow_thread(visit.request, lambda: _retried(visit, job_id, form))


def _retried(visit: Visit, job_id: str, form: FormData) -> Response:
    """Retry what the form names; chosen rows that were finished meanwhile, or are in work, are left alone.

    Raises:
        InvalidRequestError: no row is chosen that may be retried, or the job has no such rows.
    """
    what = str(form.get("what", "all"))
    if what == "all":
        return _steered(visit, job_id, JobAction.RETRY)
    rows = visit.services.reads.rows.rows(job_of(visit, job_id))
    if what == "found":
        state, platform, problem, q = (str(form.get(name, "")) for name in ("state", "platform", "problem", "q"))
        asked = list(Wanted(state, platform, problem, q).filter.of(rows.rows))
    else:
        named = row_keys([key for key in form.getlist("row") if isinstance(key, str)], rows)
        asked = [rows.by_key[key] for key in named]
    keys = [row.row_key for row in asked if row.state.may_be_retried]
    if not keys:
        raise InvalidRequestError(
            "No row is chosen that can be tried again", fix="Go back and tick the rows to retry", field="row"
        )
    return _steered(visit, job_id, JobAction.RETRY, keys)


def _steered(visit: Visit, job_id: str, action: JobAction, rows: list[str] | None = None) -> Response:
    """Back on the job's page, after the action."""
    job = job_of(visit, job_id)
    try:
        steer(visit.services, action, job, items=rows)
        said = words.of_action(action)
    except ActionNotAllowedError:
        visit.services.see_own_writing()
        now = job_of(visit, job_id)
        if now.state not in _REACHED[action]:
            raise
        said = f"Somebody has done that already: the job is {words.of_job(now.state).lower()}"
    return visit.redirect(job_address(job.job_id), say=said)
