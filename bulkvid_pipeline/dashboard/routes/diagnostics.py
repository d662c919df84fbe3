"""Diagnostics: the switch, the logs, and what a job asked of other services. For administrators, as in the API."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bulkvid_pipeline.core.diagnostics.causes import Cause
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.diagnostics.listing import Ending, ExchangeQuery, page_of, statuses_by_peer
from bulkvid_pipeline.core.diagnostics.statuses import meaning_of
from bulkvid_pipeline.core.errors import (
    InvalidRequestError,
    JobNotFoundError,
    NotFoundError,
)
from bulkvid_pipeline.core.wording import plural, size_in_words
from bulkvid_pipeline.dashboard.visits import AdminChanging, AdminReading, Visit, page_router
from bulkvid_pipeline.services.diagnostics.diagnostics import DEFAULT_DAYS, Diagnostics, file_name_of
from bulkvid_pipeline.services.diagnostics.switch import DEFAULT_MINUTES, LONGEST_MINUTES, SHORTEST_MINUTES

router = page_router()

LOGS_A_PAGE = 50
REQUESTS_A_PAGE = 25
PEERS = {
    Peer.SHEET: "Sheet",
    Peer.STORAGE: "Storage",
    Peer.SPEECH: "Speech",
    Peer.MEDIA: "Pictures and videos",
    Peer.WEBHOOK: "Webhooks",
    Peer.SCRIPT_WRITER: "Script writer",
}
ENDINGS = {
    Ending.SUCCEEDED: "Succeeded",
    Ending.EXPECTED: "As planned",
    Ending.FAILED: "Failed",
    Ending.CANCELLED: "Stopped by us",
}
Text = Annotated[str, Query(max_length=500)]
Choice = TypeVar("Choice", bound=StrEnum)


@router.get("/diagnostics")
def diagnostics_page(visit: AdminReading, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> Response:
    """Whether requests are recorded, and the logs."""
    return _page(visit, page=page)


@router.post("/diagnostics/on")
async def turn_on(visit: AdminChanging) -> Response:
    """Record all jobs, or one, for so many minutes."""
    form = await visit.form()
    minutes, job_id = str(form.get("minutes", "")).strip(), str(form.get("job_id", "")).strip()
    back = str(form.get("back", ""))
    try:
        duration = _number(minutes, "duration_minutes", "minutes")
        mode = await run_in_threadpool(
            _diagnostics(visit).enable, duration, job_id or None, project_id=visit.project_id
        )
    except (InvalidRequestError, JobNotFoundError) as error:
        return await run_in_threadpool(_page, visit, minutes=minutes, job_id=job_id, problem=error)
    return visit.redirect(_job_path(job_id) if back == "job" and job_id else "/diagnostics", say=mode.message)


@router.post("/diagnostics/off")
def turn_off(visit: AdminChanging) -> Response:
    """Record nothing from now on."""
    return visit.redirect("/diagnostics", say=_diagnostics(visit).disable(project_id=visit.project_id).message)


@router.get("/diagnostics/clean-up")
def ask_to_clean_up(visit: AdminReading, days: Text = str(DEFAULT_DAYS)) -> Response:
    """Say which logs would go, and ask."""
    try:
        age = _number(days, "days", "days")
        old = _diagnostics(visit).old_logs(age, project_id=visit.project_id)
    except InvalidRequestError as error:
        return _page(visit, days=days, problem=error)
    told = f"{plural(len(old), 'log')}, {size_in_words(sum(log.size_bytes for log in old))}"
    return visit.page("diagnostics/clean_up.html", title="Remove old logs", days=age, old=old, told=told)


@router.post("/diagnostics/clean-up")
async def clean_up(visit: AdminChanging) -> Response:
    """Remove old logs of the project's jobs."""
    form = await visit.form()
    age = _number(str(form.get("days", "")), "days", "days")
    done = await run_in_threadpool(_diagnostics(visit).clean_up, age, project_id=visit.project_id)
    return visit.redirect("/diagnostics", say=done.message)


