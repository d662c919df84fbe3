"""The results of a job as a table that is saved: the same file at all doors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.results import DEFAULT_STATES
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.web.base_url import base_url

CSV = "text/csv"


async def results_table(
    services: OpenServices,
    request: Request,
    job: Job,
    states: frozenset[ItemState] = DEFAULT_STATES,
    headers: Mapping[str, str] = {},
) -> StreamingResponse:
    """The results of rows in these states as CSV, sent while they are read; `headers` come besides.

    Raises:
        ServiceUnavailableError: the database does not respond at the start; later the connection ends early.
    """
    lines = services.reads.results.as_csv(job, states, base_url(request, services.settings))
    begun = await run_in_threadpool(next, lines)  # what goes wrong at the start is still told by the status
    named = f'attachment; filename="{_plain(job.job_id)}-results.csv"'
    shared = {"Content-Disposition": named, "Cache-Control": "private, no-store"}
    return StreamingResponse(_all(begun, lines), headers={**shared, **headers}, media_type=f"{CSV}; charset=utf-8")


def _all(begun: str, rest: Iterator[str]) -> Iterator[str]:
    yield begun
    yield from rest


def _plain(text: str) -> str:
    """The text as it may stand in a file's name and in a header."""
    return "".join(char if char.isascii() and (char.isalnum() or char in "-_") else "_" for char in text)[:80]
