"""A Dagster instance's storage that is chosen when the instance is opened.

`dagster.yaml` cannot choose between databases by itself; it names one class, and that class chooses.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

from dagster import Field, StringSource
from dagster._core.storage.base_storage import DagsterStorage as DagsterStorage
from dagster._core.storage.event_log.base import EventLogStorage
from dagster._core.storage.runs.base import RunStorage
from dagster._core.storage.schedules.base import ScheduleStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from bulkvid_pipeline.adapters.dagster.instances import FOLDER


class StorageByChoice(DagsterStorage, ConfigurableClass):
    """Passes everything on to the storage that `choose` names."""

    def __init__(self, chosen: DagsterStorage, inst_data: ConfigurableClassData | None = None) -> None:
        self._chosen = chosen
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

    @classmethod
    @abstractmethod
    def choose(cls, folder: str | None) -> DagsterStorage:
        """The storage of the instance that is being opened; `folder` is its home where the opener has named it."""

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {FOLDER: Field(StringSource, is_required=False)}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],
    ) -> Self:
        return cls(cls.choose(config_value.get(FOLDER)), inst_data)

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
    return DagsterSqliteStorage(folder)


def postgres_storage(url: str) -> DagsterStorage:
    """A PostgreSQL database, whose tables are made if need be."""
    # psycopg2 is of no use to the many who stay with SQLite.
    from dagster_postgres import DagsterPostgresStorage

    return DagsterPostgresStorage(url, should_autocreate_tables=True)
