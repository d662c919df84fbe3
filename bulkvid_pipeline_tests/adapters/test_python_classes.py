"""Classes of programs, found again by their names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.python_classes import (
    ClassNotLoadedError,
    address_of,
    being_loaded,
    load_class,
    name_of,
)

PROGRAM = """
import sys
sys.path.insert(0, {repo!r})
from bulkvid_pipeline.adapters.python_classes import address_of, being_loaded, name_of
import beside

loaded_as = being_loaded()

class Custom:
    class Inner:
        pass

if __name__ == "__main__":
    print(address_of(Custom.Inner), name_of(Custom), address_of(beside.Other))
"""
REPO = str(Path(__file__).parents[2])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "beside.py").write_text("class Other:\n    pass\n")
    (tmp_path / "my program.py").write_text(PROGRAM.format(repo=REPO))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "beside", raising=False)
    return tmp_path


def test_a_script_and_a_module_beside_it_are_found_from_elsewhere(folder: Path) -> None:
    command = [sys.executable, "my program.py"]
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()
    script = folder / "my program.py"
    assert told == f"{script}:Custom.Inner my program:Custom beside:Other@{folder}"

    found = load_class(f"{script}:Custom")

    assert (found.__name__, name_of(found), address_of(found)) == ("Custom", "my program:Custom", f"{script}:Custom")
    assert sys.modules[found.__module__].loaded_as == str(script)
    assert load_class(f"{script}:Custom") is found
    assert load_class(f"beside:Other@{folder}").__name__ == "Other"
    assert being_loaded() == ""


def test_a_module_of_that_name_from_another_folder_is_not_taken_for_it(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "beside.py").write_text("class Other:\n    pass\n")
    assert load_class(f"beside:Other@{folder}").__name__ == "Other"

    with pytest.raises(ClassNotLoadedError) as raised:
        load_class(f"beside:Other@{other}")
    assert f"another one, of {folder / 'beside.py'}" in raised.value.why


def test_an_installed_class_is_named_without_its_folder() -> None:
    assert address_of(pytest.Module) == "_pytest.python:Module"
    assert load_class("_pytest.python:Module") is pytest.Module


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("beside:make.<locals>.Custom", "it is defined inside a function"),
        ("__main__:Custom", "it was defined in a notebook or an interactive session"),
        ("/no/such/file.py:Custom", "there is no file /no/such/file.py on this machine"),
        ("no_such_module:Custom", "importing no_such_module failed: ModuleNotFoundError: No module named"),
        ("json:Custom", "json has no class Custom any more"),
        ("json:dumps", "json has no class dumps any more"),
        ("json", "it is no name such as"),
        ("", "it is no name such as"),
    ],
)
def test_what_cannot_be_loaded_says_why(name: str, why: str) -> None:
    with pytest.raises(ClassNotLoadedError) as raised:
        load_class(name)
    assert why in raised.value.why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("raise SystemExit(3)", "failed: SystemExit: 3"),
        ("def (:", "failed: SyntaxError: "),
        ("1 / 0", "failed: ZeroDivisionError: division by zero"),
    ],
)
def test_a_script_that_fails_is_told_and_may_be_mended(folder: Path, text: str, why: str) -> None:
    script = folder / "broken.py"
    script.write_text(text)
    with pytest.raises(ClassNotLoadedError) as raised:
        load_class(f"{script}:Custom")
    assert why in raised.value.why

    script.write_text("class Custom:\n    pass\n# mended\n")
    assert load_class(f"{script}:Custom").__name__ == "Custom"
