"""Checks of the sound, which is decoded completely while the file is read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

from bulkvid_pipeline.rendering.model import Pcm
from bulkvid_pipeline.rendering.quality.checks import Check, Subject, check
from bulkvid_pipeline.rendering.quality.expected import Expected
from bulkvid_pipeline.rendering.quality.loudness import SoundMeasure, SoundMeter

CODEC_OVERSHOOT_DB = 0.8
"""In dB: by how much AAC and Opus may raise peaks above the limit applied before encoding."""
_PLANAR = "fltp"
_MUTE_SPEECH_S = 2.0
"""Seconds of silence allowed while captions are shown: captions start a little before and end a little after speech."""


class SoundWatch:
    """Decodes the sound packet by packet and measures it."""

    def __init__(self, stream: AudioStream) -> None:
        self._stream = stream
        self._meter = SoundMeter()
        self._damage = ""

    def see(self, packet: Packet[Any]) -> None:
        """Process the next packet of the audio stream; the last one is empty."""
        try:
            for frame in self._stream.decode(packet):
                self._meter.feed(_planar(frame))
        except av.FFmpegError as error:
            at = float(packet.pts * packet.time_base) if packet.pts is not None else 0.0
            self._damage = self._damage or f"the sound at {at:.1f} s cannot be decoded: {error}"

    def finish(self) -> tuple[SoundMeasure, Check]:
        """The measures of the sound, and the check that all of it could be decoded."""
        decodes = check("sound_decodes", Subject.FILE, not self._damage, "all of it", self._damage)
        return self._meter.finish(), decodes


def _planar(frame: AudioFrame) -> Pcm:
    """Decoded stereo as float32 of shape (2, samples), from the decoder's packed or planar layout."""
    if frame.format.name == _PLANAR and len(frame.planes) == 2:
        # Without the copies of to_ndarray: there are 47 frames a second.
        return np.stack([np.frombuffer(memoryview(plane), np.float32, frame.samples) for plane in frame.planes])
    decoded = frame.to_ndarray()
    planar = decoded if decoded.shape[0] == 2 else decoded.reshape(-1, 2).T
    return planar.astype(np.float32, copy=False)


def sound_checks(sound: SoundMeasure, expected: Expected) -> Iterator[Check]:
    """Check loudness (LUFS), true peak (dBTP), clipping and silence. No checks if no loudness is expected."""
    if expected.loudness_lufs is None:
        return
    yield _loudness(sound.integrated_lufs, expected.loudness_lufs, expected.loudness_tolerance_lu)
    if expected.true_peak_dbtp is not None:
        limit = expected.true_peak_dbtp + CODEC_OVERSHOOT_DB
        said = (
            f"the true peak is {sound.true_peak_dbtp:.1f} dBTP, over {expected.true_peak_dbtp:.1f}"
            if sound.true_peak_dbtp > limit
            else ""
        )
        yield check("true_peak_dbtp", Subject.SOUND, sound.true_peak_dbtp, f"at most {limit:.1f}", said)
    said = f"{sound.clipped} samples are clipped" if sound.clipped else ""
    yield check("clipped_samples", Subject.SOUND, sound.clipped, "0", said)
    if math.isfinite(sound.integrated_lufs):
        yield _silence(sound, expected)


def _loudness(found: float, wanted: float, tolerance: float) -> Check:
    said = ""
    if not math.isfinite(found):
        said = "the sound is silent"
    elif abs(found - wanted) > tolerance:
        said = f"the loudness is {found:.1f} LUFS instead of {wanted:.1f}"
    return check("loudness_lufs", Subject.SOUND, found, f"{wanted:.1f}, within {tolerance:g}", said)


def _silence(sound: SoundMeasure, expected: Expected) -> Check:
    """Check of the longest silence; while captions are shown, speech is expected."""
    longest = max((end - start for start, end in sound.silences), default=0.0)
    said = ""
    for start, end in sound.silences:
        captioned = sum(max(0.0, min(end, cue.end) - max(start, cue.start)) for cue in expected.captions)
        if end - start > expected.longest_silence_s:
            said = f"the sound is silent from {start:.1f} to {end:.1f} s"
        elif captioned > _MUTE_SPEECH_S:
            said = f"the sound is silent from {start:.1f} to {end:.1f} s, while captions are shown"
    limit = f"at most {expected.longest_silence_s:g}, and {_MUTE_SPEECH_S:g} under captions"
    return check("longest_silence_s", Subject.SOUND, longest, limit, said)
