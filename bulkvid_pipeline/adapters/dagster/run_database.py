"""The database in which a Dagster instance keeps its runs."""

from __future__ import annotations

from dagster import DagsterInstance
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage


def run_database(instance: DagsterInstance) -> SqlRunStorage | None:
    """The SQL storage of the instance's runs, whose `connect()` opens a transaction; None where it is no SQL."""
    storage = instance.run_storage
    return storage if isinstance(storage, SqlRunStorage) else None
