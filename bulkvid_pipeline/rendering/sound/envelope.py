"""Gain curves at a control rate: one value for each hop, in decibels, smoothed before they are applied to samples.

Rise and fall are linear in decibels, so they can be computed as running maxima without recursion.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import Pcm

Curve = NDArray[np.float64]
"""One value for each hop, shape (hops,)."""


def spread(curve: Curve, before: int, after: int) -> Curve:
    """The running maximum: of each hop, the `before` hops before it and the `after` hops after it. Shape (hops,)."""
    if not len(curve):
        return curve
    widest = np.pad(curve, (before, after), constant_values=-np.inf)
    reach, width = 1, before + after + 1
    while reach < width:
        # Maxima over 1, 2, 4, ... values; the last step overlaps the values already covered.
        step = min(reach, width - reach)
        widest = np.maximum(widest[:-step], widest[step:])
        reach += step
    return widest


def falling(curve: Curve, per_hop: float) -> Curve:
    """The least curve on or above this one that never falls by more than `per_hop` decibels a hop."""
    slope = per_hop * np.arange(len(curve))
    return np.asarray(np.maximum.accumulate(curve + slope) - slope, np.float64)


def rising(curve: Curve, per_hop: float) -> Curve:
    """The least curve on or above this one that never rises by more than `per_hop` decibels a hop: it rises early."""
    return falling(curve[::-1], per_hop)[::-1]


def smoothed(curve: Curve, reach: int) -> Curve:
    """Weighted mean (Hann window) over `reach` hops to either side; the end values are repeated. Shape (hops,)."""
    if reach < 1 or not len(curve):
        return curve
    window = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(np.pad(curve, reach, mode="edge"), window / window.sum(), mode="valid")


@cache
def _ramp(hop: int) -> NDArray[np.float32]:
    """Weights of a hop's two edges at each of its samples, shape (2, hop)."""
    rise = np.arange(hop, dtype=np.float32) / np.float32(hop)
    return np.stack([1 - rise, rise])


def per_sample(edges: Curve | NDArray[np.float32], hop: int, start: int, stop: int) -> Pcm:
    """Linear interpolation between edges, at the samples start <= index < stop; shape (stop - start,).

    Args:
        edges: values at sample 0, `hop`, 2 `hop` and so on, one more than there are hops.
        start: a multiple of `hop`.
    """
    first, last = start // hop, -(-stop // hop)
    near = edges[first : last + 1].astype(np.float32, copy=False)
    pairs = np.stack([near[:-1], near[1:]], axis=1)
    return np.asarray(pairs @ _ramp(hop), np.float32).reshape(-1)[: stop - start]


def decibels(amplitude: Curve) -> Curve:
    """Amplitudes in decibels; silence is -200 dB."""
    return 20 * np.log10(np.maximum(amplitude, 1e-10))


def amplitudes(curve: Curve) -> Curve:
    """Decibels as amplitudes."""
    return np.asarray(np.exp(curve * (np.log(10) / 20)), np.float64)
