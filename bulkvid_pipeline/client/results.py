"""Which files a job's results are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from .downloads import RemoteFile
from .file_names import distinct, file_name_of
from .models import Result

FileKind = Literal["video", "poster", "srt", "vtt"]


def files_of(
    results: Sequence[Result], platforms: frozenset[str] | None, kinds: Sequence[FileKind]
) -> list[RemoteFile]:
    """The files of the results, of all platforms or of the chosen ones, each under a name of its own."""
    found = [
        (result, kind, url)
        for result in results
        if platforms is None or result.platform in platforms
        for kind in kinds
        if (url := _link(result, kind))
    ]
    names = distinct(
        [
            (file_name_of(url, f"{result.row_key}-{result.platform}-{kind}"), result.row_key)
            for result, kind, url in found
        ]
    )
    return [
        RemoteFile(name, url, result.row_key, result.platform, (result.size_bytes or None) if kind == "video" else None)
        for name, (result, kind, url) in zip(names, found, strict=True)
    ]


def _link(result: Result, kind: FileKind) -> str | None:
    return {
        "video": result.video_url,
        "poster": result.poster_url,
        "srt": result.srt_url,
        "vtt": result.vtt_url,
    }[kind]
