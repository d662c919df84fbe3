"""Google Sheets: writing results into a sheet that is shared with our service account for editing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bulkvid_pipeline.adapters.retry import RetryPolicy, Wait
from bulkvid_pipeline.adapters.sheets.google_credentials import WRITE_SCOPES, ServiceAccount
from bulkvid_pipeline.adapters.sheets.google_sheets import DRIVE_FILES, GoogleSheets, Params
from bulkvid_pipeline.core.errors import InvalidRequestError, ServiceUnavailableError, SheetAccessDeniedError
from bulkvid_pipeline.core.ranges import A1Range, parse_sheet_id
from bulkvid_pipeline.core.write_back import CellBlock

MOST_ROWS_AT_ONCE = 2_000
"""Rows in one request: about 1 MB, half of what Google advises."""


class SheetWriter(GoogleSheets):
    """Reads and writes Google sheets as one service account.

    Errors are those of `GoogleSheets.read`; SheetAccessDeniedError also where the account may read but not write.
    """

    scopes = WRITE_SCOPES

    def __init__(
        self,
        account: ServiceAccount,
        *,
        timeout_s: float = 30.0,
        retry: RetryPolicy | None = None,
        on_wait: Callable[[Wait], None] | None = None,
    ) -> None:
        super().__init__(account, timeout_s=timeout_s, retry=retry, on_wait=on_wait)

    def check_editable(self, sheet_id: str) -> None:
        """Find out by one Drive request, which no Sheets quota counts, whether the account may edit the spreadsheet.

        Raises:
            SheetAccessDeniedError: it may only read it.
        """
        sheet_id = parse_sheet_id(sheet_id)
        if not self._patiently(lambda: self._may_edit(sheet_id)):
            raise self._read_only(sheet_id)

    def ensure_width(self, sheet_id: str, sheet_name: str, columns: int, *, before_writing: Callable[[], None]) -> None:
        """Give a tab at least so many columns: one read, and one write where it has fewer.

        Args:
            before_writing: called before the write, which has a quota of its own.
        """
        tab = self._patiently(lambda: self._tab(sheet_id, sheet_name))
        lacking = columns - int(tab["gridProperties"]["columnCount"])
        if lacking <= 0:
            return
        append = {"sheetId": tab["sheetId"], "dimension": "COLUMNS", "length": lacking}
        before_writing()
        self._written(
            sheet_id,
            lambda client: client.http_client.batch_update(sheet_id, {"requests": [{"appendDimension": append}]}),
        )

    def write(
        self, sheet_id: str, sheet_name: str, blocks: Sequence[CellBlock], *, before_writing: Callable[[], None]
    ) -> None:
        """Write blocks of cells as they are: a text that looks like a formula, a number or a date stays a text.

        Up to 2,000 rows go in one request.

        Args:
            before_writing: called before each request.
        """
        for part in _parts(blocks):
            data = [
                {"range": _range(sheet_name, block), "values": [list(row) for row in block.values]} for block in part
            ]
            body = {"valueInputOption": "RAW", "data": data}
            before_writing()
            self._written(sheet_id, lambda client, body=body: client.http_client.values_batch_update(sheet_id, body))

    def _written(self, sheet_id: str, ask: Callable[..., Any]) -> None:
        try:
            self._patiently(lambda: self._asked(sheet_id, None, ask))
        except SheetAccessDeniedError as error:
            raise self._read_only(sheet_id) from error
        except InvalidRequestError as error:
            if "protected" not in error.message:
                raise
            raise SheetAccessDeniedError(
                f"Cells of sheet ID '{sheet_id}' are protected", fix=f"Let {self._account} edit the protected range"
            ) from error

    def _may_edit(self, sheet_id: str) -> bool:
        params: Params = {"fields": "capabilities", "supportsAllDrives": True}
        answer = self._asked(
            sheet_id,
            None,
            lambda client: client.http_client.request("get", f"{DRIVE_FILES}/{sheet_id}", params=params).json(),
        )
        return bool(answer.get("capabilities", {}).get("canEdit"))

    def _tab(self, sheet_id: str, sheet_name: str) -> dict[str, Any]:
        params: Params = {"fields": "sheets.properties(sheetId,title,gridProperties.columnCount)"}
        answer = self._asked(sheet_id, None, lambda client: client.http_client.fetch_sheet_metadata(sheet_id, params))
        tabs = [tab["properties"] for tab in answer.get("sheets", [])]
        found = next((tab for tab in tabs if tab.get("title") == sheet_name), None)
        if found is None:
            raise ServiceUnavailableError(f"Sheet ID '{sheet_id}' has no tab '{sheet_name}' any more")
        return dict(found)

    def _read_only(self, sheet_id: str) -> SheetAccessDeniedError:
        return SheetAccessDeniedError(
            f"Results cannot be written into sheet ID '{sheet_id}': it is shared for reading only",
            fix=f"Share the sheet with {self._account} as an Editor, or set write_back to false",
        )

    @property
    def _account(self) -> str:
        return f"the service account {self._client()[1]}"


def _range(sheet_name: str, block: CellBlock) -> str:
    last_column = block.column + len(block.values[0]) - 1
    return A1Range(block.column, last_column, block.row, block.row + len(block.values) - 1, sheet_name).text


def _parts(blocks: Sequence[CellBlock]) -> list[list[CellBlock]]:
    """Blocks in portions of at most MOST_ROWS_AT_ONCE rows; larger ones are cut."""
    parts: list[list[CellBlock]] = [[]]
    room = MOST_ROWS_AT_ONCE
    for block in blocks:
        done = 0
        while done < len(block.values):
            if not room:
                parts.append([])
                room = MOST_ROWS_AT_ONCE
            some = block.values[done : done + room]
            parts[-1].append(CellBlock(block.row + done, block.column, some))
            done, room = done + len(some), room - len(some)
    return [part for part in parts if part]
