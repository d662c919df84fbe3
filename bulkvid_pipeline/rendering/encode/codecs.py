"""The encoders' settings and their fingerprint, and encoding of single pictures."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.rendering.model import FPS, Material, Planes

_BT709 = 1
_LIMITED_RANGE = 1
_PROBE_SIZE = 64

# No B frames, one reference, no weights, no lookahead: every packet is returned at once, in order, and depends only on
# the picture before it, as repeats require. Parameter sets precede every key frame; key frames come only where we
# request them. CAVLC, because its slices can be joined with others (`h264`).
# Partitions, subpixel search, deblocking and adaptive quantisation cost half of x264's time without a measurable gain
# for text that moves for a third of a second; neither has crf, whose analysis of complexity costs a fifth. `stitchable`
# keeps quantisers out of the parameter sets, which all scenes of a file share.
_X264 = (
    "bframes=0:ref=1:weightp=0:rc-lookahead=0:mbtree=0:scenecut=0:keyint=infinite:repeat-headers=1:annexb=1:force-cfr=1:"
    "sliced-threads=0:aq-mode=0:partitions=none:cabac=0:no-deblock=1:subme=0:stitchable=1"
)
# A key frame is repeated for seconds, so it should be precise: with ipratio 3 it is 9 quantiser steps finer than the
# rest, and dithered gradients stay smooth.
_X264_QUANTISERS: dict[Material, tuple[int, float]] = {
    Material.DRAWN: (18, 3.0),
    Material.PHOTO: (20, 1.6),
    Material.CLIP: (20, 1.4),
}
"""Quantiser of predicted pictures, and ipratio: how much finer key frames are."""
_X264_MOVING = "no-deblock=0:deblock=0,0:subme=1"
"""Deblocking for clips, whose pictures are predicted from many earlier ones: without it blocks become visible."""
_X264_PATCHES = "keyint=1:ipratio=1:repeat-headers=1:annexb=1:sliced-threads=0:cabac=0:no-deblock=1:stitchable=1"
_X265 = (
    "log-level=none:bframes=0:ref=1:weightp=0:rc-lookahead=0:cutree=0:scenecut=0:keyint=-1:repeat-headers=1:annexb=1:"
    "pools=none:frame-threads=1:wpp=0:aud=0:info=0:sao=0:open-gop=0:temporal-mvp=0:log2-max-poc-lsb=8"
)


@dataclass(frozen=True)
class EncoderSettings:
    """An encoder of libavcodec and its options."""

    codec: VideoCodec
    encoder: str
    options: tuple[tuple[str, str], ...]
    forgets: bool = False
    """Whether the output depends on nothing before the last key frame, so that an encoder can code several scenes."""
    patches: EncoderSettings | None = None
    """Settings of the encoder for patches (parts of a picture); None if the codec has no patches."""

    def with_slices_of(self, macroblocks: int) -> EncoderSettings:
        """These settings of x264 with slices of `macroblocks` macroblocks each."""
        options = dict(self.options)
        options["x264-params"] += f":slice-max-mbs={macroblocks}"
        return replace(self, options=tuple(options.items()))

    @property
    def fingerprint(self) -> str:
        """Hash of the settings and of the encoder's build: equal fingerprints mean equal output for equal pictures."""
        patches = self.patches.fingerprint if self.patches else None
        document = json.dumps([self.encoder, self.options, _encoder_build(self), patches])
        return hashlib.blake2b(document.encode(), digest_size=16).hexdigest()


def _x264(quantiser: int, parameters: str, patches: EncoderSettings | None = None) -> EncoderSettings:
    speed = (("preset", "superfast"), ("tune", "zerolatency"), ("forced-idr", "1"))
    options = (*speed, ("qp", str(quantiser)), ("x264-params", parameters))
    # With a constant quantiser there is no rate control, so no state is carried over between scenes.
    return EncoderSettings(VideoCodec.H264, "libx264", options, forgets=True, patches=patches)


