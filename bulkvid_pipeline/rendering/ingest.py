"""Turning what users give into what the painter takes: pictures upright and scaled, videos cut, scaled and silent.

The content is hostile until ffmpeg has read it: the demuxer is the one that its first bytes ask for, no protocol but
that of files is open, pixels and seconds are capped, and ffmpeg runs under limits of its own. ffmpeg-python only
compiles the argument lists.
"""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import av
import ffmpeg

from bulkvid_pipeline.adapters.cache import CacheOfKind
from bulkvid_pipeline.adapters.ffmpeg import Limits, run
from bulkvid_pipeline.adapters.media.orientation import orientation_of
from bulkvid_pipeline.adapters.media.sniffing import (
    HEAD_BYTES,
    MAX_PICTURE_PIXELS,
    MediaFormat,
    check_picture,
    format_of,
)
from bulkvid_pipeline.core.errors import EncoderError, MediumError
from bulkvid_pipeline.core.media import shown_source
from bulkvid_pipeline.rendering.pictures.media import CLIP_RATE, Clip, Picture, extremes_of

VERSION = "1"
"""Raise it when anything here gives another result."""
MAX_CLIP_SECONDS = 60
"""A longer video is shown up to here, and then from its beginning again."""
MAX_CLIP_PIXELS = 4096 * 2304

_CLIP_HEAD = struct.Struct("<I6B")
_LIMITS = Limits(wall_s=120, cpu_s=120, file_mib=512)
_TURNS: dict[int, tuple[tuple[str, dict[str, int]], ...]] = {
    2: (("hflip", {}),),
    3: (("hflip", {}), ("vflip", {})),
    4: (("vflip", {}),),
    5: (("transpose", {"dir": 0}),),
    6: (("transpose", {"dir": 1}),),
    7: (("transpose", {"dir": 3}),),
    8: (("transpose", {"dir": 2}),),
}
"""What brings a picture of that EXIF orientation upright."""


@dataclass(frozen=True)
class Source:
    """A fetched medium: its content, the hash of it, and the address to name in errors."""

    path: Path
    digest: str
    address: str

    @property
    def format(self) -> MediaFormat:
        with self.path.open("rb") as file:
            return format_of(file.read(HEAD_BYTES), shown_source(self.address))


@dataclass(frozen=True)
class Ingest:
    """Prepares media, and keeps what it prepared in `kept` for other rows and jobs.

    Args:
        binary: the ffmpeg to use; the one of imageio-ffmpeg if None.
    """

    kept: CacheOfKind | None = None
    binary: Path | None = None

    def inset(self, source: Source, width: int, height: int) -> Picture:
        """The picture, upright, whole, at most `width` x `height` large; never enlarged.

        Raises:
            MediumError: it is damaged, or has too many pixels.
        """
        data = source.path.read_bytes()
        wide, high, turns = _upright(data, source)
        scale = min(Fraction(width, wide), Fraction(height, high), Fraction(1))
        size = max(1, round(wide * scale)), max(1, round(high * scale))
        return self._picture(source, turns, None, size, 0.0)

    def backdrop(self, source: Source, width: int, height: int, blur: float = 0.0) -> Picture | Clip:
        """The picture or video filling `width` x `height`, what does not fit cut off evenly at both sides.

        Args:
            blur: standard deviation in pixels of the result.

        Raises:
            MediumError: it is damaged, has too many pixels, or holds no picture.
        """
        if source.format.is_video:
            return self._clip(source, width, height, blur)
        wide, high, turns = _upright(source.path.read_bytes(), source)
        cut = max(1, min(wide, round(high * width / height))), max(1, min(high, round(wide * height / width)))
        return self._picture(source, turns, cut, (width, height), blur)

    def _picture(
        self, source: Source, orientation: int, cut: tuple[int, int] | None, size: tuple[int, int], blur: float
    ) -> Picture:
        digest = _digest(source, "picture", size, blur, "cover" if cut else "contain")
        data = self.kept.get(digest) if self.kept else None
        if data is None:
            data = self._made(source, lambda out: picture_arguments(source, out, orientation, cut, size, blur))
            self._keep(digest, data)
        return Picture(digest, *size, data)

    def _clip(self, source: Source, width: int, height: int, blur: float) -> Clip:
        digest = _digest(source, "clip", (width, height), blur, CLIP_RATE)
        data = self.kept.get(digest) if self.kept else None
        if data is None:
            video = self._made(source, lambda out: clip_arguments(source, out, width, height, blur))
            data = _measured(digest, video, shown_source(source.address))
            self._keep(digest, data)
        return _clip_in(digest, data)

    def _keep(self, digest: str, data: bytes) -> None:
        if self.kept:
            self.kept.put(digest, data)

    def _made(self, source: Source, arguments: Callable[[Path], list[str]]) -> bytes:
        with tempfile.TemporaryDirectory(dir=source.path.parent) as folder:
            out = Path(folder) / "out"
            try:
                run(arguments(out), binary=self.binary, limits=_LIMITS)
                return out.read_bytes()
            except (EncoderError, OSError) as error:
                raise MediumError(
                    f"{shown_source(source.address)} is damaged, too large or of an unusual kind: it cannot be decoded",
                    fix="Open it on your computer and export it again as JPEG, PNG or MP4 (H.264)",
                ) from error


