"""A secret that all processes of an instance share without being told it: it is kept in the instance's database.

It is a row of the key-value table (`kvs`), made by whoever needs it first.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from dagster import DagsterInstance
from sqlalchemy.exc import DBAPIError, IntegrityError

from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline.core.errors import ServiceUnavailableError

PREFIX = "bulkvid/secret/"
_BYTES = 32
_KVS = sa.table("kvs", sa.column("key", sa.Text), sa.column("value", sa.Text))


def instance_secret(instance: DagsterInstance, name: str) -> bytes:
    """The instance's secret of that name, 32 random bytes.

    Raises:
        ServiceUnavailableError: the instance's run storage is not a SQL database, or it does not respond.
    """
    storage = run_database(instance)
    if storage is None:
        raise ServiceUnavailableError(
            f"Secrets cannot be kept in the instance's {type(instance.run_storage).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    key = PREFIX + name
    try:
        known = storage.get_cursor_values({key})
        if key not in known:
            try:
                with storage.connect() as connection:
                    connection.execute(sa.insert(_KVS).values(key=key, value=secrets.token_hex(_BYTES)))
            except IntegrityError:
                pass  # another process has made it at the same moment
            known = storage.get_cursor_values({key})
    except DBAPIError as error:
        raise ServiceUnavailableError("The Dagster instance's database did not answer") from error
    return bytes.fromhex(known[key])
