"""Rate limits: never above their limit in any window, never slower than they must be, on every store."""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pytest
from dagster import DagsterInstance
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.adapters.rate_limits import (
    Budget,
    MemoryStore,
    Pause,
    PostgresStore,
    RateLimiter,
    Scope,
    SqliteStore,
    Store,
    limiter_for,
    location_of,
    postgres_store,
    sqlite_store,
    store_at,
)
from bulkvid_pipeline.adapters.rate_limits.stores import decode_stamps, encode_stamps
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import InvalidRequestError, QuotaExceededError, ServiceUnavailableError
from bulkvid_pipeline_tests.adapters import rate_limit_hammer
from bulkvid_pipeline_tests.adapters.rate_limit_hammer import Admission, admissions_in, fullest_window, hammering
from bulkvid_pipeline_tests.peers.postgres import PostgresServer, postgres_server
from bulkvid_pipeline_tests.waiting import wait_until

__all__ = ["postgres_server"]  # the fixture

SECOND = 1_000_000


class Clock:
    """A clock that is set by hand, in microseconds; sleeping moves it."""

    def __init__(self) -> None:
        self.us = 1_000 * SECOND

    def __call__(self) -> int:
        return self.us

    def seconds(self) -> float:
        return self.us / SECOND

    def sleep(self, seconds: float) -> None:
        self.us += round(seconds * SECOND)


@pytest.fixture(scope="session")
def rates_database(postgres_server: PostgresServer) -> str:
    return postgres_server.create_database()


@pytest.fixture
def postgres_url(rates_database: str) -> str:
    """A database without our tables."""
    _execute(rates_database, "DROP TABLE IF EXISTS bulkvid_rate_times, bulkvid_rate_meters")
    return rates_database


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    location: str | Path | None
    if request.param == "postgres":
        location = request.getfixturevalue("postgres_url")
    else:
        location = tmp_path if request.param == "sqlite" else None
    opened = store_at(location)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgres"])
