"""Where Dagster keeps its runs and events: PostgreSQL by BULKVID_POSTGRES_URL, else SQLite in DAGSTER_HOME."""

from __future__ import annotations

from bulkvid_pipeline.adapters.dagster.instance_storage import (
    DagsterStorage,
    StorageByChoice,
    postgres_storage,
    sqlite_storage,
)
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.settings import Settings, dagster_home


class ChosenStorage(StorageByChoice):
    """The storage that the settings choose, under the one name that `dagster.yaml` can hold."""

    @classmethod
    def choose(cls, folder: str | None) -> DagsterStorage:
        """PostgreSQL where a URL is set, else SQLite in the instance's folder, or in DAGSTER_HOME where none is named.

        Raises:
            InvalidRequestError: the URL is not one of PostgreSQL.
        """
        url = Settings().postgres_url
        named = url.get_secret_value() if url else ""
        if not named:
            return sqlite_storage(folder or str(dagster_home()))
        if not named.startswith(("postgresql://", "postgres://")):
            raise InvalidRequestError(
                "BULKVID_POSTGRES_URL is not the URL of a PostgreSQL database",
                fix="Use postgresql://user:password@host:5432/database",
            )
        return postgres_storage(named)
