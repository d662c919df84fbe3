"""What the text that users give as their output place means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bulkvid_pipeline.core.errors import InvalidSpecError
from bulkvid_pipeline.core.keys import clean_prefix

_BUCKET = re.compile(r"(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)


@dataclass(frozen=True)
class S3Location:
    """A bucket, and the prefix of all keys in it ("" for none)."""

    bucket: str
    prefix: str


@dataclass(frozen=True)
class FolderLocation:
    """An absolute folder of this machine."""

    folder: Path


@dataclass(frozen=True)
class OtherLocation:
    """Any other URL that fsspec may know."""

    scheme: str
    url: str


Location = S3Location | FolderLocation | OtherLocation


def parse_location(text: str) -> Location:
    """The place meant by a bucket name, `bucket/prefix`, a path, or a URL.

    `my-videos`, `my-videos/2026` and `s3://my-videos/2026` are buckets; `file:///srv/videos`, `file://videos` (relative
    to the working folder), `/srv/videos`, `./videos` and `~/videos` are folders; `memory://x` is left to fsspec.

    Raises:
        InvalidSpecError: it is none of these.
    """
    text = text.strip()
    match = _SCHEME.match(text)
    if match is None:
        if text.startswith(("/", "./", "../", "~")) or text in (".", ".."):
            return FolderLocation(_absolute(text))
        return _s3(text, text)
    scheme, rest = match.group(1).lower(), text[match.end() :]
    if scheme in ("s3", "s3a"):
        return _s3(rest, text)
    if scheme in ("file", "local"):
        if not rest:
            raise InvalidSpecError(
                f"The output place {text!r} names no folder", fix="Write it as file:///path/to/folder"
            )
        return FolderLocation(_absolute(rest))
    return OtherLocation(scheme, text)


def without_credentials(url: str) -> str:
    """The URL as it may be shown: no user, password or query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")


def _absolute(path: str) -> Path:
    if "\0" in path:
        raise InvalidSpecError("The output path has a NUL character in it", fix="Give a plain path")
    try:
        return Path(path).expanduser().resolve()
    except RuntimeError as error:
        raise InvalidSpecError(f"The output path {path!r} names no home folder we know", fix="Write it out") from error


def _s3(rest: str, text: str) -> S3Location:
    if "@" in rest or "?" in rest:
        # The text itself stays out of the message: what stands before an "@" is likely a secret.
        raise InvalidSpecError(
            "The output bucket holds '@' or '?': credentials and options do not belong there",
            fix="Give the bucket's name alone and set the storage credentials in the environment",
        )
    bucket, _, prefix = rest.partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise InvalidSpecError(
            f"{text[:80]!r} is not a bucket name: {bucket[:63]!r}",
            fix="Use 3 to 63 lower-case letters, digits, '-' and '.', or file:///path for a folder",
        )
    return S3Location(bucket, clean_prefix(prefix))
