"""Gain curves at a control rate: one value a hop, in decibels, made smooth before they touch the samples.

Rise and fall are straight lines in decibels, which makes them running maxima instead of recursions.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import Pcm

Curve = NDArray[np.float64]
"""One value a hop, shape (hops,)."""


def spread(curve: Curve, before: int, after: int) -> Curve:
    """Each hop's maximum over itself, the `before` hops before it and the `after` hops after it."""
    if not len(curve):
        return curve
    padded = np.pad(curve, (before, after), constant_values=-np.inf)
    widest: Curve = sliding_window_view(padded, before + after + 1).max(axis=1)
    return widest


def falling(curve: Curve, per_hop: float) -> Curve:
    """The least curve on or above this one that never falls by more than `per_hop` decibels a hop."""
    slope = per_hop * np.arange(len(curve))
    return np.asarray(np.maximum.accumulate(curve + slope) - slope, np.float64)


def rising(curve: Curve, per_hop: float) -> Curve:
    """The least curve on or above this one that never rises by more than `per_hop`: it starts rising in time."""
    return falling(curve[::-1], per_hop)[::-1]


def smoothed(curve: Curve, reach: int) -> Curve:
    """Weighted mean (Hann) over `reach` hops to either side; the ends are held."""
    if reach < 1 or not len(curve):
        return curve
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(np.pad(curve, reach, mode="edge"), window / window.sum(), mode="valid")


def per_sample(edges: Curve, hop: int, samples: int) -> Pcm:
    """Straight lines from edge to edge, `hop` samples each; `edges` has ceil(samples / hop) + 1 values."""
    start = edges[:-1, None].astype(np.float32)
    step = np.diff(edges)[:, None].astype(np.float32)
    ramp = (np.arange(hop, dtype=np.float32) / np.float32(hop))[None, :]
    return np.asarray(start + step * ramp, np.float32).reshape(-1)[:samples]


def decibels(amplitude: Curve) -> Curve:
    """Amplitude to dB, silence at -200."""
    return 20 * np.log10(np.maximum(amplitude, 1e-10))


def amplitudes(curve: Curve) -> Curve:
    """Decibels to amplitude."""
    return np.asarray(10 ** (curve / 20), np.float64)
