"""Public Google sheets without any credentials, through the export that a browser's download uses.

A sheet comes as CSV, exactly as it is shown. The CSV export knows other sheets than the first by their number alone,
which links hold. A sheet asked for by name is taken from the export of the whole workbook as XLSX. (The `gviz` export
takes names, but gives one type to a column and drops the cells that do not fit it.)
"""

from __future__ import annotations

import email.message
import io
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import requests

from bulkvid_pipeline.adapters.exchanges import outgoing
from bulkvid_pipeline.adapters.sheets import google_errors
from bulkvid_pipeline.adapters.sheets.csv_sheets import read_csv
from bulkvid_pipeline.adapters.sheets.google_errors import Attempted
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.adapters.sheets.xlsx_sheets import read_xlsx
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import (
    InvalidRangeError,
    InvalidSheetError,
    ServiceUnavailableError,
    SheetAccessDeniedError,
)
from bulkvid_pipeline.core.ranges import A1Range
from bulkvid_pipeline.core.tab_choice import has_header

MAX_EXPORT_BYTES = 64 * 2**20

_NOT_PUBLIC = 'Share the sheet with "Anyone with the link", or give a service account that it is shared with'


def read_export(
    sheet_id: str,
    area: A1Range | None,
    *,
    gid: int | None = None,
    find_tab: bool = False,
    choice: ColumnChoice = NO_CHOICE,
    source_uri: str,
    timeout: tuple[float, float] = (10.0, 30.0),
) -> RawSheet:
    """One try at reading a public sheet; the area is cut out here, so its rows are numbered for certain.

    Args:
        gid: number of the tab; the first one if None and `area` names none.
        find_tab: take the tab with ideas where the first one has no header.
        choice: columns that are named by hand.
        timeout: seconds to connect, and between bytes.

    Raises:
        BulkVideoError: SheetAccessDeniedError where the sheet is not public, else as `GoogleSheets.read` says.
    """
    export = _Export(sheet_id, area, gid, choice, source_uri, timeout)
    if area is not None and area.sheet is not None:
        return export.read_workbook()
    data, name = export.download_tab()
    if find_tab and not data.strip(b'", \r\n'):
        return export.read_workbook()
    sheet = read_csv(data, name=name, source_uri=source_uri, area=area, delimiter=",")
    return export.read_workbook() if find_tab and not has_header(sheet.cells, choice) else sheet


@dataclass(frozen=True)
class _Export:
    """What is asked of the export."""

    sheet_id: str
    area: A1Range | None
    gid: int | None
    choice: ColumnChoice
    source_uri: str
    timeout: tuple[float, float]

    def download_tab(self) -> tuple[bytes, str]:
        """The tab as CSV, and its name."""
        data, filename = self._download({"format": "csv"} | ({} if self.gid is None else {"gid": str(self.gid)}))
        return data, filename.removesuffix(".csv") or self.sheet_id

    def read_workbook(self) -> RawSheet:
        data, filename = self._download({"format": "xlsx"})
        name = filename or self.sheet_id
        return read_xlsx(io.BytesIO(data), name=name, source_uri=self.source_uri, area=self.area, choice=self.choice)

    def _download(self, params: dict[str, str]) -> tuple[bytes, str]:
        """The exported file's bytes and name."""
        attempted = Attempted(self.sheet_id, self.area.text if self.area else None)
        try:
            return _download(self.sheet_id, params, attempted, self.timeout)
        except google_errors.CLIENT_ERRORS as error:
            raise google_errors.from_client_error(error, attempted) from error


def _download(
    sheet_id: str, params: dict[str, str], attempted: Attempted, timeout: tuple[float, float]
) -> tuple[bytes, str]:
    url = f"https://docs.google.com/spreadsheets/d/{sheet_id}/export"
    with (
        outgoing(Peer.SHEET, "export", f"{url}?{urlencode(params)}") as exchange,
        requests.Session() as session,
        session.get(url, params=params, timeout=timeout, stream=True) as answer,
    ):
        exchange.answered(answer.status_code, answer.headers)
        if answer.status_code in (401, 403):
            raise _not_public(attempted)
        if answer.status_code == 400 and "gid" in params:
            raise InvalidRangeError(
                f"The link names the tab with gid={params['gid']}, which sheet ID '{sheet_id}' does not have",
                fix="Copy the link again with the tab open, or name the tab: --range 'Tab!A:J'",
            )
        if not answer.ok:
            raise google_errors.from_response(answer, attempted)
        if "text/html" in answer.headers.get("Content-Type", ""):
            # A sheet that is not shared leads to the sign-in page, with status 200.
            if (urlsplit(answer.url).hostname or "").endswith(".google.com"):
                raise _not_public(attempted)
            raise ServiceUnavailableError(f"A web page came in place of sheet ID '{sheet_id}'", fix="Check the proxy")
        body = _body(answer, sheet_id)
        exchange.answered(answer.status_code, answer.headers, body)
        return body, _filename(answer)


def _not_public(attempted: Attempted) -> SheetAccessDeniedError:
    return SheetAccessDeniedError(
        f"Insufficient permissions to access sheet ID '{attempted.sheet_id}': it is not public", fix=_NOT_PUBLIC
    )


def _body(answer: requests.Response, sheet_id: str) -> bytes:
    data = bytearray()
    for chunk in answer.iter_content(1 << 16):
        data += chunk
        if len(data) > MAX_EXPORT_BYTES:
            raise InvalidSheetError(
                f"Sheet ID '{sheet_id}' exports to more than {MAX_EXPORT_BYTES >> 20} MiB",
                fix="Split the sheet into several, or give a service account and a range",
            )
    return bytes(data)


def _filename(answer: requests.Response) -> str:
    header = email.message.Message()
    header["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    return header.get_filename("")
