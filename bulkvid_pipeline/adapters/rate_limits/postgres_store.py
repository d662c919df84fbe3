"""Counts in PostgreSQL, shared by all machines that use the database."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import psycopg2  # type: ignore[import-untyped]

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
)
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import ServiceUnavailableError

RETRIES = RetryPolicy(tries=8, first_delay_s=0.1, factor=2.0, longest_delay_s=5.0)
"""Bridges a restart of the database: the pauses add up to about 8 s on average, 16 s at most."""

_LOCKS = 0x62766964
"""First half of our advisory locks' numbers ("bvid"), so that they do not collide with those of other programs."""
_SCHEMA_LOCK = 0

_SCHEMA = """
BEGIN ISOLATION LEVEL READ COMMITTED;
SELECT pg_advisory_xact_lock(%s, %s);
CREATE TABLE IF NOT EXISTS bulkvid_rate_times (
    budget text PRIMARY KEY, clock_us bigint NOT NULL, now_us bigint NOT NULL, prune_at_us bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS bulkvid_rate_meters (
    budget text NOT NULL, kind text NOT NULL, name text NOT NULL,
    stamps bytea NOT NULL, full_at_us bigint NOT NULL, idle_at_us bigint NOT NULL,
    PRIMARY KEY (budget, kind, name)
);
COMMIT
"""

# One round trip. The lock is a statement of its own, so that the next statement sees what its last holder committed.
# A process that hangs while it holds the lock must not block the others: the server ends its transaction.
_BEGIN_AND_READ = """
BEGIN ISOLATION LEVEL READ COMMITTED;
SET LOCAL idle_in_transaction_session_timeout = '5s';
SET LOCAL lock_timeout = '15s';
SELECT pg_advisory_xact_lock(%(locks)s, %(lock)s);
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
       time.clock_us, time.now_us, time.prune_at_us,
       meter.kind, meter.name, meter.stamps, meter.full_at_us, meter.idle_at_us
  FROM (VALUES (%(budget)s)) AS asked (budget)
  LEFT JOIN bulkvid_rate_times AS time ON time.budget = asked.budget
  LEFT JOIN bulkvid_rate_meters AS meter ON meter.budget = asked.budget AND (meter.kind, meter.name) IN %(subjects)s
"""
_WRITE_METERS = """
INSERT INTO bulkvid_rate_meters VALUES %s, %s ON CONFLICT (budget, kind, name) DO UPDATE
   SET stamps = excluded.stamps, full_at_us = excluded.full_at_us, idle_at_us = excluded.idle_at_us;
"""
_WRITE_TIME = """
INSERT INTO bulkvid_rate_times VALUES %s ON CONFLICT (budget) DO UPDATE
   SET clock_us = excluded.clock_us, now_us = excluded.now_us, prune_at_us = excluded.prune_at_us;
"""
_PRUNE = "DELETE FROM bulkvid_rate_meters WHERE budget = %s AND idle_at_us <= %s;"

_IDLE = """
  FROM bulkvid_rate_times AS time
 WHERE meter.budget = time.budget
   AND meter.idle_at_us <= time.now_us
                         + greatest(0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - time.clock_us)
"""
_COUNT_IDLE = f"SELECT count(*) FROM bulkvid_rate_meters AS meter WHERE EXISTS (SELECT 1 {_IDLE})"
_PRUNE_ALL = f"""
WITH forgotten AS (
    DELETE FROM bulkvid_rate_meters AS meter USING {_IDLE.replace("FROM", "", 1)} RETURNING 1
) SELECT count(*) FROM forgotten
"""


