"""A poster small enough for a line of metadata, for pages that cannot load files."""

from __future__ import annotations

import av
import numpy as np
import skia
from av.error import FFmpegError

MAX_BYTES = 720
"""Keeps its base64 and the Markdown around it under 1,000 characters: the Dagster web UI shows such Markdown at once,
and longer Markdown only after a click (dagster-webserver 1.13.27)."""

_LONG_SIDES = (240, 208, 176, 144, 112, 80, 48)
_QUALITIES = (60, 45, 30)
"""WebP qualities that are tried. Below 30 text becomes unreadable, and a smaller picture is better."""
_QUARTER = "2"
"""Scale at which a JPEG is decoded, as a power of two: 720p becomes 320 pixels wide, in a third of the time."""


def thumbnail_webp(jpeg: bytes, max_bytes: int = MAX_BYTES) -> bytes:
    """The picture as WebP of at most `max_bytes`, as large as fits at a fair quality; empty if no size fits.

    Raises:
        ValueError: the bytes are not a JPEG.
    """
    picture = _decoded(jpeg)
    for long_side in _LONG_SIDES:
        smaller = _resized(picture, long_side)
        for quality in _QUALITIES:
            webp = bytes(smaller.encodeToData(skia.kWEBP, quality))
            if len(webp) <= max_bytes:
                return webp
    return b""


def _decoded(jpeg: bytes) -> skia.Image:
    """The picture at a quarter of its size, without a colour profile, which would take two thirds of the bytes."""
    codec = av.CodecContext.create("mjpeg", "r")
    codec.options = {"lowres": _QUARTER}
    try:
        (frame,) = codec.decode(av.Packet(jpeg))
    except (FFmpegError, ValueError) as error:
        raise ValueError("the picture is not a JPEG") from error
    # Rows are padded if the width is not a multiple of 16, but skia does not accept padded rows.
    pixels = np.ascontiguousarray(frame.to_ndarray(format="rgba"))
    return skia.Image.fromarray(pixels, colorType=skia.kRGBA_8888_ColorType)


def _resized(picture: skia.Image, long_side: int) -> skia.Image:
    scale = long_side / max(picture.width(), picture.height())
    size = (max(1, round(side * scale)) for side in (picture.width(), picture.height()))
    return picture.resize(*size, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))
