"""The gallery: a wall of posters of one job or of all, and a page for each video."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.dashboard.addresses import address, job_address, media_address, row_address, video_address
from bulkvid_pipeline.dashboard.routes.media import files_of, rows_of
from bulkvid_pipeline.dashboard.visits import Reading, Visit, page_router
from bulkvid_pipeline.dashboard.words import of_platform
from bulkvid_pipeline.services.outputs.gallery import (
    Entry,
    GalleryQuery,
    Shown,
    Wall,
    document_of,
    job_wall,
    neighbours_of,
    newest_wall,
)
from bulkvid_pipeline.services.outputs.job_files import FileKind
from bulkvid_pipeline.services.outputs.media import video_of

router = page_router()

FILTERS = {Shown.READY: "Videos", Shown.WARNED: "With notes", Shown.FAILED: "No video", Shown.OPEN: "Not finished"}
_WIDE = (16, 9)

PlatformName = Annotated[str, Query(max_length=40)]
Search = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True)
class Picture:
    """An entry of the wall as templates show it."""

    entry: Entry

    @property
    def title(self) -> str:
        return self.entry.row.title or f"Row {self.entry.row.sheet_row}"

    @property
    def page(self) -> str:
        """The address of the video's own page; of the row's for one without."""
        job_id, video = self.entry.job.job_id, self.entry.video
        return row_address(job_id, self.entry.row.row_key) if video is None else video_address(job_id, video)

    @property
    def platform(self) -> str:
        return of_platform(self.entry.video.platform) if self.entry.video else ""

    @property
    def shape(self) -> tuple[int, int]:
        """Width and height; of a video that does not tell its own, those of a wide one."""
        about = self.about
        width, height = about.get("width") or 0, about.get("height") or 0
        return (width, height) if width and height else _WIDE

    @property
    def about(self) -> Mapping[str, Any]:
        return self.entry.video.about if self.entry.video else {}

    @property
    def duration_s(self) -> float:
        return float(self.about.get("duration_s") or 0.0)

    @property
    def loudness(self) -> str:
        """`-14.0 LUFS`; empty for silence, and where nobody has measured it."""
        level = self.about.get("loudness_lufs")
        return f"{level:.1f} LUFS" if isinstance(level, int | float) and math.isfinite(level) else ""

    @property
    def elsewhere(self) -> str:
        """The address of a video on another host; empty unless it is one that a browser may follow."""
        url = self.entry.video.url if self.entry.video else ""
        return url if url.startswith(("http://", "https://")) else ""

    def file(self, kind: str, *, download: bool = False) -> str:
        """The address of one of its files; empty where it has none."""
        video = self.entry.video
        if video is None or FileKind(kind) not in video.keys:
            return ""
        return media_address(self.entry.job.job_id, video, FileKind(kind), download=download)


@router.get("/gallery")
def gallery(visit: Reading, platform: PlatformName = "", q: Search = "", after: str | None = None) -> Response:
    """The videos of all jobs of the project, the newest jobs first."""
    reads = visit.services.reads
    reads.jobs.refresh()
    query = GalleryQuery(Shown.READY, platform, q, after or None)
    wall = newest_wall(reads.jobs, reads.rows, visit.project_id, query)
    return _wall(visit, "/gallery", wall, query, job=None, title="Gallery")


@router.get("/jobs/{job_id}/gallery")
def job_gallery(
    job_id: str,
    visit: Reading,
    show: Shown = Shown.READY,
    platform: PlatformName = "",
    q: Search = "",
    after: str | None = None,
) -> Response:
    """The job's videos in the order of its sheet."""
    rows = rows_of(visit, job_id)
    query = GalleryQuery(show, platform, q, after or None)
    wall = job_wall(rows, query)
    path = job_address(job_id, "/gallery")
    return _wall(visit, path, wall, query, job=rows.job, title=f"Gallery of {rows.job.title or job_id}")


@router.get("/jobs/{job_id}/gallery/{row}/{platform}")
def video(job_id: str, row: str, platform: str, visit: Reading) -> Response:
    """A video by itself; for htmx what the player shows of it."""
    rows = rows_of(visit, job_id)
    found = video_of(rows, row, platform)
    around = neighbours_of(rows, found)
    picture = Picture(around.entry)
    values: dict[str, Any] = {
        "picture": picture,
        "document": document_of(files_of(visit, rows.job), found),
        "job": rows.job,
    }
    if visit.is_fragment:
        return visit.fragment("gallery/_video.html", **values)
    return visit.page(
        "gallery/video.html",
        title=f"{picture.title}, {of_platform(platform)}",
        previous=Picture(around.previous) if around.previous else None,
        next=Picture(around.next) if around.next else None,
        **values,
    )


def _wall(visit: Visit, path: str, wall: Wall, query: GalleryQuery, *, job: object, title: str) -> Response:
    def changed(**choices: str) -> str:
        shown = query.shown.value if query.shown is not Shown.READY else ""
        return address(path, **{"show": shown, "platform": query.platform, "q": query.q, **choices})

    values: dict[str, Any] = {
        "title": title,
        "path": path,
        "job": job,
        "wall": wall,
        "pictures": [Picture(entry) for entry in wall.entries],
        "query": query,
        "filters": FILTERS,
        "platforms": {name: of_platform(name) for name in (wall.platforms or Platform)},
        "changed": changed,
        "next_url": changed(after=wall.next_page_token) if wall.next_page_token else "",
        "is_first": query.page_token is None,
    }
    if visit.is_fragment:
        return visit.fragment("gallery/_wall.html", **values)
    return visit.page("gallery/wall.html", **values)
