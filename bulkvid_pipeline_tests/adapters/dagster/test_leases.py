"""What one run has in work no other takes, on both databases, until it is given back or its run has ended."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from dagster import DagsterInstance, DagsterRunStatus, job

from bulkvid_pipeline.adapters.dagster.leases import Leases
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES


@job
def some_job() -> None: ...


@pytest.fixture
def instance(workplace: Workplace) -> DagsterInstance:
    return workplace.instance


def started_run(instance: DagsterInstance) -> str:
    return instance.create_run_for_job(some_job, status=DagsterRunStatus.STARTED).run_id


def leases(instance: DagsterInstance) -> Leases:
    return Leases(instance, started_run(instance))


def test_a_name_is_leased_to_one_run_until_it_gives_it_back(instance: DagsterInstance) -> None:
    one, other = leases(instance), leases(instance)

    assert one.take(["a"])
    assert not other.take(["a"])
    assert other.take(["b"])
    assert other.taken(["a", "b"]) == {"a"}
    one.release(["a"])
    assert other.taken(["a"]) == frozenset()
    assert other.take(["a"])


def test_several_names_are_leased_all_or_none(instance: DagsterInstance) -> None:
    one, other = leases(instance), leases(instance)
    one.take(["b"])

    assert not other.take(["a", "b", "c"])
    assert one.take(["a", "c"])


def test_a_run_gives_back_only_what_is_its_own(instance: DagsterInstance) -> None:
    one, other = leases(instance), leases(instance)
    one.take(["a"])

    other.release(["a"])
    other.release_all()

    assert not other.take(["a"])


def test_a_lease_ends_with_its_run(instance: DagsterInstance) -> None:
    run_id = started_run(instance)
    Leases(instance, run_id).take(["a"])
    other = leases(instance)
    assert not other.take(["a"])

    run = instance.get_run_by_id(run_id)
    assert run is not None
    instance.report_run_failed(run)

    assert other.taken(["a"]) == frozenset()
    assert other.take(["a"])


def test_a_lease_ends_where_nothing_is_known_of_its_run_any_more(instance: DagsterInstance) -> None:
    run_id = started_run(instance)
    Leases(instance, run_id).take(["a"])
    instance.delete_run(run_id)

    assert leases(instance).take(["a"])


def test_dead_holders_are_looked_for_while_their_leases_are_wanted(instance: DagsterInstance) -> None:
    run_id = started_run(instance)
    Leases(instance, run_id).take(["a"])

    def free_dead() -> None:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        instance.report_run_failed(run)

    waiting = Leases(instance, started_run(instance), free_dead)

    assert waiting.taken(["a"]) == frozenset()


def test_at_the_end_of_the_block_nothing_is_held(instance: DagsterInstance) -> None:
    with leases(instance) as one:
        one.take(["a", "b"])

    assert leases(instance).take(["a", "b"])


def test_a_run_that_begins_again_is_not_kept_out_by_itself(instance: DagsterInstance) -> None:
    run_id = started_run(instance)
    Leases(instance, run_id).take(["a"])

    assert Leases(instance, run_id).take(["a", "b"])


def test_of_many_at_once_one_gets_the_lease(instance: DagsterInstance) -> None:
    runs = [leases(instance) for _ in range(6)]
    together = threading.Barrier(len(runs))

    def take(one: Leases) -> bool:
        together.wait()
        return one.take(["a", "b"])

    with ThreadPoolExecutor(len(runs)) as pool:
        assert sorted(pool.map(take, runs)) == [False] * 5 + [True]


def test_one_waits_for_its_turn_alone_and_is_told_where_it_does_not_come(instance: DagsterInstance) -> None:
    one, other = leases(instance), leases(instance)
    inside = threading.Event()

    def wait_for_turn() -> bool:
        with other.alone("report", within_s=60) as held:
            inside.set()
            return held

    with ThreadPoolExecutor(1) as pool:
        with one.alone("report", within_s=0) as held:
            assert held
            waiting = pool.submit(wait_for_turn)
            assert not inside.wait(0.2)
        assert waiting.result(60)

    one.take(["report"])
    with other.alone("report", within_s=0) as held:
        assert not held
    assert not other.take(["report"]), "what it did not get it must not give back"
