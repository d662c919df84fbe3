"""A scene encoded on its own: coded pictures where something changes, repeats in between.

An encoded scene holds no absolute time and does not depend on its neighbours, so it can be kept under a hash of its
film, the settings and the encoder's build, and used again in any file.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import av
from av.video.frame import VideoFrame

from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError
from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering.encode import h264, hevc
from bulkvid_pipeline.rendering.encode.codecs import (
    EVENT_SETTINGS,
    EncoderSettings,
    encode_picture,
    flat_planes,
    frame_of,
    open_encoder,
)
from bulkvid_pipeline.rendering.encode.h264 import H264Repeats
from bulkvid_pipeline.rendering.encode.hevc import HevcRepeats
from bulkvid_pipeline.rendering.encode.repeats import RepeatWriter, StreamHead
from bulkvid_pipeline.rendering.encode.vp9 import Vp9Repeats
from bulkvid_pipeline.rendering.model import FPS, Change, Film, VideoFormat

KEY_GAP_MIN = 5 * FPS
"""A change becomes a key frame at the earliest so many frames after the last one ..."""
KEY_GAP_MAX = 10 * FPS
"""... and no two key frames are further apart than this."""

_MAGIC = b"BVSC\x01"
_PREFIX = struct.Struct("<5s16sQI")
"""Magic, checksum of all that follows, its length in bytes, length of the JSON index at its start."""


@dataclass(frozen=True)
class CodedPicture:
    """An access unit that an encoder made, numbered for its place in the scene."""

    frame: int
    key: bool
    data: bytes


class AccessUnit(NamedTuple):
    """What the container stores for one frame."""

    data: bytes
    key: bool


@dataclass(frozen=True)
class EncodedScene:
    """The pictures of one scene in one codec; frames without a coded picture repeat the one before."""

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
        """The scene as one piece with length and checksum."""
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
        """The scene of `to_bytes`.

        Raises:
            ValueError: the piece is truncated, damaged or of another kind.
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
    """What writes the repeats of a codec."""
    if codec is VideoCodec.H264:
        return H264Repeats(head)
    return HevcRepeats(head) if codec is VideoCodec.H265 else Vp9Repeats(head)


def encode_scene(
    film: Film,
    fmt: VideoFormat,
    *,
    settings: EncoderSettings | None = None,
    progress: Callable[[int], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> EncodedScene:
    """Encode the changes of a film.

    Args:
        film: the pictures; their size must be that of `fmt`.
        fmt: gives codec and size.
        settings: other settings than those of the event renderer.
        progress: told how many frames of the scene are done.
        cancelled: asked before every picture.

    Raises:
        EncoderError: the encoder failed, or the film breaks its contract.
        RenderCancelledError: `cancelled` said so.
    """
    encoder = _SceneEncoder(settings or EVENT_SETTINGS[fmt.video_codec], fmt.width, fmt.height)
    held: VideoFrame | None = None
    start = 0
    for change in film.changes():
        if cancelled():
            raise RenderCancelledError("Encoding was stopped on request")
        _check_change(change, fmt, film.frames, previous=start if held else None)
        if held:
            encoder.hold(held, start, change.frame)
            progress(change.frame)
        held, start = frame_of(change.planes), change.frame
    if held is None:
        raise EncoderError("Encoding a scene failed: its film has no pictures")
    encoder.hold(held, start, film.frames)
    progress(film.frames)
    return encoder.finish(film.frames)


class _SceneEncoder:
    """Feeds one encoder and decides where key frames stand."""

    def __init__(self, settings: EncoderSettings, width: int, height: int) -> None:
        self._settings = settings
        self._size = (width, height)
        self._context = open_encoder(settings, width, height)
        self._head: StreamHead | None = None
        self._repeats: RepeatWriter | None = None
        self._pictures: list[CodedPicture] = []
        self._last_key = 0

    def hold(self, picture: VideoFrame, start: int, end: int) -> None:
        """Show `picture` for start <= frame < end."""
        since_key = start - self._last_key
        due = end - self._last_key > KEY_GAP_MAX and since_key >= KEY_GAP_MIN
        self._encode(picture, start, key=not self._pictures or due)
        for frame in range(self._last_key + KEY_GAP_MAX, end, KEY_GAP_MAX):
            self._encode(picture, frame, key=True)

    def finish(self, frames: int) -> EncodedScene:
        """All that was encoded, as a scene of so many frames."""
        if self._head is None:
            raise EncoderError("Encoding a scene failed: its film has no pictures")
        return EncodedScene(self._settings.codec, frames, self._head, tuple(self._pictures))

    def _encode(self, picture: VideoFrame, frame: int, *, key: bool) -> None:
        if key:
            self._last_key = frame
        try:
            packet = encode_picture(self._context, picture, len(self._pictures), key=key)
            if self._repeats is None:
                self._head = self._make_head(packet)
                self._repeats = repeat_writer(self._settings.codec, self._head)
            data = self._repeats.place(packet, frame - self._last_key)
        except (av.FFmpegError, ValueError) as error:
            raise EncoderError(
                f"Encoding frame {frame} of a scene with {self._settings.encoder} failed: {error}",
                fix='Render with the renderer "graph", which does without synthesised frames',
            ) from error
        self._pictures.append(CodedPicture(frame, key, data))

    def _make_head(self, packet: bytes) -> StreamHead:
        if self._settings.codec is VideoCodec.H264:
            return h264.stream_head(packet)
        if self._settings.codec is VideoCodec.H265:
            return hevc.stream_head(packet, _flat_repeat(self._settings, *self._size))
        return StreamHead(b"")


def _check_change(change: Change, fmt: VideoFormat, frames: int, previous: int | None) -> None:
    in_order = change.frame == 0 if previous is None else previous < change.frame
    if not in_order or change.frame >= frames:
        raise EncoderError(
            f"Encoding a scene failed: its film of {frames} frames has a misplaced change at {change.frame}"
        )
    chroma = (fmt.height // 2, fmt.width // 2)
    planes = change.planes
    if (planes.y.shape, planes.u.shape, planes.v.shape) != ((fmt.height, fmt.width), chroma, chroma):
        raise EncoderError(f"Encoding a scene failed: its pictures are not {fmt.width}x{fmt.height} in 4:2:0")


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


@lru_cache(maxsize=16)
def _flat_repeat(settings: EncoderSettings, width: int, height: int) -> bytes:
    """The packet of the second of two equal flat pictures."""
    context = open_encoder(settings, width, height)
    flat = flat_planes(width, height)
    encode_picture(context, frame_of(flat), 0, key=True)
    return encode_picture(context, frame_of(flat), 1, key=False)
