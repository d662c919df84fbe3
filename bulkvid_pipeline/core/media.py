"""Pictures and videos that a row names: checks of the cell's text, before anything is fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from urllib.parse import urlsplit

MAX_SOURCE_LENGTH = 2048
SOURCE_FIX = "Give the https:// address of a PNG, JPEG or WebP file (a background may be an MP4, MOV or WebM video)"

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(//)?", re.IGNORECASE)
_HOST = re.compile(r"[^\s/?#@\\]+")


class SourceKind(StrEnum):
    """How a medium is reached."""

    HTTPS = "https"
    HTTP = "http"
    S3 = "s3"
    FOLDER = "folder"
    """A path relative to the media folder of the installation."""


@dataclass(frozen=True)
class PlannedMedium:
    """A medium of a row: `source` is the cell's text, `digest` the hash of its content ("" until it is fetched)."""

    source: str
    digest: str = ""

    @property
    def identity(self) -> str:
        """Its part in fingerprints: the content's hash if known, so that a changed address alone changes nothing."""
        return self.digest or f"at {self.source}"


def source_kind(source: str) -> SourceKind:
    """How a valid source is reached."""
    match = _SCHEME.match(source)
    if match is None:
        return SourceKind.FOLDER
    scheme = match.group(1).lower()
    return SourceKind.S3 if scheme == "s3a" else SourceKind(scheme)


def source_fault(cell: str) -> tuple[str, str] | None:
    """The problem with the text as a source, and the fix; None if there is no problem."""
    text = cell.strip()
    if len(text) > MAX_SOURCE_LENGTH:
        return f"The address has {len(text)} characters", f"Give one of at most {MAX_SOURCE_LENGTH}"
    if not text.isprintable() or "\\" in text:
        return "Not an address: it holds a line break, a backslash or an invisible character", SOURCE_FIX
    match = _SCHEME.match(text)
    if match is None:
        return _path_fault(text)
    scheme = match.group(1).lower()
    if match.group(2) is None or scheme not in {"https", "http", "s3", "s3a"}:
        return f"Media cannot be read from {scheme}: addresses", SOURCE_FIX
    if re.search(r"\s", text):
        return "Not an address: it holds a blank", "Write blanks in it as %20"
    return _url_fault(text, scheme)


def _path_fault(path: str) -> tuple[str, str] | None:
    if path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts:
        return "The path leaves the media folder", "Give a path relative to the media folder, without '..'"
    if path.casefold().startswith("www.") or "//" in path or path.endswith("/"):
        return "Neither a web address nor a path of a file", SOURCE_FIX
    return None


def _url_fault(url: str, scheme: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "Not a web address", SOURCE_FIX
    if "@" in parts.netloc:
        return "The address holds a user or password", "Leave them out, and give an address that is open to us"
    if not _HOST.fullmatch(host) or port == 0:
        return "Not a web address: it names no host", SOURCE_FIX
    if scheme in {"s3", "s3a"} and (parts.query or ".." in PurePosixPath(parts.path).parts or parts.path in {"", "/"}):
        return "Not an object of a bucket", "Write it as s3://bucket/folder/picture.jpg"
    return None


def shown_source(source: str) -> str:
    """The source for messages and logs, without query and credentials, which may hold a signature or a password."""
    match = _SCHEME.match(source)
    if match is None or match.group(2) is None:
        return source
    try:
        parts = urlsplit(source)
    except ValueError:
        return "an address"
    query = "?..." if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{query}"
