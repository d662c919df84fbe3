"""Addresses of our own pages, with what was chosen on them."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, urlencode

from bulkvid_pipeline.services.outputs.job_files import RowVideo

Choice = str | int | Iterable[str] | None


def address(path: str, **choices: Choice) -> str:
    """The path with a query of those choices that are not empty; several values of one are several parameters."""
    kept = {name: [value] if isinstance(value, str | int) else list(value) for name, value in choices.items() if value}
    query = urlencode({name: [str(value) for value in values] for name, values in kept.items()}, doseq=True)
    return f"{path}?{query}" if query else path


def job_address(job_id: str, place: str = "") -> str:
    """The page of a job, or one below it."""
    return f"/jobs/{quote(job_id, safe='')}{place}"


def row_address(job_id: str, row_key: str) -> str:
    """The page of a row."""
    return job_address(job_id, f"/rows/{quote(row_key, safe='')}")


def video_address(job_id: str, video: RowVideo) -> str:
    """The page of a finished video."""
    return job_address(job_id, f"/gallery/{quote(video.row.row_key, safe='')}/{quote(video.platform, safe='')}")


def media_address(job_id: str, video: RowVideo, kind: str, *, download: bool = False) -> str:
    """A file of a finished video; with the video's version, so that browsers need not ask for it again."""
    path = "/".join(quote(name, safe="") for name in (job_id, video.row.row_key, video.platform, kind))
    return address(f"/media/{path}", v=video.version, download="yes" if download else "")
