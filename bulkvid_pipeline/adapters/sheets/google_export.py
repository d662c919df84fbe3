"""Public Google sheets without any credentials, through the export that a browser's download uses.

The first sheet comes as CSV, exactly as it is shown. The CSV export knows other sheets only by a number that nobody
types, so a sheet asked for by name is taken from the export of the whole workbook as XLSX. (The `gviz` export takes
names, but gives one type to a column and drops the cells that do not fit it.)
"""

from __future__ import annotations

import email.message
import io
from urllib.parse import urlsplit

import requests

from bulkvid_pipeline.adapters.sheets import google_errors
from bulkvid_pipeline.adapters.sheets.csv_sheets import read_csv
from bulkvid_pipeline.adapters.sheets.google_errors import Attempted
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.adapters.sheets.xlsx_sheets import read_xlsx
from bulkvid_pipeline.core.errors import InvalidSheetError, ServiceUnavailableError, SheetAccessDeniedError
from bulkvid_pipeline.core.ranges import A1Range

MAX_EXPORT_BYTES = 64 * 2**20

_NOT_PUBLIC = 'Share the sheet with "Anyone with the link", or give a service account that it is shared with'


def read_export(
    sheet_id: str, area: A1Range | None, *, source_uri: str, timeout: tuple[float, float] = (10.0, 30.0)
) -> RawSheet:
    """One try at reading a public sheet; the area is cut out here, so its rows are numbered for certain.

    Args:
        timeout: seconds to connect, and between bytes.

    Raises:
        BulkVideoError: SheetAccessDeniedError where the sheet is not public, else as `GoogleSheets.read` says.
    """
    attempted = Attempted(sheet_id, area.text if area else None)
    by_name = area is not None and area.sheet is not None
    try:
        data, filename = _download(sheet_id, "xlsx" if by_name else "csv", attempted, timeout)
    except google_errors.CLIENT_ERRORS as error:
        raise google_errors.from_client_error(error, attempted) from error
    if by_name:
        return read_xlsx(io.BytesIO(data), name=filename or sheet_id, source_uri=source_uri, area=area)
    name = filename.removesuffix(".csv") or sheet_id
    return read_csv(data, name=name, source_uri=source_uri, area=area, delimiter=",")


def _download(sheet_id: str, kind: str, attempted: Attempted, timeout: tuple[float, float]) -> tuple[bytes, str]:
    """The exported file's bytes and name."""
    url = f"https://docs.google.com/spreadsheets/d/{sheet_id}/export"
    with (
        requests.Session() as session,
        session.get(url, params={"format": kind}, timeout=timeout, stream=True) as answer,
    ):
        if answer.status_code in (401, 403):
            raise _not_public(attempted)
        if not answer.ok:
            raise google_errors.from_response(answer, attempted)
        if "text/html" in answer.headers.get("Content-Type", ""):
            # A sheet that is not shared leads to the sign-in page, with status 200.
            if (urlsplit(answer.url).hostname or "").endswith(".google.com"):
                raise _not_public(attempted)
            raise ServiceUnavailableError(f"A web page came in place of sheet ID '{sheet_id}'", fix="Check the proxy")
        return _body(answer, sheet_id), _filename(answer)


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
