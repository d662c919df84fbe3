"""Sheets that were uploaded over the API: files in a folder or bucket, by project.

<project>/<id>/<file name>
<project>/<id>/about.json      written last: without it there is no upload
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path, PurePath

from pydantic import ValidationError

from bulkvid_pipeline.adapters.sheets.local_sheets import read_content
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.adapters.storage.location import FolderLocation, parse_location
from bulkvid_pipeline.adapters.storage.objects import StoredObject
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.errors import (
    InvalidRangeError,
    InvalidSheetError,
    NotFoundError,
    UploadNotFoundError,
    UploadTooLargeError,
)
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.ranges import A1Range
from bulkvid_pipeline.core.sheet_table import sheet_table
from bulkvid_pipeline.core.spec import BulkJobSpec, SheetFormat
from bulkvid_pipeline.core.uploads import is_upload_id, project_folder, safe_name, upload_id
from bulkvid_pipeline.core.wire import UploadView
from bulkvid_pipeline.services.wiring.storage import open_place
from bulkvid_pipeline.settings import Settings, dagster_home

MOST_BYTES = 10 * 2**20
MOST_LISTED = 30
ABOUT = "about.json"


def with_uploads_at(settings: Settings, home: Path) -> Settings:
    """The settings of a process whose instance is in `home`, where uploads are kept unless the settings say where."""
    return settings if settings.uploads_url else settings.model_copy(update={"uploads_url": _folder_in(home)})


def _folder_in(home: Path) -> str:
    return str(home.absolute() / "uploads")


def with_shared_sheet(spec: BulkJobSpec, settings: Settings) -> BulkJobSpec:
    """The spec of a job that another machine may run: a file of this one is uploaded, where uploads are in a bucket.

    Raises:
        InvalidSheetError: there is no such file, or no sheet in it.
        BulkVideoError: storage refused.
    """
    path = spec.input_source.path
    if path is None or is_upload_id(path) or isinstance(parse_location(settings.uploads_url or "."), FolderLocation):
        return spec
    file = Path(path).expanduser()
    if not file.is_file():
        raise InvalidSheetError(f"File '{path}' not found", fix="Check the path; it is relative to the work folder")
    upload = Uploads(settings).add(spec.project_id, file.name, file.read_bytes())
    return spec.model_copy(update={"input_source": spec.input_source.model_copy(update={"path": upload.id})})


@dataclass(frozen=True)
class _Stored:
    project: str
    upload: str
    objects: tuple[StoredObject, ...]


class Uploads:
    """The uploaded sheets of an installation. For what storage raises see `Storage`."""

    def __init__(self, settings: Settings) -> None:
        self._storage: Storage = open_place(settings.uploads_url or _folder_in(dagster_home()), settings)

    def add(self, project_id: str, name: str, data: bytes) -> UploadView:
        """Store a file.

        Raises:
            UploadTooLargeError: it is larger than `MOST_BYTES`.
            InvalidSheetError: it is empty, damaged, or no sheet that can be read.
        """
        name = safe_name(name)
        if len(data) > MOST_BYTES:
            raise UploadTooLargeError(f"'{name}' is larger than {MOST_BYTES >> 20} MiB", field="file")
        columns, rows = _contents(data, name)
        about = UploadView(
            id=upload_id(project_id, name, secrets.token_hex(8)),
            name=name,
            size=len(data),
            columns=columns,
            rows=rows,
            created_at=datetime.now(UTC).replace(microsecond=0),
        )
        folder = _folder(project_id, about.id)
        self._storage.write_bytes(f"{folder}/{name}", data)
        self._storage.write_text(f"{folder}/{ABOUT}", about.model_dump_json())
        return about

    def get(self, project_id: str, upload: str) -> UploadView:
        """What is known of an upload.

        Raises:
            UploadNotFoundError: the project has no upload of this id.
        """
        if not is_upload_id(upload):
            raise _not_found(upload)
        try:
            return UploadView.model_validate_json(self._storage.read_bytes(f"{_folder(project_id, upload)}/{ABOUT}"))
        except (NotFoundError, ValidationError) as error:
            raise _not_found(upload) from error

    def list(self, project_id: str, limit: int = MOST_LISTED) -> tuple[UploadView, ...]:
        """The project's uploads, the newest first, of each file name the newest alone."""
        found = []
        for upload in islice(self._newest(project_id), limit):
            with suppress(UploadNotFoundError):  # deleted meanwhile
                found.append(self.get(project_id, upload))
        return tuple(sorted(found, key=lambda about: about.created_at, reverse=True))

    def _newest(self, project_id: str) -> Iterator[str]:
        """The newest upload of each file name, by the listing alone: its documents may be many."""
        documents: list[tuple[datetime, str]] = []
        names: dict[str, str] = {}
        for part in self._storage.list(f"{project_folder(project_id)}/"):
            match part.key.split("/"):
                case [_, upload, name] if name == ABOUT:
                    documents.append((part.modified_at, upload))
                case [_, upload, name]:
                    names[upload] = name
        told: set[str] = set()
        for _, upload in sorted(documents, reverse=True):
            name = names.get(upload, "")
            if name and name not in told:
                told.add(name)
                yield upload

    def read(self, project_id: str, upload: str, area: A1Range | None, choice: ColumnChoice = NO_CHOICE) -> RawSheet:
        """The cells of an upload; see `read_content`.

        Raises:
            UploadNotFoundError: the project has no upload of this id.
            InvalidSheetError, InvalidRangeError: the cells cannot be read.
        """
        about = self.get(project_id, upload)
        try:
            data = self._storage.read_bytes(f"{_folder(project_id, upload)}/{about.name}")
        except NotFoundError as error:
            raise _not_found(upload) from error
        return read_content(data, PurePath(about.name), f"upload:{upload}", area, choice)

    def remove(self, project_id: str, upload: str) -> None:
        """Delete an upload; jobs over it that have not read it yet fail.

        Raises:
            UploadNotFoundError: the project has no upload of this id.
        """
        about = self.get(project_id, upload)
        folder = _folder(project_id, upload)
        self._storage.delete(f"{folder}/{ABOUT}")
        self._storage.delete(f"{folder}/{about.name}")

    def prune(self, before: datetime, in_use: Collection[str], *, dry_run: bool) -> tuple[int, int]:
        """Delete uploads that are older and not in use; returns their number and bytes. `dry_run` only counts."""
        count = size = 0
        for stored in self._all():
            if stored.upload in in_use or max(part.modified_at for part in stored.objects) > before:
                continue
            count, size = count + 1, size + sum(part.size for part in stored.objects)
            if not dry_run:
                # The document first: an upload without it is none.
                for part in sorted(stored.objects, key=lambda part: not part.key.endswith(f"/{ABOUT}")):
                    self._storage.delete(part.key)
        return count, size

    def _all(self) -> Iterator[_Stored]:
        found: dict[tuple[str, str], list[StoredObject]] = {}
        for part in self._storage.list():
            names = part.key.split("/")
            if len(names) == 3 and is_upload_id(names[1]):
                found.setdefault((names[0], names[1]), []).append(part)
        for (project, upload), parts in found.items():
            yield _Stored(project, upload, tuple(parts))


def _folder(project_id: str, upload: str) -> str:
    return f"{project_folder(project_id)}/{upload}"


def _not_found(upload: str) -> UploadNotFoundError:
    return UploadNotFoundError(f"Uploaded sheet '{shortened(upload)}' not found")


def _contents(data: bytes, name: str) -> tuple[tuple[str, ...], int | None]:
    """The columns that were understood and the number of ideas; what a job needs a range or a format for is unknown."""
    try:
        raw = read_content(data, PurePath(name), name, None)
    except InvalidRangeError:
        return (), None  # a workbook of several tabs with ideas
    except InvalidSheetError as error:
        error.field = "file"
        raise
    try:
        table = sheet_table(
            raw.cells, layout=SheetFormat.STANDARD, first_row=raw.first_row, first_column=raw.first_column,
            notes=raw.notes,
        )  # fmt: skip
    except InvalidSheetError:
        return (), None  # no header row
    return tuple(column for column in table.frame.columns if column != "row_key"), len(table.frame)
