from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from bulkvid_pipeline.batch_processor import JobPriority, QueueManager
from bulkvid_pipeline.batch_processor.queue_manager import queued
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.services.batch.admission import Admission, OpenAdmission
from bulkvid_pipeline_tests.adapters.dagster.slot_worker import a_plan as plan


class Closed(OpenAdmission):
    """Render slots that are all taken by others."""

    def enter_first(self, plans: Sequence[VideoPlan]) -> VideoPlan | None:  # noqa: ARG002
        return None


@dataclass
class WaitingJob:
    """A job that begins as many of its rows as it may, as the row loop does."""

    admission: Admission
    rows: list[VideoPlan]

    def begin(self) -> list[str]:
        begun = []
        self.admission.line_up(self.rows)
        while self.rows and (row := self.admission.enter_first(self.rows)) is not None:
            self.rows.remove(row)
            begun.append(row.row_key)
        return begun


def job_in(queue: QueueManager, name: str, rows: int, priority: JobPriority = JobPriority.NORMAL) -> WaitingJob:
    admission = queued(lambda: queue, priority)(OpenAdmission())
    return WaitingJob(admission, [plan(f"{name}{number}") for number in range(rows)])


def test_no_more_rows_are_in_work_than_there_are_workers() -> None:
    queue = QueueManager(max_workers=3)

    assert job_in(queue, "a", 5).begin() == ["a0", "a1", "a2"]
    assert (queue.running, queue.waiting) == (3, 2)


def test_a_row_that_ends_makes_room_for_the_next() -> None:
    queue = QueueManager(1)
    job = job_in(queue, "a", 2)
    first = job.rows[0]
    job.begin()

    job.admission.leave(first, job.rows)

    assert job.begin() == ["a1"]


def test_urgent_jobs_go_first_and_then_those_that_came_first() -> None:
    queue = QueueManager(1)
    at_work = job_in(queue, "x", 1)
    row = at_work.rows[0]
    at_work.begin()
    waiting = {
        "low": job_in(queue, "low", 1, JobPriority.LOW),
        "first": job_in(queue, "first", 1),
        "second": job_in(queue, "second", 1),
        "urgent": job_in(queue, "urgent", 1, JobPriority.URGENT),
    }
    order = []
    for job in waiting.values():
        assert job.begin() == []
    at_work.admission.leave(row)

    while waiting:
        for name, job in list(waiting.items()):
            row = job.rows[0]
            if job.begin():
                order.append(name)
                job.admission.leave(row)
                del waiting[name]

    assert order == ["urgent", "first", "second", "low"]


def test_a_job_that_waits_for_something_else_keeps_back_nobody() -> None:
    queue = QueueManager(1)
    stuck = WaitingJob(queued(lambda: queue, JobPriority.URGENT)(Closed()), [plan("urgent")])
    normal = job_in(queue, "normal", 1)

    assert stuck.begin() == []
    assert normal.begin() == ["normal0"]


def test_more_workers_count_at_once_and_fewer_once_rows_end() -> None:
    queue = QueueManager(1)
    job = job_in(queue, "a", 4)
    rows = list(job.rows)
    job.begin()

    queue.max_workers = 3
    assert job.begin() == ["a1", "a2"]

    queue.max_workers = 1
    job.admission.leave(rows[0], job.rows)
    assert job.begin() == []


def test_a_queue_that_is_replaced_hands_over_the_rows_in_work() -> None:
    queues = [QueueManager(2)]
    job = WaitingJob(queued(lambda: queues[-1], JobPriority.NORMAL)(OpenAdmission()), [plan(f"a{n}") for n in range(6)])
    rows = list(job.rows)
    job.begin()

    queues.append(QueueManager(3))
    assert job.begin() == ["a2"]
    assert (queues[0].running, queues[0].waiting, queues[1].running) == (0, 0, 3)

    queues.append(QueueManager(1))
    job.admission.leave(rows[0], job.rows)
    job.admission.leave(rows[1], job.rows)
    assert job.begin() == []
    job.admission.leave(rows[2], job.rows)
    assert job.begin() == ["a3"]


def test_a_job_that_ends_takes_nothing_with_it() -> None:
    queue = QueueManager(2)
    with (job := job_in(queue, "a", 5)).admission:
        job.begin()

    assert (queue.running, queue.waiting) == (0, 0)
    assert job_in(queue, "b", 2).begin() == ["b0", "b1"]


@pytest.mark.parametrize("value", [0, -1, 257, "4", 2.5, True])
def test_a_number_of_workers_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(InvalidRequestError, match="max_workers"):
        QueueManager(value)  # type: ignore[arg-type]
    queue = QueueManager(4)
    with pytest.raises(InvalidRequestError, match="max_workers"):
        queue.max_workers = value  # type: ignore[assignment]
    assert queue.max_workers == 4
