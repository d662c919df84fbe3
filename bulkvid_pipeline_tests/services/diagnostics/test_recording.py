"""A process that records while diagnostics are on."""

from __future__ import annotations

import errno
import json
import logging
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.stopping import within
from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Fault, JobLog, Peer
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.diagnostics.summary import summary_of
from bulkvid_pipeline.services.diagnostics import recording as recording_module
from bulkvid_pipeline.services.diagnostics.environment import environment_of, secrets_of
from bulkvid_pipeline.services.diagnostics.files import all_logs, debug_folder, logs_of, remove_older, replace_log
from bulkvid_pipeline.services.diagnostics.job_record import MOST_BYTES, JobRecord
from bulkvid_pipeline.services.diagnostics.recording import recording
from bulkvid_pipeline.services.diagnostics.switch import disable, enable
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.core.diagnostics.exchanges import asked, broken
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

QUIET = Settings(batch_debug=False)


@pytest.fixture
def folder(workplace: Workplace) -> Path:
    return debug_folder(QUIET, Path(workplace.instance.root_directory))


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return open_storage(str(tmp_path / "videos"))


@pytest.fixture(autouse=True)
def _no_rest() -> Iterator[None]:
    yield
    assert not exchanges._recorders, "a recording that has ended still listens"


def an_exchange(number: int = 0, *, succeeded: bool = True) -> Exchange:
    return Exchange(
        peer=Peer.SHEET,
        operation="GET",
        host="x",
        url=f"https://x/{number}",
        started_at=1.0,
        duration_ms=1,
        succeeded=succeeded,
    )


def test_a_job_that_runs_while_they_are_off_leaves_nothing(
    workplace: Workplace, storage: Storage, folder: Path
) -> None:
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("a.txt", "x")
    assert all_logs(folder) == []


def test_a_log_says_who_when_and_where(workplace: Workplace, storage: Storage, folder: Path) -> None:
    enable(workplace.instance, 30)
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("a.txt", "x")
    (log,) = logs_of(folder, "job_1")
    assert [seen.operation for seen in log.exchanges] == ["write", "stat"]
    assert (log.requests, log.failed, log.left_out) == (2, 0, 0)
    assert log.ended_at is not None
    assert log.started_at <= log.ended_at
    assert log.process["role"] == "run"
    assert log.environment["storage_timeout_s"] == QUIET.storage_timeout_s


@ON_BOTH_DATABASES
def test_a_process_at_work_sees_both_changes_of_the_switch(
    workplace: Workplace, storage: Storage, folder: Path
) -> None:
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("before.txt", "x")
        enable(workplace.instance, 30)
        wait_until(lambda: exchanges._recorders)
        storage.write_text("during.txt", "x")
        wait_until(lambda: logs_of(folder, "job_1"), "nothing was written while the job was at work")
        disable(workplace.instance)
        wait_until(lambda: not exchanges._recorders)
        storage.write_text("after.txt", "x")
    (log,) = logs_of(folder, "job_1")
    assert {seen.url.rpartition("/")[2] for seen in log.exchanges} == {"during.txt"}


@pytest.mark.parametrize(("role", "job_id"), [("run", "job_1"), ("api", None), ("daemon", None)])
def test_the_first_look_after_a_change_of_the_switch_sees_it(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, role: str, job_id: str | None
) -> None:
    """With a look a second, that is two seconds at most; no clock is raced here."""
    events: list[str] = []
    look = recording_module.Recording.look

    def told(recorder: recording_module.Recording) -> None:
        events.append("begins")
        look(recorder)
        events.append("listens" if exchanges._recorders else "is deaf")

    monkeypatch.setattr(recording_module.Recording, "look", told)
    monkeypatch.setattr(recording_module, "LOOK_EVERY_S", 0.02)

    def after(change: Callable[[], object]) -> str:
        change()
        changed = len(events)
        wait_until(lambda: "begins" in events[changed:-1])
        return events[events.index("begins", changed) + 1]

    with recording(workplace.instance, QUIET, job_id=job_id, role=role):
        assert events == ["begins", "is deaf"], "a process that begins looks at once"
        assert after(lambda: enable(workplace.instance, 30)) == "listens"
        assert after(lambda: disable(workplace.instance)) == "is deaf"
        assert after(lambda: enable(workplace.instance, 30, "job_1")) == "listens"
        assert after(lambda: enable(workplace.instance, 1, "job_2", now=1.0)) == "listens"


