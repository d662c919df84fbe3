"""The client as a package: what is generated, what is packed, and what its tests in JavaScript say."""

from __future__ import annotations

import filecmp
import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.client.javascript.conftest import HERE, PACKAGE, Project, node

pytestmark = pytest.mark.heavy

MOST_BYTES = 2_000_000


@pytest.mark.parametrize("program", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_the_tests_in_javascript_pass(project: Project, program: str) -> None:
    done = project.run("--test", "--test-timeout=300000", program)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass [1-9]|^ℹ pass [1-9]", done.stdout, re.MULTILINE), done.stdout


def test_types_and_calls_are_those_of_the_api(sources: Path, tmp_path: Path) -> None:
    copy = tmp_path / "javascript"
    shutil.copytree(sources, copy, symlinks=True)
    shutil.rmtree(copy / "src" / "generated")

    done = node("generate.mjs", folder=copy, env={"PYTHON": sys.executable})

    assert done.returncode == 0, done.stdout + done.stderr
    again, committed = _files(copy / "src" / "generated"), _files(PACKAGE / "src" / "generated")
    assert again == committed, "run `npm run generate` in bulkvid_pipeline/client/javascript, and commit what it writes"
    _, differing, unread = filecmp.cmpfiles(
        copy / "src" / "generated", PACKAGE / "src" / "generated", committed, shallow=False
    )
    assert not differing + unread, (
        f"run `npm run generate` in bulkvid_pipeline/client/javascript: {differing} have changed"
    )


def test_the_package_is_small_and_needs_no_other(project: Project) -> None:
    installed = project.folder / "node_modules"
    package = json.loads((installed / "bulkvid-client" / "package.json").read_text())

    assert [path.name for path in installed.iterdir() if not path.name.startswith(".")] == ["bulkvid-client"]
    assert not {"dependencies", "peerDependencies", "optionalDependencies"} & package.keys()
    assert sum(path.stat().st_size for path in installed.rglob("*") if path.is_file()) < MOST_BYTES


def test_nothing_that_is_packed_needs_node_but_where_files_are_touched(project: Project) -> None:
    dist = project.folder / "node_modules" / "bulkvid-client" / "dist"
    needing = {path.parent.name for path in dist.rglob("*.js") if re.search(r"""["']node:""", path.read_text())}

    assert needing == {"node"}


def test_tools_are_named_exactly_and_no_registry_is() -> None:
    package = json.loads((PACKAGE / "package.json").read_text())
    lock = json.loads((PACKAGE / "package-lock.json").read_text())

    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["devDependencies"].values())
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
    named = {name: part for name, part in lock["packages"].items() if name}
    assert all("resolved" not in part and part["integrity"] for part in named.values())


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
