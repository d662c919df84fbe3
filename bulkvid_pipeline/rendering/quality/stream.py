"""Checks of the container, its streams and their clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import AudioCodec, Container, VideoCodec
from bulkvid_pipeline.rendering.encode.tags import tag_text
from bulkvid_pipeline.rendering.model import SAMPLE_RATE
from bulkvid_pipeline.rendering.quality.checks import Check, Subject, check
from bulkvid_pipeline.rendering.quality.expected import Expected

_CODEC_NAMES = {
    VideoCodec.H264: "h264",
    VideoCodec.H265: "hevc",
    VideoCodec.VP9: "vp9",
    AudioCodec.AAC: "aac",
    AudioCodec.OPUS: "opus",
}
_DEMUXERS = {Container.MP4: "mp4", Container.MOV: "mov", Container.WEBM: "webm"}
_QUICKTIME_BRAND = "qt  "
_KEY_GAP_LIMIT_S = 10.5
_START_SLACK_S = Fraction(1, 100)
"""Tolerance of the start time: ffmpeg 5.1 starts WebM pictures 7 ms late, because of the pre-skip of Opus."""
_SOUND_LONGER_S, _SOUND_SHORTER_S = 0.05, 0.001


def stream_checks(file: InputContainer, video: VideoStream, audio: AudioStream, expected: Expected) -> Iterator[Check]:
    """Compare the stream parameters and tags of the file with the expected ones."""
    brand = file.metadata.get("major_brand", "")
    mov_family = "mov" if brand == _QUICKTIME_BRAND else "mp4"
    container = mov_family if "mp4" in file.format.name else "webm"
    title = {key.lower(): value for key, value in file.metadata.items()}.get("title", "")
    looked_at = (
        ("container", container, _DEMUXERS[expected.container]),
        ("picture codec", video.codec_context.name, _CODEC_NAMES[expected.video_codec]),
        ("sound codec", audio.codec_context.name, _CODEC_NAMES[expected.audio_codec]),
        ("frame size", f"{video.width}x{video.height}", f"{expected.width}x{expected.height}"),
        ("frame rate", str(video.average_rate), str(expected.fps)),
        ("pixel format", video.codec_context.pix_fmt or "unknown", "yuv420p"),
        ("sample rate", str(audio.codec_context.sample_rate), str(SAMPLE_RATE)),
        ("number of streams", str(len(file.streams)), "2"),
        ("title", title, tag_text(expected.title) or title),
    )
    for what, found, wanted in looked_at:
        said = f"the {what} is {found!r} instead of {wanted!r}" if found != wanted else ""
        yield check(what.replace(" ", "_"), Subject.FILE, found, wanted, said)


def faststart_check(faststart: bool) -> Check:
    """Check that playback can start before the file is completely loaded."""
    said = "" if faststart else "the index is at the end of the file, so playback cannot start while it is loading"
    return check("faststart", Subject.FILE, faststart, "the index at the start", said)


def is_steady(ticks: NDArray[np.int64], fps: int, tick: Fraction) -> bool:
    """Whether frame n has the time n / fps, within the resolution of the container's clock.

    Args:
        ticks: ascending time stamps, in units of `tick`.
        fps: frames a second.
        tick: the stream's time base in seconds.
    """
    if not len(ticks):
        return False
    per_frame = Fraction(1, fps) / tick
    # All times are multiplied by a common denominator, so that the arithmetic stays in integers.
    off = (ticks - ticks[0]) * per_frame.denominator - np.arange(len(ticks)) * per_frame.numerator
    slack = 0 if per_frame.denominator == 1 else per_frame.denominator
    return bool(np.abs(off).max() <= slack)


def timing_checks(ticks: NDArray[np.int64], keys: Sequence[int], tick: Fraction, expected: Expected) -> Iterator[Check]:
    """Check number, length and spacing of frames, the start, and the key frames.

    Args:
        ticks: ascending time stamps of all frames, in units of `tick`.
        keys: ascending time stamps of the key frames.
        tick: the stream's time base in seconds.
    """
    frames, wanted = len(ticks), expected.frames
    said = f"there are {frames} frames instead of {wanted}" if frames != wanted else ""
    yield check("frames", Subject.FILE, frames, str(wanted), said)
    seconds = float((int(ticks[-1]) - int(ticks[0])) * tick) + 1 / expected.fps if frames else 0.0
    off = abs(seconds - wanted / expected.fps) > 1 / expected.fps
    said = f"the pictures play for {seconds:.2f} s instead of {wanted / expected.fps:.2f}" if off else ""
    yield check("duration_s", Subject.FILE, seconds, f"{wanted / expected.fps:.3f}, within one frame", said)
    steady = is_steady(ticks, expected.fps, tick)
    said = "" if steady else f"the frames are not evenly spaced at {expected.fps} a second"
    yield check("constant_frame_rate", Subject.FILE, steady, f"every 1/{expected.fps} s", said)
    start = int(ticks[0]) * tick if frames else Fraction(0)
    said = f"the picture starts at {float(start):.3f} s" if abs(start) > _START_SLACK_S else ""
    yield check("start_s", Subject.FILE, float(start), f"0, within {float(_START_SLACK_S):g}", said)
    yield from _key_checks(ticks, keys, tick)
    yield _scene_check(ticks, keys, expected)


def _key_checks(ticks: NDArray[np.int64], keys: Sequence[int], tick: Fraction) -> Iterator[Check]:
    first = bool(keys) and keys[0] == int(ticks[0])
    yield check("first_is_key_frame", Subject.FILE, first, "yes", "" if first else "the first frame is not a key frame")
    stops = [*keys, int(ticks[-1])] if len(ticks) else []
    gap = float(int(max(np.diff(stops), default=0)) * tick) if stops else 0.0
    said = f"two key frames are {gap:.1f} s apart, so players cannot seek well" if gap > _KEY_GAP_LIMIT_S else ""
    yield check("key_frame_gap_s", Subject.FILE, gap, f"at most {_KEY_GAP_LIMIT_S:g}", said)


def _scene_check(ticks: NDArray[np.int64], keys: Sequence[int], expected: Expected) -> Check:
    """Check that every expected scene start is a key frame."""
    shown_as = set(np.searchsorted(ticks, keys).tolist())
    lost = [start for start in expected.scene_starts if start not in shown_as]
    said = f"no scene begins at {lost[0] / expected.fps:.2f} s, where one should" if lost else ""
    return check("missed_scene_starts", Subject.FILE, len(lost), f"0 of {len(expected.scene_starts)}", said)


def drift_check(samples: int, expected: Expected) -> Check:
    """Check that sound and picture end together; `samples` is the length of the sound at SAMPLE_RATE."""
    drift = samples / SAMPLE_RATE - expected.frames / expected.fps
    longer = "longer" if drift > 0 else "shorter"
    together = -_SOUND_SHORTER_S <= drift <= _SOUND_LONGER_S
    said = "" if together else f"the sound is {abs(drift):.2f} s {longer} than the picture"
    return check("sound_minus_picture_s", Subject.FILE, drift, f"-{_SOUND_SHORTER_S:g} to {_SOUND_LONGER_S:g}", said)
