"""A loop under construction: notes are placed on a circle, so a note that rings past the end continues at the start."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import SAMPLE_RATE
from bulkvid_pipeline.rendering.music.instruments import Note

Loop = NDArray[np.float64]
"""Stereo sound, shape (2, samples)."""


@dataclass
class Score:
    """Tempo, length, and the two buses: dry sound and reverb send."""

    beats_per_minute: float
    beats: int
    seed: int
    dry: Loop = field(init=False)
    wet: Loop = field(init=False)
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        samples = round(self.beats * 60 / self.beats_per_minute * SAMPLE_RATE)
        self.dry = np.zeros((2, samples))
        self.wet = np.zeros((2, samples))
        self.rng = np.random.default_rng(self.seed)

    def seconds(self, beats: float) -> float:
        """Length of `beats` beats in seconds."""
        return beats * 60 / self.beats_per_minute

    def add(self, note: Note, beat: float, *, pan: float = 0.0, gain: float = 1.0, reverb: float = 0.3) -> None:
        """Add a note at a beat, with a few ms of random offset; pan -1..1 with constant power; `reverb`: send level."""
        start = round(self.seconds(beat) * SAMPLE_RATE + self.rng.normal(0, 0.003) * SAMPLE_RATE)
        at = (start + np.arange(len(note))) % self.dry.shape[1]
        angle = (pan + 1) * np.pi / 4
        for channel, weight in enumerate((np.cos(angle), np.sin(angle))):
            np.add.at(self.dry[channel], at, gain * weight * note)
            np.add.at(self.wet[channel], at, gain * weight * reverb * note)

    def finished(self, *, room_seconds: float, presence_dip_db: float) -> Loop:
        """Both buses mixed, with reverb and equaliser: both are circular, so the loop stays seamless."""
        samples = self.dry.shape[1]
        room = np.fft.rfft(reverb_response(room_seconds, samples, self.rng))
        spectrum = np.fft.rfft(self.dry) + np.fft.rfft(self.wet) * room
        frequency = np.asarray(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE), np.float64)
        return np.asarray(np.fft.irfft(spectrum * _equaliser(frequency, presence_dip_db), samples), np.float64)


def reverb_response(seconds: float, samples: int, rng: np.random.Generator) -> Loop:
    """Impulse response of a room: noise in which higher octaves decay faster; shape (2, samples).

    Args:
        seconds: time in which the middle octaves fall by 60 dB.
        samples: length to pad or cut to.
    """
    length = min(samples, int(2.2 * seconds * SAMPLE_RATE))
    time = np.arange(length) / SAMPLE_RATE
    frequency = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    response = np.zeros((2, samples))
    predelay = int(0.018 * SAMPLE_RATE)
    for centre, share in ((180, 1.15), (500, 1.0), (1400, 0.8), (3600, 0.5), (8000, 0.28)):
        band = np.exp(-0.5 * (np.log2(np.maximum(frequency, 1.0) / centre) / 0.65) ** 2)
        for channel in range(2):
            noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(length)) * band, length)
            tail = noise / np.sqrt(np.mean(noise**2)) * 10 ** (-3 * time / (seconds * share)) * (1 - np.exp(-time * 60))
            response[channel, predelay:length] += tail[: length - predelay] * (centre / 500) ** -0.25
    return np.asarray(response / np.sqrt(np.sum(response**2, axis=1, keepdims=True)), np.float64)


def _equaliser(frequency: Loop, presence_dip_db: float) -> Loop:
    """Removes rumble and hiss, and lowers the range around 2.2 kHz, which carries the voice's consonants."""
    safe = np.maximum(frequency, 1.0)
    low_cut = 1 / np.sqrt(1 + (38 / safe) ** 6)
    high_cut = 1 / np.sqrt(1 + (safe / 11_000) ** 4)
    dip = 10 ** (-presence_dip_db / 20 * np.exp(-0.5 * (np.log2(safe / 2200) / 0.8) ** 2))
    return np.asarray(low_cut * high_cut * dip, np.float64)
