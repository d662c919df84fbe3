"""A storage of a Dagster instance that is chosen when the instance is opened.

`dagster.yaml` has no conditions: it names one class, and that class chooses the database.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import sqlalchemy as sa
from dagster import Field, StringSource
from dagster._core.storage.base_storage import DagsterStorage as DagsterStorage
from dagster._core.storage.event_log.base import EventLogStorage
from dagster._core.storage.runs.base import RunStorage
from dagster._core.storage.schedules.base import ScheduleStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData
from sqlalchemy.exc import SQLAlchemyError

from bulkvid_pipeline.adapters.dagster.instances import FOLDER, URL
from bulkvid_pipeline.adapters.dagster.sqlite_storage import SqliteStorage
from bulkvid_pipeline.core.errors import ServiceUnavailableError


class StorageByChoice(DagsterStorage, ConfigurableClass):
    """Delegates to the storage that `choose` returns."""

    def __init__(self, chosen: DagsterStorage, inst_data: ConfigurableClassData | None = None) -> None:
        self._chosen = chosen
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    @abstractmethod
    def choose(cls, folder: str | None, url: str | None) -> DagsterStorage:
        """The storage of the instance that is being opened.

        `folder` is the instance's home and `url` its database (empty: SQLite), if the caller named them.
        """

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {name: Field(StringSource, is_required=False) for name in (FOLDER, URL)}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],
    ) -> Self:
        return cls(cls.choose(config_value.get(FOLDER), config_value.get(URL)), inst_data)

    @property
    def event_log_storage(self) -> EventLogStorage:
        return self._chosen.event_log_storage

    @property
    def run_storage(self) -> RunStorage:
        return self._chosen.run_storage

    @property
    def schedule_storage(self) -> ScheduleStorage:
        return self._chosen.schedule_storage


def sqlite_storage(folder: str) -> DagsterStorage:
    """SQLite files in a folder."""
    return SqliteStorage(folder)


def postgres_storage(url: str) -> DagsterStorage:
    """A PostgreSQL database; missing tables are created.

    Raises:
        ServiceUnavailableError: the database cannot be reached, or does not let us in.
    """
    # Imported only here: installations on SQLite do not need psycopg2.
    from dagster_postgres import DagsterPostgresStorage
    from dagster_postgres.utils import DagsterPostgresException

    try:
        chosen = DagsterPostgresStorage(url, should_autocreate_tables=True)
    except (DagsterPostgresException, SQLAlchemyError) as error:
        why = str(error.__cause__ or error).strip().partition("\n")[0]
        raise ServiceUnavailableError(
            f"The database of the Dagster instance cannot be opened: {why}",
            fix="Check that PostgreSQL runs, and that BULKVID_POSTGRES_URL names it, its user and password",
        ) from error
    for storage in (chosen.run_storage, chosen.event_log_storage):
        _keep_a_connection(storage)
    return chosen


def _keep_a_connection(storage: Any) -> None:
    """Let one connection stay open for the next query, until the storage is disposed of.

    Dagster opens a connection for each query, which costs PostgreSQL ten times as much as the query itself: 30 CPU ms
    for a row in place of 3 (`benchmarks/machines.py --only writers`). One that was closed meanwhile is noticed.
    """
    engine = sa.create_engine(
        storage._engine.url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=-1, pool_pre_ping=True
    )
    storage._engine = engine
    dispose = storage.dispose

    def dispose_of_all() -> None:
        dispose()
        engine.dispose()

    storage.dispose = dispose_of_all