def shared_location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place where several processes can share counts."""
    if request.param == "sqlite":
        return str(tmp_path / "instance")
    return str(request.getfixturevalue("postgres_url"))


def admitted(limiter: RateLimiter, tries: int, user: str = "ann", project: str = "films") -> int:
    return sum(limiter.can_proceed(user, project) for _ in range(tries))


class TestOnEveryStore:
    def test_a_user_gets_its_sixty_and_no_more(self, store: Store) -> None:
        limiter = RateLimiter(store=store)
        assert admitted(limiter, 70) == 60
        assert admitted(limiter, 5, user="bob") == 5

    def test_a_project_gets_its_three_hundred_over_all_users_and_no_more(self, store: Store) -> None:
        limiter = RateLimiter(store=store)
        assert [admitted(limiter, 60, user=f"user{number}") for number in range(7)] == [60] * 5 + [0, 0]
        assert limiter.can_proceed("user6", "another project")

    def test_a_user_is_limited_over_all_its_projects(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=3, store=store)
        assert [limiter.can_proceed("ann", project) for project in "abcd"] == [True, True, True, False]

    def test_a_user_and_a_project_of_the_same_name_are_two(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=2, per_project_limit=3, store=store)
        assert limiter.can_proceed("same", "same")
        usage = limiter.usage("same", "other")
        assert (usage.user_used, usage.project_used) == (1, 0)

    def test_whoever_is_refused_has_taken_nothing(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=2, per_project_limit=3, store=store)
        assert admitted(limiter, 9, user="ann") == 2
        assert admitted(limiter, 9, user="bob") == 1
        assert limiter.usage("bob", "films").user_used == 1
        assert limiter.usage("ann", "films").project_used == 3
        assert limiter.can_proceed("bob", "another project")

    def test_asking_for_the_backoff_takes_nothing(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=1, store=store)
        assert [limiter.get_backoff_time("ann") for _ in range(3)] == [0.0] * 3
        assert limiter.can_proceed("ann")
        assert 50 < limiter.get_backoff_time("ann") <= 60.001

    def test_each_budget_is_counted_apart(self, store: Store) -> None:
        limiters = [RateLimiter(per_user_limit=2, budget=budget, store=store) for budget in Budget]
        assert [admitted(limiter, 3) for limiter in limiters] == [2] * len(Budget)

    def test_names_are_kept_as_they_are(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=1, store=store)
        names = ["o'hara", "%s", "a;--", "日本", "O'HARA", " ", "{}", "\\x00"]
        assert [admitted(limiter, 2, user=name, project=name) for name in names] == [1] * len(names)

    def test_a_closed_store_opens_again_with_its_counts(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=2, store=store)
        assert limiter.can_proceed("ann")
        store.close()
        assert admitted(limiter, 5) == 1

    def test_waiting_ends_as_soon_as_there_is_room(self, store: Store) -> None:
        limiter = RateLimiter(per_user_limit=2, window_s=0.2, store=store)
        pauses: list[Pause] = []
        began = time.monotonic()
        for _ in range(6):
            limiter.acquire("ann", on_wait=pauses.append)
        assert time.monotonic() - began >= 0.4  # two windows must have passed: a lower bound, whatever the machine
        assert {pause.limit for pause in pauses} == {Scope.USER}
        assert all(0 < pause.delay_s <= 0.201 for pause in pauses)

    def test_threads_share_the_limit(self, store: Store) -> None:
        limiter = RateLimiter(store=store)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: limiter.can_proceed("ann"), range(200)))
        assert sum(answers) == 60


class TestInTime:
    """With a clock set by hand, so that every microsecond is known."""

    @given(
        steps=st.lists(st.tuples(st.integers(0, 400_000), st.sampled_from("ab"), st.sampled_from("pq")), max_size=120),
        per_user=st.integers(1, 4),
        per_project=st.integers(1, 6),
        burst=st.integers(1, 6),
        token_us=st.sampled_from([50_000, 200_000, 500_000]),
    )
    @settings(max_examples=150, deadline=None)
    def test_it_admits_exactly_what_windows_and_bucket_allow(
        self, steps: list[tuple[int, str, str]], per_user: int, per_project: int, burst: int, token_us: int
    ) -> None:
        """Compared with a plain model: a list of all admissions, and buckets that count fractions of tokens."""
        clock = Clock()
        store = MemoryStore(clock)
        limiter = RateLimiter(per_user, per_project, SECOND / token_us, burst=burst, window_s=1.0, store=store)
        taken: list[tuple[int, str, str]] = []
        bucket = {project: (Fraction(burst), clock.us) for project in "pq"}
        for pause_us, user, project in steps:
            clock.us += pause_us
            recent = [(who, what) for at, who, what in taken if at >= clock.us - SECOND]
            held, counted_at = bucket[project]
            held = min(Fraction(burst), held + Fraction(clock.us - counted_at, token_us))
            room = (
                sum(who == user for who, _ in recent) < per_user
                and sum(what == project for _, what in recent) < per_project
                and held >= 1
            )
            assert limiter.can_proceed(user, project) == room
            if room:
                taken.append((clock.us, user, project))
            bucket[project] = (held - room, clock.us)

    @given(
        pauses=st.lists(st.integers(0, 900_000), min_size=1, max_size=40),
        burst=st.integers(1, 5),
        refill_rate=st.sampled_from([0.7, 3.0, 5.0, 40.0]),
    )
    @settings(max_examples=100, deadline=None)
    def test_the_backoff_is_the_first_moment_with_room(self, pauses: list[int], burst: int, refill_rate: float) -> None:
        clock = Clock()
        limiter = RateLimiter(3, 5, refill_rate, burst=burst, window_s=1.0, store=MemoryStore(clock))
        for number, pause_us in enumerate(pauses):
            clock.us += pause_us
            user = "ab"[number % 2]
            backoff_us = round(limiter.get_backoff_time(user, "p") * SECOND)
            if backoff_us:
                clock.us += backoff_us - 1
                assert not limiter.can_proceed(user, "p")
                clock.us += 1
            assert limiter.can_proceed(user, "p")

    def test_a_bucket_refills_evenly_after_its_burst(self) -> None:
        clock = Clock()
        limiter = RateLimiter(1000, 300, 5.0, burst=10, store=MemoryStore(clock))
        assert admitted(limiter, 50) == 10
        per_second = []
        for _ in range(20):
            clock.us += SECOND
            per_second.append(admitted(limiter, 50))
        assert per_second == [5] * 20

    def test_a_full_bucket_does_not_let_a_second_burst_into_the_first_minute(self) -> None:
        clock = Clock()
        limiter = RateLimiter(10_000, store=MemoryStore(clock))
        first_minute = 0
        for _ in range(60):
            first_minute += admitted(limiter, 400)
            clock.us += SECOND
        assert first_minute == 300
        clock.us += 1
        assert admitted(limiter, 400) == 300

    def test_a_clock_set_back_neither_admits_too_many_nor_blocks_for_ever(self, tmp_path: Path) -> None:
        for kind in ("memory", "sqlite"):
            clock = Clock()
            store = MemoryStore(clock) if kind == "memory" else SqliteStore(tmp_path / "rates", clock)
            limiter = RateLimiter(per_user_limit=3, store=store)
            assert admitted(limiter, 5) == 3
            clock.us -= 500 * SECOND
            assert admitted(limiter, 5) == 0
            assert limiter.get_backoff_time("ann", "films") <= 60.000_001
            clock.us += 60 * SECOND
            assert admitted(limiter, 5) == 0
            clock.us += 1
            assert admitted(limiter, 5) == 3

    def test_idle_users_are_forgotten_and_busy_ones_are_not(self, tmp_path: Path) -> None:
        clock = Clock()
        store = SqliteStore(tmp_path / "rates", clock)
        limiter = RateLimiter(store=store)
        for number in range(50):
            assert limiter.can_proceed(f"user{number}", f"project{number}")
        clock.us += 59 * SECOND
        assert limiter.can_proceed("busy")
        clock.us += 3 * SECOND
        assert limiter.can_proceed("late")
        rows = sqlite3.connect(store.path).execute("SELECT name FROM rate_meters WHERE kind = 'user'").fetchall()
        assert {name for (name,) in rows} == {"busy", "late"}
        assert limiter.usage("busy").user_used == 1


class TestWaiting:
    def test_it_reports_each_pause_and_returns_what_it_waited(self) -> None:
        clock = Clock()
        limiter = RateLimiter(per_user_limit=1, store=MemoryStore(clock))
        pauses: list[Pause] = []
        waited = [
            limiter.acquire("ann", on_wait=pauses.append, sleep=clock.sleep, clock=clock.seconds) for _ in range(3)
        ]
        assert waited == pytest.approx([0, 60, 60], abs=1e-3)
        assert [(pause.limit, pause.waited_s) for pause in pauses] == [(Scope.USER, 0), (Scope.USER, 0)]

    def test_it_waits_again_when_another_was_first(self) -> None:
        clock = Clock()
        limiter = RateLimiter(per_user_limit=1, store=MemoryStore(clock))
        assert limiter.can_proceed("ann")
        rivals = itertools.chain([True], itertools.repeat(False))

        def sleep_while_another_comes(seconds: float) -> None:
            clock.sleep(seconds)
            if next(rivals):
                assert limiter.can_proceed("ann")

        waited = limiter.acquire("ann", sleep=sleep_while_another_comes, clock=clock.seconds)
        assert waited == pytest.approx(120, abs=1e-3)

    def test_it_gives_up_at_once_when_no_slot_comes_in_time(self) -> None:
        clock = Clock()
        limiter = RateLimiter(per_user_limit=1, per_project_limit=2, store=MemoryStore(clock))
        limiter.acquire("ann")
        with pytest.raises(QuotaExceededError, match=r"Rate limit exceeded \(per-user\).*'ann'") as user_limit:
            limiter.acquire("ann", timeout=59, sleep=clock.sleep, clock=clock.seconds)
        assert clock.us == Clock().us, "it slept in vain"
        assert user_limit.value.retry_after == pytest.approx(60, abs=1e-3)
        limiter.acquire("bob")
        with pytest.raises(QuotaExceededError, match=r"\(per-project\).*'default'"):
            limiter.acquire("cid", timeout=0)

    def test_a_stop_request_interrupts_the_wait_and_costs_no_slot(self) -> None:
        limiter = RateLimiter(per_user_limit=1)
        limiter.acquire("ann")

        def stop(_seconds: float) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            limiter.acquire("ann", sleep=stop)
        assert limiter.usage("ann").user_used == 1


class TestRefusedArguments:
    @pytest.mark.parametrize(
        "figures",
        [
            {"per_user_limit": 0},
            {"per_project_limit": -1},
            {"per_user_limit": 1.5},
            {"refill_rate": 0.0},
            {"refill_rate": float("nan")},
            {"window_s": 0.0},
            {"window_s": 3601.0},
            {"burst": 0},
        ],
    )
    def test_figures_out_of_bounds(self, figures: dict[str, Any]) -> None:
        with pytest.raises(InvalidRequestError, match="Rate limit"):
            RateLimiter(**figures)

    @pytest.mark.parametrize("name", ["", "a\0b", "line\nbreak", "\ud800"])
    def test_ids_that_no_database_would_keep(self, name: str) -> None:
        with pytest.raises(InvalidRequestError):
            RateLimiter().can_proceed(name)
        with pytest.raises(InvalidRequestError):
            RateLimiter().can_proceed("ann", name)


@given(st.lists(st.integers(0, 3_600 * SECOND), max_size=400), st.integers(0, 2**62))
def test_stamps_are_read_as_they_were_written(distances: list[int], newest: int) -> None:
    stamps = tuple(sorted(newest + distance for distance in distances))
    assert decode_stamps(encode_stamps(stamps)) == stamps


class TestSharedByProcesses:
    @pytest.mark.heavy
    def test_no_window_is_overfull_and_none_is_wasted(self, shared_location: str, tmp_path: Path) -> None:
        with hammering(shared_location, _records(tmp_path), seconds=2.2):
            pass
        _assert_filled(admissions_in(tmp_path / "records"))

    def test_killed_processes_leave_the_counts_exact_and_open(self, shared_location: str, tmp_path: Path) -> None:
        with hammering(shared_location, _records(tmp_path), seconds=3.2) as processes:
            wait_until(lambda: len(admissions_in(tmp_path / "records")) >= rate_limit_hammer.PER_USER)
            time.sleep(0.5)
            for process in processes[::2]:
                process.send_signal(signal.SIGKILL)
            killed_at = time.monotonic()
        assert [process.returncode for process in processes] == [-signal.SIGKILL, 0] * 4
        admissions = admissions_in(tmp_path / "records")
        _assert_filled(admissions)
        _assert_filled([each for each in admissions if each.asked_at > killed_at])

    def test_the_check_finds_out_processes_that_count_apart(self, tmp_path: Path) -> None:
        with hammering("-", _records(tmp_path), seconds=2.2):
            pass
        admissions = admissions_in(tmp_path / "records")
        assert fullest_window(admissions, rate_limit_hammer.WINDOW_S) > 2 * rate_limit_hammer.PER_PROJECT

    def test_many_at_once_can_be_the_first(self, shared_location: str) -> None:
        limiters = [limiter_for(shared_location, per_user_limit=10) for _ in range(16)]
        together = threading.Barrier(len(limiters))

        def ask_together(limiter: RateLimiter) -> bool:
            together.wait()
            return limiter.can_proceed("ann")

        with ThreadPoolExecutor(len(limiters)) as pool:
            answers = list(pool.map(ask_together, limiters))
        for limiter in limiters:
            limiter.store.close()
        assert sum(answers) == 10

    def test_a_forked_child_shares_the_counts_over_a_connection_of_its_own(self, shared_location: str) -> None:
        limiter = limiter_for(shared_location, per_user_limit=400, per_project_limit=400)
        assert admitted(limiter, 1) == 1
        fork = multiprocessing.get_context("fork")
        child_got, answer = fork.Pipe(duplex=False)
        child = fork.Process(target=lambda: answer.send(admitted(limiter, 300)))
        child.start()
        parent_got = admitted(limiter, 300)
        assert child_got.poll(30), "the child failed"
        assert 1 + parent_got + child_got.recv() == 400
        child.join(30)
        assert child.exitcode == 0
        assert not limiter.can_proceed("ann", "films")


class TestPostgres:
    def test_a_restart_of_the_database_is_ridden_out_with_the_counts_kept(self) -> None:
        with PostgresServer() as server:
            limiter = RateLimiter(per_user_limit=3, store=PostgresStore(server.url))
            assert admitted(limiter, 1) == 1
            server.restart(crash=True)
            assert admitted(limiter, 1) == 1
            server.stop()
            with ThreadPoolExecutor(1) as pool:
                answer = pool.submit(admitted, limiter, 3)
                time.sleep(0.3)
                assert not answer.done()
                server.start()
                assert answer.result() == 1

    def test_a_database_that_stays_away_is_reported_without_its_password(
        self, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_store, "RETRIES", RetryPolicy(tries=2, first_delay_s=0.01))
        for url in ("postgresql://ann:hush@127.0.0.1:1/films", postgres_server.url.replace("postgres:", "postgres:no")):
            with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1") as error:
                RateLimiter(store=PostgresStore(url)).can_proceed("ann")
            assert "hush" not in str(error.value)
            assert error.value.retryable

    def test_a_clock_set_back_neither_admits_too_many_nor_blocks_for_ever(self, postgres_url: str) -> None:
        limiter = limiter_for(postgres_url, per_user_limit=3)
        assert admitted(limiter, 4) == 3
        _execute(postgres_url, "UPDATE bulkvid_rate_times SET clock_us = clock_us + 3600 * 1000000::bigint")
        assert limiter.usage("ann", "films").user_used == 3
        before = limiter.get_backoff_time("ann", "films")
        assert before <= 60.000_001
        time.sleep(0.05)
        assert limiter.get_backoff_time("ann", "films") <= before - 0.04, "time goes on though nobody is admitted"

    @pytest.mark.heavy
    def test_a_process_that_stands_still_within_its_transaction_does_not_hold_up_the_others(
        self, postgres_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        mine, theirs = (limiter_for(postgres_url, per_user_limit=2) for _ in range(2))
        stuck, go_on = threading.Event(), threading.Event()
        step = mine._take_step

        def stand_still(*arguments: Any) -> Any:
            stuck.set()
            go_on.wait(30)
            return step(*arguments)

        monkeypatch.setattr(mine, "_take_step", stand_still)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(mine.can_proceed, "ann")
            stuck.wait(30)
            assert theirs.can_proceed("ann"), "the server has ended the other's transaction"
            go_on.set()
            assert answer.result(), "which then came again, and had its slot"
        assert not theirs.can_proceed("ann")

    def test_idle_users_are_forgotten(self, postgres_url: str) -> None:
        limiter = limiter_for(postgres_url, window_s=0.01)
        assert limiter.can_proceed("early")
        _execute(postgres_url, "UPDATE bulkvid_rate_times SET clock_us = clock_us - 61 * 1000000::bigint")
        assert limiter.can_proceed("late")
        assert _execute(postgres_url, "SELECT name FROM bulkvid_rate_meters WHERE kind = 'user'") == [("late",)]


class TestSqlite:
    def test_a_file_that_cannot_be_used_is_reported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_store, "RETRIES", RetryPolicy(tries=1))
        not_a_database = tmp_path / "rates"
        not_a_database.write_text("no database, but a text that is longer than a header of one hundred bytes" * 9)
        with pytest.raises(ServiceUnavailableError, match="file is not a database"):
            RateLimiter(store=SqliteStore(not_a_database)).can_proceed("ann")
        with pytest.raises(ServiceUnavailableError, match="rates"):
            RateLimiter(store=SqliteStore(not_a_database / "below a file")).can_proceed("ann")


class TestLocation:
    def test_a_sqlite_instance_keeps_the_counts_in_its_folder(self, tmp_path: Path) -> None:
        with DagsterInstance.local_temp(str(tmp_path)) as instance:
            store = store_at(location_of(instance))
            assert RateLimiter(store=store).can_proceed("ann")
            store.close()
        assert (tmp_path / "bulkvid_rate_limits.sqlite").is_file()

    def test_a_postgres_instance_keeps_them_in_its_database(self, postgres_url: str, tmp_path: Path) -> None:
        overrides = {"storage": {"postgres": {"postgres_url": postgres_url}}}
        with DagsterInstance.local_temp(str(tmp_path), overrides=overrides) as instance:
            assert location_of(instance) == postgres_url
            assert isinstance(store_at(location_of(instance)), PostgresStore)

    def test_an_ephemeral_instance_keeps_them_in_the_process(self) -> None:
        with DagsterInstance.ephemeral() as instance:
            assert isinstance(store_at(location_of(instance)), MemoryStore)

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
    def test_every_way_to_write_a_postgres_url(self, postgres_url: str, scheme: str) -> None:
        url = postgres_url.replace("postgresql", scheme, 1)
        assert limiter_for(url).can_proceed("ann")

    def test_another_kind_of_database_is_refused(self) -> None:
        with pytest.raises(InvalidRequestError, match="mysql"):
            limiter_for("mysql://user:hush@host/db")


def _records(tmp_path: Path) -> Path:
    folder = tmp_path / "records"
    folder.mkdir()
    return folder


def _assert_filled(admissions: list[Admission]) -> None:
    """No window above its limit, and more were let in than one window may hold: nobody was shut out for good."""
    window_s = rate_limit_hammer.WINDOW_S
    busy = [each for each in admissions if each.user == "busy"]
    crowded = [each for each in admissions if each.project == "crowded"]
    assert fullest_window(busy, window_s) <= rate_limit_hammer.PER_USER < len(busy)
    assert fullest_window(crowded, window_s) <= rate_limit_hammer.PER_PROJECT < len(crowded)
    for user in {each.user for each in crowded}:
        assert fullest_window([each for each in crowded if each.user == user], window_s) <= rate_limit_hammer.PER_USER


def _execute(url: str, statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()
