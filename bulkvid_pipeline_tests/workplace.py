"""What tests of whole jobs do over and over: write a sheet, run it, look at what came out."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterEventType, DagsterInstance, DagsterRun

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.jobs.follow import JobWatch, RowEnded
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import new_job_id

SHORT_SCRIPT = "Turn off the tap. Save the water."

ON_BOTH_DATABASES = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgres", marks=pytest.mark.heavy)], indirect=True
)
"""Runs tests with a workplace on SQLite, and among the heavy ones on PostgreSQL."""


@dataclass(frozen=True)
class FinishedJob:
    """A job that has run."""

    run: DagsterRun
    success: bool
    rows: tuple[RowEnded, ...]
    watch: JobWatch

    @property
    def rendered(self) -> list[str]:
        """Titles of the rows that this run rendered, in the order in which they ended."""
        return [row.title for row in self.rows if row.rendered]

    @property
    def failed(self) -> list[str]:
        return [row.title for row in self.rows if not row.completed]


@dataclass(frozen=True)
class Workplace:
    """A folder with sheets, an output folder and a Dagster home."""

    folder: Path
    instance: DagsterInstance

    def sheet(self, rows: Sequence[Mapping[str, str]], name: str = "ideas.csv") -> Path:
        """Write a sheet of all ten columns; what a row leaves out is empty."""
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def spec(self, sheet: Path, **fields: Any) -> BulkJobSpec:
        """A job over the sheet in the smallest resolution."""
        output = {"resolution": "720p", **fields.pop("output", {})}
        return BulkJobSpec.for_input(str(sheet), output=output, **fields)

    def run(self, sheet: Path, **fields: Any) -> FinishedJob:
        """Run a job over the sheet to its end."""
        job_id = new_job_id()
        success = execute_here(self.spec(sheet, **fields), self.instance, job_id)
        run = self.instance.get_run_by_id(find_job(self.instance, job_id).run_id)
        assert run is not None
        watch = JobWatch(self.instance, job_id)
        watch.poll()
        return FinishedJob(run, success, watch.rows, watch)

    def videos(self) -> list[Path]:
        """All published videos."""
        return sorted(
            path for path in (self.folder / "output").rglob("*.*") if path.suffix in (".mp4", ".mov", ".webm")
        )

    def manifest(self) -> dict[str, Any]:
        """The manifest of the only sheet."""
        (path,) = (self.folder / "output").rglob("manifest.json")
        document: dict[str, Any] = json.loads(path.read_text())
        return document

    def materialised(self, run_id: str) -> list[str]:
        """Partitions of `video` that a run materialised."""
        found = self.instance.get_records_for_run(run_id, of_type=DagsterEventType.ASSET_MATERIALIZATION)
        events = (record.event_log_entry.dagster_event for record in found.records)
        return [
            event.partition
            for event in events
            if event is not None and event.partition and event.asset_key and event.asset_key.path == [tags.VIDEO_ASSET]
        ]


def idea(title: str, script: str = SHORT_SCRIPT, **cells: str) -> dict[str, str]:
    """A row of a sheet."""
    return {"idea_title": title, "script_content": script, **cells}
