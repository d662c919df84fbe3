"""Where Dagster keeps its runs and events: PostgreSQL if BULKVID_POSTGRES_URL is set, else SQLite in DAGSTER_HOME.

What its runs print is in DAGSTER_HOME in both cases.
"""

from __future__ import annotations

from pathlib import Path

from bulkvid_pipeline.adapters.dagster.captured_output import OutputInFiles
from bulkvid_pipeline.adapters.dagster.instance_storage import (
    DagsterStorage,
    StorageByChoice,
    postgres_storage,
    sqlite_storage,
)
from bulkvid_pipeline.core.errors import InvalidRequestError, InvalidSettingsError
from bulkvid_pipeline.settings import dagster_home, settings_now


class ChosenStorage(StorageByChoice):
    """The storage chosen by the settings. `dagster.yaml` has no conditions, so it names this class."""

    @classmethod
    def choose(cls, folder: str | None, url: str | None = None) -> DagsterStorage:
        """PostgreSQL if `url` or else the settings name one, else SQLite in `folder`, or in DAGSTER_HOME if it is None.

        Raises:
            InvalidRequestError: the URL is not a PostgreSQL URL.
            InvalidSettingsError: there is none, and the settings require one.
        """
        known = settings_now()
        set_url = known.postgres_url.get_secret_value() if known.postgres_url else ""
        named = url if url is not None else set_url
        if not named:
            if known.require_postgres:
                raise InvalidSettingsError(
                    "BULKVID_REQUIRE_POSTGRES is set, and no PostgreSQL database is named",
                    fix="Set BULKVID_POSTGRES_URL, or unset BULKVID_REQUIRE_POSTGRES to work on SQLite",
                )
            return sqlite_storage(folder or str(dagster_home()))
        if not named.startswith(("postgresql://", "postgres://")):
            raise InvalidRequestError(
                "BULKVID_POSTGRES_URL is not the URL of a PostgreSQL database",
                fix="Use postgresql://user:password@host:5432/database",
            )
        return postgres_storage(named)


class CapturedOutput(OutputInFiles):
    """What runs print, in the folder that the settings name."""

    @classmethod
    def default_home(cls) -> Path:
        return dagster_home()
