"""What many requests show together, and what is recommended."""

from __future__ import annotations

import email.utils
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.diagnostics.advice import Advice, Sign, advice_on
from bulkvid_pipeline.core.diagnostics.causes import Cause
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, ExchangeError, Fault, Peer
from bulkvid_pipeline.core.diagnostics.patterns import Extent, FailurePattern, Requests, patterns_of
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.core.diagnostics.exchanges import (
    NOW,
    answered,
    asked,
    broken,
    healthy,
    log_of,
    s3_error,
    speech_error,
)
from bulkvid_pipeline_tests.peers.google.quota import quota_exceeded


def patterns(*exchanges: Exchange) -> dict[str, FailurePattern]:
    return {pattern.name: pattern for pattern in patterns_of(Requests((log_of(*exchanges),)))}


def dated(one: Exchange, clock_ahead_s: float, age_s: int | None = None) -> Exchange:
    """The exchange as a machine has seen it whose clock is so much ahead of the server's."""
    headers = {"Date": email.utils.formatdate(one.started_at - clock_ahead_s - (age_s or 0), usegmt=True)}
    return one.model_copy(update={"response_headers": headers | ({"Age": str(age_s)} if age_s else {})})


def test_a_job_that_works_shows_nothing() -> None:
    assert patterns(*healthy()) == {}


@given(
    st.lists(
        st.builds(
            asked,
            st.sampled_from(Peer),
            st.sampled_from([200, 201, 204, 206, 304]),
            at=st.floats(0, 3600),
            duration_ms=st.floats(0, 1900),
            connection=st.sampled_from(["new", "reused", None]),
            row=st.sampled_from(["row-1", "row-2", None]),
            response_bytes=st.integers(0, 10**9),
        ),
        max_size=60,
    )
)
def test_requests_that_succeed_at_once_are_never_called_a_problem(found: list[Exchange]) -> None:
    assert set(patterns(*found)) <= {"connections_not_reused"}


def test_a_pattern_names_its_evidence_and_the_setting_to_change() -> None:
    refused = [answered(Peer.SHEET, quota_exceeded("Read"), at=at, row=f"row-{at}") for at in (3, 5)]
    found = patterns(*healthy(), *refused)["read_quota_per_user"]

    assert (found.peer, found.count, found.recovered) == (Peer.SHEET, 2, 0)
    assert (found.hosts, found.operations, found.statuses) == (("sheets.googleapis.com",), ("values.get",), (429,))
    assert (found.rows, found.rows_total) == (("row-3", "row-5"), 2)
    assert (found.first_at.timestamp(), found.last_at.timestamp()) == (NOW + 3, NOW + 5)
    assert "Quota exceeded for quota metric 'Read requests'" in found.said
    assert found.detail == "2 of 4 requests to sheets.googleapis.com; the limit is 60 a minute"
    assert "BULKVID_LIMIT_PER_USER" in found.settings
    assert "BULKVID_LIMIT_PER_USER" in found.fix


def test_one_bad_row_is_told_from_a_peer_that_refuses_all() -> None:
    rows = [asked(Peer.MEDIA, 200, row=f"row-{n}", url=f"https://p/{n}") for n in range(4)]
    one = patterns(*rows, asked(Peer.MEDIA, 404, row="row-9"))["not_found"]
    every = patterns(*[asked(Peer.MEDIA, 404, row=f"row-{n}", at=n) for n in range(4)])["not_found"]

    assert (one.extent, one.rows) == (Extent.ONE_ROW, ("row-9",))
    assert one.detail.endswith("all of them for the row row-9")
    assert every.extent is Extent.EVERY_REQUEST


def test_one_bad_host_is_told_from_the_others() -> None:
    good = [asked(Peer.MEDIA, row=f"row-{n}", host=f"good{n}.example.com") for n in range(2)]
    bad = [broken(Peer.MEDIA, Fault.DNS, row=f"row-{n}", host="bad.example.com") for n in range(5, 7)]
    found = patterns(*good, *bad)["dns"]

    assert (found.extent, found.hosts) == (Extent.ONE_HOST, ("bad.example.com",))
    assert found.detail == "2 of 2 requests to bad.example.com, and none to 2 other hosts"


