"""Google Sheets: reading a range, and seeing whether a sheet has changed.

With a service account or an API key a load costs one read of the quota (60 a minute and user): gspread's usual
`open_by_key().worksheet().get_all_values()` would cost three. Proxies and certificate authorities come from the
environment, as requests reads it (HTTPS_PROXY, REQUESTS_CA_BUNDLE).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

import google.auth.transport.requests
import gspread
import requests
from google.auth import api_key
from google.auth.transport.requests import AuthorizedSession, Request

from bulkvid_pipeline.adapters.recorded_requests import RecordedAdapter
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
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import InvalidRangeError, ServiceUnavailableError
from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.ranges import MAX_COLUMN, A1Range, parse_sheet_id
from bulkvid_pipeline.core.source_notes import SourceNotes
from bulkvid_pipeline.core.tab_choice import PEEKED_ROWS, Tab, choose_tab, has_header

__all__ = ["ApiKey", "Credentials", "GoogleSheets", "ServiceAccount", "SheetVersion"]

WHOLE_SHEET = A1Range(first_column=0, last_column=MAX_COLUMN)
"""Google cuts the end of a range to the sheet's size, so this is all of the first sheet, in one request."""

DRIVE_FILES = "https://www.googleapis.com/drive/v3/files"

_MOST_TABS = 20
"""Tabs that are looked through for ideas."""

Result = TypeVar("Result")
Params = MutableMapping[str, str | int | bool | float | list[str] | None]


@dataclass(frozen=True)
class SheetVersion:
    """What tells one state of a sheet from another; compare for equality only."""

    modified_time: datetime | None
    """When the spreadsheet was last changed (aware, UTC); None without credentials."""
    version: str
    """Drive's version number, which also grows with changes of sharing; without credentials the cells' digest."""


