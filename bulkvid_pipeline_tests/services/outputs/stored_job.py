"""A job whose rows are finished, with files in a storage, as a reader of jobs would give it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row, RowEnd
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.job_files import JobFiles
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline_tests.services.jobs.test_job_list import a_job

SHEET = "campaigns/ideas"
SUFFIXES = {"video": "mp4", "poster": "jpg", "srt": "srt", "vtt": "vtt"}
ENDED_AT = 1_790_000_000.0


@dataclass
class StoredJob:
    """A job that publishes to the storage of `links`; `contents` are its files, by their paths in `SHEET`."""

    links: Links
    job: Job = field(default_factory=lambda: a_job(1))
    rows: list[Row] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)

    @property
    def storage(self) -> Storage:
        return self.links.storage(self.job)

    @property
    def files(self) -> JobFiles:
        return JobFiles(self.links, self.job)

    @property
    def job_rows(self) -> JobRows:
        return JobRows(self.job, tuple(self.rows))

    def finish(
        self, number: int, platforms: Sequence[str] = ("youtube",), *, name: str = "", size: int = 1000, **about: Any
    ) -> Row:
        """A row is finished, and its files are stored; a video has so many bytes."""
        name = name or f"row-{number}"
        noise = random.Random(number)
        files = []
        for platform in platforms:
            folder = f"{name}/{platform}-{number:012x}"
            paths = {kind: f"{folder}/{name}-{platform}.{suffix}" for kind, suffix in SUFFIXES.items()}
            paths["document"] = f"{folder}/video.json"
            for kind, path in paths.items():
                self.contents[path] = noise.randbytes(size if kind == "video" else 100 + number)
                self.storage.write_bytes(f"{SHEET}/{path}", self.contents[path])
            keys = {kind: f"{SHEET}/{path}" for kind, path in paths.items()}
            files.append({"platform": platform, **keys, **_FACTS, **about})
        end = RowEnd(
            row_key=f"row-{number}",
            sheet_row=number,
            title=f"Title {number}",
            state=ItemState.COMPLETED,
            at=ENDED_AT + number,
            run_id="run-1",
            rendered=True,
            files=tuple(files),
        )
        return self._told(end)

    def fail(self, number: int) -> Row:
        """A row has failed."""
        end = RowEnd(
            row_key=f"row-{number}",
            sheet_row=number,
            title=f"Title {number}",
            state=ItemState.FAILED,
            at=ENDED_AT + number,
            run_id="run-1",
            error="no font has this",
            fix="Remove it",
            code="GLYPHS_MISSING",
        )
        return self._told(end)

    def _told(self, end: RowEnd) -> Row:
        row = Row(end.row_key, end.sheet_row, end.title, end.state, end)
        self.rows = sorted([*(each for each in self.rows if each.row_key != end.row_key), row], key=lambda r: r.place)
        return row


_FACTS = {
    "width": 1280,
    "height": 720,
    "duration_s": 6.5,
    "size_bytes": 1000,
    "loudness_lufs": -14.0,
    "render_seconds": 1.0,
    "cost": 0.0,
    "quality": "48 checks passed",
}
