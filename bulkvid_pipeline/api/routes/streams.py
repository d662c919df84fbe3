"""`GET /api/bulk-jobs/{id}/stream`: a job, live."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Header, Query, Response
from pydantic import Field, RootModel

from bulkvid_pipeline.api.auth import Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.core import event_stream
from bulkvid_pipeline.core.wire import (
    EndMessage,
    ItemMessage,
    LogMessage,
    ProgressMessage,
    ReconnectMessage,
    StateMessage,
)
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition
from bulkvid_pipeline.web.event_stream import EventStreamResponse

router = guarded_router(prefix="/api/bulk-jobs", tags=["jobs"])


class StreamMessage(
    RootModel[
        Annotated[
            ProgressMessage | StateMessage | ItemMessage | LogMessage | EndMessage | ReconnectMessage,
            Field(discriminator="event"),
        ]
    ]
):
    """An event of a stream: the kind, the id to resume from, and `data` as JSON."""


_EXAMPLE = """retry: 2000

id: AQB_HJ9-bFNMEWqLHA16Lwpv-wQpSiK1.5f0c1e2d.-
event: state
data: {"job_id":"job_123","state":"running","actions":["cancel","pause"]}

id: AQB_HJ9-bFNMEWqLHA16Lwpv-wQpSiK1.5f0c1e2d.93b7a410
event: progress
data: {"job_id":"job_123","percent_complete":45.5,"items_status":{"total":150,"completed":68,"failed":2,"cancelled":0,\
"skipped":0,"pending":80},"timing":{"started_at":"2025-10-30T01:00:00Z","processing_time_ms":1800000,"eta_ms":1200000},\
"rate_limited":false,"in_work":[{"row_key":"spring-tips","stage":"encode","percent":60}]}

id: AQB_HJ9-bFNMEWqLHA16Lwpv-wQpSiK1.5f0c1e2d.93b7a410.item-0c4fa1d2-531
event: item
data: {"row_key":"spring-tips","sheet_row":70,"title":"Spring tips","state":"completed","stage":"","percent":100,\
"code":"","error":"","fix":"","url":"","duration_s":41.2,"cost":0.0,"attempts":1,"updated_at":"2025-10-30T01:30:00Z"}

id: AQB_HJ9-bFNMEWqLHA16Lwpv-wSTBH8r.5f0c1e2d.93b7a410
event: log
data: {"timestamp":"2025-10-30T01:30:00.104Z","created_at":1761787800.104,"level":"INFO",\
"message":"Row finished: Spring tips","run_id":"7f1c9f7e-6c53-4c11-6a8b-1c0d7a2f0a6f","row":"ideas:spring-tips"}

: heartbeat

id: AQB_HJ9-bFNMEWqLHA16Lwpv-wTnCSJd.0b5e77aa.d0917c3e.end
event: end
data: {"job_id":"job_123","state":"completed","reason":"ended"}

"""

_OK: dict[str, Any] = {
    "description": "Server-sent events until the job ends; the schema describes one of them",
    "model": StreamMessage,
    "content": {event_stream.MEDIA_TYPE: {"example": _EXAMPLE}},
}


@router.get(
    "/{job_id}/stream",
    operation_id="stream_job",
    summary="Follow a job live",
    response_class=EventStreamResponse,
    responses={
        200: _OK,
        204: {"description": "The id is of the end of the job, and nothing has happened since: do not connect again"},
        **documented(400, 401, 403, 404, 429, 503),
    },
)
async def stream_job(
    caller: Reader,
    context: Context,
    job_id: str,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID", description="Id of the last event that was received; browsers send it themselves"
        ),
    ] = None,
    asked_id: Annotated[
        str | None,
        Query(
            alias="last_event_id", description="The same, for clients that cannot set headers; the header goes first"
        ),
    ] = None,
    replay: Annotated[
        bool, Query(description="Without an id: begin with the first item and log event of the job")
    ] = False,
) -> Response:
    """Server-sent events of a job until it ends:

    - `state`: the state and the allowed actions (`StateChange`), whenever they change;
    - `progress`: as `/progress` answers (`Progress`), whenever it changes;
    - `item`: a row has ended (`ItemView`);
    - `log`: what happened (`Event`), as `/events` lists it;
    - `end`: the last event (`StreamEnd`): the job has `ended`, or is `gone`. Do not connect again;
    - `reconnect`: the last event of a stream that the server breaks off (`StreamBreak`), because the token has expired
      or was revoked, the server stops, or events were read too slowly. Connect again with the id of the last event.

    A new stream begins with the present state and progress, and goes on with what is new. With the id of the last event
    that was received it goes on after that event, on any server: items and log events come exactly once, state and
    progress only if they have changed. Lines that begin with a colon are heartbeats, one every 15 seconds. A stream
    counts as one request.
    """
    position = None
    if last_event_id or asked_id:
        name = "Last-Event-ID" if last_event_id else "last_event_id"
        position = StreamPosition.parse(last_event_id or asked_id or "", name)
    feeds = context.feeds
    subscription = await feeds.open(job_id, project_id=caller.project_id, after=position, replay=replay)
    if subscription.is_over:
        subscription.close()
        return Response(status_code=204)
    revoked = partial(context.revocations.heard, [caller.token_id])
    return EventStreamResponse(subscription, caller.expires_at, revoked)
