"""Sheet ids and A1 ranges: the two things people paste wrongly most often."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetIdError
from bulkvid_pipeline.core.findings import shortened

MAX_COLUMN = 18_277
"""Index of column ZZZ, the last one that Google Sheets has."""

_SHEET_ID = re.compile(r"[A-Za-z0-9_-]{20,}")
_SHEET_URL = re.compile(r"docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/([^/?#\s]*)", re.IGNORECASE)
_PUBLISHED_URL = re.compile(r"docs\.google\.com/(?:a/[^/]+/)?spreadsheets/(?:u/\d+/)?d/e/", re.IGNORECASE)
_DRIVE_URL = re.compile(
    r"drive\.google\.com/(?:a/[^/]+/)?(?:drive/)?(?:u/\d+/)?(?:file/(?:u/\d+/)?d/([^/?#\s]*)|open|uc)", re.IGNORECASE
)
_FOLDER_URL = re.compile(r"drive\.google\.com/.*folders/", re.IGNORECASE)
_OTHER_GOOGLE_URL = re.compile(r"docs\.google\.com/.*?(document|presentation|forms|drawings)/", re.IGNORECASE)
_RANGE = re.compile(
    r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!]+)!)?\$?(?P<c1>[A-Za-z]{1,3})\$?(?P<r1>[0-9]{0,7}):\$?(?P<c2>[A-Za-z]{1,3})\$?(?P<r2>[0-9]{0,7})"
)

_NEAR_RANGE = re.compile(
    r"(?P<sheet>(?:'(?:[^']|'')+'|[^'!]+)!)?(?:rows?\s*)?\$?(?P<c1>[A-Za-z]{1,3})?\$?(?P<r1>[0-9]{1,7})?"
    r"(?:\s*(?::|;|,|-|–|\.\.|to)\s*\$?(?P<c2>[A-Za-z]{1,3})?\$?(?P<r2>[0-9]{1,7}))?",
    re.IGNORECASE | re.ASCII,
)
"""What is almost a range: rows without columns, columns without rows, one corner alone, another separator."""


@dataclass(frozen=True)
class SheetLink:
    """What a link to a Google sheet names: the sheet, and perhaps the number of a tab and a range in it."""

    sheet_id: str
    gid: int | None = None
    range_text: str | None = None


def parse_sheet_id(text: str) -> str:
    """The id in `text`, which is an id or the whole URL of a Google sheet.

    Raises:
        InvalidSheetIdError: there is none; says where in the URL the id stands.
    """
    return parse_sheet_link(text).sheet_id


def parse_sheet_link(text: str) -> SheetLink:
    """What `text` names, which is the id of a Google sheet or any link to one: edit, copy, preview, export, Drive.

    Raises:
        InvalidSheetIdError: it names no sheet, or one that cannot be read by its link; says which link to give.
    """
    text = text.strip()
    if refusal := _refusal(text):
        raise InvalidSheetIdError(f"'{shortened(text, 80)}' {refusal[0]}", fix=refusal[1])
    parts = urlsplit(text)
    named = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
    in_url = _SHEET_URL.search(text) or _DRIVE_URL.search(text)
    candidate = (in_url.group(1) or named.get("id", [""])[0]) if in_url else text
    if not _SHEET_ID.fullmatch(candidate):
        raise InvalidSheetIdError(
            f"'{shortened(text, 80)}' is not a Google sheet id",
            fix="Copy the id from the sheet's URL, the part between /d/ and /edit: "
            "https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit, or give the whole URL",
        )
    if not in_url:
        return SheetLink(candidate)
    gid = named.get("gid", [""])[0]
    return SheetLink(candidate, int(gid) if gid.isdecimal() else None, _selected(named.get("range", [""])[0]))


def _selected(text: str) -> str | None:
    """The range that a link names; None for a single cell, which is only where the link's maker stood."""
    return text if _RANGE.fullmatch(text) and text.partition(":")[0] != text.partition(":")[2] else None


