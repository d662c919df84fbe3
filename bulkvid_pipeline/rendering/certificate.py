"""Quality checks of a finished file: what a viewer's player will find, measured on the file itself.

Nothing here knows how the file was made. Every packet is walked, key frames are decoded and looked at, all of the sound
is decoded and measured. Faults are collected, not raised: the caller decides what a fault means.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bulkvid_pipeline.core.options import AudioCodec, Container, VideoCodec
from bulkvid_pipeline.rendering.encode.container_boxes import is_faststart
from bulkvid_pipeline.rendering.encode.loudness import SoundMeasure, measure
from bulkvid_pipeline.rendering.encode.tags import tag_text
from bulkvid_pipeline.rendering.model import FPS, SAMPLE_RATE, Pcm, VideoFormat

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
"""ffmpeg 5.1 starts WebM pictures 7 ms late, by the run-in of Opus."""
_KEY_FRAMES_LOOKED_AT = 24
_BLACK_LUMA = 24
"""Limited-range luma is 16 for black; a picture with next to nothing brighter than this is black to the eye."""
_BLACK_SHARE = 0.9995
_BLACK_LIMIT_S = 1.0
_SILENCE_NOTED_S = 2.0
_CODEC_OVERSHOOT_DB = 0.8
"""By how much AAC and Opus may lift a peak over the limit that the sound was brought to before encoding."""


@dataclass(frozen=True)
class Expected:
    """What the file should be."""

    frames: int
    width: int
    height: int
    container: Container
    video_codec: VideoCodec
    audio_codec: AudioCodec
    title: str = ""
    """The title tag; not looked at if empty."""
    fps: int = FPS
    loudness_lufs: float | None = -14.0
    """Programme loudness; None: any, even silence."""
    loudness_tolerance_lu: float = 1.0
    true_peak_dbtp: float | None = -1.0
    """Limit of the sound before encoding; the codec may add a little. None: any."""
    longest_silence_s: float = 15.0

    @classmethod
    def of(cls, fmt: VideoFormat, frames: int, title: str = "") -> Expected:
        """What a file of this format and length should be."""
        return cls(frames, fmt.width, fmt.height, fmt.container, fmt.video_codec, fmt.audio_codec, title)


@dataclass(frozen=True)
class Certificate:
    """What the file is. `faults` says in plain words where that is not what was expected."""

    duration_s: float = 0.0
    frames: int = 0
    key_frames: int = 0
    width: int = 0
    height: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    size_bytes: int = 0
    integrated_lufs: float = -math.inf
    true_peak_dbtp: float = -math.inf
    silences: tuple[tuple[float, float], ...] = ()
    """Stretches of 2 s and more under -60 dBFS: start and end in seconds."""
    faststart: bool = False
    constant_frame_rate: bool = False
    faults: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether there are no faults."""
        return not self.faults


def verify(path: Path, expected: Expected) -> Certificate:
    """Measure a finished file. A file that cannot be read at all is a fault, not an exception."""
    try:
        size = path.stat().st_size
        with av.open(str(path), "r") as file:
            if not (file.streams.video and file.streams.audio):
                return Certificate(size_bytes=size, faults=("the file does not hold one picture and one sound stream",))
            return _examine(path, file, size, expected)
    except (av.FFmpegError, OSError, ValueError) as error:
        return Certificate(faults=(f"the file cannot be read: {error}",))


@dataclass
class _Walk:
    """All packets of a file, the sound decoded."""

    times: list[Fraction] = field(default_factory=list)
    """When each frame is shown, in seconds, ascending."""
    keys: list[tuple[Fraction, Packet[Any]]] = field(default_factory=list)
    sound: Pcm = field(default_factory=lambda: np.zeros((0, 2), np.float32))
    faults: list[str] = field(default_factory=list)


def _examine(path: Path, file: InputContainer, size: int, expected: Expected) -> Certificate:
    video, audio = file.streams.video[0], file.streams.audio[0]
    faststart = expected.container is Container.WEBM or is_faststart(path)
    walk = _walk(file, video, audio)
    sound = measure(walk.sound)
    steady = _is_steady(walk.times, expected.fps, video.time_base or Fraction(1, 1000))
    silences = tuple(stretch for stretch in sound.silences if stretch[1] - stretch[0] >= _SILENCE_NOTED_S)
    faults = [
        *walk.faults,
        *_stream_faults(file, video, audio, expected),
        *_timing_faults(walk, steady, expected),
        *([] if faststart else ["the index stands behind the pictures, so the file cannot start playing early"]),
        *_key_frame_faults(path, walk, video),
        *_sound_faults(sound, len(walk.sound), expected),
    ]
    return Certificate(
        duration_s=len(walk.times) / expected.fps,
        frames=len(walk.times),
        key_frames=len(walk.keys),
        width=video.width,
        height=video.height,
        video_codec=video.codec_context.name,
        audio_codec=audio.codec_context.name,
        size_bytes=size,
        integrated_lufs=sound.integrated_lufs,
        true_peak_dbtp=sound.true_peak_dbtp,
        silences=silences,
        faststart=faststart,
        constant_frame_rate=steady,
        faults=tuple(faults),
    )


def _walk(file: InputContainer, video: VideoStream, audio: AudioStream) -> _Walk:
    walk = _Walk()
    chunks: list[Pcm] = []
    for packet in file.demux(video, audio):
        if packet.stream is audio:
            try:
                chunks += [_samples(frame.to_ndarray()) for frame in audio.decode(packet)]
            except av.FFmpegError as error:
                at = float(packet.pts * packet.time_base) if packet.pts is not None else 0.0
                walk.faults.append(f"the sound at {at:.1f} s cannot be decoded: {error}")
        elif packet.size:
            if packet.pts is None:
                walk.faults.append(f"frame {len(walk.times)} has no time stamp")
            time = (packet.pts or 0) * packet.time_base
            if packet.is_keyframe:
                walk.keys.append((time, packet))
            walk.times.append(time)
    if chunks:
        walk.sound = np.concatenate(chunks)
    walk.times.sort()  # B frames are stored in another order than they are shown in.
    walk.faults[3:] = []  # One of a kind is enough to refuse a file; thousands would hide the others.
    return walk