def test_a_large_log_is_not_written_every_second_but_whole_at_the_end(
    workplace: Workplace, storage: Storage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []

    def write(path: Path, content: bytes) -> None:
        written.append(len(content))
        replace_log(path, content)

    monkeypatch.setattr(recording_module, "replace_log", write)
    monkeypatch.setattr(recording_module, "BYTES_PER_S", 1)  # so that any log is large
    monkeypatch.setattr(recording_module, "LOOK_EVERY_S", 0.01)
    enable(workplace.instance, 30)
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("0.txt", "x")
        wait_until(lambda: written)
        for number in range(1, 50):
            storage.write_text(f"{number}.txt", "x")
            time.sleep(0.002)
        assert len(written) == 1
    assert len(written) == 2
    assert logs_of(folder, "job_1")[0].requests == 100


def test_a_disk_that_fills_up_harms_no_job_is_told_once_and_recovers(
    workplace: Workplace,
    storage: Storage,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tried: list[Path] = []

    def full(path: Path, _: bytes) -> None:
        tried.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(recording_module, "LOOK_EVERY_S", 0.02)
    enable(workplace.instance, 30)
    with caplog.at_level(logging.WARNING), recording(workplace.instance, QUIET, job_id="job_1"):
        with monkeypatch.context() as patched:
            patched.setattr(recording_module, "replace_log", full)
            storage.write_text("a.txt", "x")
            wait_until(lambda: len(tried) >= 3)
        storage.write_text("b.txt", "x")
    assert sum("No space left" in record.message for record in caplog.records) == 1
    assert logs_of(folder, "job_1")[0].requests == 4


def test_a_folder_that_hangs_holds_up_no_job(
    workplace: Workplace,
    storage: Storage,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hangs, goes_on = threading.Event(), threading.Event()

    def hang(path: Path, content: bytes) -> None:
        hangs.set()
        goes_on.wait()
        replace_log(path, content)

    def work() -> None:
        for number in range(3):
            with recording(workplace.instance, QUIET, job_id="job_1"):
                storage.write_text(f"{number}.txt", "x")

    monkeypatch.setattr(recording_module, "replace_log", hang)
    monkeypatch.setattr(recording_module, "LAST_WRITE_S", 0.1)
    enable(workplace.instance, 30)
    try:
        within(60, work, "running the job beside a folder that hangs")
        assert hangs.is_set()
        assert sum("did not answer" in record.message for record in caplog.records) == 1
    finally:
        goes_on.set()
    with recording(workplace.instance, QUIET, job_id="job_1"):
        wait_until(lambda: any(log.requests == 6 for log in logs_of(folder, "job_1")), "it is not written any more")


def test_a_switch_that_breaks_in_an_unforeseen_way_harms_no_job(
    workplace: Workplace, storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("The wheel has come off")

    monkeypatch.setattr(recording_module, "state", broken)
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("a.txt", "x")
    assert storage.exists("a.txt")
    assert "The wheel has come off" in caplog.text


def test_a_job_of_many_large_bodies_takes_little_memory() -> None:
    body = json.dumps({"message": "All is well. " * 80_000}).encode()

    class Taker:
        redactor = Redactor()
        record = JobRecord("job_1", 1.0, {"pid": 1}, {}, most_kept=40)

        def wants(self, job_id: str | None) -> str | None:
            return job_id

        def take(self, _: str, exchange: Exchange) -> None:
            self.record.take(exchange)

    taker = Taker()
    exchanges.listen(taker)
    try:
        with exchanges.for_job("job_1", taker):
            tracemalloc.start()
            for number in range(120):
                with exchanges.outgoing(Peer.SPEECH, "POST", "https://x/", body=body) as request:
                    request.answered(200 if number % 2 else 500, {}, body)
            held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        exchanges.ignore(taker)
    assert held < 2_000_000, "less than two of 240 bodies"
    assert most < 5_000_000
    assert len(taker.record.content()[1] or b"") < MOST_BYTES


def test_the_steps_of_a_run_write_into_one_file(workplace: Workplace, storage: Storage, folder: Path) -> None:
    enable(workplace.instance, 30)
    for step in range(3):
        with recording(workplace.instance, QUIET, job_id="job_1"):
            storage.write_text(f"{step}.txt", "x")
    (log,) = logs_of(folder, "job_1")
    assert log.requests == 6
    assert log.ended_at is not None


def test_jobs_side_by_side_have_logs_of_their_own_and_only_the_named_one_is_recorded(
    workplace: Workplace, storage: Storage, folder: Path
) -> None:
    enable(workplace.instance, 30, "job_1")
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("a.txt", "x")
        with recording(workplace.instance, QUIET, job_id="job_2"):
            storage.write_text("b.txt", "x")
    assert [log.job_id for log in all_logs(folder)] == ["job_1"]
    enable(workplace.instance, 30)
    with recording(workplace.instance, QUIET, job_id="job_3"), recording(workplace.instance, QUIET, job_id="job_4"):
        storage.write_text("b.txt", "x")
    assert {log.job_id for log in all_logs(folder)} == {"job_1", "job_4"}


def test_a_process_without_a_job_records_what_is_said_to_be_for_one(
    workplace: Workplace, storage: Storage, folder: Path
) -> None:
    enable(workplace.instance, 30)
    with recording(workplace.instance, QUIET, role="daemon"):
        storage.write_text("a.txt", "x")
        with exchanges.for_job("job_1"):
            storage.write_text("b.txt", "x")
    (log,) = logs_of(folder, "job_1")
    assert log.process["role"] == "daemon"
    assert len(all_logs(folder)) == 1


def test_the_environment_turns_them_on_without_the_database(
    workplace: Workplace, storage: Storage, folder: Path
) -> None:
    with recording(workplace.instance, Settings(batch_debug=True), job_id="job_1"):
        storage.write_text("a.txt", "x")
    assert len(logs_of(folder, "job_1")) == 1


def test_a_folder_that_cannot_be_written_harms_no_job_and_is_told_once(
    workplace: Workplace, storage: Storage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = Settings(batch_debug=True, debug_folder=tmp_path / "file" / "logs")
    with caplog.at_level(logging.WARNING):
        for number in range(3):
            with recording(workplace.instance, settings, job_id="job_1"):
                storage.write_text(f"{number}.txt", "x")
    assert storage.exists("2.txt")
    assert sum("cannot be written" in record.message for record in caplog.records) == 1


def test_a_process_keeps_few_logs_open_and_loses_none(
    workplace: Workplace, storage: Storage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "MOST_OPEN", 2)
    enable(workplace.instance, 30)
    with recording(workplace.instance, QUIET, role="api"):
        for number in range(5):
            with exchanges.for_job(f"job_{number}"):
                storage.write_text("a.txt", "x")
    assert {log.job_id for log in all_logs(folder)} == {f"job_{number}" for number in range(5)}


def test_a_log_that_was_cleaned_up_does_not_come_back(workplace: Workplace, storage: Storage, folder: Path) -> None:
    enable(workplace.instance, 30)
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("old.txt", "x")
    assert remove_older(folder, 0)
    with recording(workplace.instance, QUIET, job_id="job_1"):
        pass
    assert all_logs(folder) == []
    with recording(workplace.instance, QUIET, job_id="job_1"):
        storage.write_text("new.txt", "x")
    (log,) = logs_of(folder, "job_1")
    assert {seen.url.rpartition("/")[2] for seen in log.exchanges} == {"new.txt"}
    assert (log.requests, log.failed, log.left_out) == (2, 0, 0)


def test_what_no_file_holds_yet_outlives_the_cleaning_of_its_log() -> None:
    record = JobRecord("job_1", 1.0, {"pid": 1}, {})
    record.take(an_exchange(1, succeeded=False))
    version = record.content()[0]
    record.take(an_exchange(2))
    record.has_written(version)
    record.forget_written()
    content = record.content()[1]
    assert content is not None
    log = JobLog.model_validate_json(content)
    assert [seen.url[-1] for seen in log.exchanges] == ["2"]
    assert (log.requests, log.failed, log.left_out) == (1, 0, 0)


def test_instances_that_share_a_folder_have_switches_of_their_own(
    workplace: Workplace, storage: Storage, tmp_path: Path
) -> None:
    settings = Settings(batch_debug=False, debug_folder=tmp_path / "shared")
    enable(workplace.instance, 30)
    (tmp_path / "other").mkdir()
    with (
        open_instance(tmp_path / "other") as other,
        recording(other, settings, job_id="job_2"),
        recording(workplace.instance, settings, job_id="job_1"),
    ):
        storage.write_text("a.txt", "x")
    assert [log.job_id for log in all_logs(tmp_path / "shared")] == ["job_1"]


def test_a_recording_that_begins_beside_many_others_does_not_give_way_to_itself(
    workplace: Workplace, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "MOST_RESTING", 1)
    enable(workplace.instance, 30)
    busy = Settings(batch_debug=False, debug_folder=tmp_path / "busy")
    mine = Settings(batch_debug=False, debug_folder=tmp_path / "mine")
    with recording(workplace.instance, busy, job_id="job_1"), recording(workplace.instance, mine, job_id="job_2"):
        with recording(workplace.instance, mine, job_id="job_2"):
            storage.write_text("a.txt", "x")
        storage.write_text("b.txt", "x")
    assert [log.requests for log in logs_of(tmp_path / "mine", "job_2")] == [4]


def test_failed_requests_are_kept_in_preference_to_good_ones() -> None:
    record = JobRecord("job_1", 1.0, {"pid": 1}, {}, most_kept=3)
    for number in range(4):
        record.take(an_exchange(number))
    for number in range(4, 7):
        record.take(an_exchange(number, succeeded=False))
    record.take(an_exchange(7, succeeded=False))
    record.take(an_exchange(8))
    content = record.content()[1]
    assert content is not None
    log = JobLog.model_validate_json(content)
    assert [seen.url[-1] for seen in log.exchanges] == ["4", "5", "6"]
    assert (log.requests, log.failed, log.left_out) == (9, 4, 6)


def test_what_was_cancelled_or_planned_for_is_no_failure_even_where_it_is_only_counted() -> None:
    record = JobRecord("job_1", 1.0, {"pid": 1}, {}, most_kept=1)
    for one in (
        asked(Peer.SPEECH, 401),
        broken(Peer.SPEECH, Fault.CANCELLED),
        asked(Peer.STORAGE, 404, operation="HeadObject"),
        asked(Peer.SPEECH, 503),
    ):
        record.take(one)
    content = record.content()[1]
    assert content is not None
    log = JobLog.model_validate_json(content)
    assert (log.requests, log.failed, log.left_out) == (4, 2, 3)
    assert summary_of([log]).failed_requests == 2


def test_a_log_in_memory_is_bounded_in_bytes_too() -> None:
    record = JobRecord("job_1", 1.0, {"pid": 1}, {}, most_bytes=2_000)
    for number in range(100):
        record.take(an_exchange(number, succeeded=number % 2 == 0))
    content = record.content()[1]
    assert content is not None
    assert len(content) < 3_000
    assert not any(seen.succeeded for seen in JobLog.model_validate_json(content).exchanges)


def test_what_is_written_is_not_written_again() -> None:
    record = JobRecord("job_1", 1.0, {"pid": 1}, {})
    assert record.content()[1] is None
    record.take(an_exchange())
    version, content = record.content()
    assert content is not None
    record.has_written(version)
    assert record.content()[1] is None
    record.end()
    assert record.content()[1] is not None


def test_no_secret_of_the_settings_is_in_what_a_log_says_of_them(tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text('{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvQ\\n-----END PRIVATE KEY-----\\n"}')
    settings = Settings(
        speech_api_key="sk-planted-1",
        s3_key="planted-2",
        s3_secret="planted-3",
        google_api_key="planted-4",
        webhook_secret="whsec_cGxhbnRlZC01cGxhbnRlZC01cGxhbnRlZC01",
        postgres_url="postgresql://ada:planted-6@db.example/videos?sslpassword=planted-7",
        notify_url="https://hooks.slack.com/services/T0/B0/planted8planted8planted8",
        speech_base_url="https://voice.example/v1?key=planted-9",
        s3_endpoint_url="https://ada:planted-10@store.example",
        api_secret="planted-11-planted-11-planted-11-planted",
    ).model_copy(update={"google_credentials": key})
    said = str(environment_of(settings))
    secrets = secrets_of(settings)
    assert "planted" not in said
    assert "https://store.example" in said
    for number in (1, 2, 3, 4, 6, 7, 9, 10, 11):
        assert any(f"planted-{number}" in secret for secret in secrets), number
    assert any("MIIEvQ" in secret for secret in secrets)
    assert "planted8planted8planted8" in secrets
    assert "http://127.0.0.1:3000" not in secrets