def _refusal(text: str) -> tuple[str, str] | None:
    """What is wrong with a link from Google that cannot be read, and what to do."""
    if _PUBLISHED_URL.search(text):
        return (
            "is the link of a sheet published to the web, which does not hold the sheet's id",
            "Open the sheet itself and give the link in the browser's address bar: "
            'https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit; share it with "Anyone with the link"',
        )
    if _FOLDER_URL.search(text):
        return "is the link of a folder", "Open the sheet in it and give the link in the browser's address bar"
    if other := _OTHER_GOOGLE_URL.search(text):
        kind = {"document": "a Google document", "presentation": "Google slides", "forms": "a Google form"}
        return (
            f"is the link of {kind.get(other[1].lower(), 'a Google drawing')}, not of a sheet",
            "Give the link of the Google sheet with your ideas; a form's answers can be linked to a sheet",
        )
    if "rangeid=" in text and _SHEET_URL.search(text):
        return (
            "is a link to a named range, which the sheet alone can tell",
            "Give the sheet's link without #rangeid=..., and the range beside it: --range 'Ideas!A1:J50'",
        )
    return None


def column_letter(index: int) -> str:
    """Letters of the 0-based column `index`: 0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """0-based index of the column `letters`: A -> 0, AA -> 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


@dataclass(frozen=True)
class A1Range:
    """A rectangle of cells.

    Columns are 0-based and inclusive, rows are sheet rows (1-based) and inclusive; `last_row` None means to the end,
    `sheet` None means the first sheet.
    """

    first_column: int
    last_column: int
    first_row: int = 1
    last_row: int | None = None
    sheet: str | None = None

    @property
    def text(self) -> str:
        """The range in canonical A1 notation; the sheet's name is quoted where it needs it."""
        rows = self.first_row > 1 or self.last_row is not None
        first = column_letter(self.first_column) + (str(self.first_row) if rows else "")
        last = column_letter(self.last_column) + (str(self.last_row) if self.last_row is not None else "")
        if self.sheet is None:
            return f"{first}:{last}"
        looks_like_a_cell = re.fullmatch(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*", self.sheet)
        plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", self.sheet) and not looks_like_a_cell
        name = self.sheet if plain else "'" + self.sheet.replace("'", "''") + "'"
        return f"{name}!{first}:{last}"


def parse_range(text: str) -> A1Range:
    """The rectangle that `text` names: `A1:J100`, `Sheet1!A1:Z50`, `'My sheet'!A:Z`, `A2:J` or `A:Z`.

    Raises:
        InvalidRangeError: the text is something else; names the right form.
    """
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise InvalidRangeError(f"Invalid range format: '{shortened(text)}'", fix=_suggestion(text))
    sheet = match["sheet"]
    if sheet is not None and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    found = A1Range(
        first_column=column_index(match["c1"]),
        last_column=column_index(match["c2"]),
        first_row=int(match["r1"] or 1),
        last_row=int(match["r2"]) if match["r2"] else None,
        sheet=sheet,
    )
    ends_before_start = found.last_row is not None and found.last_row < found.first_row
    if found.first_row < 1 or found.last_row == 0:
        raise InvalidRangeError(f"Range '{shortened(text)}' is invalid or out of bounds", fix="Rows are counted from 1")
    if found.last_column < found.first_column or ends_before_start:
        raise InvalidRangeError(
            f"Range '{shortened(text)}' is invalid or out of bounds",
            fix="Name the top left cell first and the bottom right cell last, as in A1:J100",
        )
    if match["r2"] and not match["r1"]:
        raise InvalidRangeError(f"Invalid range format: '{shortened(text)}'", fix=_suggestion(text))
    return found


def _suggestion(text: str) -> str:
    """The right form for the wrong ones that people write: `Rows 1-100`, `A1:10`, `1:100`, `A:J5`, `Sheet1!A1`."""
    near = _NEAR_RANGE.fullmatch(text.strip())
    if near is None or not (near["r1"] or near["r2"]):
        return "Use A1:Z100 format for ranges, for example A1:J100, Sheet1!A1:Z50 or A:Z"
    first_column = (near["c1"] or "A").upper()
    last_column = (near["c2"] or max(first_column, "J", key=column_index)).upper()
    first_row = near["r1"] or "1"
    last_row = near["r2"] or str(max(100, int(first_row)))
    meant = f"{near['sheet'] or ''}{first_column}{first_row}:{last_column}{last_row}"
    try:
        parse_range(meant)
    except InvalidRangeError:
        return "Use A1:Z100 format for ranges, for example A1:J100, Sheet1!A1:Z50 or A:Z"
    return f"Use A1:Z100 format for ranges; did you mean {meant}?"
