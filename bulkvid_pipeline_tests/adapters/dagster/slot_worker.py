"""A bulk job's process as far as render slots go: a row loop with stand-in rows, and a log of what it did when."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from multiprocessing.context import ForkServerContext
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_slots import RunSlots, SlotAdmission
from bulkvid_pipeline.core.options import Priority, Style, Voice
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.templates import Template


@dataclass(frozen=True)
class StandInJob:
    """`rows` rows of `row_s` seconds, `workers` at once; begins when the file `go` is there, and writes to `log`."""

    home: Path
    run_id: str
    rows: int
    log: Path
    go: Path
    row_s: float = 0.02
    workers: int = 2
    user: str = "local"
    priority: Priority = Priority.NORMAL

    def happenings(self) -> list[Happening]:
        """What the job's process has written so far."""
        lines = self.log.read_text().splitlines(keepends=True) if self.log.exists() else []
        return [Happening.read(line) for line in lines if line.endswith("\n")]


@dataclass(frozen=True)
class Happening:
    """`ready`, `joined` (the line), or `start` and `end` of a row; `at` on a clock that all processes share."""

    what: str
    run_id: str
    row: str
    at: float

    @classmethod
    def read(cls, line: str) -> Happening:
        what, run_id, row, at = line.split()
        return cls(what, run_id, row, float(at))


def a_plan(row: str, priority: Priority = Priority.NORMAL) -> VideoPlan:
    """A plan of which slots see key and priority alone."""
    return VideoPlan(
        row, 2, "Tea", "", "How to brew tea.", Voice.FEMALE, Style.MODERN, None, Template(template_id="t"), (), priority
    )


def processes() -> ForkServerContext:
    """Where the jobs' processes come from: each a fresh one, which has Dagster imported already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def work(job: StandInJob) -> None:
    """Render nothing, in the order and at the times that slots allow."""
    with DagsterInstance.from_config(str(job.home)) as instance, job.log.open("a", buffering=1) as log:

        def note(what: str, row: str = "-") -> None:
            log.write(f"{what} {job.run_id} {row} {time.monotonic():.6f}\n")

        def render(plan: VideoPlan) -> VideoPlan:
            note("start", plan.row_key)
            time.sleep(job.row_s)
            note("end", plan.row_key)
            return plan

        note("ready")
        parent = os.getppid()
        while not job.go.exists():
            if os.getppid() != parent:  # whoever started the job was killed
                return
            time.sleep(0.005)
        slots = RunSlots(instance, job.run_id, user=job.user, job=job.priority)
        waiting = deque(a_plan(f"row{number}") for number in range(job.rows))
        in_work: set[Future[VideoPlan]] = set()
        with SlotAdmission(slots) as admission, ThreadPoolExecutor(job.workers) as pool:
            admission.line_up(list(islice(waiting, job.workers)))
            note("joined")
            while waiting or in_work:
                while waiting and len(in_work) < job.workers and admission.enter_first([waiting[0]]):
                    in_work.add(pool.submit(render, waiting.popleft()))
                if not in_work:
                    time.sleep(admission.look_after_s)  # there is nothing that `wait` could wait for
                ended, in_work = wait(in_work, admission.look_after_s, FIRST_COMPLETED)
                for future in ended:
                    idle = job.workers - len(in_work)
                    admission.leave(future.result(), upcoming=list(islice(waiting, idle)))


def most_at_once(happenings: Sequence[Happening]) -> int:
    """How many rows were in work at the same time at most."""
    in_work = most = 0
    # At the same instant ends come first: "end" sorts before "start".
    for happening in sorted(happenings, key=lambda h: (h.at, h.what)):
        in_work += {"start": 1, "end": -1}.get(happening.what, 0)
        most = max(most, in_work)
    return most


def utilisation(happenings: Sequence[Happening], slots: int) -> float:
    """Share of the slots' time, from first start to last end, in which rows were in work."""
    starts = [h.at for h in happenings if h.what == "start"]
    ends = [h.at for h in happenings if h.what == "end"]
    return (sum(ends) - sum(starts)) / (slots * (max(ends) - min(starts)))
