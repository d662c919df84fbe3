"""Synthesised instruments: each function returns one note, mono float64 at SAMPLE_RATE, with its own release.

Everything is additive synthesis or filtered noise; no recordings are used.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import SAMPLE_RATE

Note = NDArray[np.float64]


def hertz(midi: float) -> float:
    """Frequency of a MIDI note number, A4 = 69 = 440 Hz."""
    return float(440.0 * 2 ** ((midi - 69) / 12))


def _time(seconds: float) -> Note:
    return np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def _edges(note: Note, attack: float, release: float) -> Note:
    """The note with raised-cosine ends of `attack` and `release` seconds."""
    for seconds, end in ((attack, slice(None)), (release, slice(None, None, -1))):
        count = min(len(note), int(seconds * SAMPLE_RATE))
        ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(count) + 0.5) / max(count, 1))
        note[end][:count] *= ramp
    return note


def piano(midi: float, seconds: float, velocity: float, rng: np.random.Generator) -> Note:
    """A felt piano: inharmonic partials, higher ones shorter, on two slightly detuned strings, and hammer noise."""
    base = hertz(midi)
    time = _time(seconds + 0.35)
    note = np.zeros_like(time)
    decay = 1.1 * (base / 262.0) ** 0.6
    for partial in range(1, 15):
        frequency = partial * base * np.sqrt(1 + 3.5e-4 * partial**2)
        if frequency > 9000:
            break
        level = (
            np.exp(-partial * (0.46 - 0.30 * velocity)) * abs(np.sin(np.pi * partial / 7.3)) / abs(np.sin(np.pi / 7.3))
        )
        rate = decay * (0.60 + 0.30 * partial)
        fade = 0.75 * np.exp(-rate * time * 1.9) + 0.25 * np.exp(-rate * time * 0.42)
        for detune in (-0.35, 0.35):
            phase = rng.uniform(0, 2 * np.pi)
            note += level * fade * np.sin(2 * np.pi * frequency * 2 ** (detune / 1200) * time + phase)
    thump = rng.standard_normal(len(time)) * np.exp(-time * 130)
    thump = np.convolve(thump, np.hanning(64) / 32, mode="same")
    return _edges(velocity * (0.5 * note + 0.2 * thump), 0.004, 0.35)


def pluck(midi: float, seconds: float, velocity: float, rng: np.random.Generator, *, muted: float = 0.5) -> Note:
    """A plucked string: the spectrum of a string picked at 1/5 of its length; `muted` 0..1 shortens its ring."""
    base = hertz(midi)
    time = _time(seconds + 0.1)
    note = np.zeros_like(time)
    for partial in range(1, 20):
        frequency = partial * base * (1 + 6e-5 * partial**2)
        if frequency > 8000:
            break
        level = abs(np.sin(np.pi * partial * 0.21)) / partial**0.95 * np.exp(-0.05 * partial * (1.4 - velocity))
        rate = (2.0 + 9.0 * muted) * (0.7 + 0.22 * partial)
        note += level * np.exp(-rate * time) * np.sin(2 * np.pi * frequency * time + rng.uniform(0, 0.6))
    return _edges(velocity * note, 0.003, 0.1)


def bell(midi: float, seconds: float, velocity: float, rng: np.random.Generator) -> Note:
    """A soft electric piano: frequency modulation of two sines, whose brightness decays faster than the loudness."""
    base = hertz(midi)
    time = _time(seconds + 0.6)
    tine = np.sin(2 * np.pi * 7.0 * base * time) * np.exp(-time * 9) * 0.30 * velocity if 7 * base < 9000 else 0.0
    body_index = 2.0 * velocity * np.exp(-time * 2.2)
    body = np.sin(2 * np.pi * base * time + body_index * np.sin(2 * np.pi * base * time + rng.uniform(0, 0.3)))
    tremolo = 1 + 0.05 * np.sin(2 * np.pi * 4.2 * time + rng.uniform(0, 6))
    return _edges(velocity * (body * np.exp(-time * (0.9 + base / 900)) * tremolo + tine), 0.006, 0.6)


def pad(midi: float, seconds: float, velocity: float, rng: np.random.Generator, *, bright: float = 0.5) -> Note:
    """A slow string-like pad: five voices detuned by a few cents, each drifting; `bright` 0..1 raises the harmonics."""
    base = hertz(midi)
    time = _time(seconds + 1.2)
    note = np.zeros_like(time)
    for cents in (-9.0, -4.0, 0.0, 5.0, 8.0):
        drift = 0.0009 / 0.23 * np.sin(2 * np.pi * 0.23 * time + rng.uniform(0, 6))
        phase = 2 * np.pi * base * 2 ** (cents / 1200) * (time + drift * 0.25) + rng.uniform(0, 6)
        for partial in range(1, 9):
            if partial * base > 3500:
                break
            swell = 1 + 0.25 * np.sin(2 * np.pi * (0.11 + 0.05 * partial) * time + rng.uniform(0, 6))
            note += np.sin(partial * phase) * swell / partial ** (2.4 - bright)
    return _edges(velocity * note * 0.2, min(1.1, seconds * 0.45), 1.2)


def bass(midi: float, seconds: float, velocity: float, _rng: np.random.Generator) -> Note:
    """A soft bass: fundamental with some second and third harmonic, so that small speakers reproduce it."""
    time = _time(seconds + 0.08)
    base = hertz(midi)
    note = sum(
        level * np.exp(-rate * time) * np.sin(2 * np.pi * partial * base * time)
        for partial, level, rate in ((1, 1.0, 1.1), (2, 0.42, 2.4), (3, 0.18, 4.5), (4, 0.07, 7.0))
    )
    return _edges(velocity * np.asarray(note, np.float64), 0.012, 0.08)


def kick(velocity: float) -> Note:
    """A soft kick: a sine falling from 105 to 46 Hz."""
    time = _time(0.32)
    phase = 2 * np.pi * (46 * time - 59 / 28 * np.expm1(-28 * time))
    return _edges(velocity * np.sin(phase) * np.exp(-time * 13), 0.003, 0.05)


def noise_hit(velocity: float, rng: np.random.Generator, *, low: float, high: float, decay: float) -> Note:
    """A burst of noise between two frequencies in Hz, decaying by `decay` per second: shaker, hat, snap, brush."""
    time = _time(min(0.5, 6.0 / decay))
    spectrum = np.fft.rfft(rng.standard_normal(len(time)))
    frequency = np.fft.rfftfreq(len(time), 1 / SAMPLE_RATE)
    shape = 1 / (1 + (low / np.maximum(frequency, 1.0)) ** 6) / (1 + (frequency / high) ** 6)
    burst = np.fft.irfft(spectrum * shape, len(time))
    return _edges(velocity * burst / np.abs(burst).max() * np.exp(-time * decay), 0.004, 0.01)
