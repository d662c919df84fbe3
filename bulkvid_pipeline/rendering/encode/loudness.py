"""Loudness, true peak and silence of finished sound, after ITU-R BS.1770-4, in numpy.

The K-weighting filters are applied as their frequency response, block by block: there is no recursive filter in numpy,
and this is the faster way anyhow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm

_STEP = SAMPLE_RATE // 10
"""100 ms: gating blocks of 400 ms overlap by 75 % (BS.1770-4, section 5.1)."""
_STEPS_PER_GATE = 4
_OFFSET_LU = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_SILENCE_DBFS = -60.0

# BS.1770-4, tables 1 and 2: coefficients for 48 kHz.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

# A transform gives 12 steps; the 7936 samples before them are dropped, by when the filters' response has died away
# (its slowest pole falls by 60 dB in 1400 samples).
_TRANSFORM = 1 << 16
_HOP = 12 * _STEP
_RUN_IN = _TRANSFORM - _HOP

# BS.1770-4, annex 2: the 4 x interpolating filter; phases 2 and 3 are phases 1 and 0 reversed.
_PHASE_0 = (
    *(0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625),
    *(0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500),
)
_PHASE_1 = (
    *(-0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250),
    *(0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375),
)
_PHASES = np.array([_PHASE_0, _PHASE_1, _PHASE_1[::-1], _PHASE_0[::-1]], np.float32)
_PEAK_BLOCK = 480
_PEAK_CANDIDATE = 0.5


@dataclass(frozen=True)
class SoundMeasure:
    """What the ear gets."""

    integrated_lufs: float
    """Programme loudness; -inf where all of it is under the absolute gate."""
    true_peak_dbtp: float
    """Highest value between the samples too; -inf for digital silence."""
    silences: tuple[tuple[float, float], ...]
    """Stretches under -60 dBFS: start and end in seconds, in steps of 0.1 s."""


def measure(sound: Pcm) -> SoundMeasure:
    """Measure stereo sound of shape (samples, 2) at SAMPLE_RATE."""
    channels = np.ascontiguousarray(sound.T, dtype=np.float32)
    weighted = np.stack([_weighted_energies(channel) for channel in channels]).sum(axis=0)
    peak = max((_true_peak(channel) for channel in channels), default=0.0)
    return SoundMeasure(
        integrated_loudness(weighted), 20 * math.log10(peak) if peak > 0 else -math.inf, _silences(channels)
    )


def integrated_loudness(energies: NDArray[np.float64]) -> float:
    """Loudness in LUFS of K-weighted mean squares per 100 ms, summed over the channels (BS.1770-4, section 5.1)."""
    if len(energies) < _STEPS_PER_GATE:
        return -math.inf
    blocks = np.convolve(energies, np.full(_STEPS_PER_GATE, 1 / _STEPS_PER_GATE), "valid")
    with np.errstate(divide="ignore"):
        loudness = _OFFSET_LU + 10 * np.log10(blocks)
    heard = loudness > _ABSOLUTE_GATE_LUFS
    if not heard.any():
        return -math.inf
    gate = _OFFSET_LU + 10 * math.log10(blocks[heard].mean()) + _RELATIVE_GATE_LU
    return _OFFSET_LU + 10 * math.log10(blocks[heard & (loudness > gate)].mean())


def _weighted_energies(channel: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean square of the K-weighted channel for every whole 100 ms."""
    steps = len(channel) // _STEP
    hops = -(-steps * _STEP // _HOP)
    padded = np.zeros(_RUN_IN + hops * _HOP, np.float32)
    used = min(len(channel), hops * _HOP)
    padded[_RUN_IN : _RUN_IN + used] = channel[:used]
    response = _k_response()
    energies = np.empty(hops * _HOP // _STEP)
    for hop in range(hops):
        spectrum = np.fft.rfft(padded[hop * _HOP : hop * _HOP + _TRANSFORM])
        heard = np.fft.irfft(spectrum * response, _TRANSFORM)[_RUN_IN:].reshape(-1, _STEP)
        energies[hop * 12 : hop * 12 + 12] = np.einsum("ij,ij->i", heard, heard) / _STEP
    return energies[:steps]


def _k_response() -> NDArray[np.complex64]:
    delay = np.exp(-2j * np.pi * np.arange(_TRANSFORM // 2 + 1) / _TRANSFORM)
    response: NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in (_SHELF, _HIGH_PASS):
        response = response * np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response.astype(np.complex64)


def _true_peak(channel: NDArray[np.float32]) -> float:
    """Highest absolute value of the channel at four times the rate.

    Only stretches within 6 dB of the highest sample are looked at: no others can hold the peak but in made-up signals.
    """
    taps = _PHASES.shape[1]
    blocks = -(-len(channel) // _PEAK_BLOCK)
    padded = np.zeros(blocks * _PEAK_BLOCK + taps - 1, np.float32)
    padded[taps // 2 : taps // 2 + len(channel)] = channel
    sample_peaks = np.abs(padded[taps // 2 :][: blocks * _PEAK_BLOCK]).reshape(blocks, _PEAK_BLOCK).max(axis=1)
    highest = float(sample_peaks.max(initial=0.0))
    if highest == 0.0:
        return 0.0
    loud = np.flatnonzero(sample_peaks >= _PEAK_CANDIDATE * highest)
    windows = np.lib.stride_tricks.sliding_window_view(padded, _PEAK_BLOCK + taps - 1)[::_PEAK_BLOCK][loud]
    peak = highest
    for phase in _PHASES:
        between = sum((tap * windows[:, at : at + _PEAK_BLOCK] for at, tap in enumerate(phase)), np.float32(0))
        peak = max(peak, float(np.abs(between).max()))
    return peak


def _silences(channels: NDArray[np.float32]) -> tuple[tuple[float, float], ...]:
    steps = channels.shape[1] // _STEP
    cut = channels[:, : steps * _STEP].reshape(len(channels), steps, _STEP)
    energies = np.einsum("cst,cst->cs", cut, cut).max(axis=0) / _STEP
    quiet = np.concatenate([[False], energies < 10 ** (_SILENCE_DBFS / 10), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1])
    return tuple((float(start) / 10, float(end) / 10) for start, end in zip(edges[::2], edges[1::2], strict=True))
