"""What a file is by its content, whatever its ending says; files that are no sheets are refused with the way out."""

from __future__ import annotations

import io
import json
import re
import zipfile
from enum import Enum, auto
from pathlib import PurePath

from bulkvid_pipeline.core.errors import InvalidSheetError


class FileKind(Enum):
    """The kinds of files that can be read."""

    TEXT = auto()
    XLSX = auto()
    XLS = auto()
    ODS = auto()


_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF = re.compile(rb"\x09[\x00\x02\x04\x08][\x04-\x10]\x00")
_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".tab", ".txt"})
_SHEET_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".xlt", ".xltx"})
"""Endings that text is given by mistake."""
_SHORTCUTS = frozenset({".gsheet", ".gdoc", ".gslides"})
_NUMBERS_FIX = "In Numbers: File, Export To, CSV (or Excel), and give that file"
_SAVE_AS = "Open it in your spreadsheet program and save it as Excel workbook (.xlsx) or CSV UTF-8"
_COPY_TABLE = "Copy its table into a spreadsheet and save that as Excel workbook (.xlsx) or CSV UTF-8"


def kind_of(data: bytes, path: PurePath) -> FileKind:
    """The kind of a file that is not empty.

    Raises:
        InvalidSheetError: it is no sheet, or one that cannot be read; says how to get one that can.
    """
    suffix = path.suffix.lower()
    if suffix in _SHORTCUTS:
        raise _shortcut(data, path)
    if data.startswith(_ZIP):
        return _kind_of_archive(data, path)
    if data.startswith(_OLE):
        return _kind_of_ole(data, path)
    if data.startswith(b"%PDF"):
        raise InvalidSheetError(f"'{path.name}' is a PDF, not a sheet", fix=_COPY_TABLE)
    if _OLD_BIFF.match(data):
        return FileKind.XLS
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if (
        head.startswith((b"<!doctype html", b"<html", b"<table", b"<meta"))
        or b"urn:schemas-microsoft-com:office:" in head
    ):
        raise InvalidSheetError(
            f"'{path.name}' is a web page or XML with a table, whatever its ending says; Excel can open such files",
            fix=_SAVE_AS,
        )
    if suffix == ".json" or (suffix not in _TEXT_SUFFIXES and head.startswith((b"{", b"["))):
        raise InvalidSheetError(f"'{path.name}' is JSON, not a sheet", fix=_COPY_TABLE)
    if suffix in _TEXT_SUFFIXES:
        return FileKind.TEXT
    if (suffix in _SHEET_SUFFIXES or not suffix) and _is_text(data):
        return FileKind.TEXT
    if suffix in _SHEET_SUFFIXES:
        raise InvalidSheetError(
            f"'{path.name}' is damaged: it does not begin as a workbook does",
            fix="Save it again from your spreadsheet program, or copy it anew",
        )
    raise InvalidSheetError(
        f"'{path.name}' is no kind of sheet that can be read",
        fix="Save it as CSV UTF-8 (.csv) or as Excel workbook (.xlsx)",
    )


def _is_text(data: bytes) -> bool:
    """Whether the beginning has no control characters but those of lines and tabs, or is marked as UTF-16."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", data[:4096])


def _kind_of_archive(data: bytes, path: PurePath) -> FileKind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            media_type = archive.open("mimetype").read(200) if "mimetype" in names else b""
    except Exception:  # A broken archive can raise nearly anything; the reader of workbooks says that it is damaged.
        return FileKind.XLSX
    if media_type.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return FileKind.ODS
    if media_type.startswith(b"application/vnd.oasis.opendocument"):
        raise InvalidSheetError(f"'{path.name}' is an OpenDocument text or drawing, not a sheet", fix=_COPY_TABLE)
    if path.suffix.lower() == ".numbers" or any(name.endswith((".iwa", "Index.zip")) for name in names):
        raise InvalidSheetError(f"'{path.name}' is a Numbers document, which only Numbers can read", fix=_NUMBERS_FIX)
    for folder, kind in (("word/", "a Word document"), ("ppt/", "a PowerPoint presentation")):
        if any(name.startswith(folder) for name in names):
            raise InvalidSheetError(f"'{path.name}' is {kind}, not a sheet", fix=_COPY_TABLE)
    if "[Content_Types].xml" not in names and any(name.lower().endswith((".csv", ".xlsx", ".ods")) for name in names):
        raise InvalidSheetError(f"'{path.name}' is a ZIP archive with files in it", fix="Unpack it and give the sheet")
    return FileKind.XLSX


def _kind_of_ole(data: bytes, path: PurePath) -> FileKind:
    """Old Office files and encrypted new ones come in the same container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise InvalidSheetError(
            f"'{path.name}' is protected by a password",
            fix="Remove the password in Excel (File, Info, Protect Workbook) and save the file again",
        )
    if "WordDocument".encode("utf-16-le") in data:
        raise InvalidSheetError(f"'{path.name}' is a Word document, not a sheet", fix=_COPY_TABLE)
    return FileKind.XLS


def _shortcut(data: bytes, path: PurePath) -> InvalidSheetError:
    """Google Drive puts small files on a computer that only point to what lies on the web."""
    try:
        held = json.loads(data)
        link = str(held.get("url") or held.get("doc_id") or "")
    except (ValueError, AttributeError):
        link = ""
    found = re.search(r"[A-Za-z0-9_-]{20,}", link)
    if path.suffix.lower() != ".gsheet":
        return InvalidSheetError(f"'{path.name}' points to a Google document, not to a sheet", fix=_COPY_TABLE)
    url = f"https://docs.google.com/spreadsheets/d/{found[0] if found else '{SHEET_ID}'}/edit"
    return InvalidSheetError(
        f"'{path.name}' holds no cells: it only points to a Google sheet", fix=f"Give the sheet's link instead: {url}"
    )
