"""Names of downloaded files: what the server says is never trusted with where a file goes."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

_LONGEST_BYTES = 180
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_name_of(url: str, otherwise: str) -> str:
    """The name at the end of a URL's path, or `otherwise`, as one that every file system takes."""
    return safe_name(unquote(urlsplit(url).path).rpartition("/")[2], otherwise)


def safe_name(name: str, otherwise: str = "file") -> str:
    """`name` without what could lead out of a folder or that a file system refuses, at most 180 bytes long."""
    cleaned = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    if not cleaned.strip("_"):
        cleaned = "file" if name == otherwise else safe_name(otherwise, otherwise)
    if _DEVICES.fullmatch(cleaned):
        cleaned = f"_{cleaned}"
    stem, dot, ending = cleaned.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = cleaned, ""
    room = _LONGEST_BYTES - len((dot + ending).encode()) if ending else _LONGEST_BYTES
    short = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{short}.{ending}" if ending else short


def distinct(names: list[tuple[str, str]]) -> list[str]:
    """Names for files in one folder: where two would be alike, but for their case, the row's key goes before.

    Args:
        names: of each file its name, and the key of its row.
    """
    folded = [name.casefold() for name, _ in names]
    taken: set[str] = set()
    chosen = []
    for name, row_key in names:
        wanted = safe_name(f"{row_key}-{name}") if folded.count(name.casefold()) > 1 else name
        unique, number = wanted, 1
        while unique.casefold() in taken:
            number += 1
            unique = safe_name(f"{number}-{wanted}")
        taken.add(unique.casefold())
        chosen.append(unique)
    return chosen
