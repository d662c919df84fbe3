"""The row's own pictures and videos as input of the painter: upright, at the right size, safe to decode."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import av
import numpy as np
import skia
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from bulkvid_pipeline.core.colors import BLACK, WHITE, Rgb
from bulkvid_pipeline.rendering.model import FPS
from bulkvid_pipeline.rendering.pictures.canvas import Pixels

VERSION = 1
"""Increase it whenever media are shown differently."""
CLIP_RATE = 10
"""Pictures a second of a video background: costs a quarter of 30 a second, and is calm enough for reading text."""
CLIP_STEP = FPS // CLIP_RATE


@dataclass(frozen=True)
class Picture:
    """A picture as a PNG encoded by `ingest`; two are equal if their digests are equal."""

    digest: str
    """Hash of the content and of its preparation."""
    width: int
    height: int
    data: bytes = field(repr=False, compare=False)

    @property
    def image(self) -> skia.Image:
        return _decoded(self.digest, self)

    @property
    def pixels(self) -> Pixels:
        """RGBA pixels, shape (height, width, 4), not premultiplied."""
        array: Pixels = self.image.toarray(colorType=skia.kRGBA_8888_ColorType)
        return array


@lru_cache(maxsize=4)
def _decoded(digest: str, picture: Picture) -> skia.Image:  # noqa: ARG001 - the digest is the cache's key
    return skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(picture.data)).makeRasterImage()


@dataclass(frozen=True)
class Clip:
    """A silent video encoded by `ingest` in the frame's size, `frames` pictures at CLIP_RATE; it is shown in a loop."""

    digest: str
    frames: int
    data: bytes = field(repr=False, compare=False)
    darkest: Rgb = BLACK
    lightest: Rgb = WHITE
    """The darkest and the lightest colour: minimum and maximum of each channel over all pixels."""

    def pictures(self, first: int) -> Iterator[Pixels]:
        """RGBA pictures from index `first` on, in an endless loop."""
        converter = VideoReformatter()
        with av.open(io.BytesIO(self.data), "r", format="mp4") as source:
            stream = source.streams.video[0]
            wanted = first % self.frames
            while True:
                assert stream.time_base is not None
                source.seek(int(wanted / CLIP_RATE / stream.time_base), stream=stream)
                for frame in source.decode(stream):
                    if frame.time is None or round(frame.time * CLIP_RATE) < wanted:
                        continue
                    yield _rgba(converter, frame)
                wanted = 0


def _rgba(converter: VideoReformatter, frame: VideoFrame) -> Pixels:
    shown = converter.reformat(
        frame,
        format="rgba",
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
    )
    return np.ascontiguousarray(shown.to_ndarray())


Backdrop = Picture | Clip
"""The picture or video that fills the frame behind a card; it has the frame's size."""


@dataclass(frozen=True)
class SceneMedia:
    """The media of one scene in one format. `start` is the scene's first frame in the video."""

    image: Picture | None = None
    backdrop: Backdrop | None = None
    start: int = 0

    @property
    def identity(self) -> list[object]:
        """Everything that decides how they look in the scene; empty without media."""
        parts: list[object] = []
        if self.image:
            parts.append(["image", self.image.digest])
        if self.backdrop:
            parts.append(["backdrop", self.backdrop.digest])
        if isinstance(self.backdrop, Clip):
            parts.append(["from", self.start // CLIP_STEP % self.backdrop.frames])
        return parts


NO_MEDIA = SceneMedia()


def fingerprint_with(fingerprint: str, media: SceneMedia) -> str:
    """A film's fingerprint combined with that of its media; unchanged without media."""
    if not media.identity:
        return fingerprint
    return hashlib.blake2b(repr([fingerprint, VERSION, media.identity]).encode(), digest_size=20).hexdigest()


@lru_cache(maxsize=8)
def extremes(backdrop: Backdrop) -> tuple[Rgb, Rgb]:
    """The darkest and the lightest colour: minimum and maximum of each channel over all pixels."""
    if isinstance(backdrop, Clip):
        return backdrop.darkest, backdrop.lightest
    pixels = backdrop.pixels
    if (pixels[..., 3] < 255).any():
        return BLACK, WHITE
    return extremes_of([pixels])


def extremes_of(pictures: Iterable[Pixels]) -> tuple[Rgb, Rgb]:
    """The darkest and the lightest colour: minimum and maximum of each channel over all pixels of all pictures."""
    low, high = np.full(4, 255, np.uint8), np.zeros(4, np.uint8)
    for pixels in pictures:
        low = np.minimum(low, pixels.min(axis=0).min(axis=0))
        high = np.maximum(high, pixels.max(axis=0).max(axis=0))
    return (int(low[0]), int(low[1]), int(low[2])), (int(high[0]), int(high[1]), int(high[2]))
