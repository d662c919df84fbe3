from __future__ import annotations

import platform
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.services.doctor.conftest import Look


def install(folder: Path, name: str, version: str, *requires: str) -> None:
    """A package as an installer leaves it, before the real one on the path."""
    about = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir(parents=True)
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {each}" for each in requires),
    ]
    (about / "METADATA").write_text("\n".join(lines) + "\n\n")


def test_this_python_and_its_packages_fit(look: Look) -> None:
    assert look("python").status == "ok"
    packages = look("packages")

    assert packages.status == "ok"
    assert "dagster 1.13.27" in packages.found


def test_a_sqlalchemy_that_is_too_new_is_broken(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "sqlalchemy", "2.1.0")
    monkeypatch.syspath_prepend(tmp_path / "site")

    told = look("packages")

    assert told.status == "broken"
    assert "sqlalchemy 2.1.0 is installed, and bulkvid-pipeline requires <2.1" in told.found
    assert "sqlalchemy" in str(told.mend)


def test_dagsters_parts_of_different_versions_are_broken(
    look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path / "site", "dagster-graphql", "1.13.20")
    monkeypatch.syspath_prepend(tmp_path / "site")

    told = look("packages")

    assert told.status == "broken"
    assert "dagster-graphql 1.13.20" in told.found


def test_what_only_others_need_is_a_warning(look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "gspread", "6.2.1", "never-released>=1")
    monkeypatch.syspath_prepend(tmp_path / "site")

    told = look("packages")

    assert told.status == "warning"
    assert "never-released is missing, which gspread requires" in told.found


def test_a_python_that_is_too_old_is_broken(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_version", lambda: "3.10.4")

    told = look("python")

    assert told.status == "broken"
    assert "3.11" in told.found