def picture_arguments(
    source: Source, out: Path, orientation: int, cut: tuple[int, int] | None, size: tuple[int, int], blur: float
) -> list[str]:
    """ffmpeg's argument list for a picture: turned, cut to `cut` pixels about its middle, scaled to `size`, as PNG."""
    stream = ffmpeg.input(
        str(source.path),
        format=source.format.value,
        protocol_whitelist="file",
        max_pixels=MAX_PICTURE_PIXELS,
        err_detect="explode",
        noautorotate=None,
    ).video
    clear = source.format is not MediaFormat.JPEG
    if clear:
        # Scaled with colours weighted by alpha: what is transparent often is black, and would darken every edge.
        stream = stream.filter("format", "gbrap").filter("premultiply", inplace=1)
    else:
        stream = stream.filter("format", "rgb24")
    for name, options in _TURNS.get(orientation, ()):
        stream = stream.filter(name, **options)
    if cut:
        stream = stream.filter("crop", *cut)
    stream = stream.filter("scale", *size, flags="lanczos+accurate_rnd+full_chroma_int").filter("setsar", 1)
    if blur:
        stream = stream.filter("gblur", sigma=blur)
    if clear:
        stream = stream.filter("unpremultiply", inplace=1)
    as_png: dict[str, Any] = {"c:v": "png", "frames:v": 1, "format": "image2pipe", "compression_level": 1}
    return _compiled(stream.filter("format", "rgba"), out, as_png)


def clip_arguments(source: Source, out: Path, width: int, height: int, blur: float) -> list[str]:
    """ffmpeg's argument list for a video: cut about its middle to the shape, scaled, thinned to CLIP_RATE, silent."""
    stream = ffmpeg.input(
        str(source.path),
        format=source.format.value,
        protocol_whitelist="file",
        max_pixels=MAX_CLIP_PIXELS,
        t=MAX_CLIP_SECONDS,
    ).video
    # Cut before it is scaled: a band of 16384 x 16 pixels would be huge for a moment. `sar`: pixels need not be square.
    cut_width, cut_height = f"min(iw,ih*{width}/({height}*sar))", f"min(ih,iw*sar*{height}/{width})"
    stream = stream.filter("fps", fps=CLIP_RATE).filter("crop", cut_width, cut_height)
    stream = stream.filter("scale", width, height, flags="bicubic", out_color_matrix="bt709", out_range="tv")
    if blur:
        stream = stream.filter("gblur", sigma=blur)
    stream = stream.filter("setsar", 1).filter("format", "yuv420p")
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 16,
        "g": 2 * CLIP_RATE,
        "bf": 0,
        "frames:v": MAX_CLIP_SECONDS * CLIP_RATE,
        "threads": 1,
        "format": "mp4",
    }
    return _compiled(stream, out, options)


def _compiled(stream: Any, out: Path, options: dict[str, Any]) -> list[str]:
    graph = ffmpeg.output(stream, str(out), map_metadata=-1, **options).global_args("-xerror").overwrite_output()
    arguments: list[str] = ffmpeg.get_args(graph)
    return arguments


def _upright(data: bytes, source: Source) -> tuple[int, int, int]:
    """Width and height that are seen, and the orientation that is stored."""
    kind = source.format
    width, height = check_picture(data, kind, shown_source(source.address))
    orientation = orientation_of(data, kind)
    return (height, width, orientation) if orientation >= 5 else (width, height, orientation)


def _digest(source: Source, *how: object) -> str:
    return blake2b(repr((VERSION, source.digest, *how)).encode(), digest_size=16).hexdigest()


def _measured(digest: str, video: bytes, shown: str) -> bytes:
    """A clip as it is kept: number of pictures, the colours of its extremes, the video."""
    with av.open(io.BytesIO(video), "r", format="mp4") as file:
        frames = sum(packet.size > 0 for packet in file.demux(file.streams.video[0]))
    if frames < 1:
        raise MediumError(f"{shown} holds no picture", fix="Export the video again")
    darkest, lightest = extremes_of(islice(Clip(digest, frames, video).pictures(0), frames))
    return _CLIP_HEAD.pack(frames, *darkest, *lightest) + video


def _clip_in(digest: str, data: bytes) -> Clip:
    """The clip in what `_measured` made."""
    frames, *colors = _CLIP_HEAD.unpack_from(data)
    darkest, lightest = (colors[0], colors[1], colors[2]), (colors[3], colors[4], colors[5])
    return Clip(digest, frames, data[_CLIP_HEAD.size :], darkest, lightest)
