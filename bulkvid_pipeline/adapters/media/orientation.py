"""The orientation of a picture by its EXIF data (JEITA CP-3451, tag 0x0112)."""

from __future__ import annotations

import struct

from bulkvid_pipeline.adapters.media.sniffing import MediaFormat

UPRIGHT = 1
_ORIENTATION = 0x0112
_SHORT = 3
_MOST_ENTRIES = 200


def orientation_of(data: bytes, kind: MediaFormat) -> int:
    """1 (upright) to 8; from 5 on width and height are swapped. 1 if the picture has no valid orientation."""
    try:
        exif = {
            MediaFormat.JPEG: _exif_of_jpeg,
            MediaFormat.PNG: _exif_of_png,
            MediaFormat.WEBP: _exif_of_webp,
        }[kind](data)
        return _orientation(exif) if exif else UPRIGHT
    except (struct.error, IndexError):
        return UPRIGHT


def _orientation(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    (entries,) = struct.unpack_from(order + "H", tiff, directory)
    for index in range(min(entries, _MOST_ENTRIES)):
        tag, kind, _count, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * index)
        if tag == _ORIENTATION and kind == _SHORT:
            return value if 1 <= value <= 8 else UPRIGHT
    return UPRIGHT


def _exif_of_jpeg(data: bytes) -> bytes:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        if data[at + 1] == 0xFF:  # fill byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            return data[at + 10 : at + 2 + length]
        at += 2 + max(2, length)
    return b""


def _exif_of_png(data: bytes) -> bytes:
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"eXIf":
            return data[at + 8 : at + 8 + length]
        if kind == b"IEND":
            break
        at += 12 + int(length)
    return b""


def _exif_of_webp(data: bytes) -> bytes:
    at = 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == b"EXIF":
            chunk = data[at + 8 : at + 8 + length]
            return chunk[6:] if chunk.startswith(b"Exif\0\0") else chunk
        at += 8 + int(length) + int(length) % 2
    return b""
