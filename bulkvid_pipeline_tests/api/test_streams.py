"""Streams of a job: what is refused, and what real API processes send while they are killed, stopped and replaced."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.access.minted import MintedTokens
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Scope
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import Bearer, home_of
from bulkvid_pipeline_tests.api.server import ApiServer, Received, StreamClient
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.services.batch.test_bulk_job import NO_FONT_HAS_THIS
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB, Writer, WrittenRun
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

STREAM = f"/api/bulk-jobs/{JOB}/stream"


def ended_run(workplace: Workplace) -> WrittenRun:
    run = WrittenRun.begun(workplace.instance)
    run.finish_row("a")
    run.progress(100.0, 1, completed=1)
    run.end()
    return run


def lasting(events: list[Received]) -> list[tuple[str, str]]:
    """The events that come exactly once."""
    return [(event.kind, str(event.data)) for event in events if event.kind in {"item", "log"}]


def test_the_stream_of_a_job_that_has_ended_tells_how_it_stands_and_ends(
    api: TestClient, bearer: Bearer, workplace: Workplace
) -> None:
    ended_run(workplace)

    answer = api.get(STREAM, headers=bearer())

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store, no-transform"
    assert "Content-Length" not in answer.headers
    assert answer.headers["RateLimit-Limit"]
    blocks = answer.text.split("\n\n")
    assert blocks[0] == "retry: 2000"
    assert [block.split("event: ")[1].split("\n")[0] for block in blocks[1:-1]] == ["state", "progress", "end"]
    assert '"percent_complete":100.0' in blocks[2]


def test_a_browser_that_knows_the_end_is_told_to_stay_away(
    api: TestClient, bearer: Bearer, workplace: Workplace
) -> None:
    ended_run(workplace)
    last_id = [line for line in api.get(STREAM, headers=bearer()).text.splitlines() if line.startswith("id: ")][-1][4:]

    by_header = api.get(STREAM, headers={**bearer(), "Last-Event-ID": last_id})
    by_query = api.get(STREAM, headers=bearer(), params={"last_event_id": last_id})
    header_first = api.get(STREAM, headers={**bearer(), "Last-Event-ID": last_id}, params={"last_event_id": "broken"})

    assert [answer.status_code for answer in (by_header, by_query, header_first)] == [204] * 3
    assert by_header.content == b""


@pytest.mark.parametrize(
    ("headers", "query", "field"),
    [({"Last-Event-ID": "nonsense"}, {}, "Last-Event-ID"), ({}, {"last_event_id": "AQ.-.-"}, "last_event_id")],
)
def test_an_id_that_is_none_is_named(
    api: TestClient, bearer: Bearer, workplace: Workplace, headers: dict[str, str], query: dict[str, str], field: str
) -> None:
    ended_run(workplace)

    answer = api.get(STREAM, headers={**bearer(), **headers}, params=query)

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
    assert "leave it out" in answer.json()["error"]["fix"]


def test_foreign_and_missing_jobs_and_callers_without_a_scope_are_refused(
    api: TestClient, bearer: Bearer, workplace: Workplace
) -> None:
    ended_run(workplace)

    assert api.get(STREAM).status_code == 401
    assert api.get(STREAM, headers=bearer(scopes=[Scope.JOBS_WRITE])).status_code == 403
    foreign = api.get(STREAM, headers=bearer(project="theirs"))
    missing = api.get("/api/bulk-jobs/job_none/stream", headers=bearer())
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["error"]["message"] == f"Job '{JOB}' not found"
    assert foreign.headers["Content-Type"] == "application/json"


def test_replay_begins_with_the_first_event(api: TestClient, bearer: Bearer, workplace: Workplace) -> None:
    ended_run(workplace)

    text = api.get(STREAM, headers=bearer(), params={"replay": "true"}).text

    assert [line[7:] for line in text.splitlines() if line.startswith("event: ")] == [
        *("state", "progress", "log", "item", "log", "log", "end")
    ]


def test_the_document_describes_each_event(api: TestClient) -> None:
    document = api.get("/api/openapi.json").json()

    told = document["paths"]["/api/bulk-jobs/{job_id}/stream"]["get"]["responses"]["200"]["content"]
    assert list(told) == ["text/event-stream"]
    assert told["text/event-stream"]["example"].count("event: ") == 5
    schema = document["components"]["schemas"]["StreamMessage"]
    assert set(schema["discriminator"]["mapping"]) == {"progress", "state", "item", "log", "end", "reconnect"}


@pytest.mark.heavy
def test_a_real_jobs_rows_come_as_items(api: TestClient, bearer: Bearer, workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("Good"), idea(f"Bad {NO_FONT_HAS_THIS}")])
    job_id = workplace.run(sheet, validation_level="permissive").run.tags[tags.JOB_ID]

    text = api.get(f"/api/bulk-jobs/{job_id}/stream", headers=bearer(project="default"), params={"replay": "true"}).text

    kinds = [block.split("event: ")[1].split("\n")[0] for block in text.split("\n\n") if "event: " in block]
    items = [
        json.loads(block.split("data: ")[1])
        for block in text.split("\n\n")
        if block.partition("event: ")[2][:4] == "item"
    ]
    by_title = {item["title"]: item for item in items}
    assert set(by_title) == {"Good", f"Bad {NO_FONT_HAS_THIS}"}
    good, bad = by_title["Good"], by_title[f"Bad {NO_FONT_HAS_THIS}"]
    assert (good["state"], good["sheet_row"], good["cached"]) == ("completed", 2, False)
    assert good["duration_s"] > 1
    assert (bad["state"], bad["code"]) == ("failed", "GLYPHS_MISSING")
    assert str(workplace.folder) not in "".join(json.dumps(item) for item in items)
    assert kinds[-1] == "end"


@ON_BOTH_DATABASES
@pytest.mark.heavy
def test_a_stream_goes_on_without_a_gap_or_a_repeat_when_the_api_is_killed_and_started_anew(
    workplace: Workplace, bearer: Bearer
) -> None:
    run = WrittenRun.begun(workplace.instance)
    run.finish_row("before")
    events: list[Received] = []
    with ApiServer(workplace) as server, Writer(run) as writer:
        last_id = ""
        for _ in range(2):
            client = StreamClient(server.port, STREAM, bearer(), last_id, replay=not last_id)
            client.until(lambda told: len(told.of("item")) >= 5)
            server.kill()
            client.to_the_end()
            events += client.events
            last_id = client.last_id
            server.start()
        writer.stop()
        run.end()
        client = StreamClient(server.port, STREAM, bearer(), last_id).to_the_end()
        events += client.events
        whole = StreamClient(server.port, STREAM, bearer(), replay=True).to_the_end()

    assert [event.data["row_key"] for event in events if event.kind == "item"] == ["before", *writer.names]
    assert lasting(events) == lasting(whole.events)
    assert events[-1].data == {"job_id": JOB, "state": "completed", "reason": "ended"}


@ON_BOTH_DATABASES
@pytest.mark.heavy
def test_a_client_that_goes_from_one_process_to_the_other_misses_nothing_of_several_writers(
    workplace: Workplace, bearer: Bearer
) -> None:
    runs = [WrittenRun.begun(workplace.instance) for _ in range(2)]
    events: list[Received] = []
    with ApiServer(workplace) as one, ApiServer(workplace) as other:
        writers = [Writer(run, 0.0, f"run{at}-{part}") for at, run in enumerate(runs) for part in range(2)]
        last_id = ""
        for writer in writers:
            writer.start()
        for turn in range(20):
            server = (one, other)[turn % 2]
            client = StreamClient(server.port, STREAM, bearer(), last_id, replay=not last_id)
            client.until(lambda told: len(told.of("item")) >= 3)
            client.close()
            events += client.events
            last_id = client.last_id
        for writer in writers:
            writer.stop()
        for run in runs:
            run.end()
        events += StreamClient(one.port, STREAM, bearer(), last_id).to_the_end().events
        whole = StreamClient(other.port, STREAM, bearer(), replay=True).to_the_end()

    told = [event.data["row_key"] for event in events if event.kind == "item"]
    assert len(told) == len(set(told))
    for writer in writers:  # in the order in which they were written
        assert [row for row in told if row.startswith(writer.prefix)] == writer.names
    assert sorted(lasting(events)) == sorted(lasting(whole.events))


@pytest.mark.heavy
def test_sixty_clients_on_one_job_are_all_told_the_same(workplace: Workplace, bearer: Bearer) -> None:
    run = WrittenRun.begun(workplace.instance)
    with ApiServer(workplace) as server, ThreadPoolExecutor(60) as pool:
        clients = list(pool.map(lambda _: StreamClient(server.port, STREAM, bearer()), range(60)))
        for client in clients:
            client.until(lambda told: len(told.events) == 2)
        readers = [pool.submit(client.to_the_end) for client in clients]
        with Writer(run) as writer:
            wait_until(lambda: len(writer.names) >= 20)
        run.end()
        told = [reader.result() for reader in readers]

    assert all(client.rows == writer.names for client in told)
    assert all(client.events[-1].kind == "end" for client in told)


@pytest.mark.heavy
def test_a_server_that_is_stopped_ends_its_streams_at_once(workplace: Workplace, bearer: Bearer) -> None:
    WrittenRun.begun(workplace.instance)
    with ApiServer(workplace) as server:
        clients = [StreamClient(server.port, STREAM, bearer()) for _ in range(10)]
        for client in clients:
            client.until(lambda told: len(told.events) == 2)
        began = time.monotonic()
        server.stop()
        took = time.monotonic() - began
        for client in clients:
            client.to_the_end()

    assert took < 5
    assert all(client.of("reconnect")[0]["reason"] == "server_stopping" for client in clients)
    assert "Traceback" not in server.log
    assert "ERROR" not in server.log


@pytest.mark.heavy
def test_a_stream_ends_when_its_token_expires_and_goes_on_with_a_new_one(workplace: Workplace, bearer: Bearer) -> None:
    run = WrittenRun.begun(workplace.instance)
    with ApiServer(workplace) as server:
        old = StreamClient(server.port, STREAM, bearer(lifetime_s=3)).until(lambda told: len(told.events) == 2)
        run.finish_row("a")
        old.to_the_end()
        assert old.rows == ["a"]
        assert old.of("reconnect") == [
            {
                "job_id": JOB,
                "reason": "token_expired",
                "message": "Token expired",
                "fix": "Connect again with a new token and the id of the last event",
            }
        ]
        run.finish_row("b")
        new = StreamClient(server.port, STREAM, bearer(), old.last_id).until(lambda told: told.rows)
        assert new.rows == ["b"]
        assert new.of("state") == []


@pytest.mark.heavy
def test_a_stream_ends_when_its_token_is_revoked_by_another_process_and_other_streams_go_on(
    workplace: Workplace, bearer: Bearer
) -> None:
    run = WrittenRun.begun(workplace.instance)
    tokens = MintedTokens(workplace.instance)
    home = home_of(workplace)
    made = tokens.mint(settings(), home, user_id="ana", project_id="default", scopes=DEFAULT_SCOPES, lifetime_s=600)
    with ApiServer(workplace) as server:
        bearing = {"Authorization": f"Bearer {made.token}"}
        revoked = StreamClient(server.port, STREAM, bearing).until(lambda told: len(told.events) == 2)
        other = StreamClient(server.port, STREAM, bearer()).until(lambda told: len(told.events) == 2)
        began = time.monotonic()
        tokens.revoke(made.told.id)
        revoked.to_the_end()
        assert time.monotonic() - began < 60  # 2 s on a machine that is not busy; without a look at the record, never
        assert [told["reason"] for told in revoked.of("reconnect")] == ["token_revoked"]
        run.finish_row("a")
        assert other.until(lambda told: told.rows).rows == ["a"]


@pytest.mark.heavy
def test_a_client_that_does_not_read_is_let_go_and_can_go_on(workplace: Workplace, bearer: Bearer) -> None:
    run = WrittenRun.begun(workplace.instance)
    rows = [f"{number}-" + 30_000 * "x" for number in range(400)]
    with ApiServer(workplace) as server:
        client = StreamClient(server.port, STREAM, bearer(), receive_buffer=4096)
        client.until(lambda told: len(told.events) == 2)
        for row in rows:
            run.finish_row(row)
        wait_until(lambda: "too_slow" in server.log or "callable returned" in server.log)
        client.to_the_end()
        assert 0 < len(client.rows) < len(rows)
        again = StreamClient(server.port, STREAM, bearer(), client.last_id)
        again.until(lambda told: told.rows[-1:] == rows[-1:])

    assert client.rows + again.rows == rows


@pytest.mark.heavy
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_stream_outlives_its_database(workplace: Workplace, bearer: Bearer, postgres_server: PostgresServer) -> None:
    run = WrittenRun.begun(workplace.instance)
    with ApiServer(workplace) as server:
        client = StreamClient(server.port, STREAM, bearer()).until(lambda told: len(told.events) == 2)
        run.finish_row("a")
        postgres_server.stop(crash=True)
        try:
            wait_until(lambda: "cannot be followed for now" in server.log)
        finally:
            postgres_server.start()
        run.finish_row("b")
        run.progress(20.0, completed=2)
        client.until(lambda told: told.rows == ["a", "b"])
        run.end(JobState.PAUSED)
        client.until(lambda told: told.of("state")[-1]["state"] == "paused")
        client.close()


@pytest.mark.heavy
def test_nothing_of_a_stream_waits_in_a_compressor(workplace: Workplace, bearer: Bearer) -> None:
    run = WrittenRun.begun(workplace.instance)
    with ApiServer(workplace) as server:
        client = StreamClient(server.port, STREAM, {**bearer(), "Accept-Encoding": "gzip"})
        client.until(lambda told: len(told.events) == 2)
        assert client.response.headers["Content-Encoding"] is None
        came = threading.Event()

        def read() -> None:
            client.until(lambda told: told.rows)
            came.set()

        reader = threading.Thread(target=read)
        reader.start()
        run.finish_row("a")
        wait_until(came.is_set)
        reader.join()
        client.close()
