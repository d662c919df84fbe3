"""A whole installation in a temporary folder: sheet, output, Dagster home."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline_tests.workplace import Workplace


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workplace]:
    """An installation of its own, with small pictures so that rows take a second."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BULKVID_OUTPUT_URL", f"file://{tmp_path}/output")
    monkeypatch.setenv("BULKVID_WORK_DIR", str(tmp_path / "work"))
    monkeypatch.setenv("BULKVID_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("BULKVID_WORKERS", "2")
    settings_module.settings.cache_clear()
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with DagsterInstance.from_config(str(home)) as instance:
        yield Workplace(tmp_path, instance)
    settings_module.settings.cache_clear()
