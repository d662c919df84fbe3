"""Google Sheets: reading a range, and seeing whether a sheet has changed.

With a service account or an API key a load costs one read of the quota (60 a minute and user): gspread's usual
`open_by_key().worksheet().get_all_values()` would cost three. Proxies and certificate authorities come from the
environment, as requests reads it (HTTPS_PROXY, REQUESTS_CA_BUNDLE).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import gspread

from bulkvid_pipeline.adapters.retry import RetryPolicy, Wait
from bulkvid_pipeline.adapters.sheets import google_errors
from bulkvid_pipeline.adapters.sheets.google_credentials import (
    READ_SCOPES,
    ApiKey,
    Credentials,
    ServiceAccount,
    load_service_account,
)
from bulkvid_pipeline.adapters.sheets.google_errors import Attempted
from bulkvid_pipeline.adapters.sheets.google_export import read_export
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet, as_raw_sheet
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.ranges import MAX_COLUMN, A1Range, parse_sheet_id

__all__ = ["ApiKey", "Credentials", "GoogleSheets", "ServiceAccount", "SheetVersion"]

WHOLE_SHEET = A1Range(first_column=0, last_column=MAX_COLUMN)
"""Google cuts the end of a range to the sheet's size, so this is all of the first sheet, in one request."""

DRIVE_FILES = "https://www.googleapis.com/drive/v3/files"

Result = TypeVar("Result")
Params = MutableMapping[str, str | int | bool | float | list[str] | None]


@dataclass(frozen=True)
class SheetVersion:
    """What tells one state of a sheet from another; compare for equality only."""

    modified_time: datetime | None
    """When the spreadsheet was last changed (aware, UTC); None without credentials."""
    version: str
    """Drive's version number, which also grows with changes of sharing; without credentials the cells' digest."""


class GoogleSheets:
    """Reads Google sheets with one set of credentials. May be used by several threads.

    Args:
        credentials: a ServiceAccount, an ApiKey, or None for public sheets through their export.
        timeout_s: seconds to wait for the next bytes of an answer.
        retry: how transient faults are tried again.
        on_wait: told before each pause between two tries.
    """

    scopes: Sequence[str] = READ_SCOPES

    def __init__(
        self,
        credentials: Credentials,
        *,
        timeout_s: float = 30.0,
        retry: RetryPolicy | None = None,
        on_wait: Callable[[Wait], None] | None = None,
    ) -> None:
        self._credentials = credentials
        self._timeout = (min(10.0, timeout_s), timeout_s)
        self._retry = retry or RetryPolicy()
        self._on_wait = on_wait
        self._opening = threading.Lock()
        self._opened: tuple[gspread.Client, str | None] | None = None

    def read(self, sheet_id: str, area: A1Range | None = None) -> RawSheet:
        """The cells that `area` names, or all of the first sheet, as the sheet shows them.

        Args:
            sheet_id: an id or the whole URL.

        Raises:
            InvalidSheetIdError, InvalidRangeError, InvalidSheetError: 400, or an empty or oversized sheet.
            AuthenticationError: 401, or credentials that cannot be used.
            AccessDeniedError: 403; SheetAccessDeniedError where sharing the sheet helps.
            SheetNotFoundError: 404.
            QuotaExceededError, ServiceUnavailableError, NetworkError: still so after all tries.
        """
        sheet_id = parse_sheet_id(sheet_id)
        source_uri = f"https://docs.google.com/spreadsheets/d/{sheet_id}"
        if self._credentials is None:
            return self._patiently(lambda: read_export(sheet_id, area, source_uri=source_uri, timeout=self._timeout))
        wanted = area or WHOLE_SHEET
        answer = self._patiently(lambda: self._values(sheet_id, wanted))
        return as_raw_sheet(
            [[str(cell) for cell in row] for row in answer.get("values", [])],
            name=_sheet_name(str(answer.get("range", ""))),
            first_row=wanted.first_row,
            first_column=wanted.first_column,
            source_uri=source_uri,
        )

    def version(self, sheet_id: str, area: A1Range | None = None) -> SheetVersion:
        """The sheet's version, to be compared with an earlier one.

        With credentials this is one Drive request, which the Sheets quota does not count, and any change of the
        spreadsheet counts. Without, the cells of `area` are read and only their changes count.

        Raises:
            BulkVideoError: as `read`.
        """
        sheet_id = parse_sheet_id(sheet_id)
        if self._credentials is None:
            sheet = self.read(sheet_id, area)
            return SheetVersion(None, sheet.version or "")
        answer = self._patiently(lambda: self._drive_file(sheet_id))
        try:
            return SheetVersion(datetime.fromisoformat(answer["modifiedTime"]), str(answer["version"]))
        except (KeyError, ValueError) as error:
            raise ServiceUnavailableError(f"Google gave no version for sheet ID '{sheet_id}'") from error

    def _patiently(self, attempt: Callable[[], Result]) -> Result:
        return self._retry.call(attempt, on_wait=self._on_wait)

    def _values(self, sheet_id: str, area: A1Range) -> dict[str, Any]:
        # FORMATTED_VALUE is what the sheet shows; UNFORMATTED_VALUE would turn a 007 shown by a number format into 7.
        params: Params = {"valueRenderOption": "FORMATTED_VALUE", "majorDimension": "ROWS"}
        return self._asked(
            sheet_id, area.text, lambda client: client.http_client.values_get(sheet_id, area.text, params=params)
        )

    def _drive_file(self, sheet_id: str) -> dict[str, Any]:
        params: Params = {"fields": "modifiedTime,version", "supportsAllDrives": True}
        return self._asked(
            sheet_id,
            None,
            lambda client: client.http_client.request("get", f"{DRIVE_FILES}/{sheet_id}", params=params).json(),
        )

    def _asked(self, sheet_id: str, range_text: str | None, ask: Callable[[gspread.Client], Any]) -> dict[str, Any]:
        """One try: the JSON object that Google answers."""
        client, reader = self._client()
        try:
            answer = ask(client)
        except google_errors.CLIENT_ERRORS as error:
            raise google_errors.from_client_error(error, Attempted(sheet_id, range_text, reader)) from error
        if not isinstance(answer, dict):
            raise ServiceUnavailableError(f"Google's answer for sheet ID '{sheet_id}' is not a JSON object")
        return answer

    def _client(self) -> tuple[gspread.Client, str | None]:
        """The gspread client, and the service account's address."""
        with self._opening:
            if self._opened is None:
                if isinstance(self._credentials, ServiceAccount):
                    account = load_service_account(self._credentials, self.scopes)
                    self._opened = (gspread.Client(auth=account), account.service_account_email)
                else:
                    assert isinstance(self._credentials, ApiKey)
                    self._opened = (gspread.api_key(self._credentials.key), None)
                self._opened[0].set_timeout(self._timeout)
            return self._opened


def _sheet_name(answered_range: str) -> str:
    """The tab in Google's answer, such as `Sheet1!A1:Z1000` or `'My sheet'!A1:B2`."""
    name = answered_range.rpartition("!")[0]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    return name or "Sheet1"
