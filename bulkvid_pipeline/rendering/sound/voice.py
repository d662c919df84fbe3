"""Gentle levelling of the narration, and detection of speech."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.blocks import BLOCK, Blocks
from bulkvid_pipeline.rendering.sound.envelope import Curve, amplitudes, decibels, per_sample, smoothed

HOP = SAMPLE_RATE // 100
"""Samples of 10 ms: the control rate of everything that follows the voice."""

_SILENCE_DB = -60.0
_BELOW_LOUD_DB = 32.0
"""Level below the loud parts that still counts as speech: consonants and word ends are up to about 30 dB quieter
than vowels; breath and noise are quieter still."""

_PHRASE_HOPS = 150
_PHRASE_SHARE = 0.6
_PHRASE_RANGE_DB = 5.0
_SYLLABLE_HOPS = 3
_KNEE_DB = 6.0
_THRESHOLD_DB = 2.0
_RATIO = 2.5


@dataclass(frozen=True)
class Speech:
    """The narration with its levelling gain and its speech activity."""

    voice: Blocks
    """The original narration, mono."""
    gain: Curve
    """Amplitude at each edge between hops of `HOP` samples."""
    active: NDArray[np.bool_]
    """Whether there is speech in each hop of `HOP` samples (the last may be incomplete); shape (hops,)."""

    def __len__(self) -> int:
        return len(self.voice)

    def block(self, start: int, stop: int) -> Pcm:
        """The levelled narration; see `Blocks.block`."""
        block = self.voice.block(start, stop)
        block *= per_sample(self.gain, HOP, start, start + len(block))
        return block


def _levels(voice: Blocks) -> Curve:
    """RMS of each hop in dBFS."""
    squares = np.zeros(-(-len(voice) // HOP))
    for start in range(0, len(voice), BLOCK):
        block = voice.block(start, start + BLOCK)
        hops = np.pad(block, (0, -len(block) % HOP)).reshape(-1, HOP)
        squares[start // HOP :][: len(hops)] = np.einsum("ij,ij->i", hops, hops)
    return decibels(np.sqrt(squares / HOP))


def _phrase_gain(levels: Curve, active: NDArray[np.bool_], reference: float) -> Curve:
    """Gain in dB that brings each phrase most of the way to the programme's mean speech level."""
    power = np.where(active, 10 ** (levels / 10), 0.0)
    mean_power = smoothed(power, _PHRASE_HOPS) / np.maximum(smoothed(active.astype(np.float64), _PHRASE_HOPS), 1e-6)
    hops = np.arange(len(levels))
    phrase = np.interp(hops, hops[active], 10 * np.log10(np.maximum(mean_power[active], 1e-20)))
    gain = np.clip(_PHRASE_SHARE * (reference - phrase), -_PHRASE_RANGE_DB, _PHRASE_RANGE_DB)
    return smoothed(gain, _PHRASE_HOPS // 3)


def _syllable_gain(levels: Curve, reference: float) -> Curve:
    """Gain in dB of a soft-knee compression of the loudest syllables, so that the limiter has little to do."""
    over = smoothed(levels, 1) - (reference + _THRESHOLD_DB)
    kneed = np.clip(over + _KNEE_DB / 2, 0, _KNEE_DB) ** 2 / (2 * _KNEE_DB) + np.maximum(over - _KNEE_DB / 2, 0)
    return smoothed(-(1 - 1 / _RATIO) * kneed, _SYLLABLE_HOPS)


def levelled(voice: Blocks) -> Speech:
    """The narration with quiet phrases raised and loud syllables compressed.

    Args:
        voice: mono, at SAMPLE_RATE.
    """
    levels = _levels(voice)
    loud = float(np.percentile(levels[levels > _SILENCE_DB], 90)) if (levels > _SILENCE_DB).any() else 0.0
    active = levels > max(_SILENCE_DB, loud - _BELOW_LOUD_DB)
    if not active.any():
        return Speech(voice, np.ones(len(levels) + 1), active)
    reference = 10 * np.log10(np.mean(10 ** (levels[active] / 10)))
    gain = _phrase_gain(levels, active, reference)
    gain = gain + _syllable_gain(levels + gain, reference)
    centres = np.pad(gain, 1, mode="edge")
    return Speech(voice, amplitudes((centres[:-1] + centres[1:]) / 2), active)
