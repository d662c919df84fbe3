"""Bringing a programme to its loudness under a true-peak ceiling."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.envelope import (
    Curve,
    amplitudes,
    decibels,
    falling,
    per_sample,
    smoothed,
    spread,
)
from bulkvid_pipeline.rendering.sound.loudness import (
    PEAK_CHUNK,
    STEP,
    Energies,
    chunk_peaks,
    energies,
    gated_lufs,
)

_LOOK_AHEAD_CHUNKS = 8
"""5.3 ms: the gain is down before the peak arrives, slowly enough not to be heard as a click."""
_RELEASE_DB_PER_S = 40.0
_HEADROOM_DB = 0.05
"""Kept free because a gain in motion shifts the peaks between samples a little."""
_MOST_LIMITING_DB = 12.0
"""Beyond this a limiter destroys the sound: such a programme (lone clicks) stays quieter than asked."""
_TOLERANCE_LU = 0.03
_NEAR_CEILING_DB = 1.0
"""Chunks further below the ceiling cannot get over it by the gain's motion, which is what `_HEADROOM_DB` is for."""
_BLOCK = 1_024 * PEAK_CHUNK


def _reduction(peaks_db: Curve) -> Curve:
    """Decibels to take off at each chunk edge so that no chunk's peak exceeds 0 dB; (chunks + 1,) values.

    The peaks are widened by the look-ahead before being smoothed over the same reach, so the smooth curve covers them.
    """
    need = np.maximum(peaks_db, 0.0)
    widened = spread(need, _LOOK_AHEAD_CHUNKS, _LOOK_AHEAD_CHUNKS)
    released = falling(widened, _RELEASE_DB_PER_S * PEAK_CHUNK / SAMPLE_RATE)
    smooth = np.pad(smoothed(released, _LOOK_AHEAD_CHUNKS), 1, mode="edge")
    return np.maximum(smooth[:-1], smooth[1:])


def _limited_lufs(chunk_energies: Energies, edges: Curve) -> float:
    """Loudness after a gain curve, from the energies before it: the curve is slow against the K filter's memory."""
    gain = amplitudes((edges[:-1] + edges[1:])[: len(chunk_energies)] / 2)
    per_step = STEP // PEAK_CHUNK
    whole = len(chunk_energies) // per_step * per_step
    return gated_lufs((chunk_energies * gain**2)[:whole].reshape(-1, per_step).mean(axis=1))


def _gain_edges(chunk_energies: Energies, peaks_db: Curve, target_lufs: float) -> Curve:
    """The gain in dB at each chunk edge that reaches the target after limiting; `peaks_db` is against the ceiling.

    What limiting takes away is added back, a few times over: each round leaves a small part of the error.
    """
    most = _MOST_LIMITING_DB - float(peaks_db.max())
    drive = min(target_lufs - _limited_lufs(chunk_energies, np.zeros(len(peaks_db) + 1)), most)
    for _ in range(8):
        edges = drive - _reduction(peaks_db + drive)
        error = target_lufs - _limited_lufs(chunk_energies, edges)
        if abs(error) < _TOLERANCE_LU / 3 or (error > 0 and drive >= most):
            break
        drive = min(drive + 1.3 * error, most)
    return edges


def mastered(mix: Pcm, *, target_lufs: float, max_true_peak_dbtp: float) -> Pcm:
    """The programme at `target_lufs` with no true peak above `max_true_peak_dbtp`.

    Sound too quiet or too short to have a loudness is returned as it is.

    Args:
        mix: stereo, (samples, 2); not changed.
    """
    chunk_energies = energies(mix, PEAK_CHUNK)
    loudness = _limited_lufs(chunk_energies, np.zeros(len(chunk_energies) + 1))
    if not math.isfinite(loudness):
        return mix
    ceiling = max_true_peak_dbtp - _HEADROOM_DB
    never_limited = 10 ** ((ceiling - (target_lufs - loudness) - 6) / 20)
    peaks_db = decibels(chunk_peaks(mix, never_limited).astype(np.float64)) - ceiling
    aim = target_lufs
    for _ in range(3):
        edges = _gain_edges(chunk_energies, peaks_db, aim)
        gain = amplitudes(edges)
        error = target_lufs - gated_lufs(energies(mix, STEP, partial(_gain_between, gain)))
        if abs(error) < _TOLERANCE_LU or error > 1:
            break
        aim += error
    result = np.empty_like(mix)
    for start in range(0, len(mix), _BLOCK):
        piece = mix[start : start + _BLOCK]
        result[start : start + _BLOCK] = piece * _gain_between(gain, start, start + len(piece))[:, None]
    close = peaks_db + np.maximum(edges[:-1], edges[1:]) > -_NEAR_CEILING_DB
    highest = float(chunk_peaks(result, 10 ** (max_true_peak_dbtp / 20), close).max())
    over = 20 * math.log10(highest) - max_true_peak_dbtp
    if over > 0:
        result *= np.float32(10 ** (-over / 20))
    return result


def _gain_between(edges: Curve, start: int, stop: int) -> Pcm:
    """Amplitudes of the samples start <= index < stop; `edges` are those at chunk edges, and `start` is one."""
    first, last = start // PEAK_CHUNK, -(-stop // PEAK_CHUNK)
    return per_sample(edges[first : last + 1], PEAK_CHUNK, stop - start)
