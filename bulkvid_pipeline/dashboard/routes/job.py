"""One job, live: how it stands, its rows, the check of its sheet, its log, and what may be done with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import Header, Query
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import Response

from bulkvid_pipeline.adapters.storage.location import without_credentials
from bulkvid_pipeline.core.errors import ActionNotAllowedError, InvalidRequestError
from bulkvid_pipeline.core.findings import Severity
from bulkvid_pipeline.core.jobs import RowInWork
from bulkvid_pipeline.core.states import ItemState, JobAction, JobState
from bulkvid_pipeline.core.wire import EventPage, FindingView
from bulkvid_pipeline.dashboard import words
from bulkvid_pipeline.dashboard.addresses import address, job_address, media_address, row_address
from bulkvid_pipeline.dashboard.dagster_links import run_link
from bulkvid_pipeline.dashboard.rendering import rendered
from bulkvid_pipeline.dashboard.routes.jobs import unless_empty
from bulkvid_pipeline.dashboard.visits import Changing, Reading, Visit, page_router
from bulkvid_pipeline.launch.steering import row_keys, steer
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.events import EventQuery
from bulkvid_pipeline.services.jobs.item_filter import ItemFilter, ItemSort
from bulkvid_pipeline.services.jobs.items import FoundItems, ItemRecord
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row
from bulkvid_pipeline.services.jobs.job_summary import JobSummary, summary_of
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.metrics import metrics_of
from bulkvid_pipeline.services.jobs.sheet_report import refusals
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition
from bulkvid_pipeline.services.outputs.job_files import FileKind, RowVideo, videos_of
from bulkvid_pipeline.web.entity_tags import tagged
from bulkvid_pipeline.web.event_stream import EventStreamResponse
from bulkvid_pipeline.web.results_table import results_table

router = page_router()

PAGE_SIZE = 50
FINDINGS_PAGE = 100
EVENTS_PAGE = 100
ROW_EVENTS = 50
REFUSED = "refused"
"""In place of a state: the rows of the sheet that its check has refused."""
_SORTS = {
    "": ("Sheet order", ItemSort.SHEET_ROW, False),
    "title": ("Title", ItemSort.TITLE, False),
    "newest": ("Ended last", ItemSort.UPDATED_AT, True),
    "longest": ("Longest", ItemSort.DURATION, True),
    "attempts": ("Most tries", ItemSort.ATTEMPTS, True),
}
_REACHED = {
    JobAction.PAUSE: {JobState.PAUSING, JobState.PAUSED},
    JobAction.CANCEL: {JobState.CANCELING, JobState.CANCELED},
    JobAction.RESUME: {JobState.PENDING, JobState.RUNNING},
    JobAction.RETRY: {JobState.PENDING, JobState.RUNNING},
}
"""The states of a job with which somebody else has done the same just before."""


class Level(StrEnum):
    """From how grave on events are shown."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


Text = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, unless_empty(1), Query(ge=1, le=100_000)]


@dataclass(frozen=True)
class Wanted:
    """The rows that somebody wants to see, as the address says it. Empty ones are all."""

    state: str = ""
    platform: str = ""
    problem: str = ""
    q: str = ""
    sort: str = ""
    page: int = 1

    @property
    def filter(self) -> ItemFilter:
        """What rows have to be.

        Raises:
            InvalidRequestError: there is no such state.
        """
        if self.state and self.state not in set(ItemState):
            raise InvalidRequestError(
                f"Rows are never '{self.state[:40]}'", fix="Choose one of the states on the job's page", field="state"
            )
        states = frozenset({ItemState(self.state)} if self.state else ())
        platforms, problems = (frozenset({value} if value else ()) for value in (self.platform, self.problem))
        return ItemFilter(states, platforms, problems, self.q.strip())

    def address(self, job_id: str, **other: str | int) -> str:
        """The same page with other choices; another filter begins at its first page."""
        kept = {name: getattr(self, name) for name in ("state", "platform", "problem", "q", "sort")}
        return address(job_address(job_id), **{**kept, **other})


