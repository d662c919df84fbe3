"""The rows of a job: filtered, searched, sorted, and cut into pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.dashboard import words
from bulkvid_pipeline.dashboard.addresses import address, job_address
from bulkvid_pipeline.dashboard.routes.job_check import paged_findings
from bulkvid_pipeline.dashboard.routes.job_head import REFUSED, Head, PageNumber, live_page
from bulkvid_pipeline.dashboard.visits import Reading, Visit, page_router
from bulkvid_pipeline.services.jobs.item_filter import ItemFilter, ItemSort
from bulkvid_pipeline.services.jobs.items import FoundItems
from bulkvid_pipeline.services.jobs.job_rows import Row
from bulkvid_pipeline.services.jobs.sheet_report import refusals
from bulkvid_pipeline.services.outputs.job_files import FileKind, RowVideo, videos_of

router = page_router()

PAGE_SIZE = 50
_SORTS = {
    "": ("Sheet order", ItemSort.SHEET_ROW, False),
    "title": ("Title", ItemSort.TITLE, False),
    "newest": ("Ended last", ItemSort.UPDATED_AT, True),
    "longest": ("Longest", ItemSort.DURATION, True),
    "attempts": ("Most tries", ItemSort.ATTEMPTS, True),
}
Text = Annotated[str, Query(max_length=200)]


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
    return live_page(visit, head, "rows", **_rows(visit, head, wanted))


def _rows(visit: Visit, head: Head, wanted: Wanted) -> dict[str, Any]:
    """What the list of rows needs."""
    reads, job, report = visit.services.reads, head.job, head.summary.report
    refused = head.summary.refused
    here = wanted.address
    if wanted.state == REFUSED:
        found = refusals(report, wanted.q.strip()) if report else []
        all_rows = reads.items.found(job, replace(wanted, state="", page=1).filter, page_size=1)
        shown = paged_findings(found, wanted.page, job_address(job.job_id), state=REFUSED, q=wanted.q)
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
