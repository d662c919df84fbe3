"""The APIs: Sheets v4, Drive v3, the token endpoint, and the public export of docs.google.com."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlencode

from bulkvid_pipeline_tests.peers.google.faults import Service
from bulkvid_pipeline_tests.peers.google.identity import Caller, Identities
from bulkvid_pipeline_tests.peers.google.quota import Quota
from bulkvid_pipeline_tests.peers.google.wire import (
    Answer,
    Refusal,
    Request,
    api_error,
    drive_error,
    html_page,
    json_answer,
)
from bulkvid_pipeline_tests.peers.google.workbook import BadRangeError, Cell, Workbook, entered, letters, quoted

DOWNLOAD_HOST = "doc-0s-8c-sheets.googleusercontent.com"
HOSTS: dict[str, Service] = {
    "sheets.googleapis.com": "sheets",
    "www.googleapis.com": "drive",
    "oauth2.googleapis.com": "oauth",
    "iamcredentials.googleapis.com": "iam",
    "docs.google.com": "docs",
    "accounts.google.com": "docs",
    DOWNLOAD_HOST: "docs",
}
_VALUES = re.compile(r"/v4/spreadsheets/([^/:]+)/values/([^/]+)")
_BATCH_GET = re.compile(r"/v4/spreadsheets/([^/:]+)/values:batchGet")
_BATCH_UPDATE = re.compile(r"/v4/spreadsheets/([^/:]+)/values:batchUpdate")
_SPREADSHEET_UPDATE = re.compile(r"/v4/spreadsheets/([^/:]+):batchUpdate")
_SPREADSHEET = re.compile(r"/v4/spreadsheets/([^/:]+)")
_DRIVE_FILE = re.compile(r"/drive/v3/files/([^/]+)")
_EXPORT = re.compile(r"/spreadsheets/d/([^/]+)/export")
_DOWNLOAD = re.compile(r"/export/([^/]+)")
_EXPORT_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ALLOWED_LOCATIONS = re.compile(r"/v1/projects/-/serviceAccounts/([^/]+)/allowedLocations")
_DRIVE_SCOPES = ("drive", "drive.readonly", "drive.file", "drive.metadata", "drive.metadata.readonly")


@dataclass
class Google:
    """All that Google knows here. One request at a time: callers hold a lock."""

    now: Callable[[], float]
    workbooks: dict[str, Workbook] = field(default_factory=dict)
    identities: Identities = field(init=False)
    quota: Quota = field(init=False)

    def __post_init__(self) -> None:
        self.identities = Identities(self.now)
        self.quota = Quota(self.now)

    def answer(self, request: Request) -> tuple[str, Answer]:
        """The name of the operation that was asked for, and its answer."""
        for host, method, path, name, handle in self._operations():
            match = path.fullmatch(request.path) if (request.host, request.method) == (host, method) else None
            if match:
                try:
                    return name, handle(request, *map(unquote, match.groups()))
                except Refusal as refusal:
                    return name, refusal.answer
        return "unknown", html_page(404, "Error 404 (Not Found)!!1", "The requested URL was not found on this server.")

    def _operations(self) -> list[tuple[str, str, re.Pattern[str], str, Callable[..., Answer]]]:
        sheets = "sheets.googleapis.com"
        return [
            (sheets, "GET", _VALUES, "sheets.values.get", self._values_get),
            (sheets, "GET", _BATCH_GET, "sheets.values.batchGet", self._values_batch_get),
            (sheets, "POST", _BATCH_UPDATE, "sheets.values.batchUpdate", self._values_batch_update),
            (sheets, "POST", _SPREADSHEET_UPDATE, "sheets.batchUpdate", self._spreadsheet_update),
            (sheets, "GET", _SPREADSHEET, "sheets.get", self._spreadsheet_get),
            ("www.googleapis.com", "GET", _DRIVE_FILE, "drive.files.get", self._file_get),
            ("oauth2.googleapis.com", "POST", re.compile("/token"), "oauth.token", self._token),
            ("iamcredentials.googleapis.com", "GET", _ALLOWED_LOCATIONS, "iam.allowedLocations", self._locations),
            ("docs.google.com", "GET", _EXPORT, "docs.export", self._export),
            (DOWNLOAD_HOST, "GET", _DOWNLOAD, "docs.download", self._download),
            ("accounts.google.com", "GET", re.compile("/v3/signin/.*"), "docs.signin", self._sign_in),
        ]

    # Sheets v4

    def _values_get(self, request: Request, sheet_id: str, text: str) -> Answer:
        _, book = self._opened(request, sheet_id, "Read")
        try:
            area = book.area(text)
        except BadRangeError as error:
            return api_error(400, str(error))
        values = area.values(formatted=request.param("valueRenderOption") in (None, "FORMATTED_VALUE"))
        dimension = request.param("majorDimension") or "ROWS"
        if dimension == "COLUMNS":
            width = max(map(len, values), default=0)
            values = [[row[column] if column < len(row) else "" for row in values] for column in range(width)]
        answer = {"range": area.text, "majorDimension": dimension}
        return json_answer({**answer, "values": values} if values else answer)

    def _values_batch_get(self, request: Request, sheet_id: str) -> Answer:
        """Several ranges by rows; it counts as one read."""
        _, book = self._opened(request, sheet_id, "Read")
        try:
            areas = [book.area(text) for text in request.params("ranges")]
        except BadRangeError as error:
            return api_error(400, str(error))
        formatted = request.param("valueRenderOption") in (None, "FORMATTED_VALUE")
        found = []
        for area in areas:
            values = area.values(formatted=formatted)
            found.append({"range": area.text, "majorDimension": "ROWS", **({"values": values} if values else {})})
        return json_answer({"spreadsheetId": sheet_id, "valueRanges": found})

    def _spreadsheet_get(self, request: Request, sheet_id: str) -> Answer:
        _, book = self._opened(request, sheet_id, "Read")
        tabs = [
            {
                "properties": {
                    "sheetId": tab.tab_id,
                    "title": tab.title,
                    "index": position,
                    "sheetType": "GRID",
                    "gridProperties": {"rowCount": tab.row_count, "columnCount": tab.column_count},
                    **({"hidden": True} if tab.hidden else {}),
                }
            }
            for position, tab in enumerate(book.tabs)
        ]
        properties = {"title": book.title, "locale": "en_US", "autoRecalc": "ON_CHANGE", "timeZone": "Etc/GMT"}
        url = f"https://docs.google.com/spreadsheets/d/{sheet_id}/edit"
        return json_answer({"spreadsheetId": sheet_id, "properties": properties, "sheets": tabs, "spreadsheetUrl": url})

    def _spreadsheet_update(self, request: Request, sheet_id: str) -> Answer:
        """Of all that this call can do: adding columns at the right end of a tab."""
        book = self._opened_for_writing(request, sheet_id)
        try:
            wanted = [one["appendDimension"] for one in json.loads(request.body)["requests"]]
            tabs = [next(tab for tab in book.tabs if tab.tab_id == one["sheetId"]) for one in wanted]
        except StopIteration:
            return api_error(400, "Invalid requests[0].appendDimension: No grid with id")
        except (ValueError, KeyError, TypeError):
            return api_error(400, "Invalid JSON payload received.")
        if any(one["dimension"] != "COLUMNS" or int(one["length"]) < 1 for one in wanted):
            return api_error(400, "Invalid requests[0].appendDimension")
        for tab, one in zip(tabs, wanted, strict=True):
            tab.column_count += int(one["length"])
        book.version += 1
        book.modified = self.now()
        return json_answer({"spreadsheetId": sheet_id, "replies": [{} for _ in wanted]})

    def _values_batch_update(self, request: Request, sheet_id: str) -> Answer:
        book = self._opened_for_writing(request, sheet_id)
        try:
            body = json.loads(request.body)
            option, data = body["valueInputOption"], body["data"]
            areas = [book.area(item["range"], clip=False) for item in data]
        except BadRangeError as error:
            return api_error(400, f"Invalid data[0]: {error}")
        except (ValueError, KeyError, TypeError):
            return api_error(400, "Invalid JSON payload received.")
        if option not in ("RAW", "USER_ENTERED"):
            return api_error(400, "'valueInputOption' is required but not specified")
        for area, item in zip(areas, data, strict=True):
            rows = item["values"]
            if len(rows) > area.bottom - area.top or any(len(row) > area.right - area.left for row in rows):
                return api_error(400, f"Invalid data[0]: Requested writing within range [{area.text}], but tried more")
            if area.right - 1 in book.protected_columns:
                message = (
                    "Invalid data[0]: You are trying to edit a protected cell or object. Please contact the "
                    "spreadsheet owner to remove protection if you need to edit."
                )
                return api_error(400, message)
        responses = [self._write(book, item, option) for item in data]
        book.version += 1
        book.modified = self.now()
        totals = {
            f"totalUpdated{what}": sum(int(one[f"updated{what}"]) for one in responses)
            for what in ("Rows", "Columns", "Cells")
        }
        sheets = len({str(one["updatedRange"]).rpartition("!")[0] for one in responses})
        return json_answer({"spreadsheetId": sheet_id, **totals, "totalUpdatedSheets": sheets, "responses": responses})

    def _write(self, book: Workbook, item: dict[str, list[list[Cell | None]]], option: str) -> dict[str, int | str]:
        area = book.area(str(item["range"]))
        rows = item["values"]
        cells = 0
        for down, row in enumerate(rows):
            for right, value in enumerate(row):
                if value is not None:  # null leaves the cell as it is
                    typed = isinstance(value, str) and option == "USER_ENTERED"
                    area.tab.put(area.top + down, area.left + right, entered(str(value)) if typed else value)
                    cells += 1
        width = max(map(len, rows), default=0)
        corner = f"{letters(area.left + max(width, 1) - 1)}{area.top + max(len(rows), 1)}"
        return {
            "spreadsheetId": book.sheet_id,
            "updatedRange": f"{quoted(area.tab.title)}!{letters(area.left)}{area.top + 1}:{corner}",
            "updatedRows": len(rows),
            "updatedColumns": width,
            "updatedCells": cells,
        }

    def _opened_for_writing(self, request: Request, sheet_id: str) -> Workbook:
        caller, book = self._opened(request, sheet_id, "Write")
        if caller.scopes is None:
            message = "API keys are not supported by this API. Expected OAuth2 access token or other authentication."
            raise Refusal(api_error(401, message, reason="CREDENTIALS_MISSING"))
        if caller.user not in book.writers:
            raise Refusal(api_error(403, "The caller does not have permission"))
        return book

    def _opened(self, request: Request, sheet_id: str, kind: str) -> tuple[Caller, Workbook]:
        """Who asks, and the workbook if they may see it; the request is counted."""
        caller = self.identities.caller(request)
        writing = kind == "Write"
        caller.require("spreadsheets", "drive", *(() if writing else ("spreadsheets.readonly", "drive.readonly")))
        self.quota.spend(kind, caller.user)
        book = self.workbooks.get(sheet_id)
        if book is None or book.trashed:
            raise Refusal(api_error(404, "Requested entity was not found."))
        if not _may_read(caller, book):
            raise Refusal(api_error(403, "The caller does not have permission"))
        if not book.is_native:
            message = "This operation is not supported for this document"
            raise Refusal(api_error(400, message, name="FAILED_PRECONDITION"))
        return caller, book

    # Drive v3

    def _file_get(self, request: Request, file_id: str) -> Answer:
        caller = self.identities.caller(request)
        caller.require(*_DRIVE_SCOPES)
        book = self.workbooks.get(file_id)
        if book is None or not _may_read(caller, book):  # Drive does not tell the two apart
            return drive_error(404, f"File not found: {file_id}.", reason="notFound")
        known = {
            "kind": "drive#file",
            "id": file_id,
            "name": book.title,
            "mimeType": "application/vnd.google-apps.spreadsheet",
            "modifiedTime": datetime.fromtimestamp(book.modified, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "version": str(book.version),
            "trashed": book.trashed,
            "capabilities": {"canEdit": caller.scopes is not None and caller.user in book.writers},
        }
        wanted = (request.param("fields") or "kind,id,name,mimeType").split(",")
        return json_answer({name: known[name] for name in wanted if name in known})

    # Sign-in

    def _token(self, request: Request) -> Answer:
        return json_answer(self.identities.grant(request.form()))

    def _locations(self, request: Request, _account: str) -> Answer:
        """google-auth asks this in the background after each new token: no restriction."""
        self.identities.caller(request)
        return json_answer({"locations": [], "encodedLocations": "0x0"})

    def _sign_in(self, _request: Request) -> Answer:
        return html_page(200, "Google Sheets: Sign-in", "Sign in to continue to Google Sheets")

    # Public export

    def _export(self, request: Request, sheet_id: str) -> Answer:
        book = self.workbooks.get(sheet_id)
        if book is None or book.trashed:
            return html_page(404, "Page Not Found", "Sorry, unable to open the file at this time.")
        kind, gid = request.param("format"), request.param("gid")
        if kind not in _EXPORT_TYPES or (gid is not None and book.tab_numbered(gid) is None):
            return html_page(400, "Error 400 (Bad Request)", "Sorry, unable to open the file at present.")
        if not book.public:
            back = urlencode({"continue": f"https://docs.google.com{request.path}?{request.query}"})
            return _moved(302, f"https://accounts.google.com/v3/signin/identifier?{back}")
        return _moved(307, f"https://{DOWNLOAD_HOST}/export/{sheet_id}?format={kind}" + (f"&gid={gid}" if gid else ""))

    def _download(self, request: Request, sheet_id: str) -> Answer:
        book = self.workbooks[sheet_id]
        kind = request.param("format") or "csv"
        tab = book.tab_numbered(request.param("gid") or "") or book.tabs[0]
        data = book.as_csv(tab) if kind == "csv" else book.as_xlsx()
        name = f"{book.title} - {tab.title}.csv" if kind == "csv" else f"{book.title}.xlsx"
        plain = re.sub(r"[^A-Za-z0-9.-]", "", name)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
        return Answer(200, data, _EXPORT_TYPES[kind], {"Content-Disposition": disposition}, chunked=True)


def _may_read(caller: Caller, book: Workbook) -> bool:
    return book.public or (caller.scopes is not None and caller.user in book.readers | book.writers)


def _moved(status: int, location: str) -> Answer:
    return Answer(status, b"<HTML>Moved</HTML>", "text/html; charset=UTF-8", {"Location": location})
