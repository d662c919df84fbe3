"""When a request is sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bulkvid_pipeline.client.errors import (
    BulkJobsError,
    ConnectionFailedError,
    IdempotencyError,
    RateLimitedError,
    RequestTimeoutError,
    error_of_answer,
)
from bulkvid_pipeline.client.retries import LONGEST_PAUSE_S, RetryPolicy, retry_after_s

POLICY = RetryPolicy(max_retries=3, backoff_s=1.0, total_s=60.0, spread=lambda: 1.0)


def pause(error: BulkJobsError, *, failures: int = 1, elapsed_s: float = 0.0, repeatable: bool = True) -> float | None:
    return POLICY.pause_after(error, failures=failures, elapsed_s=elapsed_s, repeatable=repeatable)


def of_status(status: int) -> BulkJobsError:
    return error_of_answer(status, b"")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    assert pause(of_status(status)) is not None


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 501])
def test_what_stays_is_not_tried_again(status: int) -> None:
    assert pause(of_status(status)) is None


def test_a_key_whose_first_request_is_at_work_is_waited_for_and_a_misused_one_is_not() -> None:
    assert pause(IdempotencyError("at work", status=409)) is not None
    assert pause(IdempotencyError("another body", status=422)) is None


def test_without_a_key_only_what_never_arrived_is_repeated() -> None:
    assert pause(ConnectionFailedError("refused", may_have_arrived=False), repeatable=False) is not None
    assert pause(RateLimitedError("later", status=429, retry_after=1), repeatable=False) is not None
    assert pause(ConnectionFailedError("reset"), repeatable=False) is None
    assert pause(RequestTimeoutError("silent"), repeatable=False) is None
    assert pause(of_status(503), repeatable=False) is None


def test_pauses_double_up_to_a_ceiling_and_are_spread_by_chance() -> None:
    assert [POLICY.backoff(failures) for failures in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert POLICY.backoff(1_000_000) == LONGEST_PAUSE_S
    spread = [RetryPolicy(backoff_s=1.0).backoff(3) for _ in range(200)]
    assert 0 <= min(spread) < 1 < 3 < max(spread) <= 4


def test_the_server_is_given_the_time_that_it_asks_for() -> None:
    wait = pause(RateLimitedError("later", status=429, retry_after=20))

    assert wait is not None
    assert wait >= 20


def test_attempts_and_the_whole_time_are_bounded() -> None:
    assert pause(of_status(503), failures=3) is not None
    assert pause(of_status(503), failures=4) is None
    assert pause(of_status(503), elapsed_s=59.5) is None
    assert pause(RateLimitedError("later", status=429, retry_after=3600)) is None
    assert RetryPolicy(total_s=None).pause_after(
        RateLimitedError("later", status=429, retry_after=3600), failures=1, elapsed_s=1e6, repeatable=True
    )


def test_retry_after_is_seconds_or_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)

    assert retry_after_s("17") == 17
    assert 80 < (retry_after_s(soon) or 0) <= 90
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    for nonsense in (None, "", "soon", "-5", "1.5", "nan"):
        assert retry_after_s(nonsense) is None
