"""All jobs of a project: how they stand, live, with what to look for among them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from pydantic import BeforeValidator
from starlette.responses import Response

from bulkvid_pipeline.core.service_wire import DetailedHealth
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.dashboard import words
from bulkvid_pipeline.dashboard.addresses import address, job_address
from bulkvid_pipeline.dashboard.rendering import rendered
from bulkvid_pipeline.dashboard.visits import Reading, Visit, page_router
from bulkvid_pipeline.services.jobs.job_list import JobQuery, SortBy
from bulkvid_pipeline.services.system.health import is_well
from bulkvid_pipeline.web.entity_tags import tagged
from bulkvid_pipeline.web.event_stream import EventStreamResponse

router = page_router()

PAGE_SIZE = 25
HEALTH_WITHIN_S = 3.0


class Group(StrEnum):
    """States that mean the same to whoever looks for a job."""

    ALL = "all"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def states(self) -> frozenset[JobState]:
        """The states of its jobs; none where it is all of them."""
        return _STATES[self]


_STATES: Mapping[Group, frozenset[JobState]] = {
    Group.ALL: frozenset(),
    Group.ACTIVE: frozenset(
        {JobState.PENDING, JobState.RUNNING, JobState.PAUSING, JobState.COMPLETING, JobState.CANCELING}
    ),
    Group.PAUSED: frozenset({JobState.PAUSED}),
    Group.COMPLETED: frozenset({JobState.COMPLETED}),
    Group.FAILED: frozenset({JobState.FAILED}),
    Group.CANCELED: frozenset({JobState.CANCELED}),
}
_LABELS = {
    Group.ALL: "All",
    Group.ACTIVE: "Running",
    Group.PAUSED: "Paused",
    Group.COMPLETED: "Completed",
    Group.FAILED: "Failed",
    Group.CANCELED: "Cancelled",
}


class Sorting(StrEnum):
    """The orders of the list."""

    NEWEST = "newest"
    OLDEST = "oldest"
    CHANGED = "changed"
    LEAST_DONE = "least_done"

    @property
    def by(self) -> tuple[SortBy, bool]:
        """What jobs are sorted by, and whether descending."""
        return _SORTS[self][0], _SORTS[self][1]

    @property
    def label(self) -> str:
        return _SORTS[self][2]


_SORTS = {
    Sorting.NEWEST: (SortBy.CREATED_AT, True, "Newest first"),
    Sorting.OLDEST: (SortBy.CREATED_AT, False, "Oldest first"),
    Sorting.CHANGED: (SortBy.UPDATED_AT, True, "Changed last"),
    Sorting.LEAST_DONE: (SortBy.PERCENT_COMPLETE, False, "Least done first"),
}


def unless_empty(default: Any) -> BeforeValidator:
    """A choice that was left empty, as forms send it, is the default."""
    return BeforeValidator(lambda value: default if value == "" else value)


@router.get("/jobs")
async def jobs_page(
    visit: Reading,
    state: Annotated[Group, unless_empty(Group.ALL)] = Group.ALL,
    q: Annotated[str, Query(max_length=200)] = "",
    sort: Annotated[Sorting, unless_empty(Sorting.NEWEST)] = Sorting.NEWEST,
    after: Annotated[str, Query(max_length=2048)] = "",
) -> Response:
    """The jobs; for htmx and for our script the list alone, or 304 where it has not changed."""
    index = visit.services.reads.jobs
    await index.fresh()
    listed, project, q = index.now(), visit.project_id, q.strip()
    by, descending = sort.by
    page = listed.page(JobQuery(project, state.states, q, by, descending, PAGE_SIZE, after or None))
    total, found = listed.counts(project), listed.counts(project, q)

    def here(**choices: str) -> str:
        return address(
            "/jobs", **{"state": state if state is not Group.ALL else "", "q": q, "sort": _told(sort), **choices}
        )

    groups = [
        {
            "label": _LABELS[group],
            "count": sum(found[each] for each in group.states) if group.states else found.total(),
            "url": here(state=group if group is not Group.ALL else ""),
            "is_current": group is state,
        }
        for group in Group
    ]
    active = sum(total[each] for each in Group.ACTIVE.states)
    values: dict[str, Any] = {
        "title": "Jobs",
        "words": words,
        "job_address": job_address,
        "jobs": [entry.job for entry in page.entries],
        "groups": groups,
        "total": total.total(),
        "counts": total,
        "active": active,
        "found": sum(found[each] for each in state.states) if state.states else found.total(),
        "q": q,
        "state": state,
        "sort": sort,
        "sorts": [(each.value, each.label) for each in Sorting],
        "next_url": here(after=page.next_page_token) if page.next_page_token else "",
        "first_url": here() if after else "",
    }
    if not visit.is_fragment:
        return visit.page("jobs/list.html", **values)
    body = rendered("jobs/_list.html", {"visit": visit, **values}).encode()
    return tagged(visit.request, body, "text/html", {"Vary": "HX-Request, Cookie"})


@router.get("/jobs-stream")
async def stream(visit: Reading) -> Response:
    """Tells whenever a job of the project has changed or came, until the session ends."""
    revoked = partial(visit.services.revocations.heard, visit.ends_with)
    return EventStreamResponse(visit.services.list_feed.open(visit.project_id), visit.caller.expires_at, revoked)


@router.get("/jobs-health")
async def health_hints(visit: Reading) -> Response:
    """What keeps jobs from going on, if anything does; a part of the page, asked for after it is there."""
    found = await _health(visit)
    ill = [(name, part) for name, part in found.services.items() if not is_well(part)] if found else []
    return visit.fragment("jobs/_health.html", health=found, ill=ill, words=words)


async def _health(visit: Visit) -> DetailedHealth | None:
    """How the installation is; None if that is not known in time."""
    # Shielded: the look is others' too, who must not lose it when this one does not wait for it.
    look = asyncio.shield(asyncio.wrap_future(visit.services.health.health()))
    try:
        return await asyncio.wait_for(look, HEALTH_WITHIN_S)
    except TimeoutError:
        return None


def _told(sort: Sorting) -> str:
    return sort.value if sort is not Sorting.NEWEST else ""
