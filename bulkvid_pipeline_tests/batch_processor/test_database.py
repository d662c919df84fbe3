from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from bulkvid_pipeline.batch_processor.database import Database
from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.settings import Settings


def at(db_path: str | os.PathLike[str], *, is_default: bool = False, **values: str) -> Database:
    return Database.at(db_path, Settings(**values), is_default=is_default)  # type: ignore[arg-type]


def test_a_file_is_the_runs_of_the_instance_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"

    with at(path).open() as instance:
        assert Path(instance.root_directory) == tmp_path / "jobs.db.dagster"
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*) FROM runs").fetchone() == (0,)
    with at(str(path)).open():
        pass


def test_an_empty_file_of_that_name_gives_way(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.touch()

    with at(path).open():
        assert path.is_symlink()


def test_a_file_of_somebody_else_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_text("mine")

    with pytest.raises(InvalidSettingsError, match="no database of a processor"):
        at(path).open()
    assert path.read_text() == "mine"


def test_a_folder_is_a_dagster_home(tmp_path: Path) -> None:
    found = at(tmp_path)

    assert (found.home, found.link, found.is_own) == (tmp_path, None, False)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(InvalidSettingsError, match="db_path"):
        at(tmp_path / "file" / "jobs.db").open()


def test_the_database_of_the_settings_is_the_default(tmp_path: Path) -> None:
    url = "postgresql://user:pass@localhost/batch_db"

    assert at("batch_processing.db", is_default=True, postgres_url=url).url == url
    assert at("batch_processing.db", postgres_url=url).url == ""
    assert at(tmp_path / "x.db", postgres_url=url).url == ""
    assert at("postgresql://other/db", postgres_url=url).url == "postgresql://other/db"
    assert at("sqlite:///x.db").link == Path("x.db").absolute()


def test_a_home_with_a_storage_of_its_own_takes_no_other_database(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")

    with pytest.raises(InvalidSettingsError, match="a storage of its own"):
        Database(tmp_path, "postgresql://localhost/jobs").open()


@pytest.mark.parametrize("db_path", ["mysql://localhost/db", "", "  "])
def test_other_databases_are_refused(db_path: str) -> None:
    with pytest.raises(InvalidSettingsError, match="db_path"):
        at(db_path)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(InvalidSettingsError) as caught:
        at("mysql://user:secret@localhost/db")
    assert "secret" not in str(caught.value)