@dataclass(frozen=True)
class ShownRow:
    """A row as the page shows it."""

    row: Row
    videos: tuple[RowVideo, ...]

    @classmethod
    def of(cls, row: Row) -> ShownRow:
        return cls(row, tuple(videos_of(row)) if row.told_end else ())

    @property
    def poster(self) -> RowVideo | None:
        return next((video for video in self.videos if FileKind.POSTER in video.keys), None)


@router.get("/jobs/{job_id}")
def job_page(
    job_id: str,
    visit: Reading,
    state: Text = "",
    platform: Text = "",
    problem: Text = "",
    q: Text = "",
    sort: Text = "",
    page: PageNumber = 1,
) -> Response:
    """The job with its rows; for htmx and for our script what changes of it, or 304 where nothing has."""
    head = Head.of(visit, job_id)
    wanted = Wanted(state, platform, problem, q, sort if sort in _SORTS else "", page)
    return _live(visit, head, "rows", **_rows(visit, head, wanted))


@router.get("/jobs/{job_id}/check")
def check_page(
    job_id: str,
    visit: Reading,
    severity: Annotated[Severity | None, unless_empty(None)] = None,
    page: PageNumber = 1,
) -> Response:
    """What the check of the sheet has found, cell by cell."""
    head = Head.of(visit, job_id)
    report = head.summary.report
    found = [each for each in report.findings if severity in (None, each.severity)] if report else []
    path = job_address(job_id, "/check")
    return _live(visit, head, "check", severity=severity, **_findings(found, page, path, severity=severity or ""))


@router.get("/jobs/{job_id}/log")
def log_page(
    job_id: str,
    visit: Reading,
    level: Annotated[Level, unless_empty(Level.INFO)] = Level.INFO,
    after: Annotated[str, Query(max_length=2048)] = "",
    before: Annotated[str, Query(max_length=2048)] = "",
) -> Response:
    """What has happened, newest first."""
    head = Head.of(visit, job_id)
    query = EventQuery(level, EVENTS_PAGE, None, _cursor(after), _cursor(before) if not after else None)
    events = visit.services.reads.events.page(head.job, query)
    return _live(visit, head, "log", level=level, levels=list(Level), **_log(head.job, events, query, level))


@router.get("/jobs/{job_id}/about")
def about_page(job_id: str, visit: Reading) -> Response:
    """Figures, settings and runs of the job."""
    head = Head.of(visit, job_id)
    host = visit.request.url.hostname or ""
    runs = [(run, run_link(visit.services.settings, run.run_id, host)) for run in reversed(head.job.runs)]
    return _live(visit, head, "about", figures=metrics_of(head.rows), runs=runs, place=_place(head.job))


@router.get("/jobs/{job_id}/rows/{row:path}")
def row_page(job_id: str, row: str, visit: Reading) -> Response:
    """All that is known of a row."""
    head = Head.of(visit, job_id)
    reads = visit.services.reads
    record = reads.items.record(head.job, row)
    events = reads.events.page(head.job, EventQuery("INFO", ROW_EVENTS, record.partition)).items
    report = head.summary.report
    found = [each for each in report.findings if each.sheet_row == record.row.sheet_row] if report else []
    values = {"record": record, "videos": _with_checks(record), "events": events[::-1], "findings": found}
    return _live(visit, head, "row", shown=ShownRow.of(record.row), **values)


@router.get("/jobs/{job_id}/results.csv")
async def results_csv(job_id: str, visit: Reading) -> Response:
    """All results as a table, with links that end after a while."""
    entry = await visit.services.reads.jobs.lookup(job_id, visit.project_id)
    return await results_table(visit.services, visit.request, entry.job)


@router.get("/jobs/{job_id}/stream")
async def stream(
    job_id: str,
    visit: Reading,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    asked_id: Annotated[str | None, Query(alias="last_event_id")] = None,
) -> Response:
    """The same events as those of the API's stream, until the job or the session ends."""
    text = last_event_id or asked_id or ""
    position = StreamPosition.parse(text, "last_event_id") if text else None
    subscription = await visit.services.feeds.open(job_id, project_id=visit.project_id, after=position)
    if subscription.is_over:
        subscription.close()
        return Response(status_code=204)
    revoked = partial(visit.services.revocations.heard, visit.ends_with)
    return EventStreamResponse(subscription, visit.caller.expires_at, revoked)


