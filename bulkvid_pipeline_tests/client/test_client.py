"""Requests, answers, repetitions and errors of both clients, over real HTTP."""

from __future__ import annotations

import gzip
import json
import logging
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bulkvid_pipeline.client import (
    AsyncBulkJobsClient,
    AuthenticationError,
    BulkJobsClient,
    BulkJobsError,
    ConflictError,
    ConnectionFailedError,
    IdempotencyError,
    InsecureConnectionWarning,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitedError,
    RequestTimeoutError,
    ServerError,
    ServiceUnavailableError,
    UnexpectedAnswerError,
    __version__,
)
from bulkvid_pipeline_tests.client import samples
from bulkvid_pipeline_tests.client.clients import TOKEN
from bulkvid_pipeline_tests.peers.api_peer import ApiPeer, after, dropped, failed, half, ok, page, raw

JOB = "/api/bulk-jobs/job_1"
JOBS = "/api/bulk-jobs"
REPLAY = "/api/webhooks/deliveries/msg_1/replay"


def created(**fields: Any) -> dict[str, Any]:
    return {**samples.job("pending"), "validation": None, **fields}


class TestRequests:
    def test_a_read_carries_the_token_and_says_who_asks(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()))

        assert client.get_job("job_1").state == "running"
        [seen] = peer.seen
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert seen.headers["user-agent"] == f"bulkvid-client-python/{__version__}"

    def test_create_sends_the_arguments_of_the_reference_with_a_key(self, peer: ApiPeer, client: Any) -> None:
        peer.on("POST", JOBS, ok(created(), 201))

        job = client.create_job(
            title="My Campaign Videos",
            sheet_id="1A2B3C4D5E6F7G8H9I0J",
            range="A1:Z100",
            output_bucket="my-videos",
            template_id="tpl_abc123",
        )

        assert job["id"] == "job_1"
        [seen] = peer.seen
        assert seen.json["output"] == {"output_bucket": "my-videos"}
        assert len(seen.headers["idempotency-key"]) >= 32

    def test_each_create_has_a_key_of_its_own_which_its_repetitions_share(self, peer: ApiPeer, client: Any) -> None:
        peer.on("POST", JOBS, failed(503), dropped, half(b"x" * 100, 10), ok(created(), 201))
        client.create_job(sheet_id="a" * 20)
        client.create_job(sheet_id="a" * 20)

        keys = [seen.headers["idempotency-key"] for seen in peer.seen]
        assert len(keys) == 5
        assert len(set(keys[:4])) == 1
        assert keys[4] != keys[0]
        assert len({seen.body for seen in peer.seen}) == 1

    def test_a_key_of_the_caller_is_used(self, peer: ApiPeer, client: Any) -> None:
        peer.on("POST", JOBS, ok(created(), 201))
        client.create_job(sheet_id="a" * 20, idempotency_key="order-17")

        assert peer.seen[0].headers["idempotency-key"] == "order-17"

    def test_a_key_of_the_caller_makes_one_upload_and_one_job(self, peer: ApiPeer, client: Any) -> None:
        peer.on("POST", "/api/sheets", ok({"id": "upload_1_ideas-1", "name": "ideas.csv", "size": 1}, 201))
        peer.on("POST", JOBS, ok(created(), 201))
        for _ in range(2):
            client.create_job(file=("ideas.csv", b"x"), idempotency_key="order-17")

        keys = [seen.headers["idempotency-key"] for seen in peer.seen]
        assert keys == ["order-17-sheet", "order-17"] * 2

    def test_a_dry_run_creates_nothing(self, peer: ApiPeer, client: Any) -> None:
        rows = {"accepted": 3, "rejected": 0, "skipped": 0}
        validation = {"level": "moderate", "stops_job": False, "rows": rows, "findings_total": 0, "findings": []}
        peer.on("POST", JOBS, ok({"items_total": 3, "validation": validation, "estimate": {"videos": 4}}))
        peer.on("POST", "/api/sheets/preview", ok({"name": "ideas", "rows_total": 3}))

        plan = client.create_job(sheet_id="a" * 20, dry_run=True)
        preview = client.preview_sheet(sheet_id="a" * 20, rows=3)

        assert (plan.items_total, plan.validation.rows.accepted, plan.estimate.videos) == (3, 3, 4)
        assert peer.seen[0].query == [("dry_run", "true")]
        assert preview.rows_total == 3
        assert peer.seen[1].json == {"input_source": {"sheet_id": "a" * 20}, "rows": 3}

    def test_a_file_is_uploaded_before_the_job_is_created(self, peer: ApiPeer, client: Any, tmp_path: Path) -> None:
        peer.on("POST", "/api/sheets", ok({"id": "upload_1_ideas-1", "name": "ideas.csv", "size": 11}, 201))
        peer.on("POST", JOBS, ok(created(), 201))
        sheet = tmp_path / "ideas.csv"
        sheet.write_bytes("idea_title\nÜbung".encode())

        client.create_job(title="Spring", file=sheet)

        upload, create = peer.seen
        assert b'name="file"; filename="ideas.csv"' in upload.body
        assert "Übung".encode() in upload.body
        assert create.json["input_source"] == {"path": "upload_1_ideas-1"}

    def test_a_sheet_that_cannot_be_one_is_not_sent(self, peer: ApiPeer, client: Any, tmp_path: Path) -> None:
        (tmp_path / "empty.csv").touch()
        for file, error, words in (
            (tmp_path / "empty.csv", ValueError, "is empty"),
            (("big.csv", b"x" * (10 * 1024 * 1024 + 1)), ValueError, "split it"),
            (tmp_path / "none.csv", FileNotFoundError, "none.csv"),
        ):
            with pytest.raises(error, match=words):
                client.create_job(file=file)
        with pytest.raises(ValueError, match="one sheet"):
            client.create_job(file=("a.csv", b"x"), sheet_id="a" * 20)
        with (tmp_path / "empty.csv").open() as text, pytest.raises(TypeError, match="'rb'"):
            client.create_job(file=text)
        assert peer.seen == []

    def test_pages_are_read_as_they_are_needed(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOBS, page([samples.job(), samples.job()], "t2"), page([samples.job()], None))

        jobs = client.list_jobs(state=["running", "paused"], q="spring", sort="created_at", order="desc")
        next(jobs)
        assert len(peer.seen) == 1
        assert len(list(jobs)) == 2
        first, second = (dict(seen.query) for seen in peer.seen)
        assert [value for name, value in peer.seen[0].query if name == "state"] == ["running", "paused"]
        assert (first["q"], first["sort"], first["order"]) == ("spring", "created_at", "desc")
        assert "page_token" not in first
        assert second["page_token"] == "t2"
        assert second["q"] == "spring"

    def test_a_limit_reads_no_more_than_it_needs(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOBS, page([samples.job()] * 3, "t2"))

        assert len(list(client.list_jobs(limit=3))) == 3
        assert list(client.list_jobs(limit=0)) == []
        assert [dict(seen.query)["page_size"] for seen in peer.seen] == ["3"]

    def test_the_newest_events_are_given_oldest_first(self, peer: ApiPeer, client: Any) -> None:
        def events(first: int, last: int, **cursors: Any) -> Any:
            return ok({"items": [{"message": str(n)} for n in range(first, last)], "next_cursor": "n", **cursors})

        path = f"{JOB}/events"
        peer.on("GET", path, events(250, 500, previous_cursor="p1"), events(200, 250, previous_cursor="p2"))
        found = client.get_job_events("job_1", level="WARNING", row=7, limit=300)
        assert [int(event.message) for event in found] == list(range(200, 500))
        first, second = (dict(seen.query) for seen in peer.seen)
        assert first == {"level": "WARNING", "row": "7", "limit": "250"}
        assert second == {"level": "WARNING", "row": "7", "limit": "50", "before": "p1"}

        peer.on("GET", path, events(1, 3, has_more=True), events(3, 4, has_more=False))
        assert [event.message for event in client.get_job_events("job_1", after="e0", limit=None)] == ["1", "2", "3"]
        assert [dict(seen.query)["cursor"] for seen in peer.seen[2:]] == ["e0", "n"]

    def test_a_list_that_goes_in_circles_ends_in_an_error(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOBS, page([samples.job()], "again"))

        with pytest.raises(UnexpectedAnswerError, match="same page"):
            list(client.list_jobs())

    def test_actions_are_posted_once(self, peer: ApiPeer, client: Any) -> None:
        for action in ("pause", "resume", "cancel", "retry"):
            peer.on("POST", f"{JOB}/{action}", ok(samples.job("pausing")))
            getattr(client, f"{action}_job")("job_1")
        client.retry_job("job_1", items=["s:2", 7])

        assert [seen.body for seen in peer.seen[:4]] == [b""] * 4
        assert peer.seen[4].json == {"items": ["s:2", 7]}

    @pytest.mark.parametrize("job_id", ["../system/status", "a/b", "a?b", "a#b", "ü"])
    def test_no_id_leads_to_another_route(self, peer: ApiPeer, client: Any, job_id: str) -> None:
        with pytest.raises(NotFoundError):
            client.get_job(job_id)
        assert "/" not in peer.seen[0].path.removeprefix("/api/bulk-jobs/")

    @pytest.mark.parametrize("job_id", ["", ".", "..", None])
    def test_what_is_no_id_is_not_sent(self, peer: ApiPeer, client: Any, job_id: Any) -> None:
        with pytest.raises(ValueError, match="Not an id"):
            client.get_job(job_id)
        assert peer.seen == []

    def test_health_of_a_sick_service_is_an_answer(self, peer: ApiPeer, client: Any) -> None:
        sick = {"status": "unhealthy", "services": {"database": "unhealthy"}, "version": "1", "timestamp": "x"}
        peer.on("GET", "/api/v1/health", raw(503, json.dumps(sick).encode()))

        assert client.health().services["database"] == "unhealthy"
        assert len(peer.seen) == 1

    def test_templates_and_webhooks_have_places_of_their_own(self, peer: ApiPeer, client: Any) -> None:
        template = {"template_id": "mine", "origin": "project", "read_only": False, "settings": None}
        peer.on("GET", "/api/templates", page([template]))
        peer.on("PUT", "/api/templates/mine", ok(template, 201))
        peer.on("DELETE", "/api/templates/mine", ok({"template_id": "mine", "deleted": True}))
        peer.on("GET", "/api/templates/mine/preview.png", raw(200, b"\x89PNG", "image/png"))
        peer.on("POST", "/api/webhooks/deliveries/msg_1/replay", ok({"id": "msg_1", "state": "waiting"}))

        assert [found.template_id for found in client.templates.list()] == ["mine"]
        assert client.templates.put("mine", {"style": "modern"}, only_new=True).origin == "project"
        assert peer.seen[-1].headers["if-none-match"] == "*"
        assert client.templates.delete("mine") is None
        assert client.templates.preview("mine") == b"\x89PNG"
        assert client.webhooks.replay("msg_1").state == "waiting"


