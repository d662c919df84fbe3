"""The SQL database of a Dagster instance's runs."""

from __future__ import annotations

from dagster import DagsterInstance
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage


def run_database(instance: DagsterInstance) -> SqlRunStorage | None:
    """The instance's run storage, whose `connect()` opens a transaction; None if it is not a SQL storage."""
    storage = instance.run_storage
    return storage if isinstance(storage, SqlRunStorage) else None
