"""What a file is, by its first bytes: never by its name or by what a server says."""

from __future__ import annotations

import struct
from enum import StrEnum

from bulkvid_pipeline.core.errors import MediumError

MAX_PICTURE_PIXELS = 50_000_000
"""Of the largest cameras in common use; a decoded one takes 200 MB."""
MAX_PICTURE_SIDE = 20_000

HEAD_BYTES = 4096

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive; the others (lossless, arithmetic) are read by hardly any program."""


class MediaFormat(StrEnum):
    """What we take. The value is the name of ffmpeg's demuxer."""

    PNG = "png_pipe"
    JPEG = "jpeg_pipe"
    WEBP = "webp_pipe"
    MP4 = "mov"
    """MP4 and MOV: one family, one demuxer."""
    WEBM = "matroska"

    @property
    def is_video(self) -> bool:
        return self in (MediaFormat.MP4, MediaFormat.WEBM)


def format_of(head: bytes, shown: str) -> MediaFormat:
    """The format of a file that begins so.

    Args:
        shown: names the medium in the error.

    Raises:
        MediumError: it is none that we take; says what it is where that can be told.
    """
    if head.startswith(_PNG):
        return MediaFormat.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return MediaFormat.JPEG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaFormat.WEBP
    if head[4:8] == b"ftyp" and head[8:12] not in _STILL_BRANDS:
        return MediaFormat.MP4
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head[:64]:
        return MediaFormat.WEBM
    what, fix = _foreign(head)
    raise MediumError(f"{shown} is {what}, not a picture or video that can be used", fix=fix)


_STILL_BRANDS = frozenset({b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"crx "})
_SAVE_AS = "Save it as PNG, JPEG or WebP"


def _foreign(head: bytes) -> tuple[str, str]:
    """What it seems to be, and what to do about it ("" for the usual)."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:512].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return (
            "a web page",
            "Give the address of the file itself; share links of online drives lead to a page around it",
        )
    if text.startswith(b"<svg") or (text.startswith((b"<?xml", b"<!--", b"<!doctype")) and b"<svg" in text):
        return "an SVG drawing", _SAVE_AS
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "a GIF", "Save it as PNG, or as MP4 if it moves"
    if head[4:8] == b"ftyp":
        return "an AVIF or HEIC picture", _SAVE_AS
    if text.startswith(b"#extm3u"):
        return "a playlist", "Give the address of the video file itself"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "a Matroska video", "Save it as MP4 or WebM"
    if head.startswith((b"II*\0", b"MM\0*", b"BM", b"%PDF")):
        return "a TIFF, BMP or PDF file", _SAVE_AS
    return ("empty", "Upload it again") if not head else ("of an unknown kind", "")


def picture_size(data: bytes, kind: MediaFormat) -> tuple[int, int] | None:
    """Width and height that a picture's header claims; None where the header cannot be read."""
    try:
        if kind is MediaFormat.PNG:
            return _png_size(data)
        return _jpeg_size(data) if kind is MediaFormat.JPEG else _webp_size(data)
    except (struct.error, IndexError):
        return None


def check_picture(data: bytes, kind: MediaFormat, shown: str) -> tuple[int, int]:
    """The size of a picture, before anything is decoded.

    Raises:
        MediumError: its header cannot be read, or it has too many pixels.
    """
    size = picture_size(data, kind)
    if size is None or 0 in size:
        raise MediumError(f"{shown} is damaged: its header holds no size", fix="Export the picture again")
    width, height = size
    if max(size) > MAX_PICTURE_SIDE or width * height > MAX_PICTURE_PIXELS:
        raise MediumError(
            f"{shown} has {width} x {height} pixels, more than can be used",
            fix=f"Save it with at most {MAX_PICTURE_PIXELS // 1_000_000} million pixels; 4000 x 3000 is plenty",
        )
    return size


def _png_size(data: bytes) -> tuple[int, int] | None:
    if data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """The first frame header's (ITU-T T.81, B.2.2)."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker in {0xD9, 0xDA} or (0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}):
            return None
        (length,) = struct.unpack_from(">H", data, at + 2)
        at += 2 + max(2, length)
    return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