def test_what_succeeds_when_it_is_sent_again_works_but_is_fragile() -> None:
    failed = broken(Peer.SPEECH, Fault.DROPPED, at=30, row="row-1")
    found = patterns(*healthy(), failed, asked(Peer.SPEECH, at=31, row="row-1", attempt=2))

    assert set(found) == {"connection_dropped", "succeeded_after_retries"}
    assert (found["connection_dropped"].count, found["connection_dropped"].recovered) == (1, 1)


def test_another_sentence_that_is_spoken_does_not_make_up_for_one_that_failed() -> None:
    failed = broken(Peer.SPEECH, Fault.DROPPED, at=30, row="row-1")
    found = patterns(*healthy(), failed, asked(Peer.SPEECH, at=31, row="row-1", attempt=1))

    assert set(found) == {"connection_dropped"}
    assert found["connection_dropped"].recovered == 0


def test_a_token_that_was_renewed_counts_as_overcome() -> None:
    found = patterns(asked(Peer.SHEET, 401, "expired"), *healthy())

    assert found["expired_token"].recovered == 1


def test_more_than_half_failed_is_a_pattern_of_its_own_and_names_the_most_frequent() -> None:
    failed = [speech_error(401, "Wrong key", at=at) for at in range(3)]
    found = patterns(*failed, asked(Peer.SHEET), s3_error("SlowDown", 503))

    assert found["high_failure_rate"].detail == (
        '4 of 5 requests failed; most often: "The speech server does not accept the key"'
    )
    assert "high_failure_rate" not in patterns(*failed, *[asked(Peer.SHEET, at=at) for at in range(3)])


@pytest.mark.parametrize("ahead", [-1020.0, 1020.0])
def test_a_wrong_clock_is_seen_in_the_dates_of_answers(ahead: float) -> None:
    found = patterns(*[dated(one, ahead) for one in healthy()])

    assert set(found) == {"wrong_clock"}
    direction = "ahead of" if ahead > 0 else "behind"
    assert found["wrong_clock"].detail == f"this machine's clock is 17 min {direction} 4 of 4 hosts"


def test_a_right_clock_a_cache_and_one_server_of_another_time_raise_no_alarm() -> None:
    right = [dated(one, 0.4) for one in healthy()]
    cached = dated(asked(Peer.WEBHOOK), 0.0, age_s=7200)
    other = dated(asked(Peer.WEBHOOK, host="old.example.com"), 5000.0)

    assert patterns(*right, cached, other) == {}


def test_a_refused_signature_tells_how_wrong_the_clock_is() -> None:
    refused = [dated(s3_error("RequestTimeTooSkewed", 403, at=at), 1800.0) for at in range(2)]
    found = patterns(*refused)["wrong_clock"]

    assert (found.peer, found.count) == (Peer.STORAGE, 2)
    assert "30 min ahead of 1 of 1 hosts" in found.detail


def test_a_storage_that_is_slower_than_the_others_is_named_with_its_figures() -> None:
    slow = [asked(Peer.STORAGE, at=at, duration_ms=9000.0, request_bytes=400_000) for at in range(5)]
    found = patterns(*[asked(Peer.SHEET, at=at) for at in range(5)], *slow)["slow"]

    assert found.peer is Peer.STORAGE
    assert "9000 ms (p95)" in found.detail
    assert "44 kB/s" in found.detail
    assert {"BULKVID_S3_ENDPOINT_URL", "BULKVID_WORKERS"} <= set(found.settings)


