"""The files in `examples/` are what users copy: they are read as the product reads them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulkvid_pipeline.core.spec import SourceType
from bulkvid_pipeline.core.templates import parse_template
from bulkvid_pipeline.services.jobs.saved_jobs import load_saved_job
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.settings import settings

EXAMPLES = Path(__file__).parents[1] / "examples"
JOBS = sorted((EXAMPLES / "jobs").glob("*.yaml"))


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_every_job_can_be_launched(path: Path) -> None:
    spec = load_saved_job(path).spec
    if spec.input_source.type is SourceType.FILE:
        assert len(load_sheet(spec.input_source, settings(), spec.project_id).table.frame) > 1


@pytest.mark.parametrize("path", sorted((EXAMPLES / "templates").glob("*.json")), ids=lambda path: path.stem)
def test_every_template_is_valid(path: Path) -> None:
    assert parse_template(json.loads(path.read_text()), template_id=path.stem).name


def test_readme_names_every_example() -> None:
    named = (EXAMPLES / "README.md").read_text()
    files = [
        path.relative_to(EXAMPLES).as_posix()
        for path in EXAMPLES.rglob("*")
        if path.suffix in {".yaml", ".json", ".py", ".mjs"}
    ]
    assert files
    assert [name for name in files if f"`{name}`" not in named] == []
