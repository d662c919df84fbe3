"""Each row of a spread job is in the hands of one run, on both databases, whoever asks at the same time or dies."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from dagster import DagsterInstance, DagsterRunStatus, job

from bulkvid_pipeline.adapters.dagster.row_claims import AT_ONCE, RowClaims
from bulkvid_pipeline_tests.waiting import PATIENCE_S
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES

PLAN = "plan-of-all"


@job
def some_job() -> None: ...


@pytest.fixture
def instance(workplace: Workplace) -> DagsterInstance:
    return workplace.instance


@pytest.fixture
def claims(instance: DagsterInstance) -> RowClaims:
    return RowClaims(instance, PLAN)


def a_run(instance: DagsterInstance, status: DagsterRunStatus = DagsterRunStatus.STARTED) -> str:
    return instance.create_run_for_job(some_job, status=status).run_id


def end_run(instance: DagsterInstance, run_id: str) -> None:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    instance.report_run_failed(run)


def test_rows_are_given_in_their_order_to_one_run_each(instance: DagsterInstance, claims: RowClaims) -> None:
    one, other = a_run(instance), a_run(instance)
    claims.open(5)

    assert claims.take(one, 2) == (0, 1)
    assert claims.take(other, 2) == (2, 3)
    assert claims.take(one, 2) == (4,)
    assert claims.take(other, 2) == ()
    assert claims.left() == 5, "those in work have not ended"


def test_a_row_ends_once_by_the_run_that_holds_it(instance: DagsterInstance, claims: RowClaims) -> None:
    one, other = a_run(instance), a_run(instance)
    claims.open(2)
    claims.take(one, 2)

    assert not claims.end(other, 0)
    assert claims.end(one, 0)
    assert not claims.end(one, 0)
    assert claims.left() == 1
    claims.open(2)
    assert claims.take(other, 2) == (0,), "a plan that is opened again has its rows again"


def test_rows_that_are_released_or_whose_run_has_ended_are_free(instance: DagsterInstance, claims: RowClaims) -> None:
    released, lost, other = a_run(instance), a_run(instance), a_run(instance)
    claims.open(4)
    claims.take(released, 2)
    claims.take(lost, 2)
    assert claims.take(other, 4) == ()

    claims.release(released)
    end_run(instance, lost)

    assert claims.take(other, 4) == (0, 1, 2, 3)
    assert not claims.end(lost, 2), "it has lost its claim"
    assert claims.end(other, 2)


def test_a_run_that_is_being_cancelled_holds_its_rows_and_one_that_has_not_begun_none(
    instance: DagsterInstance, claims: RowClaims
) -> None:
    canceling, waiting = a_run(instance, DagsterRunStatus.CANCELING), a_run(instance, DagsterRunStatus.STARTING)
    claims.open(2)
    claims.take(canceling, 1)
    claims.take(waiting, 1)

    assert claims.take(a_run(instance), 2) == (1,)


def test_a_run_finds_what_it_holds_though_the_answer_was_lost(instance: DagsterInstance, claims: RowClaims) -> None:
    claims.open(4)
    run = a_run(instance)
    claims.take(run, 3)
    claims.end(run, 1)

    assert (claims.take(run, 3), claims.take(run, 3)) == ((3,), ())
    assert claims.held(run) == (0, 2, 3)


def test_plans_know_nothing_of_each_other(instance: DagsterInstance, claims: RowClaims) -> None:
    run_id, other = a_run(instance), RowClaims(instance, "another-plan")
    claims.open(2)
    other.open(3)
    claims.take(run_id, 2)

    assert other.take(run_id, 9) == (0, 1, 2)
    claims.close()
    assert (claims.left(), other.left()) == (0, 3)


def test_many_rows_are_opened_in_several_statements(instance: DagsterInstance, claims: RowClaims) -> None:
    rows = 2 * AT_ONCE + 1
    claims.open(rows)

    assert claims.left() == rows
    assert claims.take(a_run(instance), rows) == tuple(range(rows))


def test_two_may_make_the_table_at_once(instance: DagsterInstance) -> None:
    together = threading.Barrier(4)

    def open_rows(plan: int) -> int:
        claims = RowClaims(instance, f"plan-{plan}")
        together.wait(PATIENCE_S)
        claims.open(2)
        return claims.left()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(open_rows, range(4), timeout=PATIENCE_S)) == [2, 2, 2, 2]


def take_all(home: str, run_id: str) -> list[int]:
    """In a process of its own, with two threads: take rows and end them as long as there are any; those it ended."""
    with DagsterInstance.from_config(home) as instance:

        def work(_: int) -> list[int]:
            claims, ended = RowClaims(instance, PLAN), []
            while places := claims.take(run_id, 3):
                ended += [place for place in places if claims.end(run_id, place)]
            return ended

        with ThreadPoolExecutor(2) as pool:
            return [place for ended in pool.map(work, range(2)) for place in ended]


@pytest.mark.heavy
def test_however_many_take_at_once_every_row_is_ended_exactly_once(workplace: Workplace, claims: RowClaims) -> None:
    rows = 300
    claims.open(rows)
    dead = a_run(workplace.instance)
    claims.take(dead, 20)
    end_run(workplace.instance, dead)
    runs = [a_run(workplace.instance) for _ in range(3)]
    homes = [str(workplace.folder / "home")] * len(runs)

    with ProcessPoolExecutor(len(runs), multiprocessing.get_context("spawn")) as pool:
        ended = list(pool.map(take_all, homes, runs, timeout=PATIENCE_S))

    assert sorted(place for of_run in ended for place in of_run) == list(range(rows))
    assert claims.left() == 0
