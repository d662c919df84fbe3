"""A job with finished rows whose files lie in the workplace's output folder, told of as workers tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.options import Platform, Resolution, frame_size
from bulkvid_pipeline.services.jobs.follow import FILES
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun
from bulkvid_pipeline_tests.workplace import Workplace

SHEET = "ideas"
SUFFIXES = {"video": "mp4", "poster": "jpg", "srt": "srt", "vtt": "vtt", "document": "json"}
VTT = "WEBVTT\n\n00:00.000 --> 00:01.000\nSave the water.\n"
SRT = "1\n00:00:00,000 --> 00:00:01,000\nSave the water.\n"


class FilmedJob:
    """Writes what a job leaves behind. `contents` are the files of a row, by kind; others are told apart by their row.

    Args:
        workplace: whose output folder and instance.
        job_id, project, title: of the job.
        output: where it says that it publishes to, if that is not the output folder.
    """

    def __init__(
        self,
        workplace: Workplace,
        job_id: str = "job_filmed",
        project: str = "default",
        title: str = "Spring launch",
        output: str = "",
    ) -> None:
        self.job_id = job_id
        self.folder = workplace.folder / "output" / job_id
        told = {tags.PROJECT: project, tags.TITLE: title, tags.OUTPUT: output}
        self.run = TellingRun.begun(workplace.instance, job_id, told)

    @property
    def gallery(self) -> str:
        return f"/jobs/{self.job_id}/gallery"

    def media(self, number: int, kind: str, platform: str = "youtube") -> str:
        return f"/media/{self.job_id}/row-{number}/{platform}/{kind}"

    def finish(
        self,
        number: int,
        platforms: Sequence[str] = ("youtube",),
        *,
        title: str = "",
        contents: Mapping[str, bytes] = {},
        about: Mapping[str, Any] = {},
        **event: Any,
    ) -> dict[str, Path]:
        """A row is finished; returns the files of its first video."""
        files: list[dict[str, Any]] = []
        first: dict[str, Path] = {}
        for platform in platforms:
            width, height = (
                frame_size(Platform(platform).aspect, Resolution.P720) if platform in set(Platform) else (0, 0)
            )
            folder = f"{self.job_id}/row-{number}/{platform}-{number:012x}"
            names = {kind: f"row-{number}-{platform}.{suffix}" for kind, suffix in SUFFIXES.items()}
            names["document"] = "video.json"
            keys = {kind: f"{folder}/{name}" for kind, name in names.items()}
            paths = {kind: self.folder.parent / key for kind, key in keys.items()}
            for kind, path in paths.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(contents.get(kind, f"{kind} of row {number} for {platform}".encode()))
            first = first or paths
            facts = {
                "width": width,
                "height": height,
                "duration_s": 6.5,
                "size_bytes": paths["video"].stat().st_size,
                "loudness_lufs": -14.0,
                "render_seconds": 1.0,
                "cost": 0.0,
                "quality": "48 checks passed",
            }
            files.append({"platform": platform, **keys, **facts, **about})
        self.run.finish(number, *platforms, title=title, **{FILES: dg.MetadataValue.json(files)}, **event)
        return first