@router.get("/jobs/{job_id}/diagnostics")
def job_diagnostics(
    job_id: str,
    visit: AdminReading,
    peer: Text = "",
    ending: Text = "",
    status: Text = "",
    cause: Text = "",
    q: Text = "",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """What the job asked of other services, what is wrong, and each request."""
    diagnostics = _diagnostics(visit)
    query = ExchangeQuery(
        _one_of(Peer, peer, "peer"),
        _one_of(Ending, ending, "ending"),
        _status(status),
        _one_of(Cause, cause, "cause"),
        q,
        page,
        REQUESTS_A_PAGE,
    )
    shared: dict[str, Any] = {
        "job_id": job_id,
        "path": _job_path(job_id),
        "mode": diagnostics.mode(project_id=visit.project_id),
    }
    try:
        examined = diagnostics.examined(job_id, project_id=visit.project_id)
    except JobNotFoundError:
        raise
    except NotFoundError:
        return visit.page("diagnostics/nothing.html", title="Diagnostics", minutes=DEFAULT_MINUTES, **shared)
    filters = {"peer": peer, "ending": ending, "status": status, "cause": cause, "q": q}
    values: dict[str, Any] = {
        **shared,
        "found": page_of(examined.requests, query),
        "filters": filters,
        "asked": urlencode({name: value for name, value in filters.items() if value}),
        "peers": PEERS,
        "minutes": DEFAULT_MINUTES,
        "endings": ENDINGS,
    }
    if visit.is_fragment:
        return visit.fragment("diagnostics/_requests.html", **values)
    statuses = statuses_by_peer(examined.requests)
    return visit.page(
        "diagnostics/job.html",
        title="Diagnostics",
        summary=examined.summary,
        statuses=statuses,
        meaning_of=meaning_of,
        causes=sorted({one.cause for one in examined.requests if one.cause is not None}),
        codes=sorted({code for by_status in statuses.values() for code in by_status}),
        **values,
    )


@router.get("/jobs/{job_id}/diagnostics.json")
def download_log(job_id: str, visit: AdminReading) -> Response:
    """The full log as a file, as the API has it."""
    log = _diagnostics(visit).full_log_of(job_id, project_id=visit.project_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name_of(log)}"',
        "Cache-Control": "private, no-store",
    }
    return Response(log.model_dump_json(indent=2), headers=headers, media_type="application/json")


def _page(
    visit: Visit,
    *,
    page: int = 1,
    minutes: str = str(DEFAULT_MINUTES),
    job_id: str = "",
    days: str = str(DEFAULT_DAYS),
    problem: InvalidRequestError | JobNotFoundError | None = None,
) -> Response:
    diagnostics = _diagnostics(visit)
    logs = diagnostics.logs(project_id=visit.project_id)
    pages = max(1, -(-len(logs) // LOGS_A_PAGE))
    page = min(page, pages)
    return visit.page(
        "diagnostics/diagnostics.html",
        status=200 if problem is None else problem.http_status,
        title="Diagnostics",
        state=diagnostics.status(project_id=visit.project_id),
        logs=logs[(page - 1) * LOGS_A_PAGE : page * LOGS_A_PAGE],
        page=page,
        pages=pages,
        minutes=minutes,
        job_id=job_id,
        days=days,
        problem=problem,
        wrong="job_id" if isinstance(problem, JobNotFoundError) else (problem.field if problem else ""),
        shortest=SHORTEST_MINUTES,
        longest=LONGEST_MINUTES,
    )


def _diagnostics(visit: Visit) -> Diagnostics:
    services = visit.services
    return Diagnostics(services.instance, services.settings, services.home)


def _job_path(job_id: str) -> str:
    return f"/jobs/{quote(job_id, safe='')}/diagnostics"


def _number(text: str, field: str, noun: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InvalidRequestError(
            f"'{text[:40]}' is no number of {noun}", fix="Write a number such as 30", field=field
        ) from error


def _one_of(kind: type[Choice], text: str, field: str) -> Choice | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError as error:
        raise InvalidRequestError(
            f"There is no {field} '{text[:40]}'", fix="Choose one of the list", field=field
        ) from error


def _status(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise InvalidRequestError(f"'{text[:40]}' is no status", fix="Choose one of the list", field="status")
    return int(text)
