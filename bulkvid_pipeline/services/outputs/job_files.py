"""The files that a job's finished rows have in storage, as its events tell of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from bulkvid_pipeline.adapters.storage import Storage, StoredObject
from bulkvid_pipeline.adapters.storage.location import FolderLocation, parse_location
from bulkvid_pipeline.core.errors import InvalidRequestError, NotFoundError
from bulkvid_pipeline.core.keys import checked_key
from bulkvid_pipeline.services.jobs.job_rows import Row
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.links import Links


class FileKind(StrEnum):
    """A file of a finished video, by the name under which it is asked for."""

    VIDEO = "video"
    POSTER = "poster"
    SRT = "captions.srt"
    VTT = "captions.vtt"
    DOCUMENT = "video.json"

    @property
    def field(self) -> str:
        """What the file's key is called in events."""
        return _FIELDS[self]


_FIELDS = {
    FileKind.VIDEO: "video",
    FileKind.POSTER: "poster",
    FileKind.SRT: "srt",
    FileKind.VTT: "vtt",
    FileKind.DOCUMENT: "document",
}


@dataclass(frozen=True)
class RowVideo:
    """A finished video of a row; `about` is what its event tells of it."""

    row: Row
    about: Mapping[str, Any]

    @cached_property
    def keys(self) -> Mapping[FileKind, str]:
        """Its files that lie in storage. A key that leads out of its own folder, as none of ours does, is no file."""
        named = {kind: str(self.about.get(kind.field) or "") for kind in FileKind}
        return {kind: key for kind, key in named.items() if key and _is_inside(key, self.folder)}

    @property
    def platform(self) -> str:
        return str(self.about["platform"])

    @property
    def folder(self) -> str:
        """Key of the folder that holds its files, which are all that it holds."""
        return str(self.about.get("document") or "").rpartition("/")[0]

    @property
    def folder_in_sheet(self) -> str:
        """The same, within the sheet's folder."""
        return "/".join(self.folder.split("/")[-2:])

    @property
    def version(self) -> str:
        """Changes when the video is made again: its folder is named by what it is made of."""
        return self.folder.rpartition("/")[2].rpartition("-")[2]

    @property
    def url(self) -> str:
        """Where the video is, if it lies elsewhere."""
        return str(self.about.get("url") or "")

    def path(self, kind: FileKind) -> str:
        """Where the file lies within the sheet's folder: `<row>/<platform>-<version>/<name>`; empty without one."""
        return "/".join(self.keys[kind].split("/")[-3:]) if kind in self.keys else ""


def videos_of(row: Row) -> Iterator[RowVideo]:
    """The finished videos of a row; of one that is being made again, those of before."""
    return (RowVideo(row, about) for about in (row.end.files if row.end else ()))


def sheet_folder(video: RowVideo) -> str:
    """Key of the folder that holds all videos of the sheet, and its report; empty for the storage's root."""
    parents = PurePosixPath(video.folder).parts[:-2]
    return "/".join(parents)


@dataclass(frozen=True)
class JobFiles:
    """Looks up files of one job."""

    links: Links
    job: Job

    @property
    def storage(self) -> Storage:
        """Where the job publishes to."""
        return self.links.storage(self.job)

    def find(self, key: str) -> StoredObject:
        """The object under a key of the job.

        Raises:
            NotFoundError: it is not there any more.
            BulkVideoError: the storage cannot be asked.
        """
        if self.leads_out(key) or (stored := self.storage.exists(key)) is None:
            raise NotFoundError(
                f"The file {key.rpartition('/')[2][-80:]!r} is not in storage any more",
                fix="Run the job again: it makes what is missing",
            )
        return stored

    def leads_out(self, key: str) -> bool:
        """Whether the key names no file of the folder that the job publishes to: links in it may lead elsewhere."""
        if self._root is None:
            return False
        folder, _, name = key.rpartition("/")
        if folder not in self._inside:
            real = os.path.realpath(f"{self._root}/{folder}")
            self._inside[folder] = f"{real}/".startswith(f"{self._root}/")
        path = f"{self._root}/{folder}/{name}"
        return not self._inside[folder] or (
            os.path.islink(path) and not os.path.realpath(path).startswith(f"{self._root}/")  # noqa: PTH114  of thousands
        )

    @cached_property
    def _root(self) -> str | None:
        """The folder that the job publishes to; None where it is none of this machine's."""
        location = parse_location(self.links.place(self.job))
        return str(location.folder.resolve()) if isinstance(location, FolderLocation) else None

    @cached_property
    def _inside(self) -> dict[str, bool]:
        """Whether folders lie within it, as far as they have been looked at."""
        return {}


def _is_inside(key: str, folder: str) -> bool:
    try:
        return bool(folder) and checked_key(key).rpartition("/")[0] == folder
    except InvalidRequestError:
        return False
