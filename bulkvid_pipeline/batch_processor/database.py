"""Where a processor keeps its jobs: a Dagster instance that is named by the path of a database file."""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.settings import SQLITE_RUNS, Settings, dagster_home

HOME_SUFFIX = ".dagster"
"""Ends the name of the folder beside the database file that is the instance's DAGSTER_HOME."""
IN_MEMORY = ":memory:"


@dataclass(frozen=True)
class Database:
    """An instance's place.

    Attributes:
        home: its DAGSTER_HOME.
        url: of its PostgreSQL database; empty for SQLite, None where the settings of the process decide.
        link: the file that users know it by; None where they named something else.
        is_own: whether no other part of the installation has a say in it.
        is_temporary: whether it goes with its processor.
    """

    home: Path
    url: str | None = ""
    link: Path | None = None
    is_own: bool = False
    is_temporary: bool = False

    @classmethod
    def at(cls, db_path: str | os.PathLike[str], settings: Settings, *, is_default: bool) -> Database:
        """The database that a processor's `db_path` names.

        Raises:
            InvalidSettingsError: it names no database that is supported.
        """
        text = os.fspath(db_path)
        if is_default and settings.postgres_url is not None and settings.postgres_url.get_secret_value():
            return cls(dagster_home(), settings.postgres_url.get_secret_value())
        if text.startswith(("postgresql://", "postgres://")):
            return cls(dagster_home(), text)
        text = text.removeprefix("sqlite:///")
        if not text.strip() or "://" in text:
            raise InvalidSettingsError(
                f"'{text.partition('://')[0]}' in db_path is no database that jobs can be kept in",
                fix="Give the path of a file, a DAGSTER_HOME folder, or postgresql://user:password@host/database",
            )
        if text == IN_MEMORY:
            return cls(Path(tempfile.mkdtemp(prefix="batch_processor-")), is_own=True, is_temporary=True)
        path = Path(text).expanduser().absolute()
        if path.is_dir():
            return cls(path, None)
        return cls(path.with_name(path.name + HOME_SUFFIX), link=path, is_own=True)

    def open(self) -> DagsterInstance:
        """The instance, which is made if need be, with the file that names it.

        Raises:
            InvalidSettingsError: something else is where the file should be, or the folder cannot be written.
            ServiceUnavailableError: the PostgreSQL database does not answer.
        """
        migrations = logging.getLogger("alembic")
        if migrations.level == logging.NOTSET:
            migrations.setLevel(logging.WARNING)  # it tells scripts that log at INFO of each new table
        try:
            if self.link is not None:
                _check_free(self.link, self.home)
                self.home.mkdir(parents=True, exist_ok=True)
            instance = open_instance(self.home, self.url, captures_output=False)
            if self.link is not None:
                _make_link(self.link, self.home)
        except OSError as error:
            raise InvalidSettingsError(
                f"The database of the processor cannot be made in '{self.home.parent}': {error.strerror}",
                fix="Give a db_path in a folder that exists and may be written",
            ) from error
        return instance


def _check_free(link: Path, home: Path) -> None:
    """Raises InvalidSettingsError where a file is that is not ours; an empty one is nobody's."""
    is_ours = link.is_symlink() and os.path.realpath(link) == os.path.realpath(home / SQLITE_RUNS)
    if is_ours or not os.path.lexists(link) or (link.is_file() and link.stat().st_size == 0):
        return
    raise InvalidSettingsError(
        f"db_path '{link}' is a file already, and no database of a processor",
        fix="Give another db_path, or move the file away",
    )


def _make_link(link: Path, home: Path) -> None:
    """Let the file name the instance's runs, whoever else does the same at this moment."""
    if os.path.realpath(link) == os.path.realpath(home / SQLITE_RUNS):
        return
    temporary = link.with_name(f".{link.name}.{os.getpid()}.{os.urandom(4).hex()}")
    temporary.symlink_to(Path(home.name) / SQLITE_RUNS)
    temporary.replace(link)