class TestRepetitions:
    @pytest.mark.parametrize(
        "fault",
        [
            failed(500),
            failed(503),
            failed(429),
            raw(502, b"<html>Bad Gateway</html>", "text/html"),
            dropped,
            half(b"{" * 100, 10),
        ],
    )
    def test_a_read_outlives_a_passing_fault(self, peer: ApiPeer, client: Any, fault: Any) -> None:
        peer.on("GET", JOB, fault, fault, ok(samples.job()))

        assert client.get_job("job_1").id == "job_1"
        assert len(peer.seen) == 3

    def test_it_gives_up_after_its_retries_and_tells_the_last_error(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("GET", JOB, failed(503, "SERVICE_UNAVAILABLE", "Processing service unavailable"))

        with connect(peer.url, max_retries=2) as client, pytest.raises(ServiceUnavailableError) as caught:
            client.get_job("job_1")
        assert caught.value.message == "Processing service unavailable"
        assert len(peer.seen) == 3

    def test_it_waits_as_long_as_the_server_asks(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, failed(429, "QUOTA", "Rate limit exceeded", retry_after=1), ok(samples.job()))
        client.get_job("job_1")

        first, second = peer.seen
        assert second.at - first.at >= 1

    def test_it_does_not_wait_longer_than_it_may(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("GET", JOB, failed(429, "QUOTA", "Rate limit exceeded", retry_after=3600))

        with connect(peer.url, total_timeout=5) as client, pytest.raises(RateLimitedError) as caught:
            client.get_job("job_1")
        assert caught.value.retry_after == 3600
        assert len(peer.seen) == 1

    @pytest.mark.parametrize("fault", [dropped, failed(503), failed(500)])
    def test_an_action_is_repeated_with_its_key(self, peer: ApiPeer, client: Any, fault: Any) -> None:
        peer.on("POST", f"{JOB}/pause", fault, ok(samples.job("pausing")))

        assert client.pause_job("job_1").state == "pausing"
        first, second = peer.seen
        assert first.headers["idempotency-key"] == second.headers["idempotency-key"]

    @pytest.mark.parametrize("fault", [dropped, failed(503), failed(500)])
    def test_what_has_no_key_is_not_repeated_where_its_fate_is_unknown(
        self, peer: ApiPeer, client: Any, fault: Any
    ) -> None:
        peer.on("POST", REPLAY, fault, ok({"id": "msg_1"}))

        with pytest.raises(BulkJobsError):
            client.webhooks.replay("msg_1")
        assert len(peer.seen) == 1

    def test_what_was_turned_away_at_the_door_is_repeated(self, peer: ApiPeer, client: Any) -> None:
        peer.on("POST", REPLAY, failed(429, retry_after=0), ok({"id": "msg_1"}))

        assert client.webhooks.replay("msg_1").id == "msg_1"

    def test_an_action_is_repeated_while_nothing_listens(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("POST", REPLAY, ok({"id": "msg_1"}))
        peer.stop()
        with connect(peer.url, max_retries=30, backoff=0.2) as client:
            starting = threading.Timer(0.3, peer.start)
            starting.start()
            assert client.webhooks.replay("msg_1").id == "msg_1"
            starting.join()
        assert len(peer.seen) == 1

    def test_a_create_that_is_still_at_work_is_waited_for(self, peer: ApiPeer, client: Any) -> None:
        in_flight = failed(409, "IDEMPOTENCY_KEY_IN_USE", "The first request with this key is at work", retry_after=0)
        peer.on("POST", JOBS, in_flight, ok(created(), 201))

        assert client.create_job(sheet_id="a" * 20).id == "job_1"

    def test_a_silent_server_is_left_in_time(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("GET", JOB, after(30, ok(samples.job())))

        with connect(peer.url, timeout=0.2, max_retries=1) as client, pytest.raises(RequestTimeoutError) as caught:
            client.get_job("job_1")
        assert isinstance(caught.value, TimeoutError)
        assert "silent for 0.2 s" in str(caught.value)
        assert len(peer.seen) == 2

    def test_nobody_listening_is_told_with_the_host(self, peer: ApiPeer, connect: Any) -> None:
        peer.stop()
        with connect(peer.url, max_retries=0) as client, pytest.raises(ConnectionFailedError) as caught:
            client.get_job("job_1")
        assert f"Cannot reach 127.0.0.1:{peer.port}" in str(caught.value)
        assert not caught.value.may_have_arrived


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (400, "INVALID_RANGE", InvalidRequestError),
            (401, "UNAUTHENTICATED", AuthenticationError),
            (403, "ACCESS_DENIED", PermissionDeniedError),
            (404, "JOB_NOT_FOUND", NotFoundError),
            (409, "ACTION_NOT_ALLOWED", ConflictError),
            (413, "BODY_TOO_LARGE", InvalidRequestError),
            (415, "UNSUPPORTED_MEDIA_TYPE", InvalidRequestError),
            (422, "IDEMPOTENCY_KEY_REUSED", IdempotencyError),
            (429, "QUOTA_EXCEEDED", RateLimitedError),
            (500, "INTERNAL", ServerError),
            (503, "SERVICE_UNAVAILABLE", ServiceUnavailableError),
            (507, "STORAGE_FULL", ServerError),
        ],
    )
    def test_an_error_has_the_type_of_its_status_and_all_that_was_told(
        self, peer: ApiPeer, connect: Any, status: int, code: str, kind: type[BulkJobsError]
    ) -> None:
        told: dict[str, Any] = {"fix": "Mend it", "field": "input_source.range", "details": {"allowed": ["cancel"]}}
        peer.on("GET", JOB, failed(status, code, "It is wrong", **told))

        with connect(peer.url, max_retries=0) as client, pytest.raises(kind) as caught:
            client.get_job("job_1")
        error = caught.value
        assert type(error) is kind
        assert (error.status, error.code, error.message, error.fix) == (status, code, "It is wrong", "Mend it")
        assert (error.field, error.details, error.request_id) == (told["field"], told["details"], "req_1")
        for part in ("It is wrong", "Mend it", "input_source.range", code, "req_1"):
            assert part in str(error)

    def test_a_web_page_of_a_proxy_is_told_in_words(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("GET", JOB, raw(502, b"<!DOCTYPE html>\n<h1>Bad Gateway</h1>", "text/html"))

        with connect(peer.url, max_retries=0) as client, pytest.raises(ServiceUnavailableError) as caught:
            client.get_job("job_1")
        assert "answered 502 Bad Gateway with a web page" in str(caught.value)

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html>Welcome</html>", b"[1, 2]", b'{"id": "job_1"}', b'{"success": true, "data": ', b"\xff\xfe"],
    )
    def test_an_answer_of_something_else_is_told_in_words(self, peer: ApiPeer, client: Any, body: bytes) -> None:
        peer.on("GET", JOB, raw(200, body, "text/html"))

        with pytest.raises(UnexpectedAnswerError, match="not this API's JSON"):
            client.get_job("job_1")

    def test_an_answer_that_cannot_be_unpacked_is_told_in_words(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("GET", JOB, raw(200, b"not gzip", content_encoding="gzip"))

        with connect(peer.url) as client, pytest.raises(UnexpectedAnswerError, match="cannot be decoded"):
            client.get_job("job_1")

    def test_packed_answers_are_read(self, peer: ApiPeer, client: Any) -> None:
        body = gzip.compress(json.dumps({"success": True, "data": samples.job()}).encode())
        peer.on("GET", JOB, raw(200, body, content_encoding="gzip"))

        assert client.get_job("job_1").title == "Spring"


class TestToken:
    def test_it_is_in_no_representation_error_or_log(
        self, peer: ApiPeer, connect: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        peer.on("GET", JOB, failed(401, "UNAUTHENTICATED", "Token expired"))
        with connect(peer.url) as client, pytest.raises(AuthenticationError) as caught:
            client.get_job("job_1")

        assert peer.url in repr(client)
        shown = [repr(client), str(caught.value), repr(vars(caught.value)), caplog.text]
        for entry in caught.traceback[1:]:
            shown += [repr(value) for value in entry.locals.values() if not isinstance(value, ApiPeer)]
        assert len(shown) > 20
        assert [text for text in shown if TOKEN in text] == []

    def test_it_does_not_follow_to_another_host(self, peer: ApiPeer, connect: Any) -> None:
        with ApiPeer() as other, connect(peer.url) as client:
            peer.on("GET", JOB, raw(302, b"", location=f"{other.url}{JOB}"))
            with pytest.raises(UnexpectedAnswerError, match="sends us on to"):
                client.get_job("job_1")
            assert other.seen == []

    def test_redirects_on_the_same_server_are_followed(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, raw(307, b"", location="/api/bulk-jobs/job_2"))
        peer.on("GET", "/api/bulk-jobs/job_2", ok(samples.job()))
        peer.on("GET", "/api/bulk-jobs/job_3", raw(302, b"", location="/api/bulk-jobs/job_3"))

        assert client.get_job("job_1").id == "job_1"
        with pytest.raises(UnexpectedAnswerError, match="redirects"):
            client.get_job("job_3")

    @pytest.mark.parametrize("kind", [BulkJobsClient, AsyncBulkJobsClient])
    @pytest.mark.parametrize("token", ["", "  ", "a b", "Bearer x", "a\nb: c", "tökén", None])
    def test_what_cannot_be_one_is_refused_without_being_repeated(self, kind: Callable[..., Any], token: Any) -> None:
        with pytest.raises(ValueError, match="api_key") as caught:
            kind(api_key=token, base_url="https://api.example.com")
        assert token is None or not token.strip() or token not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["", "api.example.com", "ftp://a.example", "https://u:p@a.example", "https://a/?q=1"]
    )
    def test_a_base_url_that_is_none_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="base_url") as caught:
            BulkJobsClient("token", url)
        assert "u:p" not in str(caught.value)

    @pytest.mark.parametrize(
        "url", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:1", "https://a.example"]
    )
    def test_safe_connections_are_silent(self, url: str) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            BulkJobsClient("token", url).close()

    def test_an_open_connection_over_the_network_warns_where_it_is_made(self) -> None:
        with pytest.warns(InsecureConnectionWarning, match=r"unencrypted to api\.example\.com") as caught:
            BulkJobsClient("token", "http://api.example.com").close()
        assert caught[0].filename == __file__


def test_a_base_url_may_have_a_path_and_a_slash_at_its_end(peer: ApiPeer, connect: Any) -> None:
    peer.on("GET", f"/videos{JOB}", ok(samples.job()))

    with connect(f"{peer.url}/videos/") as client:
        assert client.get_job("job_1").id == "job_1"


def test_a_client_of_ones_own_is_used_and_stays_open(peer: ApiPeer) -> None:
    peer.on("GET", JOB, ok(samples.job()))
    with httpx2.Client(headers={"x-tenant": "seven"}) as own:
        with BulkJobsClient(TOKEN, peer.url, http_client=own) as client:
            client.get_job("job_1")
        assert not own.is_closed
    assert peer.seen[0].headers["x-tenant"] == "seven"


def test_one_client_serves_many_threads(peer: ApiPeer) -> None:
    peer.on("GET", JOB, ok(samples.job()))
    found: list[str] = []
    with BulkJobsClient(TOKEN, peer.url) as client:
        threads = [threading.Thread(target=lambda: found.append(client.get_job("job_1").id)) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == ["job_1"] * 16
