"""The figures of a job's logs."""

from __future__ import annotations

import json

import pytest

from bulkvid_pipeline.core.diagnostics.exchange import Fault, Peer
from bulkvid_pipeline.core.diagnostics.statuses import meaning_of
from bulkvid_pipeline.core.diagnostics.summary import summary_of
from bulkvid_pipeline_tests.core.diagnostics.exchanges import (
    JOB,
    NOW,
    asked,
    broken,
    healthy,
    log_of,
    s3_error,
    speech_error,
)


def test_a_job_that_works_has_no_problems_and_nothing_to_recommend() -> None:
    found = summary_of([log_of(*healthy())])

    assert found.verdict == "No problems: 27 requests, none failed."
    assert (found.total_requests, found.failed_requests, found.success_rate) == (27, 0, 100.0)
    assert (found.failure_patterns, found.recommendations) == ((), ())


def test_figures_are_those_of_the_requests() -> None:
    log = log_of(
        asked(Peer.SHEET, connection="new", response_bytes=900),
        asked(Peer.SHEET, at=1, connection="reused", response_bytes=100),
        speech_error(429, "Slow down", at=2, row="row-1", duration_ms=10.0, connection="new"),
        asked(Peer.SPEECH, at=3, row="row-1", attempt=2, duration_ms=900.0, connection="reused", request_bytes=50),
        s3_error("NoSuchBucket", 404, at=4),
        broken(Peer.WEBHOOK, Fault.DNS, at=5),
        broken(Peer.WEBHOOK, Fault.CANCELLED, at=6),
    )

    found = summary_of([log])

    assert found.job_id == JOB
    assert (found.total_requests, found.successful_requests, found.failed_requests) == (7, 3, 3)
    assert (found.cancelled_requests, found.success_rate) == (1, 50.0)
    assert found.duration_ms == 60_000
    assert {status: (told.count, told.meaning) for status, told in found.status_code_breakdown.items()} == {
        "200": (3, "Success"),
        "404": (1, "Not Found"),
        "429": (1, "Rate Limited"),
    }
    assert found.fault_breakdown == {Fault.DNS: 1, Fault.CANCELLED: 1}
    speech = found.peers[Peer.SPEECH]
    assert (speech.requests, speech.failed, speech.success_rate, speech.bytes_sent) == (2, 1, 50.0, 50)
    assert found.peers[Peer.SHEET].bytes_received == 1000
    assert (speech.timing.p50_ms, speech.timing.p95_ms, speech.timing.slowest_ms) == (10.0, 900.0, 900.0)
    assert (found.slowest[0].peer, found.slowest[0].duration_ms, found.slowest[0].row) == (Peer.SPEECH, 900.0, "row-1")
    assert (found.connections.new, found.connections.reused, found.connections.unknown) == (2, 2, 3)
    assert (found.attempts.retries, found.attempts.recovered, found.attempts.most) == (1, 1, 2)


def test_several_processes_are_one_job() -> None:
    first = log_of(asked(Peer.SHEET), started_at=NOW, ended_at=NOW + 10)
    second = log_of(speech_error(401, "No", at=40), started_at=NOW + 30, ended_at=None, environment={"python": "3.11"})

    found = summary_of([second, first])

    assert (found.total_requests, found.failed_requests) == (2, 1)
    assert found.duration_ms == 40_080, "the second has not ended: its last request has"
    assert [process.ended_at is None for process in found.processes] == [True, False]


def test_the_first_request_is_part_of_the_time_though_a_log_begins_when_it_has_ended() -> None:
    found = summary_of([log_of(asked(Peer.SHEET, at=-20, duration_ms=20_000), asked(Peer.SHEET, at=1))])

    assert found.duration_ms == 80_000
    assert found.started_at.timestamp() == NOW - 20


def test_what_was_cancelled_is_no_success_of_its_peer() -> None:
    ended = [broken(Peer.SPEECH, Fault.CANCELLED, at=at) for at in range(2)]

    found = summary_of([log_of(asked(Peer.SPEECH), speech_error(401, "No", at=3), *ended)])

    assert (found.peers[Peer.SPEECH].success_rate, found.success_rate) == (50.0, 50.0)


def test_requests_that_were_only_counted_count() -> None:
    log = log_of(asked(Peer.SHEET), speech_error(401, "No"), requests=1000, failed=251, left_out=998)

    found = summary_of([log])

    assert (found.total_requests, found.failed_requests, found.left_out) == (1000, 251, 998)
    assert found.success_rate == 74.9
    (pattern,) = found.failure_patterns
    assert (pattern.name, pattern.extent) == ("wrong_credentials", "some"), "not every request, as far as is known"
    assert pattern.detail == "1 of 1 kept request to speech.example.com"


def test_a_log_that_keeps_failures_alone_is_no_high_failure_rate() -> None:
    kept = [speech_error(503, "Busy", at=at) for at in range(10)]

    names = [pattern.name for pattern in summary_of([log_of(*kept, requests=100, left_out=90)]).failure_patterns]

    assert names == ["server_overloaded"]


def test_a_log_without_requests_says_that_nothing_was_asked() -> None:
    found = summary_of([log_of()])

    assert found.verdict == "Nothing was asked of other services while diagnostics were on."
    assert (found.total_requests, found.success_rate, found.failure_patterns) == (0, 100.0, ())


def test_the_verdict_names_what_is_worst() -> None:
    wrong_key = [speech_error(401, "No", at=at) for at in range(3)]

    assert summary_of([log_of(*healthy(), *wrong_key)]).verdict == (
        "The speech server does not accept the key: 30 requests, 3 failed."
    )


def test_what_was_overcome_is_called_fragile() -> None:
    failed = broken(Peer.SHEET, Fault.DROPPED, at=-1)

    verdict = summary_of([log_of(failed, *healthy())]).verdict

    assert verdict.startswith("It works, but it is fragile: 28 requests, 1 failed and succeeded when sent again.")


def test_recommendations_are_not_repeated() -> None:
    log = log_of(*[broken(peer, Fault.DNS, at=at) for at in range(3) for peer in (Peer.STORAGE, Peer.SPEECH)])

    found = summary_of([log])

    assert len(found.recommendations) == len(set(found.recommendations)) == 3


def test_it_is_json() -> None:
    told = summary_of([log_of(*healthy(), s3_error("SlowDown", 503))]).as_json()

    assert json.loads(json.dumps(told)) == told
    assert told["status_code_breakdown"]["503"] == {"count": 1, "meaning": "Service Unavailable"}
    assert told["failure_patterns"][0]["first_at"].endswith("Z")


def test_logs_of_two_jobs_have_no_summary() -> None:
    with pytest.raises(ValueError, match="one job"):
        summary_of([log_of(), log_of(job_id="job_2")])
    with pytest.raises(ValueError, match="one job"):
        summary_of([])


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, "Success"),
        (400, "Bad Request"),
        (401, "Unauthorized"),
        (403, "Forbidden"),
        (404, "Not Found"),
        (429, "Rate Limited"),
        (503, "Service Unavailable"),
        (418, "I'm a Teapot"),
        (599, "Server Error"),
        (799, "Unknown"),
    ],
)
def test_status_codes_are_named(status: int, meaning: str) -> None:
    assert meaning_of(status) == meaning