@dataclass(frozen=True)
class _GoogleTab:
    gid: int
    title: str
    hidden: bool


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

    def read(
        self,
        sheet_id: str,
        area: A1Range | None = None,
        *,
        gid: int | None = None,
        find_tab: bool = False,
        choice: ColumnChoice = NO_CHOICE,
    ) -> RawSheet:
        """The cells that `area` names, or all of the tab, as the sheet shows them.

        One read of the quota; one more to learn a tab's name by its number, and two more to find the ideas where the
        first tab has no header.

        Args:
            sheet_id: an id or the whole URL.
            gid: number of the tab where `area` names none; the first tab if None.
            find_tab: look for the ideas in the other tabs where nobody named one and the first has no header.
            choice: columns that are named by hand.

        Raises:
            InvalidSheetIdError, InvalidRangeError, InvalidSheetError: 400, an empty or oversized sheet, no such tab,
                or several that hold ideas.
            AuthenticationError: 401, or credentials that cannot be used.
            AccessDeniedError: 403; SheetAccessDeniedError where sharing the sheet helps.
            SheetNotFoundError: 404.
            QuotaExceededError, ServiceUnavailableError, NetworkError: still so after all tries.
        """
        sheet_id = parse_sheet_id(sheet_id)
        wanted = area or WHOLE_SHEET
        named = wanted.sheet is not None
        if self._credentials is None:
            return self._patiently(
                lambda: read_export(
                    sheet_id,
                    area,
                    gid=None if named else gid,
                    find_tab=find_tab and gid is None and not named,
                    choice=choice,
                    source_uri=_uri(sheet_id),
                    timeout=self._timeout,
                )
            )
        if gid is not None and not named:
            wanted = replace(wanted, sheet=self._title_of(sheet_id, gid))
        answer = self._patiently(lambda: self._values(sheet_id, wanted))
        findings: tuple[Finding, ...] = ()
        if find_tab and wanted.sheet is None and not has_header(_rows(answer), choice):
            chosen, findings = self._tab_with_ideas(sheet_id, wanted, answer, choice)
            if chosen != _sheet_name(answer):
                wanted = replace(wanted, sheet=chosen)
                answer = self._patiently(lambda: self._values(sheet_id, wanted))
        return as_raw_sheet(
            _rows(answer),
            name=_sheet_name(answer),
            first_row=wanted.first_row,
            first_column=wanted.first_column,
            source_uri=_uri(sheet_id),
            notes=SourceNotes(findings=findings),
        )

    def version(self, sheet_id: str, area: A1Range | None = None, *, gid: int | None = None) -> SheetVersion:
        """The sheet's version, to be compared with an earlier one.

        With credentials this is one Drive request, which the Sheets quota does not count, and any change of the
        spreadsheet counts. Without, the cells of `area` are read and only their changes count.

        Raises:
            BulkVideoError: as `read`.
        """
        sheet_id = parse_sheet_id(sheet_id)
        if self._credentials is None:
            sheet = self.read(sheet_id, area, gid=gid)
            return SheetVersion(None, sheet.version or "")
        answer = self._patiently(lambda: self._drive_file(sheet_id))
        try:
            return SheetVersion(datetime.fromisoformat(answer["modifiedTime"]), str(answer["version"]))
        except (KeyError, ValueError) as error:
            raise ServiceUnavailableError(f"Google gave no version for sheet ID '{sheet_id}'") from error

    def sign_in(self) -> str:
        """Ask Google for a token, as the first request does; returns the service account's address.

        Raises:
            AuthenticationError: the key cannot be used, or Google refuses it.
            ServiceUnavailableError, NetworkError: still so after all tries.
        """
        assert isinstance(self._credentials, ServiceAccount)
        account = load_service_account(self._credentials, self.scopes)
        request = partial(google.auth.transport.requests.Request(), timeout=self._timeout[1])

        def ask() -> None:
            try:
                account.refresh(request)  # type: ignore[no-untyped-call]
            except google_errors.CLIENT_ERRORS as error:
                raise google_errors.from_sign_in_error(error) from error

        self._patiently(ask)
        return str(account.service_account_email)

    def _patiently(self, attempt: Callable[[], Result]) -> Result:
        return self._retry.call(attempt, on_wait=self._on_wait)

    def _values(self, sheet_id: str, area: A1Range) -> dict[str, Any]:
        # FORMATTED_VALUE is what the sheet shows; UNFORMATTED_VALUE would turn a 007 shown by a number format into 7.
        params: Params = {"valueRenderOption": "FORMATTED_VALUE", "majorDimension": "ROWS"}
        return self._asked(
            sheet_id, area.text, lambda client: client.http_client.values_get(sheet_id, area.text, params=params)
        )

    def _title_of(self, sheet_id: str, gid: int) -> str:
        tabs = self._tabs(sheet_id)
        for tab in tabs:
            if tab.gid == gid:
                return tab.title
        titles = ", ".join(f"'{tab.title}' (gid={tab.gid})" for tab in tabs[:10])
        raise InvalidRangeError(
            f"The link names the tab with gid={gid}, which sheet ID '{sheet_id}' does not have",
            fix=f"Copy the link again with the tab open, or name one of its tabs with --range: {titles}",
        )

    def _tab_with_ideas(
        self, sheet_id: str, wanted: A1Range, first: dict[str, Any], choice: ColumnChoice
    ) -> tuple[str, tuple[Finding, ...]]:
        """The tab to read where the first one, whose answer is given, has no header."""
        first_name = _sheet_name(first)
        others = [tab.title for tab in self._tabs(sheet_id) if not tab.hidden and tab.title != first_name]
        if not others:
            return first_name, ()
        last_row = wanted.first_row + PEEKED_ROWS
        last_row = last_row if wanted.last_row is None else min(last_row, wanted.last_row)
        peeks = [replace(wanted, sheet=title, last_row=last_row).text for title in others[:_MOST_TABS]]
        answer = self._patiently(lambda: self._several_values(sheet_id, peeks))
        peeked = [Tab(title, _rows(part)) for title, part in zip(others, answer.get("valueRanges", []), strict=False)]
        tabs = [Tab(first_name, _rows(first)[:PEEKED_ROWS]), *peeked]
        return choose_tab(tabs, source=f"sheet ID '{sheet_id}'", choice=choice)

    def _tabs(self, sheet_id: str) -> list[_GoogleTab]:
        """The tabs with cells, in their order: one read of the quota."""
        params: Params = {"fields": "sheets.properties(sheetId,title,hidden,sheetType)"}
        answer = self._patiently(
            lambda: self._asked(
                sheet_id, None, lambda client: client.http_client.fetch_sheet_metadata(sheet_id, params)
            )
        )
        properties = [sheet.get("properties", {}) for sheet in answer.get("sheets", [])]
        return [
            _GoogleTab(int(tab.get("sheetId", 0)), str(tab["title"]), bool(tab.get("hidden")))
            for tab in properties
            if "title" in tab and tab.get("sheetType", "GRID") == "GRID"
        ]

    def _several_values(self, sheet_id: str, ranges: list[str]) -> dict[str, Any]:
        params: Params = {"valueRenderOption": "FORMATTED_VALUE", "majorDimension": "ROWS"}
        return self._asked(
            sheet_id,
            ranges[0],
            lambda client: client.http_client.values_batch_get(sheet_id, ranges, params=params),
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
                    self._opened = (_recorded_client(account), account.service_account_email)
                else:
                    assert isinstance(self._credentials, ApiKey)
                    self._opened = (_recorded_client(api_key.Credentials(self._credentials.key)), None)  # type: ignore[no-untyped-call]
                self._opened[0].set_timeout(self._timeout)
            return self._opened


def _recorded_client(account: Any) -> gspread.Client:
    """A gspread client whose requests, those for tokens included, diagnostics see."""
    tokens = requests.Session()
    RecordedAdapter(Peer.SHEET, google_operation, google_errors.fault_in, max_retries=3).mount_on(tokens)
    session = AuthorizedSession(account, auth_request=Request(tokens))  # type: ignore[no-untyped-call]
    RecordedAdapter(Peer.SHEET, google_operation, google_errors.fault_in).mount_on(session)
    return gspread.Client(auth=account, session=session)


def google_operation(method: str, url: str) -> str:
    """What Google calls a request: `values.get`, `spreadsheets.batchUpdate`, `files.get`; `token` for a new token."""
    path = urlsplit(url).path
    if "/drive/v3/files" in path:
        return "files.get"
    _, is_sheet, rest = path.partition("/spreadsheets/")
    if not is_sheet:
        return "token" if path.rstrip("/").endswith("token") else method
    whose, _, values = rest.partition("/")
    if values.startswith("values/"):
        return {"GET": "values.get", "PUT": "values.update"}.get(method, "values")
    kind, verb = ("values", values.partition(":")[2]) if values else ("spreadsheets", whose.partition(":")[2])
    return f"{kind}.{verb or method.lower()}"


def _uri(sheet_id: str) -> str:
    return f"https://docs.google.com/spreadsheets/d/{sheet_id}"


def _rows(answer: dict[str, Any]) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in answer.get("values", [])]


def _sheet_name(answer: dict[str, Any]) -> str:
    """The tab in Google's answer, whose range is such as `Sheet1!A1:Z1000` or `'My sheet'!A1:B2`."""
    name = str(answer.get("range", "")).rpartition("!")[0]
    if name.startswith("'"):
        name = name[1:-1].replace("''", "'")
    return name or "Sheet1"
