"""What happens in a job: its log, newest first, and the stream by which pages follow it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import Header, Query
from starlette.responses import Response

from bulkvid_pipeline.core.wire import EventPage
from bulkvid_pipeline.dashboard.addresses import address, job_address
from bulkvid_pipeline.dashboard.routes.job_head import Head, live_page
from bulkvid_pipeline.dashboard.routes.jobs import unless_empty
from bulkvid_pipeline.dashboard.visits import Reading, page_router
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.events import EventQuery
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition
from bulkvid_pipeline.web.event_stream import EventStreamResponse

router = page_router()

EVENTS_PAGE = 100


class Level(StrEnum):
    """From how grave on events are shown."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


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
    return live_page(visit, head, "log", level=level, levels=list(Level), **_log(head.job, events, query, level))


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


def _cursor(text: str) -> EventCursor | None:
    return EventCursor.parse(text) if text else None
