"""`bulkvid` as people type it, in a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.cli import main


@dataclass(frozen=True)
class Said:
    """What a command has printed, and how it ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One DAGSTER_HOME for all: making its databases takes longer than a command, and no test here makes a job."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def folder(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The work folder of the commands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("BULKVID_OUTPUT_URL", f"file://{tmp_path}/output")
    monkeypatch.setenv("BULKVID_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    settings_module.settings.cache_clear()
    yield tmp_path
    settings_module.settings.cache_clear()


@pytest.fixture
def bulkvid(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `bulkvid` with these arguments in this process."""
    assert folder.is_dir()

    def command(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["bulkvid", *arguments])
        capsys.readouterr()
        code: object = 0
        try:
            main()
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return Said(code if isinstance(code, int) else 0, printed.out, printed.err)

    return command
