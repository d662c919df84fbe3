"""Where Dagster keeps its runs and events: PostgreSQL if BULKVID_POSTGRES_URL is set, else SQLite in DAGSTER_HOME.

`dagster.yaml` has no conditions, so it names this class, which chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.event_log.base import EventLogStorage
from dagster._core.storage.runs.base import RunStorage
from dagster._core.storage.schedules.base import ScheduleStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.settings import Settings, dagster_home


class ChosenStorage(DagsterStorage, ConfigurableClass):
    """Delegates to the chosen storage; `dagster.yaml` can name only one class."""

    def __init__(self, chosen: DagsterStorage, inst_data: ConfigurableClassData | None = None) -> None:
        self._chosen = chosen
        self._inst_data = inst_data
        super().__init__()  # type: ignore[no-untyped-call]

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        return {}

    @classmethod
    def from_config_value(
        cls,
        inst_data: ConfigurableClassData | None,
        config_value: Mapping[str, Any],  # noqa: ARG003
    ) -> ChosenStorage:
        """The storage chosen by the settings.

        Raises:
            InvalidRequestError: the URL is not a PostgreSQL URL.
        """
        url = Settings().postgres_url
        return cls(_chosen(url.get_secret_value() if url else "", str(dagster_home())), inst_data)

    @property
    def event_log_storage(self) -> EventLogStorage:
        return self._chosen.event_log_storage

    @property
    def run_storage(self) -> RunStorage:
        return self._chosen.run_storage

    @property
    def schedule_storage(self) -> ScheduleStorage:
        return self._chosen.schedule_storage


def _chosen(url: str, base_dir: str) -> DagsterStorage:
    if not url:
        return DagsterSqliteStorage(base_dir)
    if not url.startswith(("postgresql://", "postgres://")):
        raise InvalidRequestError(
            "BULKVID_POSTGRES_URL is not the URL of a PostgreSQL database",
            fix="Use postgresql://user:password@host:5432/database",
        )
    # Imported only here: installations on SQLite do not need psycopg2.
    from dagster_postgres import DagsterPostgresStorage

    return DagsterPostgresStorage(url, should_autocreate_tables=True)
