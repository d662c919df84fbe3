"""A script's surroundings: a work folder, a database that is made already, and Google with a sheet of ideas."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile

HEADER = ["idea_title", "script_content"]
IDEAS = [["Tap", "Turn off the tap. Save the water."], ["Light", "Switch off the light."]]


@dataclass(frozen=True)
class Surroundings:
    """Where a script runs: `home` is a new DAGSTER_HOME, `creds` a key that may read the sheets of `google`."""

    folder: Path
    home: Path
    google: GooglePeer
    key: KeyFile

    @property
    def creds(self) -> str:
        return str(self.key.path)

    def sheet(self, rows: list[list[str]] | None = None) -> str:
        """A Google sheet of ideas that the key may read; returns its id."""
        found = IDEAS if rows is None else rows
        return self.google.add_sheet([HEADER, *found], shared_with=[self.key.email])


@pytest.fixture(scope="session")
def google_peer() -> Iterator[tuple[GooglePeer, KeyFile]]:
    with GooglePeer() as peer:
        yield peer, peer.service_account()


@pytest.fixture
def script(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    new_home: Path,
    google_peer: tuple[GooglePeer, KeyFile],
) -> Iterator[Surroundings]:
    peer, key = google_peer
    monkeypatch.chdir(tmp_path)
    for name, value in {
        **peer.env,
        "BULKVID_OUTPUT_URL": f"file://{tmp_path}/output",
        "BULKVID_WORK_DIR": str(tmp_path / "work"),
        "BULKVID_CACHE_DIR": str(tmp_path / "cache"),
    }.items():
        monkeypatch.setenv(name, value)
    home = tmp_path / "home"
    shutil.copytree(new_home, home)
    settings_module.settings.cache_clear()
    peer.recover()
    yield Surroundings(tmp_path, home, peer, key)
    peer.recover()
    settings_module.settings.cache_clear()
