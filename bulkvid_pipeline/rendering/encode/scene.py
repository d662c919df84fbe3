"""Encoding of a single scene: coded pictures where something changes, repeats in between.

An encoded scene has no absolute times and does not depend on its neighbours, so it can be cached under a hash of its
film, the settings and the encoder's build, and used again in any file.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import av

from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering.encode import h264, hevc
from bulkvid_pipeline.rendering.encode.codecs import (
    EncoderSettings,
    encode_picture,
    event_settings,
    flat_planes,
    frame_of,
    open_encoder,
)
from bulkvid_pipeline.rendering.encode.h264_patches import PatchCoder
from bulkvid_pipeline.rendering.encode.h264_repeats import H264Repeats
from bulkvid_pipeline.rendering.encode.hevc import HevcRepeats
from bulkvid_pipeline.rendering.encode.kept_encoders import KeptEncoders
from bulkvid_pipeline.rendering.encode.picture_plan import Coding, PlannedPicture, plan_pictures
from bulkvid_pipeline.rendering.encode.repeats import RepeatWriter, StreamHead
from bulkvid_pipeline.rendering.encode.vp9 import Vp9Repeats
from bulkvid_pipeline.rendering.model import Change, Film, Planes, Redraw, VideoFormat

_MAGIC = b"BVSC\x01"
_MOST_WHOLE = 1
"""Number of whole-picture encoders kept open; each takes 20 MB at 1080p."""

_PREFIX = struct.Struct("<5s16sQI")
"""Magic number, checksum of the rest, length of the rest in bytes, length of the JSON index at its start."""


@dataclass(frozen=True)
class CodedPicture:
    """An access unit made by an encoder, renumbered for its position in the scene."""

    frame: int
    key: bool
    data: bytes


class AccessUnit(NamedTuple):
    """The data that the container stores for one frame."""

    data: bytes
    key: bool


@dataclass(frozen=True)
class EncodedScene:
    """The coded pictures of one scene in one codec; frames without a coded picture repeat the one before."""

    codec: VideoCodec
    frames: int
    head: StreamHead
    pictures: tuple[CodedPicture, ...]

    def access_units(self) -> Iterator[AccessUnit]:
        """One access unit for each of `frames` frames, in order."""
        repeats = repeat_writer(self.codec, self.head)
        ends = [picture.frame for picture in self.pictures[1:]] + [self.frames]
        last_key = 0
        for picture, end in zip(self.pictures, ends, strict=True):
            if picture.key:
                last_key = picture.frame
            yield AccessUnit(picture.data, picture.key)
            for frame in range(picture.frame + 1, end):
                yield AccessUnit(repeats.repeat(frame - last_key, picture.data), False)

    def to_bytes(self) -> bytes:
        """The scene as bytes with length and checksum; see `from_bytes`."""
        index = json.dumps(
            {
                "codec": self.codec.value,
                "frames": self.frames,
                "head": [len(self.head.parameter_sets), len(self.head.template)],
                "pictures": [[picture.frame, int(picture.key), len(picture.data)] for picture in self.pictures],
            },
            separators=(",", ":"),
        ).encode()
        data = b"".join(picture.data for picture in self.pictures)
        body = index + self.head.parameter_sets + self.head.template + data
        return _PREFIX.pack(_MAGIC, _checksum(body), len(body), len(index)) + body

    @classmethod
    def from_bytes(cls, piece: bytes) -> EncodedScene:
        """The scene that `to_bytes` encoded.

        Raises:
            ValueError: the bytes are truncated, damaged or in another format.
        """
        if len(piece) < _PREFIX.size:
            raise ValueError("the encoded scene is truncated")
        magic, checksum, length, index_length = _PREFIX.unpack_from(piece)
        body = piece[_PREFIX.size :]
        if magic != _MAGIC or len(body) != length or _checksum(body) != checksum:
            raise ValueError("the encoded scene is truncated or damaged")
        index = json.loads(body[:index_length])
        position = index_length

        def take(size: int) -> bytes:
            nonlocal position
            position += size
            return body[position - size : position]

        head = StreamHead(*(take(size) for size in index["head"]))
        pictures = tuple(CodedPicture(frame, bool(key), take(size)) for frame, key, size in index["pictures"])
        return cls(VideoCodec(index["codec"]), index["frames"], head, pictures)


def repeat_writer(codec: VideoCodec, head: StreamHead) -> RepeatWriter:
    """The repeat writer of a codec."""
    if codec is VideoCodec.H264:
        return H264Repeats(head)
    return HevcRepeats(head) if codec is VideoCodec.H265 else Vp9Repeats(head)


class SceneCoders:
    """Encoders that are used for one scene after another. For one thread at a time."""

    def __init__(self) -> None:
        self.whole = KeptEncoders(_MOST_WHOLE)
        self._patches: dict[EncoderSettings, PatchCoder] = {}

    def patches(self, settings: EncoderSettings) -> PatchCoder | None:
        """The patch coder for an encoder with these settings; None if they have no patches."""
        if settings.patches is None:
            return None
        return self._patches.setdefault(settings.patches, PatchCoder(settings.patches))


def encode_scene(
    film: Film,
    fmt: VideoFormat,
    *,
    settings: EncoderSettings | None = None,
    coders: SceneCoders | None = None,
    progress: Callable[[int], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> EncodedScene:
    """Encode the changes of a film.

    Args:
        film: the pictures; their size must be that of `fmt`.
        fmt: its codec and size are used.
        settings: replaces the event renderer's settings.
        coders: encoders left open by earlier scenes; they stay open for later ones.
        progress: called with the number of frames of the scene that are done.
        cancelled: called before every picture; True stops the encoding.

    Raises:
        EncoderError: the encoder failed, or the film breaks its contract.
        RenderCancelledError: `cancelled` returned True.
    """
    settings = settings or event_settings(fmt.video_codec, film.material)
    redraws = film.redraws()
    _check_order(redraws, film.frames)
    encoder = _SceneEncoder(settings, fmt, coders or SceneCoders())
    plan = plan_pictures(redraws, film.frames, fmt.width * fmt.height, patches=settings.patches is not None)
    changes = film.changes()
    for planned in plan:
        if cancelled():
            raise RenderCancelledError("Encoding was stopped on request")
        encoder.encode(planned, _planes_at(planned.redraw, next(changes, None), fmt))
        progress(planned.end)
    if next(changes, None) is not None:
        raise EncoderError("Encoding a scene failed: its film has more pictures than it announced")
    return encoder.finish(film.frames)


class _SceneEncoder:
    """Feeds one encoder for whole pictures and one for patches, as planned."""

    def __init__(self, settings: EncoderSettings, fmt: VideoFormat, coders: SceneCoders) -> None:
        self._settings = settings
        self._size = (fmt.width, fmt.height)
        self._patches = coders.patches(settings)
        self._encoder = coders.whole.encoder(settings, *self._size)
        self._head: StreamHead | None = None
        self._repeats: RepeatWriter | None = None
        self._pictures: list[CodedPicture] = []
        self._last_key = 0

    def encode(self, planned: PlannedPicture, planes: Planes) -> None:
        """Code a picture, and code it again at the planned key frames while it is shown."""
        frame = planned.redraw.frame
        with self._failing_at(frame):
            if planned.coding is Coding.PATCHES:
                self._keep(frame, self._patched(planned.redraw, planes), key=False)
            else:
                self._keep_whole(planes, frame, key=planned.coding is Coding.KEY)
            for again in planned.keys:
                self._keep_whole(planes, again, key=True)

    def finish(self, frames: int) -> EncodedScene:
        """Everything encoded so far, as a scene of `frames` frames."""
        if self._head is None:
            raise EncoderError("Encoding a scene failed: its film has no pictures")
        return EncodedScene(self._settings.codec, frames, self._head, tuple(self._pictures))

    def _patched(self, redraw: Redraw, planes: Planes) -> bytes:
        if not isinstance(self._repeats, H264Repeats) or self._patches is None:
            raise ValueError("the codec has no patches")
        number = (redraw.frame - self._last_key) % self._repeats.cycle
        return self._patches.picture(planes, redraw.regions, number, self._repeats.sets)

    def _keep_whole(self, planes: Planes, frame: int, *, key: bool) -> None:
        packet = self._encoder.encode(frame_of(planes), key=key)
        if key:
            self._last_key = frame
        if self._repeats is None:
            self._head = self._make_head(packet)
            self._repeats = repeat_writer(self._settings.codec, self._head)
        self._keep(frame, self._repeats.place(packet, frame - self._last_key), key=key)

    def _keep(self, frame: int, data: bytes, *, key: bool) -> None:
        self._pictures.append(CodedPicture(frame, key, data))

    @contextmanager
    def _failing_at(self, frame: int) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, ValueError) as error:
            raise EncoderError(
                f"Encoding frame {frame} of a scene with {self._settings.encoder} failed: {error}",
                fix='Render with the renderer "graph", which does not use synthesised frames',
            ) from error

    def _make_head(self, packet: bytes) -> StreamHead:
        if self._settings.codec is VideoCodec.H264:
            return h264.stream_head(packet)
        if self._settings.codec is VideoCodec.H265:
            return hevc.stream_head(packet, _flat_repeat(self._settings, *self._size))
        return StreamHead(b"")


def _check_order(redraws: Sequence[Redraw], frames: int) -> None:
    starts = [redraw.frame for redraw in redraws]
    if starts[:1] != [0] or starts[-1] >= frames or any(one >= other for one, other in pairwise(starts)):
        raise EncoderError(f"Encoding a scene failed: its film of {frames} frames has misplaced changes")


def _planes_at(redraw: Redraw, change: Change | None, fmt: VideoFormat) -> Planes:
    """The picture of the next change, which must be the announced one."""
    if change is None or change.frame != redraw.frame:
        raise EncoderError(
            f"Encoding a scene failed: its film announced a change at frame {redraw.frame} that is missing"
        )
    chroma = (fmt.height // 2, fmt.width // 2)
    planes = change.planes
    if (planes.y.shape, planes.u.shape, planes.v.shape) != ((fmt.height, fmt.width), chroma, chroma):
        raise EncoderError(f"Encoding a scene failed: its pictures are not {fmt.width}x{fmt.height} in 4:2:0")
    return planes


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


@lru_cache(maxsize=16)
def _flat_repeat(settings: EncoderSettings, width: int, height: int) -> bytes:
    """The packet of the second of two equal flat pictures."""
    context = open_encoder(settings, width, height)
    flat = flat_planes(width, height)
    encode_picture(context, frame_of(flat), 0, key=True)
    return encode_picture(context, frame_of(flat), 1, key=False)