def test_large_files_one_slow_answer_and_speech_that_takes_its_time_are_not_slow() -> None:
    large = [asked(Peer.STORAGE, at=at, duration_ms=60_000.0, request_bytes=100_000_000) for at in range(5)]
    once = [asked(Peer.WEBHOOK, at=at, duration_ms=9000.0 if at == 2 else 50.0) for at in range(9)]
    speech = [asked(Peer.SPEECH, at=at, duration_ms=9000.0) for at in range(9)]

    assert patterns(*large, *once, *speech) == {}


def test_where_everything_is_slow_no_single_peer_is_blamed() -> None:
    peers = (Peer.STORAGE, Peer.SHEET, Peer.WEBHOOK)
    found = patterns(*[asked(peer, at=at, duration_ms=6000.0) for at in range(4) for peer in peers])

    assert set(found) == {"slow_network"}


def test_connections_that_could_have_been_used_again_are_counted() -> None:
    found = patterns(*[asked(Peer.STORAGE, at=at, connection="new") for at in range(8)])

    assert found["connections_not_reused"].detail == "8 requests opened 8 connections"


def test_connections_at_once_or_after_a_long_pause_have_to_be_new() -> None:
    at_once = [asked(Peer.STORAGE, at=0, connection="new") for _ in range(20)]
    seldom = [asked(Peer.SHEET, at=60 * n, connection="new") for n in range(20)]
    by_design = [asked(Peer.WEBHOOK, at=n, connection="new") for n in range(20)]

    assert patterns(*at_once, *seldom, *by_design) == {}


def test_what_was_not_overcome_comes_first_and_then_the_most_frequent() -> None:
    once = s3_error("NoSuchBucket", 404, at=1)
    thrice = [asked(Peer.MEDIA, 404, at=n, row=f"row-{n}", url=f"https://p/{n}") for n in range(3)]
    overcome = [broken(Peer.SHEET, Fault.TIMEOUT, at=n) for n in range(9)]

    found = patterns(*healthy(), once, *thrice, *overcome, asked(Peer.SHEET, at=50))

    assert list(found) == ["not_found", "bucket_not_found", "timeout", "succeeded_after_retries"]


def test_a_folder_is_not_told_to_change_keys_of_a_bucket() -> None:
    denied = ExchangeError(type="PermissionError", message="Denied", code="STORAGE_ACCESS_DENIED", fault=Fault.OTHER)
    found = patterns(broken(Peer.STORAGE, None, error=denied, url="file:///films", host="localhost"))["bucket_denied"]

    assert found.title == "The output folder cannot be written"
    assert found.settings == ("BULKVID_OUTPUT_URL",)


def test_a_callback_that_fails_comes_after_what_fails_the_job() -> None:
    gone = [asked(Peer.WEBHOOK, 410, at=at) for at in range(5)]

    assert list(patterns(*healthy(), *gone, speech_error(401, "No")))[:2] == ["wrong_credentials", "receiver_gone"]


def test_there_is_advice_on_every_pattern_at_every_peer() -> None:
    known = {f"BULKVID_{name}".upper() for name in Settings.model_fields}
    for name, peer in itertools.product([*Cause, *Sign], [*Peer, None]):
        if peer is None and name not in {Cause.WRONG_CLOCK, *Sign} - {Sign.SLOW, Sign.CONNECTIONS_NOT_REUSED}:
            continue
        check(advice_on(name, peer), known)
    for name in [*Cause, Sign.SLOW]:
        check(advice_on(name, Peer.STORAGE, is_folder=True), known)


def check(advice: Advice, known: set[str]) -> None:
    assert re.match(r"[A-Z].*[^.]$", advice.title), advice
    assert re.match(r"[A-Z].*\.$", advice.fix), advice
    assert not set("{}") & set(advice.title + advice.fix), advice
    assert set(re.findall(r"BULKVID_\w+", advice.fix)) <= known, advice
    assert set(advice.settings) <= known, advice


@pytest.mark.parametrize("name", Cause)
def test_every_cause_but_the_clock_comes_from_some_peer(name: Cause) -> None:
    assert any(advice_on(name, peer).title for peer in Peer)
