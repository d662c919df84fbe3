"""Finds word times in speech without them, by aligning it with speech of the same text that has word times.

The reference speaks the same text and reports its word times. Both sounds become sequences of short spectra; dynamic
time warping (Sakoe and Chiba, 1978) maps the times of one to the times of the other, and so the word times. Pauses have
priority: a word that follows a pause is put at the end of the pause. Plain numpy, deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.contract import WordTime

RATE = 48_000
HOP_S = 0.01
_HOP, _WINDOW = round(HOP_S * RATE), 1536
_BANDS = 20
_LOWEST_HZ, _HIGHEST_HZ = 100.0, 7000.0
_CEPSTRA = 10
_FLOOR_DB = 45.0
"""Level in dB below the loud parts under which sound counts as silence."""
_PAUSE_DB = 30.0
_PAUSE_FRAMES = 9
"""Shorter gaps are the closures of plosives (p, t, k), not pauses."""
_LOUDNESS_WEIGHT = 2.0
_SIDESTEP_COST = 0.35
"""Cost of advancing in only one of the sounds: without it, sounds would be stretched and squeezed arbitrarily."""
_BAND_SHARE, _BAND_LEAST = 0.25, 60
"""Largest time difference between the two sounds: a share of the length, and a minimum in frames."""
_EARLY_S, _LATE_S = 0.06, 0.12
"""Largest distance in seconds between a pause and the word that is taken to follow it."""
_LONGEST_FRAMES = 6_000

Array = NDArray[np.float64]


def carried_over(
    words: Sequence[WordTime], reference: NDArray[np.float32], sound: NDArray[np.float32]
) -> tuple[WordTime, ...]:
    """The reference's words, with their times in `sound`.

    Args:
        words: as the reference voice reported them.
        reference: its sound, float32 mono at 48 kHz, without silence around it.
        sound: the same text by another voice, in the same form.
    """
    if not words or not reference.size or not sound.size:
        return ()
    times = np.array([word.seconds for word in words])
    length = sound.size / RATE
    if max(reference.size, sound.size) > _LONGEST_FRAMES * _HOP:
        moved = times * (sound.size / reference.size)  # very long sentence: linear scaling is good enough
    else:
        moved = _warped(times, _features(reference), _features(sound))
        moved = _after_pauses(moved, _pauses(sound))
    ordered = np.maximum.accumulate(np.clip(moved, 0.0, length))
    return tuple(WordTime(word.offset, float(seconds)) for word, seconds in zip(words, ordered, strict=True))


def _warped(times: Array, reference: Array, sound: Array) -> Array:
    """Reference times mapped to times of the sound along the cheapest alignment path."""
    path = _cheapest_path(_distances(reference, sound))
    return np.asarray(np.interp(times / HOP_S, path[:, 0], path[:, 1]) * HOP_S)


def _distances(reference: Array, sound: Array) -> Array:
    """Euclidean distances between all frames of the reference and all frames of the sound."""
    squares = (reference**2).sum(1)[:, None] + (sound**2).sum(1)[None, :] - 2 * reference @ sound.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _cheapest_path(distances: Array) -> Array:
    """Pairs (row, column) of the cheapest path from the first corner to the last: one pair for each row, in order.

    The table is filled along its antidiagonals, whose cells are independent of each other.
    """
    rows, columns = distances.shape
    margin = max(_BAND_LEAST, round(_BAND_SHARE * max(rows, columns)))
    off = np.abs(np.arange(rows)[:, None] / rows - np.arange(columns)[None, :] / columns) * columns > margin
    distances = np.where(off, np.inf, distances)
    mean = float(distances[~off].mean())
    cost = np.full((rows + 1, columns + 1), np.inf)
    cost[0, 0] = 0.0
    came = np.zeros((rows + 1, columns + 1), np.int8)
    for diagonal in range(2, rows + columns + 1):
        row = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        column = diagonal - row
        here = distances[row - 1, column - 1]
        ways = np.stack(
            [
                cost[row - 1, column - 1] + 2 * here,
                cost[row - 1, column] + here + _SIDESTEP_COST * mean,
                cost[row, column - 1] + here + _SIDESTEP_COST * mean,
            ]
        )
        best = ways.argmin(0)
        cost[row, column] = ways[best, np.arange(row.size)]
        came[row, column] = best
    return _walked_back(came)


def _walked_back(came: NDArray[np.int8]) -> Array:
    """The path through a table of steps; where it has several columns in a row, the middle one is taken."""
    row, column = came.shape[0] - 1, came.shape[1] - 1
    spans: dict[int, list[int]] = {}
    while row > 0 and column > 0:
        spans.setdefault(row - 1, []).append(column - 1)
        step = came[row, column]
        row -= step != 2
        column -= step != 1
    return np.array([(each, (min(spans[each]) + max(spans[each])) / 2) for each in sorted(spans)])


def _features(sound: NDArray[np.float32]) -> Array:
    """One row per hop: cepstra of the mel spectrum, which depend little on the speaker, and loudness."""
    spectra = _spectra(sound)
    mel = 10 * np.log10(spectra @ _mel_filters() + 1e-12)
    loud = np.percentile(mel, 95)
    mel = np.maximum(mel - loud, -_FLOOR_DB)
    cepstra = mel @ _cosines()
    spoken = mel.mean(1) > -_FLOOR_DB * 0.8
    mean = cepstra[spoken].mean(0) if spoken.any() else cepstra.mean(0)
    spread = cepstra[spoken].std(0) + 1e-6 if spoken.any() else np.ones(_CEPSTRA)
    loudness = _LOUDNESS_WEIGHT * mel.max(1, keepdims=True) / (_FLOOR_DB / 4)
    quiet = np.where(spoken[:, None], (cepstra - mean) / spread, 0.0)
    return np.hstack([quiet, loudness])


def _spectra(sound: NDArray[np.float32]) -> Array:
    padded = np.pad(sound.astype(np.float64), _WINDOW // 2)
    starts = range(0, max(1, sound.size), _HOP)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][: len(starts)]
    return np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2


@cache
def _mel_filters() -> Array:
    """Triangles of equal width on the mel scale: shape (bins, bands)."""

    def mel(hertz: Array) -> Array:
        return 2595 * np.log10(1 + hertz / 700)

    bins = mel(np.fft.rfftfreq(_WINDOW, 1 / RATE).astype(np.float64))
    low, high = mel(np.array([_LOWEST_HZ, _HIGHEST_HZ]))
    centres = np.linspace(low, high, _BANDS + 2)
    width = centres[1] - centres[0]
    filters = np.maximum(0.0, 1 - np.abs(bins[:, None] - centres[None, 1:-1]) / width)
    return np.asarray(filters / filters.sum(0))


@cache
def _cosines() -> Array:
    """The discrete cosine transform from bands to cepstra 1.._CEPSTRA."""
    band = (np.arange(_BANDS) + 0.5)[:, None]
    return np.asarray(np.cos(np.pi / _BANDS * band * np.arange(1, _CEPSTRA + 1)[None, :]))


def _pauses(sound: NDArray[np.float32]) -> list[tuple[float, float]]:
    """Start and end of the pauses within the sound, in seconds."""
    hops = -(-sound.size // _HOP)
    blocks = np.pad(sound.astype(np.float64), (0, hops * _HOP - sound.size)).reshape(hops, _HOP)
    level = 10 * np.log10((blocks**2).mean(1) + 1e-12)
    quiet = level <= np.percentile(level, 95) - _PAUSE_DB
    edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet, [0]])))
    return [
        (begin * HOP_S, end * HOP_S)
        for begin, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
        if end - begin >= _PAUSE_FRAMES and begin > 0 and end < hops
    ]


def _after_pauses(times: Array, pauses: Sequence[tuple[float, float]]) -> Array:
    """Word times in which words inside a pause, and a word near its end, are moved to the end of the pause."""
    moved = times.copy()
    for begin, end in pauses:
        near = (times > begin - _EARLY_S) & (times <= end + _LATE_S)
        if near.any():
            nearest = int(np.where(near, np.abs(times - end), np.inf).argmin())
            moved[near & (times <= times[nearest]) & (times > begin)] = end
            moved[nearest] = end
    return moved
