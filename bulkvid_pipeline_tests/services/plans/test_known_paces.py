"""What a plan knows of past rows: of an installation that is there, without making one that is not."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import psycopg2  # type: ignore[import-untyped]
import pytest
from dagster import DagsterRun
from pydantic import SecretStr

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.paces import BUILT_IN, Took
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.services.plans.known_paces import KnownPaces, known_paces
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.peers.ports import free_port
from bulkvid_pipeline_tests.peers.postgres import PostgresServer

FIVE_ROWS = json.dumps(Took(rows=5, row_s=5.0).as_json())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with one job of five rows."""
    with open_instance(tmp_path / "home") as instance:
        instance.run_storage.add_run(DagsterRun(job_name=tags.JOB, tags={tags.TOOK: FIVE_ROWS}))
    return tmp_path / "home"


def all_files(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*") if path.is_file()
    )


def test_past_rows_are_known_and_nothing_is_written(home: Path) -> None:
    before = all_files(home)

    known = known_paces(home, Settings())

    assert (known.paces.based_on_rows, known.gap) == (5, "")
    assert all_files(home) == before


def test_an_installation_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    for home in (tmp_path / "nowhere", tmp_path / "file", tmp_path / "empty"):
        assert known_paces(home, Settings()) == KnownPaces(BUILT_IN)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["empty", "file"]


def test_a_database_that_is_away_is_told_without_its_password(home: Path) -> None:
    url = SecretStr(f"postgresql://me:hidden@127.0.0.1:{free_port()}/jobs")

    known = known_paces(home, Settings(postgres_url=url))

    assert known.paces == BUILT_IN
    assert "refused" in known.gap
    assert "hidden" not in known.gap


def test_a_database_that_is_broken_is_told(home: Path) -> None:
    (home / "history" / "runs.db").write_bytes(b"no database at all" * 100)

    known = known_paces(home, Settings())

    assert known.paces == BUILT_IN
    assert "does not answer" in known.gap


@pytest.mark.heavy
def test_an_empty_postgresql_database_stays_empty(home: Path, postgres_server: PostgresServer) -> None:
    url = postgres_server.create_database()

    assert known_paces(home, Settings(postgres_url=SecretStr(url))) == KnownPaces(BUILT_IN)

    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (0,)
