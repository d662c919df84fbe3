"""The database is backed up and restored with PostgreSQL's own programs, as docs/operations.md says."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.postgres import PostgresServer, binaries
from bulkvid_pipeline_tests.workplace import idea


@pytest.fixture
def database() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.mark.faults
def test_a_restored_database_knows_its_jobs_and_makes_no_row_again(tmp_path: Path, database: PostgresServer) -> None:
    place = Installation(tmp_path, database.create_database())
    sheet = place.sheet([idea("One"), idea("Two")])
    before = place.start_job(sheet)
    assert before.wait() == 0, before.output
    job = place.job()

    dump = tmp_path / "bulkvid.dump"
    run("pg_dump", "--format=custom", f"--file={dump}", place.postgres_url)
    restored = database.create_database()
    run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", str(dump))
    place.environment["BULKVID_POSTGRES_URL"] = restored

    assert place.job() == job
    published = place.published()
    again = place.start_job(sheet)
    assert again.wait() == 0, again.output
    assert place.published() == published
    assert len([entry for entry in place.journal() if entry.what == "published"]) == len(published)


def run(program: str, *arguments: str) -> None:
    done = subprocess.run([binaries(16) / program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
