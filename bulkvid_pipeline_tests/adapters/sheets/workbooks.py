"""Excel files for tests: honest ones from openpyxl, and the same with parts replaced, as an attacker would."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

SHEET_PART = "xl/worksheets/sheet1.xml"
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SHARED_STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


def write_workbook(
    path: Path, sheets: Mapping[str, Sequence[Sequence[object]]], *, adjust: Callable[[Worksheet], None] | None = None
) -> Path:
    """A workbook of these rows by sheet; `adjust` gets the first sheet before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    if adjust is not None:
        adjust(book.worksheets[0])
    book.save(path)
    return path


def with_parts(path: Path, parts: Mapping[str, bytes]) -> Path:
    """The archive with these parts replaced or added."""
    with zipfile.ZipFile(path) as archive:
        contents = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    contents.update(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return path


def with_shared_strings(path: Path, texts: str, parts: Mapping[str, bytes]) -> Path:
    """The archive with these <si> elements as its shared strings, and with other parts replaced."""
    with zipfile.ZipFile(path) as archive:
        types = archive.read("[Content_Types].xml").decode()
    entry = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_SHARED_STRINGS_TYPE}"/></Types>'
    table = f'<?xml version="1.0"?><sst xmlns="{_NAMESPACE}">{texts}</sst>'
    shared = {
        "[Content_Types].xml": types.replace("</Types>", entry).encode(),
        "xl/sharedStrings.xml": table.encode(),
    }
    return with_parts(path, {**shared, **parts})


def sheet_xml(rows: str, *, before: str = "", dimension: str = "") -> bytes:
    """A worksheet part whose sheetData holds `rows`."""
    dimension = f'<dimension ref="{dimension}"/>' if dimension else ""
    text = f'{before}<worksheet xmlns="{_NAMESPACE}">{dimension}<sheetData>{rows}</sheetData></worksheet>'
    return ('<?xml version="1.0" encoding="UTF-8"?>' + text).encode()


def zip_of(parts: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()
