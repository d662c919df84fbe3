"""Rows of our own in the key-value table (`kvs`) of a Dagster instance's database, beside Dagster's.

So small records survive restarts without a second database, on SQLite and PostgreSQL alike. Dagster's own interface to
the table can neither compare and set nor list, so this module runs SQL on it; the contract tests run it on both
databases of the pinned Dagster. Every change is conditional on the old value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dagster import DagsterInstance
from sqlalchemy.exc import DBAPIError, IntegrityError

from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline.core.errors import InvalidRequestError, ServiceUnavailableError

TABLE = sa.table("kvs", sa.column("key", sa.Text), sa.column("value", sa.Text))


class KeyValues:
    """The rows whose keys begin with a prefix.

    Args:
        instance: whose database holds them.
        prefix: of all keys that the caller uses.
        purpose: what they are for, in errors: `webhooks`.

    Raises:
        InvalidRequestError: the instance's storage is neither SQLite nor PostgreSQL.
        ServiceUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, instance: DagsterInstance, prefix: str, purpose: str) -> None:
        storage = run_database(instance)
        if storage is None:
            raise InvalidRequestError(
                f"{purpose.capitalize()} cannot be kept in the instance's {type(instance.run_storage).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        self._storage = storage
        self._prefix = prefix
        self._purpose = purpose

    def insert(self, key: str, value: str) -> bool:
        """Store a new row; returns False and changes nothing if there is one of this key."""
        try:
            with self.connection() as connection:
                connection.execute(sa.insert(TABLE).values(key=key, value=value))
        except IntegrityError:
            return False
        return True

    def read(self, key: str) -> str | None:
        """The value stored under the key; None if there is none."""
        with self.connection() as connection:
            found = connection.execute(sa.select(TABLE.c.value).where(TABLE.c.key == key)).scalar()
        return None if found is None else str(found)

    def all(self) -> dict[str, str]:
        """All rows, by their keys."""
        listed = sa.select(TABLE.c.key, TABLE.c.value).where(self.ours)
        with self.connection() as connection:
            return {str(key): str(value) for key, value in connection.execute(listed)}

    def swap(self, key: str, old: str, new: str) -> bool:
        """Replace the value `old` by `new`; returns False and changes nothing if another process has changed it."""
        change = sa.update(TABLE).where(TABLE.c.key == key, TABLE.c.value == old).values(value=new)
        with self.connection() as connection:
            return connection.execute(change).rowcount > 0

    def remove(self, key: str, old: str) -> bool:
        """Delete the row whose value is `old`; returns False if another process has changed it."""
        with self.connection() as connection:
            return connection.execute(sa.delete(TABLE).where(TABLE.c.key == key, TABLE.c.value == old)).rowcount > 0

    @property
    def ours(self) -> sa.ColumnElement[bool]:
        """The condition that a row is one of these."""
        return TABLE.c.key.startswith(self._prefix, autoescape=True)

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """A transaction on the database.

        Raises:
            IntegrityError: a row of that key exists already.
        """
        try:
            with self._storage.connect() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise ServiceUnavailableError(
                f"The Dagster instance's database did not answer about {self._purpose}"
            ) from error


def head(characters: int) -> sa.ColumnElement[str]:
    """The first characters of a value, by which rows are found."""
    return sa.func.substr(TABLE.c.value, 1, characters)