@router.post("/jobs/{job_id}/pause")
def pause(job_id: str, visit: Changing) -> Response:
    """Let the rows in work finish and start no other."""
    return _steered(visit, job_id, JobAction.PAUSE)


@router.post("/jobs/{job_id}/resume")
def resume(job_id: str, visit: Changing) -> Response:
    """Go on with what a paused job has left."""
    return _steered(visit, job_id, JobAction.RESUME)


@router.get("/jobs/{job_id}/cancel")
def ask_to_cancel(job_id: str, visit: Changing) -> Response:
    """Asks whether the job is really to be stopped."""
    return visit.page("jobs/cancel.html", title="Cancel the job", job=job_of(visit, job_id), job_address=job_address)


@router.post("/jobs/{job_id}/cancel")
async def cancel(job_id: str, visit: Changing) -> Response:
    """Stop a job for good; whoever has not been asked yet whether they are sure, is."""
    if (await visit.form()).get("sure") != "yes":
        return await run_in_threadpool(ask_to_cancel, job_id, visit)
    return await run_in_threadpool(_steered, visit, job_id, JobAction.CANCEL)


@router.post("/jobs/{job_id}/retry")
async def retry(job_id: str, visit: Changing) -> Response:
    """Make what the job has failed to make: all of it, the rows that were chosen, or those that a filter shows."""
    form = await visit.form()
    return await run_in_threadpool(_retried, visit, job_id, form)


def job_of(visit: Visit, job_id: str) -> Job:
    """The job of the caller's project, as it stands now.

    Raises:
        JobNotFoundError: there is none, or it is another project's.
    """
    return visit.services.reads.jobs.lookup_blocking(job_id, visit.project_id)


@dataclass(frozen=True)
class Head:
    """What all pages of a job begin with."""

    rows: JobRows
    summary: JobSummary

    @classmethod
    def of(cls, visit: Visit, job_id: str) -> Head:
        """The head of the job of that id.

        Raises:
            JobNotFoundError: the caller's project has none.
        """
        reads = visit.services.reads
        rows = reads.rows.rows(job_of(visit, job_id))
        return cls(rows, summary_of(visit.services.instance, reads.log, rows))

    @property
    def job(self) -> Job:
        return self.rows.job


def _live(visit: Visit, head: Head, room: str, **values: Any) -> Response:
    """A page below the job's head, or what changes of it."""
    services, job = visit.services, head.job
    host = visit.request.url.hostname or ""
    title = job.title or job.job_id
    shared: dict[str, Any] = {
        "title": title if room != "row" else f"{values['record'].row.title or 'Row'} · {title}",
        "job": job,
        "room": room,
        "summary": head.summary,
        "working": _working(head.rows),
        "words": words,
        "job_address": job_address,
        "row_address": row_address,
        "media_address": media_address,
        "run_url": run_link(services.settings, job.run_id, host),
        "REFUSED": REFUSED,
    }
    if not visit.is_fragment:
        return visit.page("jobs/job.html", **shared, **values)
    body = rendered("jobs/_live.html", {"visit": visit, **shared, **values}).encode()
    return tagged(visit.request, body, "text/html", {"Vary": "HX-Request, Cookie"})


def _working(rows: JobRows) -> list[tuple[RowInWork, str, int]]:
    """The rows in work with their titles and numbers, in the order of the sheet."""
    found = [(each, rows.by_key.get(each.row_key)) for each in rows.job.in_work]
    told = [(each, row.title if row else each.row_key, row.sheet_row if row else 0) for each, row in found]
    return sorted(told, key=lambda one: (one[2], one[0].row_key))


