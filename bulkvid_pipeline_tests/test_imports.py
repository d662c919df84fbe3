"""What Dagster keeps private is touched in one place, so that a new Dagster is met there alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bulkvid_pipeline

PACKAGE = Path(bulkvid_pipeline.__file__).parent
ADAPTER = PACKAGE / "adapters" / "dagster"


def private_uses(source: str) -> Iterator[str]:
    """The private names of Dagster's packages that a module imports, writes out or loads by name."""
    tree = ast.parse(source)
    dagsters = {"dagster"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            dagsters |= {alias.asname for alias in node.names if alias.asname and _is_dagster(alias.name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in dagsters:
            names = [f"dagster.{node.attr}"]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
            names = [node.value]
        else:
            continue
        yield from (name for name in names if _is_private(name))


def _is_dagster(name: str) -> bool:
    return name.partition(".")[0].partition("_")[0] == "dagster"


def _is_private(name: str) -> bool:
    return _is_dagster(name) and any(part.startswith("_") for part in name.split(".")[1:])


@pytest.mark.parametrize(
    "source",
    [
        "from dagster._core.events import DagsterEvent",
        "def f():\n    from dagster._serdes import serialize_value",
        "import dagster._core.events",
        "from dagster import _core",
        "import dagster as dg\ndg._check.not_none(1)",
        "from dagster_postgres._utils import pg_url_from_config",
        "from dagster_graphql.client._x import y",
        "importlib.import_module('dagster._core.events')",
    ],
)
def test_every_way_to_a_private_part_of_dagster_is_seen(source: str) -> None:
    assert list(private_uses(source))


def test_public_parts_of_dagster_are_free() -> None:
    assert not list(private_uses("import dagster as dg\nfrom dagster import RunRecord\ndg.Definitions()"))


def test_private_parts_of_dagster_are_used_in_their_adapter_alone() -> None:
    modules = [path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(ADAPTER)]
    found = {str(path.relative_to(PACKAGE)): list(private_uses(path.read_text())) for path in modules}

    assert len(modules) > 150
    assert {name: uses for name, uses in found.items() if uses} == {}
