"""Runs written by hand that tell of rows as workers do: which ones they are about, and how each has ended."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import dagster as dg
from dagster import DagsterInstance, EventLogEntry
from dagster._serdes import serialize_value

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.follow import FILES, PLANNED
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_rows import PLANNING_ASSET
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB, WrittenRun

SHEET = "ideas"


class TellingRun(WrittenRun):
    """A run over rows of the sheet `ideas`; the number of a row is its place in the sheet."""

    def plan(self, numbers: Sequence[int], titles: Mapping[int, str] = {}) -> None:
        """Tell which rows the run is about."""
        planned = {
            "row_keys": [f"row-{number}" for number in numbers],
            "sheet_rows": list(numbers),
            "titles": [titles.get(number, f"Title {number}") for number in numbers],
        }
        self._report_asset(dg.AssetMaterialization(PLANNING_ASSET, metadata={PLANNED: dg.MetadataValue.json(planned)}))

    def finish(self, number: int, *platforms: str, title: str = "", **about: Any) -> None:
        """A row is finished, with a video for each platform."""
        title = title or f"Title {number}"
        files = [
            {
                "platform": platform,
                **{kind: f"{SHEET}/row-{number}/{platform}.{suffix}" for kind, suffix in _SUFFIXES.items()},
                "document": f"{SHEET}/row-{number}/{platform}.json",
                "width": 1280,
                "height": 720,
                "duration_s": 6.5,
                "size_bytes": 1000,
                "loudness_lufs": -14.0,
                "render_seconds": 1.0,
                "cost": 0.25,
                "quality": "48 checks passed",
            }
            for platform in platforms or ("youtube",)
        ]
        metadata: dict[str, Any] = {
            "title": title,
            "warnings": "none",
            "sheet_row": number,
            "duration_s": dg.MetadataValue.float(6.5),
            "render_seconds": dg.MetadataValue.float(1.0),
            "size_bytes": 1000,
            "rendered_now": True,
            "cost": dg.MetadataValue.float(0.25),
            "attempts": 1,
            FILES: dg.MetadataValue.json(files),
            **about,
        }
        key = tags.partition_key(SHEET, f"row-{number}")
        self._report_asset(
            dg.AssetMaterialization(tags.VIDEO_ASSET, description=title, partition=key, metadata=metadata)
        )

    def fail(
        self, number: int, error: str = "no font has this", attempts: int = 2, code: str = "GLYPHS_MISSING"
    ) -> None:
        """A row has failed."""
        self._report_asset(
            dg.AssetObservation(
                tags.VIDEO_ASSET,
                description=f"Failed: {error}",
                partition=tags.partition_key(SHEET, f"row-{number}"),
                metadata={
                    "reason": error,
                    "fix": "Remove it",
                    "title": f"Title {number}",
                    "sheet_row": number,
                    "state": "failed",
                    "code": code,
                    "attempts": attempts,
                },
            )
        )


_SUFFIXES = {"video": "mp4", "poster": "jpg", "srt": "srt", "vtt": "vtt"}


def found(instance: DagsterInstance, job_id: str = JOB) -> Job:
    """The job as a new index sees it."""
    index = JobIndex(instance)
    try:
        index.refresh()
        return index.find(job_id)
    finally:
        index.close()


def told_at_once(run: TellingRun, tell: Callable[[TellingRun], None]) -> None:
    """Let `tell` write thousands of events of a run on SQLite in the time of one: straight into the run's file."""
    written: list[tuple[str, str, str, str, str, str, str | None]] = []

    def keep(event: dg.DagsterEvent, run_id: str, timestamp: float | None = None) -> None:
        entry = EventLogEntry(  # type: ignore[no-untyped-call]
            error_info=None,
            level=20,
            user_message="",
            run_id=run_id,
            timestamp=timestamp or time.time(),
            step_key=event.step_key,
            job_name=tags.JOB,
            dagster_event=event,
        )
        moment = datetime.fromtimestamp(entry.timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        asset = event.asset_key.to_string() if event.asset_key else ""
        row = (run_id, serialize_value(entry), event.event_type_value, moment, str(event.step_key), asset)
        written.append((*row, event.partition))

    with mock.patch.object(run.instance, "report_dagster_event", keep):
        tell(run)
    path = run.instance.event_log_storage.path_for_shard(run.run_id)  # type: ignore[attr-defined]
    with sqlite3.connect(path) as database:
        database.executemany(
            "INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            written,
        )
    database.close()
