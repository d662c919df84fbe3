"""Brings a programme to a target loudness under a true-peak ceiling."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import SAMPLE_RATE
from bulkvid_pipeline.rendering.sound.blocks import Blocks
from bulkvid_pipeline.rendering.sound.envelope import Curve, amplitudes, decibels, falling, smoothed, spread
from bulkvid_pipeline.rendering.sound.loudness import PEAK_CHUNK, Energies, chunk_peaks, gated_lufs, per_step

_LOOK_AHEAD_CHUNKS = 8
"""5.3 ms: the gain is reduced before the peak arrives, slowly enough to avoid an audible click."""
_RELEASE_DB_PER_S = 40.0
_HEADROOM_DB = 0.05
"""Headroom, because a changing gain moves the peaks between samples a little."""
_MOST_LIMITING_DB = 12.0
"""More limiting would damage the sound: a programme that needs more (single clicks) stays below the target."""
_TOLERANCE_LU = 0.01
_MAKE_UP_DB = 3.0
"""Usual upper bound of the loudness lost by limiting: true peaks are computed down to this level below the ceiling,
and further down if the loss is larger."""


def _reduction(peaks_db: Curve) -> Curve:
    """Gain reduction in dB at each chunk edge such that no chunk's peak exceeds 0 dB; shape (chunks + 1,).

    Peaks are widened by the look-ahead before they are smoothed over the same width, so the smooth curve covers them.
    """
    need = np.maximum(peaks_db, 0.0)
    widened = spread(need, _LOOK_AHEAD_CHUNKS, _LOOK_AHEAD_CHUNKS)
    released = falling(widened, _RELEASE_DB_PER_S * PEAK_CHUNK / SAMPLE_RATE)
    smooth = np.pad(smoothed(released, _LOOK_AHEAD_CHUNKS), 1, mode="edge")
    return np.maximum(smooth[:-1], smooth[1:])


def _limited_lufs(chunk_energies: Energies, edges: Curve) -> float:
    """Loudness in LUFS after a gain curve, from the energies before it; valid since the gain changes slowly compared
    with the K filter's memory."""
    power = (edges[:-1] + edges[1:])[: len(chunk_energies)].astype(np.float32)
    power *= np.float32(math.log(10) / 20)  # (a + b) / 2 decibels are 10 ** ((a + b) / 20) in power
    return gated_lufs(per_step(chunk_energies * np.exp(power, out=power)))


def _gain_edges(chunk_energies: Energies, peaks_db: Curve, target_lufs: float, drive: float) -> tuple[Curve, float]:
    """The gain in dB at each chunk edge that reaches the target after limiting, and the gain before limiting (drive).

    The loudness lost by limiting is compensated: loudness as a function of the drive is almost linear, so the drive is
    found by the secant method.

    Args:
        peaks_db: true peaks in dB relative to the ceiling.
        drive: the gain in dB that would reach the target without limiting.
    """
    most = _MOST_LIMITING_DB - float(peaks_db.max())
    drive, slope = min(drive, most), 0.77
    tried: tuple[float, float] | None = None
    for _ in range(8):
        edges = drive - _reduction(peaks_db + drive)
        error = target_lufs - _limited_lufs(chunk_energies, edges)
        if abs(error) < _TOLERANCE_LU or (error > 0 and drive >= most):
            break
        if tried is not None and drive != tried[0]:
            slope = min(1.0, max(0.25, (tried[1] - error) / (drive - tried[0])))
        tried = drive, error
        drive = min(drive + error / slope, most)
    return edges, drive


def mastering_gain(
    mix: Blocks, chunk_energies: Energies, *, target_lufs: float, max_true_peak_dbtp: float
) -> NDArray[np.float32]:
    """Amplitudes at the edges between chunks of `PEAK_CHUNK` samples that bring the mix to `target_lufs`.

    No true peak is above `max_true_peak_dbtp` afterwards. Sound that is too quiet or too short to have a loudness keeps
    its level.

    Args:
        chunk_energies: K-weighted energies of the mix for every whole `PEAK_CHUNK` samples.

        Returns:
            Shape (ceil(samples / PEAK_CHUNK) + 1,), float32.
    """
    chunks = -(-len(mix) // PEAK_CHUNK)
    loudness = gated_lufs(per_step(chunk_energies))
    if not math.isfinite(loudness):
        return np.ones(chunks + 1, np.float32)
    ceiling = max_true_peak_dbtp - _HEADROOM_DB
    unlimited, make_up = target_lufs - loudness, _MAKE_UP_DB
    while True:
        peaks = chunk_peaks(mix, 10 ** ((ceiling - unlimited - make_up) / 20))
        peaks_db = decibels(peaks.astype(np.float64)) - ceiling
        edges, drive = _gain_edges(chunk_energies, peaks_db, target_lufs, unlimited)
        if drive <= unlimited + make_up:
            return amplitudes(edges).astype(np.float32)
        make_up = drive - unlimited + _MAKE_UP_DB
