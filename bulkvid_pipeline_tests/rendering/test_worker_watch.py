"""A worker that stands still is found by what it does not do; one that is slow, or waits, is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Queue

import pytest

from bulkvid_pipeline.adapters.processes import cpu_seconds
from bulkvid_pipeline.rendering import worker_watch
from bulkvid_pipeline.rendering.worker_watch import LEAST_CPU_S, Ailment, SignsOfLife, WorkerWatch

SILENT_S, STALL_S = 30.0, 300.0


@dataclass
class Watched:
    """A worker that is looked at once a second."""

    signs: SignsOfLife
    cpu_s: float = 0.0

    def for_(self, seconds: int, *, cpu_a_second: float = 0.0, stopped: bool = False) -> Ailment | None:
        """What is found while it uses so much CPU time for so long."""
        for _ in range(seconds):
            self.cpu_s += cpu_a_second
            found = self.signs.look(1.0, self.cpu_s, stopped=stopped)
            if found is not None:
                return found
        return None


@pytest.fixture
def worker() -> Watched:
    return Watched(SignsOfLife(STALL_S, SILENT_S))


def test_a_worker_that_does_nothing_is_silent_after_half_a_minute(worker: Watched) -> None:
    assert worker.for_(30) is None
    assert worker.for_(1) is Ailment.SILENT


def test_a_worker_that_gets_a_fiftieth_of_a_processor_is_slow_and_no_more(worker: Watched) -> None:
    assert worker.for_(299, cpu_a_second=0.02) is None


def test_a_worker_that_only_looks_again_and_again_for_something_is_silent(worker: Watched) -> None:
    assert worker.for_(120, cpu_a_second=0.002) is Ailment.SILENT


def test_news_are_a_sign_of_life_and_old_news_are_none(worker: Watched) -> None:
    for frame in range(20):
        worker.signs.heard(["youtube", frame / 20])
        assert worker.for_(25) is None

    for _ in range(5):
        worker.signs.heard(["youtube", 19 / 20])
        found = worker.for_(2)
    assert found is Ailment.SILENT


def test_a_row_that_comes_further_may_take_as_long_as_it_takes(worker: Watched) -> None:
    for frame in range(100):
        worker.signs.heard(["youtube", frame / 100])
        assert worker.for_(250, cpu_a_second=1.0) is None


def test_a_worker_that_works_for_five_minutes_without_coming_further_is_stalled(worker: Watched) -> None:
    assert worker.for_(400, cpu_a_second=1.0) is Ailment.STALLED


def test_who_waits_for_a_server_is_left_alone_as_long_as_it_said_and_no_longer(worker: Watched) -> None:
    worker.signs.waits(120.0, pause=False)
    assert worker.for_(120) is None
    assert worker.for_(31) is Ailment.SILENT


def test_an_answer_begins_the_time_anew(worker: Watched) -> None:
    worker.signs.waits(120.0, pause=False)
    assert worker.for_(100) is None
    worker.signs.was_answered(100.0)
    assert worker.for_(29) is None
    assert worker.for_(2) is Ailment.SILENT


def test_what_is_waited_for_a_turn_is_no_stall(worker: Watched) -> None:
    worker.signs.waits(600.0, pause=True)
    assert worker.for_(600) is None


def test_a_worker_that_is_stopped_while_it_waits_is_silent(worker: Watched) -> None:
    worker.signs.waits(600.0, pause=True)
    assert worker.for_(31, stopped=True) is Ailment.SILENT


def test_who_could_not_look_has_seen_nothing(worker: Watched) -> None:
    """A caller that was stopped for an hour, or a machine that slept, judges nobody by that hour."""
    assert worker.signs.look(2 * worker_watch.LOOK_EVERY_S, 0.0, stopped=False) is None


@pytest.fixture
def busy() -> Iterator[subprocess.Popen[bytes]]:
    """A process whose child works."""
    script = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    with subprocess.Popen([sys.executable, "-c", script], start_new_session=True) as process:
        yield process
        os.killpg(process.pid, signal.SIGKILL)


def test_work_of_what_a_worker_has_started_is_its_work(busy: subprocess.Popen[bytes]) -> None:
    used = cpu_seconds(busy.pid)
    while cpu_seconds(busy.pid) < used + LEAST_CPU_S:
        assert busy.poll() is None


def test_the_watch_tells_once_of_a_frozen_process_and_never_of_a_busy_one(
    busy: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_watch, "LOOK_EVERY_S", 0.02)
    told: Queue[Ailment] = Queue()
    seen_at_work = threading.Event()

    class Seen(SignsOfLife):
        def look(self, passed_s: float, cpu_s: float, *, stopped: bool) -> Ailment | None:
            if cpu_s >= LEAST_CPU_S:
                seen_at_work.set()
            return super().look(passed_s, cpu_s, stopped=stopped)

    watch = WorkerWatch(busy.pid, Seen(STALL_S, SILENT_S), told.put)
    assert seen_at_work.wait(60)
    assert told.empty()
    watch.cancel()

    os.killpg(busy.pid, signal.SIGSTOP)
    WorkerWatch(busy.pid, SignsOfLife(STALL_S, silent_s=0.2), told.put)
    assert told.get(timeout=60) is Ailment.SILENT
