"""What a spreadsheet holds, and A1 notation as Google reads it.

Written apart from the product's own A1 parser, so that one cannot hide the other's mistakes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import openpyxl


@dataclass(frozen=True)
class Shown:
    """A value that its number format shows otherwise: Shown(7, "007")."""

    value: float
    text: str


Cell = str | int | float | bool | Shown

_REFERENCE = re.compile(r"([A-Za-z]{1,3})?([1-9]\d*)?(?::([A-Za-z]{1,3})?([1-9]\d*)?)?")

_QUOTED_NAME = re.compile(r"'((?:[^']|'')+)'(?:!(.*))?")


class BadRangeError(Exception):
    """The range cannot be read, or lies outside the grid; the text is Google's message."""


@dataclass
class Tab:
    title: str
    rows: list[list[Cell]]
    row_count: int = 1000
    column_count: int = 26
    tab_id: int = 0
    hidden: bool = False

    def __post_init__(self) -> None:
        self.row_count = max(self.row_count, len(self.rows))
        self.column_count = max(self.column_count, max(map(len, self.rows), default=0))

    def at(self, row: int, column: int) -> Cell:
        """The cell at a 0-based position; '' where nothing is."""
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""

    def put(self, row: int, column: int, value: Cell) -> None:
        while len(self.rows) <= row:
            self.rows.append([])
        line = self.rows[row]
        line.extend([""] * (column + 1 - len(line)))
        line[column] = value


@dataclass(frozen=True)
class Area:
    """A rectangle inside a tab's grid: 0-based, ends exclusive."""

    tab: Tab
    top: int
    left: int
    bottom: int
    right: int

    @property
    def text(self) -> str:
        first = f"{letters(self.left)}{self.top + 1}"
        last = f"{letters(self.right - 1)}{self.bottom}"
        return f"{quoted(self.tab.title)}!{first}" + ("" if first == last else f":{last}")

    def values(self, *, formatted: bool) -> list[list[object]]:
        """Rows without trailing empty cells and rows, as values.get gives them."""
        show = shown if formatted else raw
        rows: list[list[object]] = []
        for row in range(self.top, min(self.bottom, len(self.tab.rows))):
            line: list[object] = [show(self.tab.at(row, column)) for column in range(self.left, self.right)]
            rows.append(line[: _filled(line)])
        return rows[: _filled(rows)]


@dataclass
class Workbook:
    sheet_id: str
    title: str
    tabs: list[Tab]
    public: bool = False
    readers: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)
    trashed: bool = False
    is_native: bool = True
    """False for an uploaded Office file, which the Sheets API refuses."""
    version: int = 1
    modified: float = 0.0
    protected_columns: set[int] = field(default_factory=set)
    """0-based columns, of all tabs, that nobody may edit."""

    def area(self, text: str, *, clip: bool = True) -> Area:
        """The rectangle that a range names; its end is cut to the grid when read, and refused when written.

        Raises:
            BadRangeError: with Google's words.
        """
        tab, reference = self._split(text)
        match = _REFERENCE.fullmatch(reference)
        if match is None or (reference.endswith(":") or reference.startswith(":")):
            raise BadRangeError(f"Unable to parse range: {text}")
        first_column, first_row, last_column, last_row = match.groups()
        top, left = int(first_row or 1) - 1, index(first_column or "A")
        if ":" in reference or not reference:
            bottom = int(last_row) if last_row else tab.row_count
            right = index(last_column) + 1 if last_column else tab.column_count
        else:
            if first_column is None or first_row is None:
                raise BadRangeError(f"Unable to parse range: {text}")
            bottom, right = top + 1, left + 1
        beyond_end = bottom > tab.row_count or right > tab.column_count
        if top >= tab.row_count or left >= tab.column_count or (beyond_end and not clip):
            raise BadRangeError(
                f"Range ({quoted(tab.title)}!{reference}) exceeds grid limits. "
                f"Max rows: {tab.row_count}, max columns: {tab.column_count}"
            )
        return Area(tab, top, left, min(bottom, tab.row_count), min(right, tab.column_count))

    def _split(self, text: str) -> tuple[Tab, str]:
        in_quotes = _QUOTED_NAME.fullmatch(text)
        if in_quotes:
            name, reference = in_quotes[1].replace("''", "'"), in_quotes[2] or ""
        else:
            name, mark, reference = text.rpartition("!")
            if not mark:
                whole = self._tab(reference)
                return (whole, "") if whole else (self.tabs[0], reference)
        tab = self._tab(name)
        if tab is None:
            raise BadRangeError(f"Unable to parse range: {text}")
        return tab, reference

    def _tab(self, title: str) -> Tab | None:
        return next((tab for tab in self.tabs if tab.title == title), None)

    def tab_numbered(self, gid: str) -> Tab | None:
        return next((tab for tab in self.tabs if str(tab.tab_id) == gid), None)

    def as_csv(self, tab: Tab | None = None) -> bytes:
        """A tab, else the first one, as the CSV export gives it."""
        text = io.StringIO()
        area = self.area(quoted(tab.title) if tab else "")
        csv.writer(text, lineterminator="\r\n").writerows(_padded(area.values(formatted=True)))
        return text.getvalue().removesuffix("\r\n").encode()

    def as_xlsx(self) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.worksheets[0])
        for tab in self.tabs:
            sheet = book.create_sheet(tab.title)
            sheet.sheet_state = "hidden" if tab.hidden else "visible"
            for row, line in enumerate(tab.rows, 1):
                for column, value in enumerate(line, 1):
                    if value != "":
                        cell = sheet.cell(row, column, raw(value))
                        cell.data_type = "s" if isinstance(value, str) else cell.data_type
                        cell.number_format = "0" * len(value.text) if isinstance(value, Shown) else "General"
        data = io.BytesIO()
        book.save(data)
        return data.getvalue()


def shown(cell: Cell) -> str:
    """FORMATTED_VALUE."""
    match cell:
        case Shown():
            return cell.text
        case bool():
            return str(cell).upper()
        case _:
            return str(cell)


def raw(cell: Cell) -> str | int | float | bool:
    """UNFORMATTED_VALUE."""
    return cell.value if isinstance(cell, Shown) else cell


def entered(text: str) -> Cell:
    """What typing a text makes of it (USER_ENTERED): numbers become numbers."""
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def letters(column: int) -> str:
    name = ""
    while column >= 0:
        name = chr(ord("A") + column % 26) + name
        column = column // 26 - 1
    return name


def index(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def quoted(title: str) -> str:
    return title if re.fullmatch(r"[A-Za-z_]+", title) or title == "Sheet1" else "'" + title.replace("'", "''") + "'"


def _filled(items: Sequence[object]) -> int:
    end = len(items)
    while end and items[end - 1] in ("", []):
        end -= 1
    return end


def _padded(rows: list[list[object]]) -> list[list[object]]:
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]
