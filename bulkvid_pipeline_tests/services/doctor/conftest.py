"""An installation in a folder of its own, which one check at a time looks at."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline.core.service_wire import DoctorCheck
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.doctor.check import Site
from bulkvid_pipeline.services.doctor.examination import chosen, examine
from bulkvid_pipeline.services.doctor.registry import CHECKS
from bulkvid_pipeline.settings import Settings, dagster_home

PATIENT_S = 120.0
"""A busy machine is no fault of what is tested."""

Look = Callable[..., DoctorCheck]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty work folder, with no settings."""
    for name in list(os.environ):
        if name.startswith(("BULKVID_", "DAGSTER_HOME")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("BULKVID_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    """Looks with one check, with settings of the environment: `look("storage", BULKVID_OUTPUT_URL="s3://films")`."""

    def found(
        check: str, *, spec: BulkJobSpec | None = None, paid: bool = False, limit_s: float = PATIENT_S, **settings: str
    ) -> DoctorCheck:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        site = Site(Settings(), dagster_home(), spec, paid, limit_s)
        (told,) = examine(site, [each for each in chosen(CHECKS, [check]) if each.name == check]).checks
        assert told.mend if told.status in {"warning", "broken"} else told.mend is None
        return told

    return found


@pytest.fixture
def silent_address() -> Iterator[str]:
    """Where somebody takes connections and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small file system in memory with these options; needs the right to."""
    folders: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk-{len(folders)}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "small", str(place)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        folders.append(place)
        return place

    yield mount
    for place in folders:
        subprocess.run(["umount", "-l", str(place)], check=True)


def spec_of(sheet: str, *, write_back: bool = False) -> BulkJobSpec:
    """The job that `bulkvid doctor SHEET` asks about."""
    spec = BulkJobSpec.for_input(sheet)
    return spec.model_copy(update={"write_back": write_back}) if write_back else spec