class PostgresStore:
    """Counts in a PostgreSQL database. A transaction takes two round trips, under an advisory lock for each budget.

    Time is the database's clock, the same for all machines. A clock set back is harmless. If the clock is set forward
    by some seconds, that many seconds of admissions are dropped early, since this looks like time that has passed.

    Args:
        url: `postgresql://...`, as libpq reads it; the tables are created at the first use.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = ProcessConnection(self._connect)

    def transact(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        return RETRIES.call(lambda: self._attempt(budget, user, project, step))

    def forget_idle(self, *, dry_run: bool = False) -> int:
        return RETRIES.call(lambda: self._with_cursor(lambda cursor: _forget_idle(cursor, dry_run)))

    def close(self) -> None:
        self._connection.close()

    def _attempt(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        """One attempt. If the connection is lost at the commit, a retry may take a second slot, but never too few."""
        return self._with_cursor(lambda cursor: _transact(cursor, budget, (user, project), step))

    def _with_cursor(self, work: Callable[[Any], Answer]) -> Answer:
        try:
            with self._connection.lend() as connection, connection.cursor() as cursor:
                return work(cursor)
        except psycopg2.Error as error:
            raise ServiceUnavailableError(
                f"Rate limits in the database at {self._place} could not be read or written: {str(error).strip()}",
                fix="Check that the database runs and that its user may make tables",
            ) from error

    @property
    def _place(self) -> str:
        """Location of the database, without the password."""
        parts = urlsplit(self._url)
        return f"{parts.netloc.rpartition('@')[2]}{parts.path}"

    def _connect(self) -> Any:
        connection = psycopg2.connect(
            self._url,
            connect_timeout=10,
            application_name="bulkvid rate limits",
            keepalives_idle=30,
            tcp_user_timeout=20_000,
        )
        try:
            connection.autocommit = True  # the SQL itself begins and ends the transactions
            with connection.cursor() as cursor:
                cursor.execute(_SCHEMA, (_LOCKS, _SCHEMA_LOCK))
        except BaseException:
            connection.close()
            raise
        return connection


def _transact(cursor: Any, budget: str, subjects: tuple[Subject, Subject], step: Step[Answer]) -> Answer:
    asked = {"locks": _LOCKS, "lock": _lock_number(budget), "budget": budget, "subjects": tuple(map(tuple, subjects))}
    cursor.execute(_BEGIN_AND_READ, asked)
    rows = cursor.fetchall()
    clock_us, *known_time = rows[0][:4]
    known = StoreTime.beginning(clock_us) if None in known_time else StoreTime(*known_time)
    store_time = known.at(clock_us)
    found = {Subject(*row[4:6]): row[6:] for row in rows}
    answer, changed = step(store_time.now_us, Meters(*(_meter(found.get(subject)) for subject in subjects)))
    writes: list[tuple[str, Sequence[object]]] = []
    if changed is not None:
        writes.append((_WRITE_METERS, [_row(budget, *pair) for pair in zip(subjects, changed, strict=True)]))
        if store_time.must_prune:
            writes.append((_PRUNE, (budget, store_time.now_us)))
            store_time = store_time.pruned()
    if changed is not None or store_time.clock_us < known.clock_us:
        writes.append((_WRITE_TIME, ((budget, store_time.clock_us, store_time.now_us, store_time.prune_at_us),)))
    statements = "".join(statement for statement, _ in writes)
    cursor.execute(f"{statements} COMMIT", [value for _, values in writes for value in values])
    return answer


def _forget_idle(cursor: Any, dry_run: bool) -> int:
    """Needs no lock of a budget: a meter that an admission changes meanwhile is no longer idle and is kept."""
    cursor.execute(_COUNT_IDLE if dry_run else _PRUNE_ALL)
    (number,) = cursor.fetchone()
    return int(number)


def _lock_number(budget: str) -> int:
    """Second half of the budget's lock number: 31 bits, never the schema's; a collision only causes waiting."""
    return max(1, zlib.crc32(budget.encode()) & 0x7FFFFFFF)


def _meter(found: tuple[Any, ...] | None) -> Meter:
    if found is None:
        return Meter()
    stamps, full_at_us, idle_at_us = found
    return Meter(decode_stamps(bytes(stamps)), full_at_us, idle_at_us)


def _row(budget: str, subject: Subject, meter: Meter) -> tuple[object, ...]:
    return (budget, *subject, encode_stamps(meter.stamps), meter.full_at_us, meter.idle_at_us)
