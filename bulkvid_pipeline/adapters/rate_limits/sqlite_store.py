"""Counts in a SQLite file, shared by the processes of one machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from bulkvid_pipeline.adapters.rate_limits.admission import Meter
from bulkvid_pipeline.adapters.rate_limits.connection import ProcessConnection
from bulkvid_pipeline.adapters.rate_limits.stores import (
    Answer,
    Meters,
    Step,
    StoreTime,
    Subject,
    decode_stamps,
    encode_stamps,
    monotonic_us,
)
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import ServiceUnavailableError

BUSY_TIMEOUT_S = 15.0
"""Seconds that one transaction waits for others; each holds the file for well under a millisecond."""

RETRIES = RetryPolicy(tries=4, first_delay_s=0.05, factor=3.0, longest_delay_s=1.0)
"""For a case in which SQLite itself does not wait: two processes that create the file at the same time."""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS rate_times (
        budget TEXT PRIMARY KEY, clock_us INTEGER NOT NULL, now_us INTEGER NOT NULL, prune_at_us INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS rate_meters (
        budget TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
        stamps BLOB NOT NULL, full_at_us INTEGER NOT NULL, idle_at_us INTEGER NOT NULL,
        PRIMARY KEY (budget, kind, name)
    ) WITHOUT ROWID""",
)
_READ_TIME = "SELECT clock_us, now_us, prune_at_us FROM rate_times WHERE budget = ?"
_WRITE_TIME = "INSERT OR REPLACE INTO rate_times VALUES (?, ?, ?, ?)"
_READ_METER = "SELECT stamps, full_at_us, idle_at_us FROM rate_meters WHERE budget = ? AND kind = ? AND name = ?"
_WRITE_METER = "INSERT OR REPLACE INTO rate_meters VALUES (?, ?, ?, ?, ?, ?)"
_READ_TIMES = "SELECT budget, clock_us, now_us, prune_at_us FROM rate_times"
_COUNT_IDLE = "SELECT count(*) FROM rate_meters WHERE budget = ? AND idle_at_us <= ?"
_PRUNE = "DELETE FROM rate_meters WHERE budget = ? AND idle_at_us <= ?"


class SqliteStore:
    """Counts in a file, on a file system of this machine (SQLite's locks do not hold over a network).

    Time is the machine's monotonic clock, which cannot be set. Committed counts survive a killed process; a power cut
    may lose the latest counts.

    Args:
        path: the file; created with its folder at the first use.
        clock_us: returns microseconds; one clock for all processes.
    """

    def __init__(self, path: Path, clock_us: Callable[[], int] = monotonic_us) -> None:
        self.path = path
        self._clock_us = clock_us
        self._connection = ProcessConnection(self._connect)

    def transact(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        return RETRIES.call(lambda: self._attempt(budget, user, project, step))

    def forget_idle(self, *, dry_run: bool = False) -> int:
        return RETRIES.call(lambda: self._in_transaction(lambda connection: self._forget_idle(connection, dry_run)))

    def close(self) -> None:
        self._connection.close()

    def _attempt(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        return self._in_transaction(lambda connection: self._step_within(connection, budget, (user, project), step))

    def _forget_idle(self, connection: sqlite3.Connection, dry_run: bool) -> int:
        clock_us, forgotten = self._clock_us(), 0
        for budget, *known in connection.execute(_READ_TIMES).fetchall():
            idle = (budget, StoreTime(*known).at(clock_us).now_us)
            (number,) = connection.execute(_COUNT_IDLE, idle).fetchone()
            if not dry_run:
                connection.execute(_PRUNE, idle)
            forgotten += number
        return forgotten

    def _in_transaction(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """The result of `work`, run in an exclusive write transaction."""
        try:
            with self._connection.lend() as connection:
                connection.execute("BEGIN IMMEDIATE")
                answer = work(connection)
                connection.execute("COMMIT")
                return answer
        except (sqlite3.Error, OSError) as error:
            raise ServiceUnavailableError(
                f"Rate limits in {self.path} could not be read or written: {error}",
                fix="Check that the folder exists on a local disk, can be written and has space",
            ) from error

    def _step_within(
        self, connection: sqlite3.Connection, budget: str, subjects: tuple[Subject, Subject], step: Step[Answer]
    ) -> Answer:
        clock_us = self._clock_us()
        row = connection.execute(_READ_TIME, (budget,)).fetchone()
        known = StoreTime(*row) if row else StoreTime.beginning(clock_us)
        store_time = known.at(clock_us)
        meters = Meters(*(_read_meter(connection, budget, subject) for subject in subjects))
        answer, changed = step(store_time.now_us, meters)
        if changed is not None:
            connection.executemany(
                _WRITE_METER,
                (
                    (budget, *subject, encode_stamps(meter.stamps), meter.full_at_us, meter.idle_at_us)
                    for subject, meter in zip(subjects, changed, strict=True)
                ),
            )
            if store_time.must_prune:
                connection.execute(_PRUNE, (budget, store_time.now_us))
                store_time = store_time.pruned()
        if changed is not None or store_time.clock_us < known.clock_us:
            connection.execute(_WRITE_TIME, (budget, store_time.clock_us, store_time.now_us, store_time.prune_at_us))
        return answer

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            for statement in _SCHEMA:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection


def _read_meter(connection: sqlite3.Connection, budget: str, subject: Subject) -> Meter:
    row = connection.execute(_READ_METER, (budget, *subject)).fetchone()
    if row is None:
        return Meter()
    stamps, full_at_us, idle_at_us = row
    return Meter(decode_stamps(stamps), full_at_us, idle_at_us)
