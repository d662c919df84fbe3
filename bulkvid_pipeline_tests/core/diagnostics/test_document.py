"""`docs/diagnostics.md` names every pattern, field and setting, and none that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from bulkvid_pipeline.core.diagnostics.advice import Sign
from bulkvid_pipeline.core.diagnostics.causes import Cause
from bulkvid_pipeline.core.diagnostics.exchange import Fault, Peer
from bulkvid_pipeline.core.diagnostics.summary import JobSummary
from bulkvid_pipeline.settings import Settings

DOCUMENT = (Path(__file__).parents[3] / "docs" / "diagnostics.md").read_text()


def first_cells(heading: str) -> set[str]:
    table = DOCUMENT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


def test_every_pattern_stands_in_the_table() -> None:
    assert first_cells("Failure patterns") == {*Cause, *Sign}


def test_fields_peers_and_faults_are_explained() -> None:
    named = first_cells("What a summary says")

    assert named <= set(JobSummary.model_fields)
    assert set(JobSummary.model_fields) - named == {"job_id", "started_at", "ended_at", "processes"}
    assert all(f"`{name}`" in DOCUMENT for name in (*Fault, *Peer))


def test_settings_that_are_named_exist() -> None:
    known = {f"BULKVID_{name}".upper() for name in Settings.model_fields}

    assert set(re.findall(r"BULKVID_\w+", DOCUMENT)) <= known