def _x264_for(material: Material) -> EncoderSettings:
    quantiser, ratio = _X264_QUANTISERS[material]
    moving = f":{_X264_MOVING}" if material is Material.CLIP else ""
    return _x264(quantiser, f"{_X264}:ipratio={ratio}{moving}", _x264(18, _X264_PATCHES))


_X264_SETTINGS = {material: _x264_for(material) for material in Material}
_OTHER_SETTINGS = {
    VideoCodec.H265: EncoderSettings(
        VideoCodec.H265,
        "libx265",
        (
            ("preset", "ultrafast"),
            ("tune", "zerolatency"),
            ("crf", "21"),
            ("forced-idr", "1"),
            ("x265-params", _X265),
        ),
    ),
    VideoCodec.VP9: EncoderSettings(
        VideoCodec.VP9,
        "libvpx-vp9",
        (
            ("deadline", "realtime"),
            ("cpu-used", "8"),
            ("lag-in-frames", "0"),
            ("auto-alt-ref", "0"),
            ("error-resilient", "1"),
            ("row-mt", "0"),
            ("crf", "24"),
            ("b", "0"),
            ("g", "9999"),
        ),
    ),
}


def event_settings(codec: VideoCodec, material: Material = Material.DRAWN) -> EncoderSettings:
    """The event renderer's encoder settings for pictures of a material."""
    return _X264_SETTINGS[material] if codec is VideoCodec.H264 else _OTHER_SETTINGS[codec]


def open_encoder(settings: EncoderSettings, width: int, height: int) -> VideoCodecContext:
    """A new single-threaded encoder for BT.709 limited-range 4:2:0 pictures of `width` x `height` pixels.

    Raises:
        av.FFmpegError: the encoder cannot be opened with these settings.
    """
    context = cast(VideoCodecContext, av.CodecContext.create(settings.encoder, "w"))
    context.width, context.height = width, height
    context.pix_fmt = "yuv420p"
    context.framerate = Fraction(FPS)
    context.time_base = Fraction(1, FPS)
    context.color_range = _LIMITED_RANGE
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.thread_count = 1
    context.options = dict(settings.options)
    return context


def frame_of(planes: Planes) -> VideoFrame:
    """The picture copied into a libav frame (the painter's planes are only valid until its next frame)."""
    height, width = planes.y.shape
    frame = VideoFrame(width, height, "yuv420p")
    for target, source in zip(frame.planes, (planes.y, planes.u, planes.v), strict=True):
        rows = np.frombuffer(memoryview(target), np.uint8).reshape(target.height, target.line_size)
        rows[:, : target.width] = source
    return frame


def encode_picture(context: VideoCodecContext, frame: VideoFrame, number: int, *, key: bool) -> bytes:
    """The packet of one picture.

    Args:
        context: an encoder of `open_encoder`.
        frame: the picture; its time stamp and type are set here.
        number: number of pictures that were passed to the encoder before.
        key: whether to force a key frame.

    Raises:
        ValueError: the encoder did not return exactly one packet.
        av.FFmpegError: the encoder failed.
    """
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    frame.pict_type = PictureType.I if key else PictureType.NONE
    packets = context.encode(frame)
    if len(packets) != 1:
        raise ValueError(f"the encoder gave {len(packets)} packets for one picture")
    return bytes(packets[0])


def flat_planes(width: int, height: int) -> Planes:
    """A grey picture."""

    def plane(rows: int, columns: int) -> NDArray[np.uint8]:
        return np.full((rows, columns), 128, np.uint8)

    return Planes(plane(height, width), plane(height // 2, width // 2), plane(height // 2, width // 2))


@lru_cache(maxsize=16)
def _encoder_build(settings: EncoderSettings) -> str:
    """Identifies the encoder's build, by library versions and its output for a small picture.

    x264 writes its version and all settings into the first packet, so different builds give different output.
    """
    context = open_encoder(settings, _PROBE_SIZE, _PROBE_SIZE)
    packet = encode_picture(context, frame_of(flat_planes(_PROBE_SIZE, _PROBE_SIZE)), 0, key=True)
    return json.dumps([av.__version__, av.library_versions, packet.hex()])
