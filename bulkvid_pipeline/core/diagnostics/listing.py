"""The requests of a job as a list that people look through: filtered, searched, and cut into pages. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.diagnostics.causes import Cause, cause_of, is_cancelled, is_expected
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, JobLog, Peer
from bulkvid_pipeline.core.searching import plain


class Ending(StrEnum):
    """How a request has ended."""

    SUCCEEDED = "succeeded"
    EXPECTED = "expected"
    """It only says that something is not there yet, is there already, or has not changed."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    """We ended it ourselves, because the job was stopped."""


@dataclass(frozen=True)
class ExchangeQuery:
    """Which requests to list: all that match whatever is given. `page` counts from 1; `status` 0 is no answer at all;
    `q` is looked for in url, host, operation, row, headers, bodies and error, whatever its case."""

    peer: Peer | None = None
    ending: Ending | None = None
    status: int | None = None
    cause: Cause | None = None
    q: str = ""
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True)
class Listed:
    """A request of the list; `number` is its place among all of the job's, from 1, in the order of time."""

    number: int
    exchange: Exchange
    ending: Ending
    cause: Cause | None


@dataclass(frozen=True)
class ExchangePage:
    """A page of the list, and how many requests match altogether."""

    found: Sequence[Listed]
    page: int
    pages: int
    total: int


def listed(logs: Iterable[JobLog]) -> list[Listed]:
    """All requests that were kept, in the order of time."""
    everything = sorted((one for log in logs for one in log.exchanges), key=lambda one: one.started_at)
    return [Listed(number, one, _ending(one), cause_of(one)) for number, one in enumerate(everything, 1)]


def page_of(everything: Sequence[Listed], query: ExchangeQuery) -> ExchangePage:
    """The requests that the query asks for; a page beyond the last one is the last one."""
    found = list(_matching(everything, query))
    pages = max(1, -(-len(found) // query.page_size))
    page = min(max(1, query.page), pages)
    begin = (page - 1) * query.page_size
    return ExchangePage(found[begin : begin + query.page_size], page, pages, len(found))


def statuses_by_peer(everything: Iterable[Listed]) -> Mapping[Peer, Mapping[int, int]]:
    """Answers by whom they came from and their status, 0 for none at all."""
    counts: dict[Peer, Counter[int]] = defaultdict(Counter)
    for one in everything:
        counts[one.exchange.peer][one.exchange.status or 0] += 1
    return {peer: dict(sorted(counts[peer].items())) for peer in Peer if peer in counts}


def _matching(everything: Iterable[Listed], query: ExchangeQuery) -> Iterator[Listed]:
    wanted = plain(query.q.strip())
    for one in everything:
        exchange = one.exchange
        if query.peer not in (None, exchange.peer) or query.ending not in (None, one.ending):
            continue
        if query.status not in (None, exchange.status or 0) or query.cause not in (None, one.cause):
            continue
        if not wanted or any(wanted in plain(text) for text in _texts(exchange)):
            yield one


def _texts(one: Exchange) -> Iterator[str]:
    yield from (one.url, one.host, one.operation, one.row or "", one.request_body, one.response_body)
    if one.error is not None:
        yield from (one.error.message, one.error.type, one.error.code or "")
    for headers in (one.request_headers, one.response_headers):
        yield from (f"{name}: {value}" for name, value in headers.items())


def _ending(one: Exchange) -> Ending:
    if is_cancelled(one):
        return Ending.CANCELLED
    if cause_of(one) is not None:
        return Ending.FAILED
    return Ending.EXPECTED if is_expected(one) else Ending.SUCCEEDED
