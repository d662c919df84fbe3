"""A template's logo: read once, checked, and stored as its encoded bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import skia

from bulkvid_pipeline.core.errors import TemplateInvalidError

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
_TAIL = 64 * 1024
"""Bytes at the end of a file among which the mark of its end is sought: some programs write more behind it."""
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"


@dataclass(frozen=True)
class Logo:
    """An encoded PNG, JPEG or WebP picture; two logos are equal if their bytes are."""

    digest: str
    width: int
    height: int
    data: bytes = field(repr=False, compare=False)

    @property
    def picture(self) -> skia.Image:
        return _decoded(self.digest, self)


@lru_cache(maxsize=8)
def _decoded(digest: str, logo: Logo) -> skia.Image:  # noqa: ARG001 - the digest is the cache's key
    return skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(logo.data)).makeRasterImage()


def load_logo(path: Path) -> Logo:
    """Read and check a logo file.

    Raises:
        TemplateInvalidError: the file is missing, not PNG, JPEG or WebP, too large, or damaged.
    """
    try:
        with path.open("rb") as file:
            return logo_of(file.read(MAX_BYTES + 1), path.name)
    except OSError as error:
        raise TemplateInvalidError(
            f"The logo {path.name} could not be read: {error.strerror or error}",
            fix="Check the path of the template's logo",
        ) from error


def logo_of(data: bytes, name: str) -> Logo:
    """Check the content of a logo file; see `load_logo`."""
    if len(data) > MAX_BYTES:
        raise TemplateInvalidError(f"The logo {name} is larger than 20 MiB", fix="Use a smaller logo file")
    if picture_kind(data) is None:
        raise TemplateInvalidError(
            f"The logo {name} is not a PNG, JPEG or WebP picture", fix="Save the logo as PNG, JPEG or WebP"
        )
    # The picture is decoded only after the size in the file's header has been checked.
    picture = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(data))
    if picture is None or picture.width() * picture.height() > MAX_PIXELS or picture.makeRasterImage() is None:
        raise TemplateInvalidError(
            f"The logo {name} is damaged or has more than {MAX_PIXELS // 1_000_000} million pixels",
            fix="Export the logo again, at most 4000 pixels wide",
        )
    return Logo(hashlib.blake2b(data, digest_size=16).hexdigest(), picture.width(), picture.height(), data)


def picture_kind(data: bytes) -> str | None:
    """`png`, `jpg` or `webp`, by the first bytes of a file; None for anything else."""
    if data.startswith(_PNG):
        return "png"
    if data.startswith(_JPEG):
        return "jpg"
    return "webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def is_whole(data: bytes) -> bool:
    """Whether a picture's file goes on to its end; the decoder fills up with nothing what an upload has lost."""
    kind = picture_kind(data)
    if kind == "webp":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return (b"IEND\xaeB`\x82" if kind == "png" else b"\xff\xd9") in data[-_TAIL:]


def told_size(path: Path) -> tuple[int, int] | None:
    """Width and height in pixels as a picture's header tells them; None if it cannot be read."""
    try:
        picture = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(path.read_bytes()))
    except OSError:
        return None
    return None if picture is None else (picture.width(), picture.height())
