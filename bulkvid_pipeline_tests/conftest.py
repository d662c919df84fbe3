"""A whole installation in a temporary folder: sheet, output, Dagster home."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from dagster import DagsterInstance

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline_tests.peers.postgres import postgres_server
from bulkvid_pipeline_tests.workplace import Workplace

__all__ = ["postgres_server"]  # the fixture

# A busy machine is no fault of what is tested.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """A PostgreSQL database for the workplace, or empty for SQLite: as `ON_BOTH_DATABASES` says, else SQLite."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    url: str = request.getfixturevalue("postgres_server").create_database()
    return url


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new SQLite instance, to be copied: making its tables takes five times as long."""
    home = tmp_path_factory.mktemp("new-home")
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with DagsterInstance.from_config(str(home)) as instance:
        instance.get_runs(limit=1)
        instance.all_asset_keys()
        instance.all_instigator_state()
    return home


@pytest.fixture
def workplace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, request: pytest.FixtureRequest
) -> Iterator[Workplace]:
    """An installation of its own, with small pictures so that rows take a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BULKVID_OUTPUT_URL", f"file://{tmp_path}/output")
    monkeypatch.setenv("BULKVID_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("BULKVID_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BULKVID_WORKERS", "2")
    settings_module.settings.cache_clear()
    home = tmp_path / "home"
    if database_url:
        home.mkdir()
        monkeypatch.setenv("DAGSTER_HOME", str(home))
        monkeypatch.setenv("BULKVID_POSTGRES_URL", database_url)
        shutil.copyfile(INSTANCE_CONFIG, home / "dagster.yaml")
    else:
        shutil.copytree(request.getfixturevalue("new_home"), home)
    with DagsterInstance.from_config(str(home)) as instance:
        yield Workplace(tmp_path, instance)
    settings_module.settings.cache_clear()
