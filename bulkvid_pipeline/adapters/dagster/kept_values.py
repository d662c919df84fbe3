"""Small texts that are kept in the instance's database under names, apart from runs: they survive their deletion.

Written by Dagster's own key-value store (the cursors of its daemons); names are listed from its table `kvs`, on which
this depends and which its tests check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from dagster import DagsterInstance
from dagster._core.storage.runs.schema import KeyValueStoreTable
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline.core.errors import ServiceUnavailableError

_kvs = KeyValueStoreTable.c


class KeptValues:
    """The values whose names begin with `prefix`.

    Raises:
        ServiceUnavailableError: from every method, when the instance's storage is not a SQL database or does not
            respond.
    """

    def __init__(self, instance: DagsterInstance, prefix: str) -> None:
        self._instance = instance
        self._prefix = prefix

    def names(self) -> list[str]:
        """The names there are, without the prefix."""
        storage = run_database(self._instance)
        if storage is None:
            raise ServiceUnavailableError(
                f"Nothing can be kept in the instance's {type(self._instance.run_storage).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        named = sa.select(_kvs.key).where(_kvs.key.startswith(self._prefix, autoescape=True))
        try:
            with storage.connect() as connection:
                found = connection.execute(named).scalars().all()
        except DBAPIError as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer") from error
        return sorted(name.removeprefix(self._prefix) for name in found)

    def read(self, names: Sequence[str]) -> dict[str, str]:
        """The values of those names that exist."""
        try:
            found = self._instance.run_storage.get_cursor_values({self._prefix + name for name in names})
        except DBAPIError as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer") from error
        return {name.removeprefix(self._prefix): value for name, value in found.items()}

    def write(self, values: Mapping[str, str]) -> None:
        """Keep the values, instead of those that have the same names."""
        try:
            self._instance.run_storage.set_cursor_values({self._prefix + name: value for name, value in values.items()})
        except DBAPIError as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer") from error
