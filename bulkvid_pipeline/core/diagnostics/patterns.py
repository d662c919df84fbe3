"""What is wrong, as the requests of one job show together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from pydantic import Field

from bulkvid_pipeline.core.diagnostics.advice import PatternName, Sign, advice_on
from bulkvid_pipeline.core.diagnostics.attempts import overcome
from bulkvid_pipeline.core.diagnostics.causes import QUOTAS, Cause, cause_of, is_cancelled
from bulkvid_pipeline.core.diagnostics.clocks import ClockOffset, clock_offset
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Fault, JobLog, Peer
from bulkvid_pipeline.core.diagnostics.figures import percentile
from bulkvid_pipeline.core.diagnostics.pace import hosts_without_reuse, is_network_slow, slow_peers, waited_ms
from bulkvid_pipeline.core.wire import Instant, _Shape
from bulkvid_pipeline.core.wording import plural

_MOST_NAMED = 20
_SAID = 300
_LIMIT_VALUE = re.compile(r"quota_limit_value\W+(\d{1,9})")


class Extent(StrEnum):
    """How much of what a peer was asked shows the pattern."""

    EVERY_REQUEST = "every_request"
    ONE_ROW = "one_row"
    ONE_HOST = "one_host"
    SOME = "some"


class FailurePattern(_Shape):
    """One thing that is wrong, the requests that show it, and what to do about it."""

    name: str = Field(examples=["read_quota_per_user"])
    peer: Peer | None = Field(description="Whom the requests went to; null if it concerns no single one")
    title: str = Field(examples=["Google's quota of reads per user is used up"])
    count: int = Field(description="Requests that show it", examples=[3])
    recovered: int = Field(description="Of them, those that succeeded when they were sent again", examples=[3])
    extent: Extent
    detail: str = Field(description="The figures, in words", examples=["3 of 12 requests to sheets.googleapis.com"])
    hosts: tuple[str, ...] = Field(examples=[["sheets.googleapis.com"]])
    operations: tuple[str, ...] = Field(examples=[["values.get"]])
    statuses: tuple[int, ...] = Field(description="Statuses of the answers", examples=[[429]])
    faults: tuple[Fault, ...] = Field(description="What broke requests without an answer")
    rows: tuple[str, ...] = Field(description="Keys of the first 20 rows that were concerned", examples=[["row-2"]])
    rows_total: int = Field(examples=[1])
    first_at: Instant
    last_at: Instant
    said: str = Field(description="What the last of the answers or errors says, shortened", examples=["Quota exceeded"])
    fix: str = Field(description="What to do", examples=["Set BULKVID_LIMIT_PER_USER below Google's limit"])
    settings: tuple[str, ...] = Field(
        description="The settings that `fix` names", examples=[["BULKVID_LIMIT_PER_USER"]]
    )


@dataclass(frozen=True)
class Requests:
    """The requests of one job in the order in which they began, and what became of each."""

    logs: tuple[JobLog, ...]

    @cached_property
    def all(self) -> tuple[Exchange, ...]:
        return tuple(sorted((one for log in self.logs for one in log.exchanges), key=lambda one: one.started_at))

    @cached_property
    def causes(self) -> tuple[Cause | None, ...]:
        return tuple(map(cause_of, self.all))

    @cached_property
    def overcome(self) -> frozenset[int]:
        """Positions of the failures after which the same request succeeded."""
        return frozenset(at for at in overcome(self.all) if self.causes[at] is not None)

    @cached_property
    def failed(self) -> tuple[int, ...]:
        return tuple(at for at, cause in enumerate(self.causes) if cause is not None)

    @cached_property
    def left_out(self) -> int:
        """How many were counted, but not kept: of many, logs keep what failed."""
        return sum(log.left_out for log in self.logs)

    @cached_property
    def total(self) -> int:
        """How many there were, kept or not."""
        return sum(max(log.requests, len(log.exchanges) + log.left_out) for log in self.logs)

    @cached_property
    def failed_total(self) -> int:
        """How many failed, kept or not."""
        return len(self.failed) + sum(map(_failed_left_out, self.logs))

    @cached_property
    def cancelled(self) -> int:
        return sum(map(is_cancelled, self.all))

    @cached_property
    def succeeded(self) -> Mapping[Peer, Sequence[Exchange]]:
        """The requests to each peer that did not fail."""
        found: dict[Peer, list[Exchange]] = defaultdict(list)
        for one, cause in zip(self.all, self.causes, strict=True):
            if cause is None and not is_cancelled(one):
                found[one.peer].append(one)
        return found


def _failed_left_out(log: JobLog) -> int:
    return min(log.left_out, max(0, log.failed - sum(cause_of(one) is not None for one in log.exchanges)))


def patterns_of(requests: Requests) -> tuple[FailurePattern, ...]:
    """What is wrong, the worst first: what was not overcome before what was, and the more frequent before the rare."""
    causes = list(_causes(requests))
    found = [*_signs(requests, causes), *causes]
    return tuple(sorted(found, key=_rank))


def _rank(pattern: FailurePattern) -> tuple[bool, bool, bool, bool, int, int]:
    # A wrong clock comes first, since it brings about other patterns; what many show together comes last. Callbacks
    # come after what fails jobs.
    left = pattern.count - pattern.recovered
    is_sign, is_clock = pattern.name in set(Sign), pattern.name == Cause.WRONG_CLOCK
    return is_sign, not is_clock, not left, pattern.peer is Peer.WEBHOOK, -left, -pattern.count


def _causes(requests: Requests) -> Iterator[FailurePattern]:
    alike: dict[tuple[Cause, Peer], list[int]] = defaultdict(list)
    for at in requests.failed:
        cause = requests.causes[at]
        assert cause is not None
        alike[cause, requests.all[at].peer].append(at)
    skew = _clock(requests)
    for (cause, peer), positions in alike.items():
        shown = [requests.all[at] for at in positions]
        told = [_share(shown, requests, peer), *_figures_of(cause, shown)]
        if cause is Cause.WRONG_CLOCK and skew is not None:
            told.append(_offset_in_words(skew))
        recovered = len(requests.overcome.intersection(positions))
        yield _pattern(cause, peer, shown, requests, told, recovered)
    if skew is not None and not any(cause is Cause.WRONG_CLOCK for cause, _ in alike):
        yield _pattern(Cause.WRONG_CLOCK, None, requests.all, requests, [_offset_in_words(skew)])


def _figures_of(cause: Cause, shown: Sequence[Exchange]) -> Iterator[str]:
    if cause in QUOTAS:
        values = [found[1] for one in shown if (found := _LIMIT_VALUE.search(one.response_body))]
        if values:
            yield f"the limit is {values[-1]} a minute"
    if cause is Cause.TIMEOUT:
        yield f"given up after {max(one.duration_ms for one in shown) / 1000:.1f} s at most"


def _signs(requests: Requests, causes: Sequence[FailurePattern]) -> Iterator[FailurePattern]:
    """What no single request shows."""
    if is_network_slow(requests.succeeded):
        slow = [one for found in requests.succeeded.values() for one in found]
        yield _pattern(Sign.SLOW_NETWORK, None, slow, requests, [_pace(slow)])
    else:
        for peer in slow_peers(requests.succeeded):
            slow = list(requests.succeeded[peer])
            yield _pattern(Sign.SLOW, peer, slow, requests, [_pace(slow), *_pace_of_others(peer, requests)])
    yield from _not_reused(requests)
    if requests.failed and 2 * requests.failed_total > requests.total:
        shown = [requests.all[at] for at in requests.failed]
        most = max(causes, key=lambda pattern: pattern.count)
        told = [f"{requests.failed_total} of {requests.total} requests failed", f'most often: "{most.title}"']
        yield _pattern(Sign.HIGH_FAILURE_RATE, None, shown, requests, told)
    if requests.overcome:
        shown = [requests.all[at] for at in sorted(requests.overcome)]
        told = [f"{len(shown)} of {len(requests.failed)} failures were overcome"]
        yield _pattern(Sign.SUCCEEDED_AFTER_RETRIES, None, shown, requests, told, len(shown))


def _not_reused(requests: Requests) -> Iterator[FailurePattern]:
    found: dict[Peer, list[Exchange]] = defaultdict(list)
    for log in requests.logs:
        for peer, host in hosts_without_reuse(log.exchanges):
            found[peer] += [one for one in log.exchanges if (one.peer, one.host) == (peer, host)]
    for peer, shown in found.items():
        told = [f"{len(shown)} requests opened {len(shown)} connections"]
        yield _pattern(Sign.CONNECTIONS_NOT_REUSED, peer, shown, requests, told)


def _clock(requests: Requests) -> ClockOffset | None:
    """The largest offset of a machine that took part."""
    machines: dict[str, list[Exchange]] = defaultdict(list)
    for log in requests.logs:
        machines[str(log.process.get("host", ""))] += log.exchanges
    offsets = [offset for found in machines.values() if (offset := clock_offset(found))]
    return max(offsets, key=lambda offset: abs(offset.seconds), default=None)


def _offset_in_words(offset: ClockOffset) -> str:
    seconds = abs(offset.seconds)
    amount = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    direction = "ahead of" if offset.seconds > 0 else "behind"
    return f"this machine's clock is {amount} {direction} {offset.agreeing} of {offset.hosts} hosts"


def _pace(shown: Sequence[Exchange]) -> str:
    durations = [one.duration_ms for one in shown]
    p50, p95 = percentile(durations, 50), percentile(durations, 95)
    told = f"{len(shown)} answers took {p50:.0f} ms (p50) and {p95:.0f} ms (p95)"
    moved = sum((one.request_bytes or 0) + (one.response_bytes or 0) for one in shown)
    return f"{told}, {moved / max(1.0, sum(durations)):.0f} kB/s in each" if moved else told


def _pace_of_others(peer: Peer, requests: Requests) -> Iterator[str]:
    others = [waited_ms(one) for other, found in requests.succeeded.items() if other is not peer for one in found]
    if others:
        yield f"those of others {percentile(others, 95):.0f} ms (p95)"


def _share(shown: Sequence[Exchange], requests: Requests, peer: Peer) -> str:
    """How much of what the peer was asked is concerned, in words."""
    asked = [one for one in requests.all if one.peer is peer]
    hosts = {one.host for one in shown}
    extent = _extent(shown, asked, requests)
    if extent is Extent.ONE_HOST:
        others = len({one.host for one in asked} - hosts)
        asked = [one for one in asked if one.host in hosts]
        rest = f", and none to {plural(others, 'other host')}"
    else:
        rest = f", all of them for the row {shown[0].row}" if extent is Extent.ONE_ROW else ""
    where = min(hosts) if len(hosts) == 1 else f"{len(hosts)} hosts"
    thing = "kept request" if requests.left_out else "request"
    return f"{len(shown)} of {plural(len(asked), thing)} to {where}{rest}"


def _extent(shown: Sequence[Exchange], asked: Sequence[Exchange], requests: Requests) -> Extent:
    rows, all_rows = {one.row for one in shown}, {one.row for one in requests.all if one.row is not None}
    if len(rows) == 1 and None not in rows and len(all_rows) > 1:
        return Extent.ONE_ROW
    if len(shown) >= len(asked) and not requests.left_out:
        return Extent.EVERY_REQUEST
    if len({one.host for one in shown}) == 1 and len({one.host for one in asked}) > 1:
        return Extent.ONE_HOST
    return Extent.SOME


def _pattern(
    name: PatternName,
    peer: Peer | None,
    shown: Sequence[Exchange],
    requests: Requests,
    told: Iterable[str],
    recovered: int = 0,
) -> FailurePattern:
    is_folder = peer is Peer.STORAGE and all(one.url.startswith("file:") for one in shown)
    advice = advice_on(name, peer, is_folder=is_folder)
    asked = [one for one in requests.all if peer is None or one.peer is peer]
    rows = list(dict.fromkeys(one.row for one in shown if one.row is not None))
    return FailurePattern(
        name=name.value,
        peer=peer,
        title=advice.title,
        count=len(shown),
        recovered=recovered,
        extent=_extent(shown, asked, requests),
        detail="; ".join(told),
        hosts=_named(one.host for one in shown),
        operations=_named(one.operation for one in shown),
        statuses=tuple(sorted({one.status for one in shown if one.status is not None})),
        faults=tuple(sorted({one.error.fault for one in shown if one.error and one.error.fault})),
        rows=tuple(rows[:_MOST_NAMED]),
        rows_total=len(rows),
        first_at=moment_of(min(one.started_at for one in shown)),
        last_at=moment_of(max(one.started_at for one in shown)),
        said=_said(shown),
        fix=advice.fix,
        settings=advice.settings,
    )


def _named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))[:_MOST_NAMED]


def _said(shown: Sequence[Exchange]) -> str:
    failed = [one for one in shown if not one.succeeded]
    if not failed:
        return ""
    error = failed[-1].error
    text = (error.message if error else "") or failed[-1].response_body
    return " ".join(text.split())[:_SAID]


def moment_of(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
