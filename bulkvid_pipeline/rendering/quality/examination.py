"""Reads a finished file once, from start to end, and runs all checks on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from bulkvid_pipeline.core.options import Container
from bulkvid_pipeline.rendering.encode.container_boxes import is_faststart
from bulkvid_pipeline.rendering.quality.checks import Check, Outcome, Subject, check
from bulkvid_pipeline.rendering.quality.expected import Expected
from bulkvid_pipeline.rendering.quality.pictures import PictureWatch
from bulkvid_pipeline.rendering.quality.sound import SoundWatch, sound_checks
from bulkvid_pipeline.rendering.quality.stream import (
    drift_check,
    faststart_check,
    is_steady,
    stream_checks,
    timing_checks,
)

_SILENCE_NOTED_S = 2.0


@dataclass(frozen=True)
class Examination:
    """The measured properties of a file, and its checks."""

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
    """Silences of at least 2 s (below -60 dBFS): start and end in seconds."""
    faststart: bool = False
    constant_frame_rate: bool = False
    checks: tuple[Check, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Messages of all failed checks."""
        return tuple(each.said for each in self.checks if each.outcome is Outcome.FAULT)

    @property
    def passed(self) -> bool:
        """Whether there are no faults."""
        return not self.faults


def verify(path: Path, expected: Expected) -> Examination:
    """Measure and check a finished file. A file that cannot be read at all is reported as a fault, not raised.

    Memory grows with the file's length only by 16 bytes a frame.
    """
    size = 0
    try:
        size = path.stat().st_size
        with av.open(str(path), "r") as file:
            if not (file.streams.video and file.streams.audio):
                return _unreadable(size, "the file does not contain exactly one video and one audio stream")
            return _examine(path, file, size, expected)
    except (av.FFmpegError, OSError, ValueError) as error:
        return _unreadable(size, f"the file cannot be read: {error}")


def _unreadable(size: int, said: str) -> Examination:
    return Examination(size_bytes=size, checks=(check("readable", Subject.FILE, False, "yes", said),))


def _examine(path: Path, file: InputContainer, size: int, expected: Expected) -> Examination:
    video, audio = file.streams.video[0], file.streams.audio[0]
    faststart = expected.container is Container.WEBM or is_faststart(path)
    pictures, listener = _read(file, video, audio, expected)
    tick = video.time_base or Fraction(1, 1000)
    ticks = np.sort(
        np.frombuffer(pictures.ticks, np.int64)
    )  # B frames are stored in another order than they are shown.
    sound, sound_decodes = listener.finish()
    checks = (
        check("readable", Subject.FILE, True, "yes"),
        *stream_checks(file, video, audio, expected),
        *timing_checks(ticks, pictures.keys, tick, expected),
        faststart_check(faststart),
        drift_check(sound.samples, expected),
        *pictures.checks(path),
        sound_decodes,
        *sound_checks(sound, expected),
    )
    return Examination(
        duration_s=len(ticks) / expected.fps,
        frames=len(ticks),
        key_frames=len(pictures.keys),
        width=video.width,
        height=video.height,
        video_codec=video.codec_context.name,
        audio_codec=audio.codec_context.name,
        size_bytes=size,
        integrated_lufs=sound.integrated_lufs,
        true_peak_dbtp=sound.true_peak_dbtp,
        silences=tuple(each for each in sound.silences if each[1] - each[0] >= _SILENCE_NOTED_S),
        faststart=faststart,
        constant_frame_rate=is_steady(ticks, expected.fps, tick),
        checks=checks,
    )


def _read(
    file: InputContainer, video: VideoStream, audio: AudioStream, expected: Expected
) -> tuple[PictureWatch, SoundWatch]:
    pictures, sound = PictureWatch(video, expected), SoundWatch(audio)
    for packet in file.demux(video, audio):
        if packet.stream is audio:
            sound.see(packet)
        elif packet.size:
            pictures.see(packet)
    return pictures, sound
