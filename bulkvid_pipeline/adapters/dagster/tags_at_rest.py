"""A tag of the newest runs, read from the database without opening the instance, which would write folders and tables.

For those who must leave no trace. Depends on Dagster's table `run_tags`, which its test checks. Imports no Dagster.
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bulkvid_pipeline.core import tags

_log = logging.getLogger(__name__)

TIMEOUT_S = 3
_WAL_VERSIONS = slice(18, 20)
"""Bytes of a database file that say whether it is in WAL mode: https://www.sqlite.org/fileformat.html"""
_QUERY = (
    "SELECT told.value FROM run_tags AS told "
    "JOIN run_tags AS owner ON owner.run_id = told.run_id AND owner.key = {0} AND owner.value = told.run_id "
    "WHERE told.key = {0} ORDER BY told.id DESC LIMIT {0}"
)
"""Without what re-executions have inherited."""


def newest_told(home: Path, postgres_url: str, key: str, limit: int) -> list[str]:
    """The values of a tag that runs have told of themselves, the newest first; none where they cannot be read.

    Args:
        home: the instance's folder, which need not be there.
        postgres_url: the instance's database; empty if it is the SQLite of its folder.
    """
    wanted = (tags.OWNER, key, limit)
    try:
        return _from_postgres(postgres_url, wanted) if postgres_url else _from_sqlite(home, wanted)
    except Exception as error:  # whatever the driver raises: what is read here is never needed
        _log.info("What past runs have told cannot be read: %s", type(error).__name__)
        return []


def _from_sqlite(home: Path, wanted: tuple[str, str, int]) -> list[str]:
    path = home / "history" / "runs.db"
    if not path.is_file():
        return []
    with closing(sqlite3.connect(_address(path), uri=True, timeout=TIMEOUT_S)) as connection:
        return [value for (value,) in connection.execute(_QUERY.format("?"), wanted)]


def _address(path: Path) -> str:
    """For reading alone. In WAL mode even a reader makes files, but not of a database that is said not to change."""
    with path.open("rb") as file:
        is_wal = file.read(20)[_WAL_VERSIONS] == b"\2\2"
    at_rest = is_wal and not path.with_name(f"{path.name}-wal").exists()
    return f"file:{quote(str(path))}?mode=ro{'&immutable=1' if at_rest else ''}"


def _from_postgres(url: str, wanted: tuple[str, str, int]) -> list[str]:
    import sqlalchemy as sa

    options = f"-c default_transaction_read_only=on -c statement_timeout={1000 * TIMEOUT_S}"
    engine = sa.create_engine(
        url, poolclass=sa.NullPool, connect_args={"connect_timeout": TIMEOUT_S, "options": options}
    )
    with engine.connect() as connection:
        return [value for (value,) in connection.exec_driver_sql(_QUERY.format("%s"), wanted)]