def _rows(visit: Visit, head: Head, wanted: Wanted) -> dict[str, Any]:
    """What the list of rows needs."""
    reads, job, report = visit.services.reads, head.job, head.summary.report
    refused = head.summary.refused
    here = wanted.address
    if wanted.state == REFUSED:
        found = refusals(report, wanted.q.strip()) if report else []
        all_rows = reads.items.found(job, replace(wanted, state="", page=1).filter, page_size=1)
        shown = _findings(found, wanted.page, job_address(job.job_id), state=REFUSED, q=wanted.q)
    else:
        _, by, descending = _SORTS[wanted.sort]
        all_rows = reads.items.found(
            job, wanted.filter, sort=by, descending=descending, page=wanted.page, page_size=PAGE_SIZE
        )
        shown = _paged(all_rows, wanted, job.job_id)
    counts = all_rows.counts
    states = [
        (words.of_row(state), counts.states[state], here(job.job_id, state=state.value), wanted.state == state)
        for state in ItemState
        if counts.states.get(state) or wanted.state == state
    ]
    return {
        "wanted": wanted,
        "found": all_rows,
        "states": [
            ("All", sum(counts.states.values()), here(job.job_id, state=""), not wanted.state),
            *states,
            *([("Refused", refused, here(job.job_id, state=REFUSED), wanted.state == REFUSED)] if refused else []),
        ],
        "platforms": _choices(counts.platforms, wanted.platform, words.of_platform),
        "problems": _choices(counts.problems, wanted.problem, words.of_problem),
        "sorts": [(value, label) for value, (label, _, _) in _SORTS.items()],
        **shown,
    }


def _paged(found: FoundItems, wanted: Wanted, job_id: str) -> dict[str, Any]:
    def page(number: int) -> str:
        return wanted.address(job_id, page=number) if 1 <= number <= found.pages else ""

    return {
        "rows": [ShownRow.of(row) for row in found.rows],
        "pages": (found.page, found.pages, page(found.page - 1), page(found.page + 1)),
    }


def _choices(counts: Any, chosen: str, word: Any) -> list[tuple[str, str, int]]:
    """The values of a choice with their words and counts, the most frequent first."""
    values = {**({chosen: 0} if chosen else {}), **counts}
    ordered = sorted(values.items(), key=lambda one: (-one[1], one[0]))
    return [(value, word(value), count) for value, count in ordered]


def _findings(found: list[FindingView], page: int, path: str, **choices: str) -> dict[str, Any]:
    """A page of findings."""
    pages = max(1, -(-len(found) // FINDINGS_PAGE))
    page = min(page, pages)

    def other(number: int) -> str:
        return address(path, **choices, page=number) if 1 <= number <= pages else ""

    shown = found[(page - 1) * FINDINGS_PAGE : page * FINDINGS_PAGE]
    return {"findings": shown, "findings_total": len(found), "pages": (page, pages, other(page - 1), other(page + 1))}


def _log(job: Job, events: EventPage, query: EventQuery, level: Level) -> dict[str, Any]:
    """The events newest first, and where older and newer ones are."""
    path, chosen = job_address(job.job_id, "/log"), level.value if level is not Level.INFO else ""
    is_newest = query.before is None and not (query.after and events.has_more)
    return {
        "events": events.items[::-1],
        "is_newest": is_newest,
        "older_url": address(path, level=chosen, before=events.previous_cursor) if events.previous_cursor else "",
        "newer_url": "" if is_newest else address(path, level=chosen, after=events.next_cursor),
        "newest_url": address(path, level=chosen),
    }


def _place(job: Job) -> str:
    """The storage that the job publishes to; folders of the server are nobody's business over the network."""
    return without_credentials(job.output) if "://" in job.output and not job.output.startswith("file:") else ""


def _with_checks(record: ItemRecord) -> list[tuple[RowVideo, Any]]:
    videos = {video.platform: video for video in videos_of(record.row)}
    return [(videos[str(about["platform"])], checks) for about, checks in record.outputs]


def _cursor(text: str) -> EventCursor | None:
    return EventCursor.parse(text) if text else None


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
