"""What jobs have made: tiles, charts and tables over a span of days, and the jobs behind each figure."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from bulkvid_pipeline.core.analytics import GroupBy
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.dashboard.analytics_choice import GROUPS, PERIODS, ZONES, Asked, Choice, Text
from bulkvid_pipeline.dashboard.analytics_figures import Figures, figures_of, name_of
from bulkvid_pipeline.dashboard.visits import Reading, Visit, page_router
from bulkvid_pipeline.services.analytics.analytics import as_csv, course
from bulkvid_pipeline.services.analytics.job_sums import Question, Sums

router = page_router()

JOBS_A_PAGE = 50

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]


@router.get("/analytics")
def analytics_page(visit: Reading, choice: Asked, here: Text = "", page: PageNumber = 1) -> Response:
    """The choice, and where the figures go: they are added up while the page can be seen already.

    With `here`, as a browser without script asks for it, they are part of the page.
    """
    try:
        question = choice.question()
    except InvalidRequestError as error:
        return visit.page("analytics/analytics.html", status=400, **_chosen(choice), problem=error, figures=None)
    figures = _figures(visit, choice, question, page) if here else None
    return visit.page("analytics/analytics.html", **_chosen(choice), problem=None, figures=figures)


@router.get("/analytics/figures")
def analytics_figures(visit: Reading, choice: Asked, page: PageNumber = 1) -> Response:
    """The part of the page with the figures."""
    figures = _figures(visit, choice, choice.question(), page)
    return visit.fragment("analytics/_figures.html", figures=figures)


@router.get("/analytics/figures.csv")
def analytics_csv(visit: Reading, choice: Asked) -> Response:
    """The groups as CSV, as `/api/analytics` has them."""
    question = choice.question()
    headers = {
        "Content-Disposition": f'attachment; filename="analytics-by-{question.by.value}.csv"',
        "Cache-Control": "private, no-store",
    }
    text = as_csv(_sums(visit, question).in_words, question.by)
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


@router.get("/analytics/jobs")
def analytics_jobs(
    visit: Reading,
    choice: Asked,
    group: Annotated[str | None, Query(max_length=1000)] = None,
    page: PageNumber = 1,
) -> Response:
    """The jobs behind a figure, the newest first."""
    question, jobs = choice.question(), visit.services.reads.jobs
    jobs.refresh()
    parts = visit.services.sums.parts(jobs.now(), visit.project_id, question, group)
    pages = max(1, -(-len(parts) // JOBS_A_PAGE))
    page = min(page, pages)
    return visit.page(
        "analytics/jobs.html",
        title="Jobs behind a figure",
        choice=choice,
        group=group,
        group_title=GROUPS[question.by],
        group_name=name_of(group or ""),
        total=len(parts),
        parts=parts[(page - 1) * JOBS_A_PAGE : page * JOBS_A_PAGE],
        page=page,
        pages=pages,
        asked=choice.query(**({"group": group} if group is not None else {})),
    )


def _chosen(choice: Choice) -> dict[str, Any]:
    return {
        "title": "Analytics",
        "choice": choice,
        "periods": PERIODS,
        "groupings": GROUPS,
        "zones": ZONES,
    }


def _sums(visit: Visit, question: Question) -> Sums:
    jobs = visit.services.reads.jobs
    jobs.refresh()
    return visit.services.sums.sums(jobs.now(), visit.project_id, question)


def _figures(visit: Visit, choice: Choice, question: Question, page: int) -> Figures:
    found = _sums(visit, question)
    by_day = _sums(visit, Question(question.span, GroupBy.DAY, question.zone))
    return figures_of(choice, found, course(by_day.groups, question.span, question.zone), page)
