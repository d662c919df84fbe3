"""Posters as the web UI can show them.

Its pages may load neither local files nor private buckets, so the picture itself stands in the metadata. Markdown of
fewer than 1,000 characters is shown in its place, longer Markdown only after a click: hence a small WebP, no JPEG.
"""

from __future__ import annotations

import base64
from functools import cache
from urllib.parse import urlsplit
from urllib.request import url2pathname

import av
import skia
from av.error import FFmpegError

from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.services.outcomes import PublishedOutput
from bulkvid_pipeline.settings import Settings

INLINE_CHARACTERS = 999
"""The longest Markdown that the web UI shows at once (dagster-webserver 1.13.27: `mdStr.length < 1e3`)."""

_BEFORE, _AFTER = "![poster](data:image/webp;base64,", ")"
_ROOM = (INLINE_CHARACTERS - len(_BEFORE) - len(_AFTER)) // 4 * 3
"""Bytes of picture that fit as base64."""
_LONG_SIDES = (240, 208, 176, 144, 112, 80, 48)
_QUALITIES = (60, 45, 30)
"""Below 30 lettering falls apart, and a smaller picture is the better one."""
_QUARTER = "2"
"""Scale at which a JPEG is decoded, as a power of two: 320 pixels remain of 720p, in a third of the time."""


def poster_markdown(output: PublishedOutput, settings: Settings) -> str:
    """The output's poster as a picture in Markdown; where it cannot be had, a sentence that says why."""
    try:
        return inline_picture(_poster_of(output, settings))
    except BulkVideoError as error:
        return f"The poster is not shown: its file could not be read ({error.code})."
    except ValueError as error:
        return f"The poster is not shown: {error}."


def inline_picture(jpeg: bytes) -> str:
    """A JPEG as Markdown of at most INLINE_CHARACTERS, as large as fits at a fair quality.

    Raises:
        ValueError: it is no JPEG, or too busy for even the smallest size.
    """
    picture = _decoded(jpeg)
    for long_side in _LONG_SIDES:
        smaller = _resized(picture, long_side)
        for quality in _QUALITIES:
            webp = bytes(smaller.encodeToData(skia.kWEBP, quality))
            if len(webp) <= _ROOM:
                return _BEFORE + base64.b64encode(webp).decode() + _AFTER
    raise ValueError("it has too many details for a small picture")


def _decoded(jpeg: bytes) -> skia.Image:
    """At a quarter of its size; without a colour profile, which would take two thirds of the room."""
    codec = av.CodecContext.create("mjpeg", "r")
    codec.options = {"lowres": _QUARTER}
    try:
        (frame,) = codec.decode(av.Packet(jpeg))
    except (FFmpegError, ValueError) as error:
        raise ValueError("its file is no JPEG") from error
    return skia.Image.fromarray(frame.to_ndarray(format="rgba"), colorType=skia.kRGBA_8888_ColorType)


def _resized(picture: skia.Image, long_side: int) -> skia.Image:
    scale = long_side / max(picture.width(), picture.height())
    size = (max(1, round(side * scale)) for side in (picture.width(), picture.height()))
    return picture.resize(*size, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))


def _poster_of(output: PublishedOutput, settings: Settings) -> bytes:
    """The poster's file.

    Raises:
        BulkVideoError: it could not be read.
        ValueError: the output does not say where it is.
    """
    if not output.url.endswith(output.video):
        raise ValueError("the video's link does not end with its key")
    storage = _storage(
        output.url.removesuffix(output.video),
        settings.s3_endpoint_url,
        settings.s3_key.get_secret_value() if settings.s3_key else None,
        settings.s3_secret.get_secret_value() if settings.s3_secret else None,
        settings.s3_region,
        settings.network_timeout_s,
    )
    return storage.read_bytes(output.poster)


@cache
def _storage(
    root: str, endpoint_url: str | None, key: str | None, secret: str | None, region: str | None, timeout_s: float
) -> Storage:
    """The storage that a root URL names; kept, since the rows of a job share it."""
    parts = urlsplit(root)
    place = url2pathname(parts.path) if parts.scheme == "file" else root
    return open_storage(place, endpoint_url=endpoint_url, key=key, secret=secret, region=region, timeout_s=timeout_s)
