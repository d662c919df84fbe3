"""What the logs of one job say: figures, failure patterns and recommendations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pydantic import Field

from bulkvid_pipeline.core.diagnostics.causes import is_cancelled
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Fault, JobLog, Peer
from bulkvid_pipeline.core.diagnostics.figures import percentile
from bulkvid_pipeline.core.diagnostics.patterns import FailurePattern, Requests, moment_of, patterns_of
from bulkvid_pipeline.core.diagnostics.statuses import meaning_of
from bulkvid_pipeline.core.wire import Instant, _Shape

_SLOWEST = 5


class StatusCount(_Shape):
    """How many answers had a status."""

    count: int = Field(examples=[12])
    meaning: str = Field(examples=["Success"])


class Durations(_Shape):
    """How long requests took, in milliseconds."""

    p50_ms: float = Field(examples=[84.0])
    p95_ms: float = Field(examples=[310.0])
    slowest_ms: float = Field(examples=[920.0])


class PeerFigures(_Shape):
    """The requests to one peer."""

    requests: int = Field(examples=[12])
    failed: int = Field(examples=[1])
    success_rate: float = Field(description="Percentage, 0..100", examples=[91.7])
    hosts: dict[str, int] = Field(description="Requests by host", examples=[{"sheets.googleapis.com": 12}])
    timing: Durations
    bytes_sent: int = Field(examples=[2048])
    bytes_received: int = Field(examples=[65536])


class SlowRequest(_Shape):
    """One of the requests that took longest."""

    peer: Peer
    operation: str = Field(examples=["PutObject"])
    url: str = Field(examples=["https://storage.example.com/videos/a.mp4"])
    row: str | None = Field(examples=["row-2"])
    duration_ms: float = Field(examples=[920.0])
    status: int | None = Field(examples=[200])


class ConnectionCounts(_Shape):
    """How often a request opened a connection, and how often it used one that was open (its session)."""

    new: int = Field(examples=[2])
    reused: int = Field(examples=[10])
    unknown: int = Field(description="Requests whose library does not tell", examples=[0])


class AttemptCounts(_Shape):
    """How often requests were sent again."""

    retries: int = Field(description="Requests that were not the first attempt", examples=[2])
    recovered: int = Field(description="Failures after which the same request succeeded", examples=[2])
    most: int = Field(description="Most attempts of one request", examples=[3])


class LoggedProcess(_Shape):
    """A process that worked on the job, and what it knew of its surroundings."""

    process: dict[str, str | int] = Field(examples=[{"host": "worker-1", "pid": 4711, "role": "run"}])
    started_at: Instant
    ended_at: Instant | None = Field(description="null while it is at work, or where it died")
    environment: dict[str, str | int | float | bool | None] = Field(examples=[{"python": "3.11.9"}])


class JobSummary(_Shape):
    """What a job asked of other services while diagnostics were on, and what is wrong."""

    job_id: str = Field(examples=["job_123"])
    verdict: str = Field(description="The result in one sentence", examples=["No problems: 12 requests, none failed."])
    total_requests: int = Field(examples=[12])
    successful_requests: int = Field(examples=[12])
    failed_requests: int = Field(examples=[0])
    cancelled_requests: int = Field(description="Ended by us, because the job was stopped", examples=[0])
    success_rate: float = Field(description="Percentage of the requests that were not cancelled", examples=[100.0])
    duration_ms: int = Field(description="From the beginning of the first log to the end of the last", examples=[8100])
    started_at: Instant
    ended_at: Instant
    status_code_breakdown: dict[str, StatusCount] = Field(
        description="Answers by their status code", examples=[{"200": {"count": 12, "meaning": "Success"}}]
    )
    fault_breakdown: dict[Fault, int] = Field(description="Requests without a whole answer, by what broke them")
    peers: dict[Peer, PeerFigures] = Field(description="Figures by whom the requests went to")
    timing: Durations
    slowest: tuple[SlowRequest, ...]
    connections: ConnectionCounts
    attempts: AttemptCounts
    failure_patterns: tuple[FailurePattern, ...]
    recommendations: tuple[str, ...] = Field(
        description="What to do, the most important first",
        examples=[["Set BULKVID_LIMIT_PER_USER below Google's limit"]],
    )
    processes: tuple[LoggedProcess, ...]
    left_out: int = Field(description="Requests that were counted, but not kept one by one", examples=[0])


def summary_of(logs: Sequence[JobLog]) -> JobSummary:
    """What the logs of one job say together; at least one is needed.

    Raises:
        ValueError: there is no log, or they are of several jobs.
    """
    if not logs or any(one.job_id != other.job_id for one, other in pairwise(logs)):
        raise ValueError("A summary needs the logs of one job")
    requests = Requests(tuple(logs))
    patterns = patterns_of(requests)
    total, failed = requests.total, requests.failed_total
    counted = total - requests.cancelled
    began, ended = min(map(_beginning_of, logs)), max(map(_end_of, logs))
    everything = requests.all
    return JobSummary(
        job_id=logs[0].job_id,
        verdict=_verdict(total, failed, patterns),
        total_requests=total,
        successful_requests=counted - failed,
        failed_requests=failed,
        cancelled_requests=requests.cancelled,
        success_rate=_percentage(counted - failed, counted),
        duration_ms=round((ended - began) * 1000),
        started_at=moment_of(began),
        ended_at=moment_of(ended),
        status_code_breakdown=_statuses(everything),
        fault_breakdown=_faults(requests),
        peers=_peers(requests),
        timing=_timing(everything),
        slowest=tuple(
            SlowRequest.model_validate(one.model_dump(include=set(SlowRequest.model_fields)))
            for one in sorted(everything, key=lambda one: one.duration_ms, reverse=True)[:_SLOWEST]
        ),
        connections=_connections(everything),
        attempts=AttemptCounts(
            retries=sum(one.attempt > 1 for one in everything),
            recovered=len(requests.overcome),
            most=max((one.attempt for one in everything), default=0),
        ),
        failure_patterns=patterns,
        recommendations=tuple(dict.fromkeys(pattern.fix for pattern in patterns)),
        processes=tuple(
            LoggedProcess(
                process=log.process,
                started_at=moment_of(log.started_at),
                ended_at=None if log.ended_at is None else moment_of(log.ended_at),
                environment=log.environment,
            )
            for log in logs
        ),
        left_out=requests.left_out,
    )


def _verdict(total: int, failed: int, patterns: Sequence[FailurePattern]) -> str:
    if not total:
        return "Nothing was asked of other services while diagnostics were on."
    counts = f"{total} request{'' if total == 1 else 's'}, {failed or 'none'} failed"
    if not patterns:
        return f"No problems: {counts}."
    worst = patterns[0]
    if failed and all(pattern.recovered == pattern.count for pattern in patterns):
        return f"It works, but it is fragile: {counts} and succeeded when sent again. {worst.title}."
    return f"{worst.title}: {counts}."


def _beginning_of(log: JobLog) -> float:
    """A log begins when its first request has ended."""
    return min((one.started_at for one in log.exchanges if one.started_at < log.started_at), default=log.started_at)


def _end_of(log: JobLog) -> float:
    last = max((one.started_at + one.duration_ms / 1000 for one in log.exchanges), default=log.started_at)
    return max(last, log.ended_at or log.started_at)


def _percentage(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 100.0


def _statuses(everything: Sequence[Exchange]) -> dict[str, StatusCount]:
    counts = Counter(one.status for one in everything if one.status is not None)
    return {str(status): StatusCount(count=counts[status], meaning=meaning_of(status)) for status in sorted(counts)}


def _faults(requests: Requests) -> Mapping[Fault, int]:
    """What broke requests, but for those whose answer was planned for."""
    broken = (
        one.error.fault
        for one, cause in zip(requests.all, requests.causes, strict=True)
        if one.error is not None and (cause is not None or is_cancelled(one))
    )
    return Counter(fault for fault in broken if fault is not None)


def _peers(requests: Requests) -> Mapping[Peer, PeerFigures]:
    asked: dict[Peer, list[Exchange]] = defaultdict(list)
    for one in requests.all:
        asked[one.peer].append(one)
    failed = Counter(requests.all[at].peer for at in requests.failed)
    cancelled = Counter(one.peer for one in requests.all if is_cancelled(one))
    return {
        peer: PeerFigures(
            requests=len(found),
            failed=failed[peer],
            success_rate=_percentage(len(found) - cancelled[peer] - failed[peer], len(found) - cancelled[peer]),
            hosts=dict(Counter(one.host for one in found).most_common()),
            timing=_timing(found),
            bytes_sent=sum(one.request_bytes or 0 for one in found),
            bytes_received=sum(one.response_bytes or 0 for one in found),
        )
        for peer, found in asked.items()
    }


def _timing(found: Sequence[Exchange]) -> Durations:
    durations = [one.duration_ms for one in found]
    return Durations(
        p50_ms=round(percentile(durations, 50), 1),
        p95_ms=round(percentile(durations, 95), 1),
        slowest_ms=round(max(durations, default=0.0), 1),
    )


def _connections(everything: Sequence[Exchange]) -> ConnectionCounts:
    counts = Counter(one.connection for one in everything)
    new, reused = counts["new"], counts["reused"]
    return ConnectionCounts(new=new, reused=reused, unknown=len(everything) - new - reused)