def _samples(decoded: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Pcm:
    """Decoded sound, planar (2, samples) or packed (1, 2 * samples), as (samples, 2)."""
    planar = decoded.T if decoded.shape[0] == 2 else decoded.reshape(-1, 2)
    return planar.astype(np.float32)


def _is_steady(times: list[Fraction], fps: int, tick: Fraction) -> bool:
    """Whether frame n stands at n / fps, to the resolution of the container's clock."""
    if not times:
        return False
    slack = Fraction(0) if (Fraction(1, fps) / tick).denominator == 1 else tick
    return all(abs(time - times[0] - Fraction(number, fps)) <= slack for number, time in enumerate(times))


def _stream_faults(file: InputContainer, video: VideoStream, audio: AudioStream, expected: Expected) -> list[str]:
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
        ("pixel format", video.codec_context.pix_fmt, "yuv420p"),
        ("sample rate", str(audio.codec_context.sample_rate), str(SAMPLE_RATE)),
        ("number of streams", str(len(file.streams)), "2"),
        ("title", title, tag_text(expected.title) or title),
    )
    return [f"the {what} is {found!r} instead of {wanted!r}" for what, found, wanted in looked_at if found != wanted]


def _timing_faults(walk: _Walk, steady: bool, expected: Expected) -> list[str]:
    faults = []
    if len(walk.times) != expected.frames:
        faults.append(f"there are {len(walk.times)} frames instead of {expected.frames}")
    if not steady:
        faults.append(f"the frames are not evenly spaced at {expected.fps} a second")
    if walk.times and abs(walk.times[0]) > _START_SLACK_S:
        faults.append(f"the picture starts at {float(walk.times[0]):.3f} s")
    if not walk.keys or walk.keys[0][0] != walk.times[0]:
        faults.append("the first frame is no key frame")
    starts = [float(time) for time, _ in walk.keys] + ([float(walk.times[-1])] if walk.times else [])
    gap = max((later - earlier for earlier, later in pairwise(starts)), default=0.0)
    if gap > _KEY_GAP_LIMIT_S:
        faults.append(f"two key frames are {gap:.1f} s apart, so players cannot seek well")
    drift = len(walk.sound) / SAMPLE_RATE - expected.frames / expected.fps
    if not -0.001 <= drift <= 0.05:
        faults.append(f"the sound is {abs(drift):.2f} s {'longer' if drift > 0 else 'shorter'} than the picture")
    return faults


def _key_frame_faults(path: Path, walk: _Walk, video: VideoStream) -> list[str]:
    """Decode key frames, spread evenly over the file, and look whether something can be seen."""
    step = max(1, -(-len(walk.keys) // _KEY_FRAMES_LOOKED_AT))
    chosen = walk.keys[::step]
    context = video.codec_context
    context.thread_count = 1
    pictures: list[VideoFrame] = []
    for time, packet in chosen:
        try:
            pictures += context.decode(packet)
        except av.FFmpegError as error:
            return [f"the key frame at {float(time):.1f} s cannot be decoded: {error}"]
    pictures += context.decode(None)
    if len(pictures) != len(chosen):
        return [f"of {len(chosen)} key frames only {len(pictures)} can be decoded"]
    faults = []
    for (time, _), picture in zip(chosen, pictures, strict=True):
        if _is_black(picture) and _stays_black(path, time):
            faults.append(f"the picture is black from {float(time):.1f} s on for more than {_BLACK_LIMIT_S:g} s")
    return faults


def _is_black(picture: VideoFrame) -> bool:
    plane = picture.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
    luma = rows[::2, : plane.width : 2]
    return float((luma <= _BLACK_LUMA).mean()) >= _BLACK_SHARE


def _stays_black(path: Path, start: Fraction) -> bool:
    """Whether nothing is seen for longer than a picture may take to come in."""
    with av.open(str(path), "r") as file:
        video = file.streams.video[0]
        assert video.time_base is not None
        file.seek(int(start / video.time_base), stream=video)
        for picture in file.decode(video):
            time = (picture.pts or 0) * video.time_base
            if time >= start and not _is_black(picture):
                return False
            if time > start + Fraction(_BLACK_LIMIT_S):
                return True
    return True


def _sound_faults(sound: SoundMeasure, samples: int, expected: Expected) -> list[str]:
    if expected.loudness_lufs is None:
        return []
    if not math.isfinite(sound.integrated_lufs):
        return ["the sound is silent"]
    faults = []
    off = sound.integrated_lufs - expected.loudness_lufs
    if abs(off) > expected.loudness_tolerance_lu:
        faults.append(f"the loudness is {sound.integrated_lufs:.1f} LUFS instead of {expected.loudness_lufs:.1f}")
    if expected.true_peak_dbtp is not None and sound.true_peak_dbtp > expected.true_peak_dbtp + _CODEC_OVERSHOOT_DB:
        faults.append(f"the true peak is {sound.true_peak_dbtp:.1f} dBTP, over {expected.true_peak_dbtp:.1f}")
    for start, end in sound.silences:
        if end - start > expected.longest_silence_s and end - start < samples / SAMPLE_RATE:
            faults.append(f"the sound is silent from {start:.1f} to {end:.1f} s")
    return faults
