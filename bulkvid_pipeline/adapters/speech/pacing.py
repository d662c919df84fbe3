"""Changing the pace and pitch of recorded speech.

Time is stretched by overlapping similar segments (WSOLA, Verhelst and Roelands, ICASSP 1993), which keeps the pitch;
the pitch is changed by stretching first and playing the result faster.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.contract import Utterance, WordTime

_HOP = 720
_PIECE = 2 * _HOP
_SEARCH = 480
"""How far from its place a segment may be taken, in samples at 48 kHz: 10 ms, a period of 100 Hz."""


def semitones(pitch: float) -> float:
    """The frequency factor of a pitch change in semitones."""
    return float(2 ** (pitch / 12))


def paced(utterance: Utterance, rate: float, pitch: float = 0.0) -> Utterance:
    """The utterance `rate` times as fast and `pitch` semitones higher, with its word times adapted."""
    if not utterance.pcm.size:
        return utterance
    factor = semitones(pitch)
    pcm = replayed(stretched(utterance.pcm, factor / rate), factor)
    moved = pcm.size / utterance.pcm.size
    words = tuple(WordTime(word.offset, word.seconds * moved) for word in utterance.words)
    return Utterance(pcm, words, utterance.warnings)


def replayed(pcm: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """The sound played `factor` times as fast, which raises its pitch by the same factor."""
    if abs(factor - 1) < 1e-6 or not pcm.size:
        return pcm
    size = max(1, round(pcm.size / factor))
    spectrum = np.fft.rfft(pcm)
    # Band-limited: frequencies that would exceed half the sampling rate are removed before resampling.
    spectrum[round(spectrum.size / max(1.0, factor)) :] = 0
    smooth = np.fft.irfft(spectrum, 2 * pcm.size) * 2
    at = np.linspace(0.0, smooth.size - 2, size)
    return np.clip(np.interp(at, np.arange(smooth.size), smooth), -1.0, 1.0).astype(np.float32)


def stretched(pcm: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    """The sound `factor` times as long, at its own pitch."""
    if abs(factor - 1) < 1e-6 or pcm.size < 2 * _PIECE:
        return pcm
    size = round(pcm.size * factor)
    padded = np.pad(pcm, (_SEARCH, _PIECE + _SEARCH + _HOP))
    window = np.hanning(_PIECE + 1)[:-1].astype(np.float32)
    out = np.zeros(size + _PIECE, np.float32)
    weight = np.zeros(size + _PIECE, np.float32)
    follows: NDArray[np.float32] | None = None
    for start in range(0, size, _HOP):
        wanted = min(round(start / factor), pcm.size)
        taken = wanted + _SEARCH
        if follows is not None:
            taken = wanted + _best_fit(padded[wanted : wanted + 2 * _SEARCH + _HOP], follows)
        out[start : start + _PIECE] += padded[taken : taken + _PIECE] * window
        weight[start : start + _PIECE] += window
        follows = padded[taken + _HOP : taken + 2 * _HOP]
    return np.asarray(out[:size] / np.maximum(weight[:size], 1e-3), np.float32)


def _best_fit(region: NDArray[np.float32], follows: NDArray[np.float32]) -> int:
    """Offset in the region at which the sound is most similar to the natural continuation `follows`."""
    products = np.correlate(region, follows, "valid")
    sums = np.concatenate([[0.0], np.cumsum(region.astype(np.float64) ** 2)])
    energies = np.maximum(sums[follows.size :] - sums[: -follows.size], 0.0)
    return int((products / np.sqrt(energies + 1e-9)).argmax())
