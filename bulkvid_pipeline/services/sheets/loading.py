"""Reading the sheet that a job names: one source in, one table out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.local_sheets import read_local
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.core.column_choice import ColumnChoice
from bulkvid_pipeline.core.keys import slug
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline.core.sheet_table import SheetTable, sheet_table
from bulkvid_pipeline.core.spec import InputSource, SheetFormat, SourceType
from bulkvid_pipeline.core.uploads import is_upload_id, label_of_upload
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.settings import Settings

if TYPE_CHECKING:
    from bulkvid_pipeline.adapters.sheets.google_sheets import GoogleSheets


@dataclass(frozen=True)
class LoadedSheet:
    """A sheet as it was read.

    `label` names the sheet in partition keys and output folders: the same for the same sheet, however often it is read.
    """

    label: str
    name: str
    uri: str
    version: str | None
    table: SheetTable


def load_sheet(
    source: InputSource, settings: Settings, project_id: str, retry: RetryPolicy | None = None
) -> LoadedSheet:
    """Read the sheet once; an uploaded one is the project's own. `retry` says how Google is asked again.

    Raises:
        BulkVideoError: one of its kinds says why the sheet cannot be read or used.
    """
    return loaded(read_sheet(source, settings, project_id, retry), source)


def loaded(raw: RawSheet, source: InputSource) -> LoadedSheet:
    """The sheet in the cells that were read.

    Raises:
        InvalidSheetError: no rows, no usable header, or not the columns that the job names.
    """
    table = sheet_table(
        raw.cells,
        layout=source.format,
        first_row=raw.first_row,
        first_column=raw.first_column,
        notes=raw.notes,
        hidden_rows=source.hidden_rows,
        choice=ColumnChoice.of(source.columns),
    )
    return LoadedSheet(sheet_label(source), raw.name, raw.source_uri, raw.version, table)


def read_sheet(source: InputSource, settings: Settings, project_id: str, retry: RetryPolicy | None = None) -> RawSheet:
    """The cells of the sheet; see `load_sheet`."""
    area = parse_range(source.range) if source.range else None
    choice = ColumnChoice.of(source.columns)
    if source.type is SourceType.FILE:
        assert source.path is not None
        if is_upload_id(source.path):
            return Uploads(settings).read(project_id, source.path, area, choice)
        return read_local(Path(source.path).expanduser(), area, choice)
    assert source.sheet_id is not None
    return google_sheets(settings, retry).read(
        source.sheet_id, area, gid=source.gid, find_tab=source.format is SheetFormat.STANDARD, choice=choice
    )


def google_sheets(settings: Settings, retry: RetryPolicy | None = None) -> GoogleSheets:
    """Google Sheets with the credentials of this installation: service account, else API key, else public links."""
    # gspread takes a third of a second to import, which jobs over files need not pay.
    from bulkvid_pipeline.adapters.sheets.google_sheets import ApiKey, Credentials, GoogleSheets, ServiceAccount

    credentials: Credentials = None
    if settings.google_credentials is not None:
        credentials = ServiceAccount(settings.google_credentials)
    elif settings.google_api_key is not None:
        credentials = ApiKey(settings.google_api_key.get_secret_value())
    return GoogleSheets(credentials, timeout_s=settings.network_timeout_s, retry=retry)


def sheet_label(source: InputSource) -> str:
    """A short name for the sheet: its file or id, and its tab where the range or a link names one.

    Two files of one name in different folders have different labels. A file that a project uploads again under the
    same name is the same sheet.
    """
    if source.type is SourceType.FILE:
        assert source.path is not None
        path = Path(source.path).expanduser().resolve()
        label = (
            label_of_upload(source.path)
            if is_upload_id(source.path)
            else f"{slug(path.stem, max_length=32)}-{_digest(str(path))[:6]}"
        )
    else:
        assert source.sheet_id is not None
        # Sheet ids differ in case alone; keys on disk may not.
        label = f"sheet-{re.sub('[^a-z0-9]', '', source.sheet_id.lower())[:12]}-{_digest(source.sheet_id)[:6]}"
    tab = parse_range(source.range).sheet if source.range else None
    if tab:
        return f"{label}-{slug(tab, max_length=12)}-{_digest(tab)[:4]}"
    # The first tab of most sheets has the number 0, with which a link means no more than the sheet.
    return f"{label}-gid{source.gid}" if source.gid else label


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
