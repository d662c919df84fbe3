"""The files that a job's finished rows have in storage, as its events tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
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
    """A finished video of a row. `about` is what its event tells of it, `keys` are its files that lie in storage."""

    row: Row
    about: Mapping[str, Any]
    keys: Mapping[FileKind, str]

    @property
    def platform(self) -> str:
        return str(self.about["platform"])

    @property
    def folder(self) -> str:
        """Key of the folder that holds its files, which are all that it holds."""
        return _folder(self.about)

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
    """The finished videos of a row; of one that is being made again, those of before.

    A key that leads out of the video's own folder, which none of ours does, names no file.
    """
    for about in row.end.files if row.end else ():
        named = {kind: str(about.get(kind.field) or "") for kind in FileKind}
        keys = {kind: key for kind, key in named.items() if key and _is_inside(key, _folder(about))}
        yield RowVideo(row, about, keys)


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
        if not isinstance(parse_location(self.links.place(self.job)), FolderLocation):
            return False
        try:
            self.links.path(self.job, key)
        except NotFoundError:
            return True
        return False


def _folder(about: Mapping[str, Any]) -> str:
    return str(about.get("document") or "").rpartition("/")[0]


def _is_inside(key: str, folder: str) -> bool:
    try:
        return bool(folder) and checked_key(key).rpartition("/")[0] == folder
    except InvalidRequestError:
        return False
