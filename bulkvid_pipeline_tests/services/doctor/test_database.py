from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
from dagster._core.storage.runs import SqliteRunStorage
from sqlalchemy.exc import OperationalError

from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.services.doctor.conftest import Look


@pytest.fixture
def home(folder: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with an instance on SQLite, as our commands make it."""
    place = folder / "home"
    shutil.copytree(new_home, place)
    shutil.copyfile(INSTANCE_CONFIG, place / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(place))
    return place


def test_without_a_home_none_is_made(look: Look, folder: Path) -> None:
    told = look("database", DAGSTER_HOME=str(folder / "none"))

    assert told.status == "skipped"
    assert "does not exist yet" in told.found
    (folder / "empty").mkdir()
    assert look("database", DAGSTER_HOME=str(folder / "empty")).status == "skipped"
    assert [path.name for path in folder.rglob("*")] == ["empty"]


def test_sqlite_is_current_and_can_be_written(look: Look, home: Path) -> None:
    told = look("database")

    assert told.status == "ok"
    assert f"SQLite in {home}" in told.found
    assert "a write works" in told.found
    with sqlite3.connect(home / "history" / "runs.db") as runs:
        assert runs.execute("SELECT count(*) FROM kvs WHERE key LIKE 'bulkvid/doctor/%'").fetchone() == (0,)


def test_a_journal_that_vanishes_meanwhile_is_no_fault(look: Look, home: Path) -> None:
    (home / "history" / "gone.db-journal").symlink_to(home / "history" / "gone")
    (home / "storage").mkdir(exist_ok=True)
    (home / "storage" / "huge.db").write_bytes(b"0" * 50_000_000)

    told = look("database")

    assert told.status == "ok"
    assert told.found.startswith(f"SQLite in {home}, ")
    assert "KB; " in told.found, "other files of the home are no part of the database"


def test_tables_of_another_dagster_are_broken(look: Look, home: Path) -> None:
    with sqlite3.connect(home / "history" / "runs.db") as runs:
        runs.execute("UPDATE alembic_version SET version_num = '7e2f3204cf8e'")

    told = look("database")

    assert told.status == "broken"
    assert "tables of runs" in told.found
    assert "dagster instance migrate" in str(told.mend)


def test_nothing_stays_of_a_look_that_fails_in_the_middle(
    look: Look, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> object:
        raise OperationalError("SELECT", {}, Exception("disk I/O error"))

    with monkeypatch.context() as patched:
        patched.setattr(SqliteRunStorage, "get_cursor_values", fails)
        told = look("database")

    assert told.status == "broken"
    assert "disk I/O error" in told.found
    with sqlite3.connect(home / "history" / "runs.db") as runs:
        assert runs.execute("SELECT count(*) FROM kvs WHERE key LIKE 'bulkvid/doctor/%'").fetchone() == (0,)


def test_a_damaged_file_is_broken(look: Look, home: Path) -> None:
    (home / "history" / "runs.db").write_bytes(b"no database, " * 1000)

    told = look("database")

    assert told.status == "broken"
    assert "not a database" in told.found


@pytest.mark.heavy
def test_a_database_that_somebody_has_locked_is_broken(look: Look, home: Path) -> None:
    holder = sqlite3.connect(home / "history" / "runs.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    told = look("database")

    holder.close()
    assert told.status == "broken"
    assert "locked" in told.found


@pytest.mark.heavy
@pytest.mark.usefixtures("home")
def test_postgresql_is_told_with_its_version_and_connections(look: Look, postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()

    empty = look("database", BULKVID_POSTGRES_URL=url)
    assert empty.status == "ok"
    assert "PostgreSQL 16" in empty.found
    assert "of 100 connections" in empty.found
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert cursor.fetchone() == (0,)
    assert look("clock").status == "ok"


@pytest.mark.heavy
def test_a_postgresql_with_an_instance_can_be_written(look: Look, home: Path, postgres_server: PostgresServer) -> None:
    from bulkvid_pipeline.services.jobs.instance import open_instance

    look("database", BULKVID_POSTGRES_URL=postgres_server.create_database())
    with open_instance(home) as instance:
        assert instance.get_runs_count() == 0

    told = look("database")

    assert told.status == "ok"
    assert "tables are current, a write works" in told.found


@pytest.mark.heavy
def test_a_postgresql_that_is_stopped_strange_or_refuses_us_is_broken(look: Look, silent_address: str) -> None:
    with PostgresServer() as server:
        url = server.create_database()
        wrong = url.replace(":", ":wrong-", 2).replace("wrong-//", "//", 1)
        told = look("database", BULKVID_POSTGRES_URL=wrong)
        assert told.status == "broken"
        assert "password authentication failed" in told.found
        server.stop()
        told = look("database", BULKVID_POSTGRES_URL=url)
        assert told.status == "broken"
        assert "refused" in told.found
        assert "BULKVID_POSTGRES_URL" in str(told.mend)
        assert url not in told.model_dump_json()
    silent = silent_address.replace("http://", "postgresql://user:pw-9@") + "/db"
    told = look("database", limit_s=2.0, BULKVID_POSTGRES_URL=silent)
    assert told.status == "broken"
    assert "answer" in told.found


def test_a_url_of_another_database_is_broken(look: Look) -> None:
    told = look("database", BULKVID_POSTGRES_URL="mysql://user:pw-9@host/db")

    assert told.status == "broken"
    assert "postgresql://" in str(told.mend)
    assert "pw-9" not in told.model_dump_json()
