"""What a project's jobs have made."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.core.analytics import GroupBy
from bulkvid_pipeline.core.service_wire import Analytics
from bulkvid_pipeline.core.spans import parse_span
from bulkvid_pipeline.services.analytics.job_sums import Question
from bulkvid_pipeline.services.analytics.time_zones import time_zone_named

router = guarded_router(prefix="/api/analytics", tags=["analytics"])


@router.get(
    "",
    operation_id="get_analytics",
    summary="Analyse jobs",
    response_model=Answer[Analytics],
    response_model_exclude_none=True,
    responses=documented(400, 401, 403, 429, 503),
)
async def get_analytics(
    request: Request,
    caller: Reader,
    context: Context,
    start_date: Annotated[
        str | None,
        Query(
            description="Leave out jobs created before this date or time (in `time_zone` if it names no zone)",
            examples=["2025-10-01"],
        ),
    ] = None,
    end_date: Annotated[
        str | None,
        Query(
            description="Leave out jobs created after this date, which is included, or time", examples=["2025-10-31"]
        ),
    ] = None,
    group_by: Annotated[
        GroupBy, Query(description="What the costs and the other figures are split by", examples=["template_id"])
    ] = GroupBy.TEMPLATE_ID,
    time_zone: Annotated[
        str,
        Query(description="Name of the time zone of days, and of dates without one", examples=["Europe/Berlin"]),
    ] = "UTC",
) -> Response:
    """Figures of your project's jobs, in all and by group. A job counts once, however often it was resumed or retried,
    and keeps its figures when its logs are pruned. A row that failed and then completed has completed; its cost is that
    of all its turns.

    Days are those on which jobs were created, in `time_zone`. Jobs with rows of several styles or platforms count in
    each of these groups, their rows where they belong (those for several platforms in each); time, cost, seconds and
    bytes are divided among the groups, so that these always add up to the whole. Jobs of which too little is known are
    in the group `unknown`.
    """
    zone = time_zone_named(time_zone)
    question = Question(parse_span(start_date, end_date, zone), group_by, zone)
    await context.reads.jobs.fresh()
    jobs = context.reads.jobs.now()
    found = await run_in_threadpool(context.sums.analytics, jobs, caller.project_id, question)
    return answer(request, found.model_dump(mode="json", exclude_none=True))
