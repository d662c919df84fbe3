"""Watching jobs through restarts, dropped connections and networks on which nothing streams."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from bulkvid_pipeline.client import (
    AuthenticationError,
    BulkJobsClient,
    ConnectionFailedError,
    JobFailedError,
    NotFoundError,
    RequestTimeoutError,
    UnexpectedAnswerError,
    watching,
)
from bulkvid_pipeline.client.models import Event, Item, Progress, StateChange
from bulkvid_pipeline_tests.client import samples
from bulkvid_pipeline_tests.client.clients import TOKEN
from bulkvid_pipeline_tests.peers.api_peer import ApiPeer, dropped, event, failed, ok, raw, silent_for, stream

JOB = "/api/bulk-jobs/job_1"
STREAM = f"{JOB}/stream"
ENDED = event("end", {"job_id": "job_1", "state": "completed", "reason": "ended"}, "9")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "SHORTEST_POLL_S", 0.02)
    monkeypatch.setattr(watching, "STREAM_SILENCE_S", 1.0)


def moved(completed: int, event_id: str = "") -> bytes:
    return event("progress", samples.progress(completed), event_id)


def percents(updates: Iterator[Any]) -> list[float]:
    return [update["percent_complete"] for update in updates]


class TestMonitor:
    def test_updates_come_out_of_the_stream_and_the_last_one_has_the_state(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job("pending")), ok(samples.job("completed", 4)))
        running = event("state", {"job_id": "job_1", "state": "running", "actions": ["pause"]}, "1")
        peer.on("GET", STREAM, stream(b"retry: 10\n\n", running, moved(1, "2"), moved(2, "3"), moved(4, "4"), ENDED))

        updates = list(client.monitor_job("job_1"))

        assert [(update.state, update.percent_complete) for update in updates] == [
            ("pending", 0),
            ("running", 0),
            ("running", 25),
            ("running", 50),
            ("running", 100),
            ("completed", 100),
        ]
        assert updates[-1].is_last
        assert updates[-1].items_status.completed == 4
        assert len(peer.requests("GET", STREAM)) == 1

    def test_a_job_that_has_ended_gives_one_update(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job("completed", 4)))

        assert percents(client.monitor_job("job_1")) == [100]
        assert peer.requests("GET", STREAM) == []

    def test_a_dropped_stream_goes_on_after_its_last_event(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()), ok(samples.job("completed", 4)))
        half_an_event = b"id: 3\nevent: progress\ndata: {"
        peer.on(
            "GET",
            STREAM,
            stream(moved(1, "1"), moved(2, "2"), half_an_event, then=dropped),
            stream(moved(3, "3"), b": alive\n\n"),
            stream(ENDED),
        )

        assert percents(client.monitor_job("job_1", poll_interval=0.02)) == [0, 25, 50, 75, 100]
        resumed = [seen.headers.get("last-event-id") for seen in peer.requests("GET", STREAM)]
        assert resumed == [None, "2", "3"]

    @pytest.mark.parametrize("fault", [failed(503, retry_after=0), failed(429, retry_after=0), failed(500), dropped])
    def test_a_passing_fault_of_the_stream_is_waited_out(self, peer: ApiPeer, client: Any, fault: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()), ok(samples.job("completed", 4)))
        peer.on("GET", STREAM, fault, fault, fault, fault, stream(moved(2, "1"), ENDED))

        assert percents(client.monitor_job("job_1")) == [0, 50, 100]

    def test_a_server_that_breaks_off_is_asked_again(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()), ok(samples.job("completed", 4)))
        stopping = event("reconnect", {"job_id": "job_1", "reason": "server_stopping", "message": "", "fix": ""})
        peer.on("GET", STREAM, stream(moved(1, "1"), stopping), stream(moved(2, "2"), ENDED))

        assert percents(client.monitor_job("job_1")) == [0, 25, 50, 100]
        assert peer.requests("GET", STREAM)[1].headers["last-event-id"] == "1"

    def test_a_restarted_server_goes_unnoticed(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()), ok(samples.job("completed", 4)))
        restarting: list[threading.Thread] = []

        def restart(handler: BaseHTTPRequestHandler) -> None:
            def down_and_up() -> None:
                peer.stop()
                threading.Timer(0.3, peer.start).start()

            restarting.append(threading.Thread(target=down_and_up))
            restarting[0].start()
            dropped(handler)

        peer.on("GET", STREAM, stream(moved(1, "1"), then=restart), stream(moved(2, "2"), ENDED))

        assert percents(client.monitor_job("job_1")) == [0, 25, 50, 100]
        assert peer.requests("GET", STREAM)[-1].headers["last-event-id"] == "1"
        restarting[0].join()

    @pytest.mark.parametrize(
        "no_stream",
        [
            failed(404),
            failed(405),
            failed(501),
            raw(200, b"<html>Please wait</html>", "text/html"),
            stream(content_type="text/plain"),
            stream(),
            stream(then=dropped),
        ],
    )
    def test_where_nothing_streams_the_job_is_read_again_and_again(
        self, peer: ApiPeer, client: Any, no_stream: Any
    ) -> None:
        states = [samples.job("pending"), samples.job("running", 1), samples.job("completed", 4)]
        peer.on("GET", JOB, *[ok(state) for state in states])
        peer.on("GET", STREAM, no_stream)

        assert percents(client.monitor_job("job_1", poll_interval=0.02)) == [0, 25, 100]

    def test_a_proxy_that_holds_streams_back_is_found_out(
        self, peer: ApiPeer, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watching, "STREAM_SILENCE_S", 0.1)
        peer.on("GET", JOB, ok(samples.job()), ok(samples.job("completed", 4)))
        peer.on("GET", STREAM, stream(then=silent_for(5)))

        assert percents(client.monitor_job("job_1", poll_interval=0.02)) == [0, 100]

    def test_what_is_read_again_is_sent_only_if_it_has_changed(self, peer: ApiPeer, client: Any) -> None:
        same = raw(304, b"", etag='"a"')
        peer.on("GET", JOB, ok(samples.job(), etag='"a"'), same, same, ok(samples.job("completed", 4), etag='"b"'))

        updates = list(client.monitor_job("job_1", streaming=False, poll_interval=0.02))

        assert percents(iter(updates)) == [0, 100]
        assert [seen.headers.get("if-none-match") for seen in peer.seen] == [None, '"a"', '"a"', '"a"']
        assert peer.requests("GET", STREAM) == []

    def test_polls_keep_their_distance(self, peer: ApiPeer, connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watching, "SHORTEST_POLL_S", 0.2)
        peer.on("GET", JOB, ok(samples.job()), ok(samples.job("running", 1)), ok(samples.job("completed", 4)))

        with connect(peer.url) as client:
            list(client.monitor_job("job_1", streaming=False, poll_interval=0))
        first, second, third = (seen.at for seen in peer.seen)
        assert min(second - first, third - second) >= 0.19

    def test_polling_outlives_faults(self, peer: ApiPeer, connect: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()), failed(503), dropped, failed(429), ok(samples.job("completed", 4)))

        with connect(peer.url, max_retries=0) as client:
            assert percents(client.monitor_job("job_1", streaming=False, poll_interval=0.02)) == [0, 100]

    def test_a_paused_job_is_watched_on(self, peer: ApiPeer, client: Any) -> None:
        states = ["running", "pausing", "paused", "running", "completed"]
        peer.on("GET", JOB, *[ok(samples.job(state, 4 if state == "completed" else 1)) for state in states])

        updates = client.monitor_job("job_1", streaming=False, poll_interval=0.02)
        assert [update.state for update in updates] == states

    @pytest.mark.parametrize("state", ["failed", "canceled"])
    def test_a_job_that_fails_ends_with_its_state_and_raises_if_asked_to(
        self, peer: ApiPeer, client: Any, state: str
    ) -> None:
        peer.on("GET", JOB, ok(samples.job(state, 1)))

        assert [update.state for update in client.monitor_job("job_1")] == [state]
        seen = []
        with pytest.raises(JobFailedError, match=f"ended as {state}") as caught:
            seen += [update.state for update in client.monitor_job("job_1", raise_on_failure=True)]
        assert caught.value.job.state == state

    def test_an_expired_token_raises(self, peer: ApiPeer, client: Any) -> None:
        expired = event("reconnect", {"job_id": "job_1", "reason": "token_expired", "message": "", "fix": ""})
        peer.on("GET", JOB, ok(samples.job()))
        peer.on("GET", STREAM, stream(moved(1, "1"), expired), failed(401, "UNAUTHENTICATED", "Token expired"))

        updates = client.monitor_job("job_1")
        assert [next(updates).percent_complete, next(updates).percent_complete] == [0, 25]
        with pytest.raises(AuthenticationError, match="Token expired"):
            next(updates)

    def test_a_job_that_is_deleted_meanwhile_raises(self, peer: ApiPeer, client: Any) -> None:
        gone = event("end", {"job_id": "job_1", "state": None, "reason": "gone"})
        peer.on("GET", JOB, ok(samples.job()), failed(404, "JOB_NOT_FOUND", "There is no job job_1"))
        peer.on("GET", STREAM, stream(gone))

        with pytest.raises(NotFoundError, match="no job"):
            list(client.monitor_job("job_1"))

    def test_an_unknown_job_raises_at_once(self, peer: ApiPeer, client: Any) -> None:
        with pytest.raises(NotFoundError):
            next(client.monitor_job("job_9"))
        assert len(peer.seen) == 1

    def test_a_server_that_stays_away_is_given_up(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", JOB, ok(samples.job()))
        peer.on("GET", STREAM, stream(moved(1, "1"), then=dropped))
        updates = client.monitor_job("job_1", max_outage=0.3)
        assert [next(updates).percent_complete, next(updates).percent_complete] == [0, 25]
        peer.stop()

        with pytest.raises(ConnectionFailedError, match="Cannot reach"):
            list(updates)

    def test_leaving_the_loop_ends_the_stream(self, peer: ApiPeer) -> None:
        left = threading.Event()

        def until_the_client_leaves(handler: BaseHTTPRequestHandler) -> None:
            handler.connection.settimeout(20)
            assert handler.connection.recv(1) == b""
            left.set()

        peer.on("GET", JOB, ok(samples.job()))
        peer.on("GET", STREAM, stream(moved(1, "1"), then=until_the_client_leaves))
        with BulkJobsClient(TOKEN, peer.url) as client:
            for update in client.monitor_job("job_1"):
                if update["percent_complete"] == 25:
                    break
            assert left.wait(20)


class TestStream:
    def test_all_kinds_of_events_come_typed_and_in_order(self, peer: ApiPeer, client: Any) -> None:
        item = {"row_key": "s:2", "sheet_row": 2, "title": "Bread", "state": "completed"}
        log = {
            "timestamp": "2025-10-30T12:00:00.500Z",
            "created_at": 1.5,
            "level": "INFO",
            "message": "m",
            "run_id": "r",
        }
        parts = [
            event("state", {"job_id": "job_1", "state": "running", "actions": []}, "1"),
            b": alive\n\n",
            event("item", item, "2"),
            event("log", log, "3"),
            moved(1, "4"),
            event("mood", {"good": True}, "5"),
            ENDED,
        ]
        peer.on("GET", STREAM, stream(*parts))

        events = list(client.stream_job("job_1"))

        assert [one.type for one in events] == ["state", "item", "log", "progress", "mood", "end"]
        assert [one.id for one in events] == ["1", "2", "3", "4", "5", "9"]
        kinds = [type(one.data) for one in events[:4]]
        assert kinds == [StateChange, Item, Event, Progress]
        assert events[2].data.timestamp.microsecond == 500_000
        assert events[4].data["good"] is True

    def test_it_begins_with_what_has_happened_if_asked_to(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", STREAM, stream(ENDED))

        list(client.stream_job("job_1"))
        list(client.stream_job("job_1", replay=True))
        assert [seen.query for seen in peer.seen] == [[], [("replay", "true")]]

    def test_nothing_more_after_the_last_event_is_the_end(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", STREAM, raw(204, b""))

        assert list(client.stream_job("job_1", last_event_id="9")) == []

    def test_it_goes_on_after_the_event_that_the_caller_names(self, peer: ApiPeer, client: Any) -> None:
        peer.on("GET", STREAM, stream(ENDED))

        list(client.stream_job("job_1", last_event_id="41"))
        assert peer.seen[0].headers["last-event-id"] == "41"
        assert peer.seen[0].headers["accept"] == "text/event-stream"

    def test_events_in_pieces_and_of_many_lines_are_read_whole(self, peer: ApiPeer, client: Any) -> None:
        text = 'id: 1\r\nevent: mood\r\ndata: {"a":\r\ndata: "Übung"}\r\n\r\n'.encode()
        peer.on("GET", STREAM, stream(*[text[at : at + 1] for at in range(len(text))], ENDED))

        first = next(client.stream_job("job_1"))
        assert first.data["a"] == "Übung"

    @pytest.mark.parametrize("no_stream", [raw(200, b"<html>", "text/html"), failed(404), stream(b"data: x\n\n")])
    def test_where_nothing_streams_it_says_so(self, peer: ApiPeer, client: Any, no_stream: Any) -> None:
        peer.on("GET", STREAM, no_stream)

        with pytest.raises((UnexpectedAnswerError, NotFoundError)):
            list(client.stream_job("job_1"))

    def test_a_silent_stream_is_left_and_opened_again(
        self, peer: ApiPeer, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watching, "STREAM_SILENCE_S", 0.2)
        peer.on("GET", STREAM, stream(moved(1, "1"), then=silent_for(5)), stream(ENDED))

        assert [one.id for one in client.stream_job("job_1")] == ["1", "9"]

    def test_silence_for_too_long_is_an_error_of_time(
        self, peer: ApiPeer, client: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watching, "STREAM_SILENCE_S", 0.1)
        peer.on("GET", STREAM, stream(moved(1, "1"), then=silent_for(5)), silent_for(5))

        with pytest.raises(RequestTimeoutError):
            list(client.stream_job("job_1", max_outage=0.2))
