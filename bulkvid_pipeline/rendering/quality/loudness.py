"""Loudness, true peak and silence of finished sound after ITU-R BS.1770-4, in numpy, measured while it is read.

The K-weighting filters are applied as a frequency response, block by block: numpy has no recursive filter, and this is
faster. Memory is one block plus ten numbers for each second of sound. The code is independent of the code that makes
the sound (`rendering.sound`), so that an error there is detected here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

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
_FULL_SCALE = 1.0

# BS.1770-4, tables 1 and 2: coefficients for 48 kHz.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

# A transform yields 6 steps. The 3968 samples before them are discarded: by then the filters' response has decayed
# (its slowest pole falls by 60 dB in 1400 samples). Twice this length takes numpy five times as long.
_TRANSFORM = 1 << 15
_STEPS = 6
_HOP = _STEPS * _STEP
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
_TAPS = _PHASES.shape[1]
_PEAK_BLOCK = 96
_PEAK_CANDIDATE = 0.63


@dataclass(frozen=True)
class SoundMeasure:
    """The measures of a sound."""

    integrated_lufs: float
    """Integrated loudness in LUFS; -inf if all blocks are below the absolute gate."""
    true_peak_dbtp: float
    """True peak in dBTP, i.e. including values between samples; -inf for digital silence."""
    silences: tuple[tuple[float, float], ...]
    """Intervals below -60 dBFS: start and end in seconds, in steps of 0.1 s."""
    samples: int
    """Length of each channel in samples."""
    clipped: int
    """Number of samples at or above full scale, in both channels."""


class SoundMeter:
    """Measures stereo sound at SAMPLE_RATE, passed in chunks of any length."""

    def __init__(self) -> None:
        self._block = np.zeros((2, _TRANSFORM), np.float32)
        """The run-in (the end of the block before), then up to `_HOP` new samples."""
        self._new = 0
        self._samples = 0
        self._weighted: list[NDArray[np.float64]] = []
        self._quiet: list[NDArray[np.bool_]] = []
        self._peak = 0.0
        self._clipped = 0

    def feed(self, planar: Pcm) -> None:
        """Process the next chunk: float32 of shape (2, samples)."""
        taken = 0
        while taken < planar.shape[1]:
            piece = planar[:, taken : taken + _HOP - self._new]
            start = _RUN_IN + self._new
            self._block[:, start : start + piece.shape[1]] = piece
            taken += piece.shape[1]
            self._new += piece.shape[1]
            if self._new == _HOP:
                self._measure_block()

    def finish(self) -> SoundMeasure:
        """The measures of the whole sound. `feed` must not be called afterwards."""
        # Half a filter length of silence, so that the interpolation includes the last sample.
        end = np.zeros((2, _TAPS), np.float32)
        length = self._samples + self._new
        self.feed(end)
        self._samples = length
        self._block[:, _RUN_IN + self._new :] = 0
        self._measure_block()
        steps = length // _STEP
        weighted, quiet = np.concatenate(self._weighted)[:steps], np.concatenate(self._quiet)[:steps]
        peak = 20 * math.log10(self._peak) if self._peak > 0 else -math.inf
        return SoundMeasure(integrated_loudness(weighted), peak, _stretches(quiet), length, self._clipped)

    def _measure_block(self) -> None:
        """Measure the new samples and keep their end as the run-in of the next block."""
        spectrum = np.fft.rfft(self._block, axis=1)
        spectrum *= _k_response()
        heard = np.fft.irfft(spectrum, _TRANSFORM, axis=1)[:, _RUN_IN:].reshape(2, _STEPS, _STEP)
        self._weighted.append(np.einsum("cst,cst->s", heard, heard, dtype=np.float64) / _STEP)
        plain = self._block[:, _RUN_IN:].reshape(2, _STEPS, _STEP)
        loudest = np.einsum("cst,cst->cs", plain, plain).max(axis=0) / _STEP
        self._quiet.append(loudest < 10 ** (_SILENCE_DBFS / 10))
        for channel in self._block:
            self._look_for_peak(channel[_RUN_IN - _TAPS + 1 :])
        self._block[:, :_RUN_IN] = self._block[:, _HOP:]
        self._samples += self._new
        self._new = 0

    def _look_for_peak(self, samples: NDArray[np.float32]) -> None:
        """Update the peak: the highest absolute value of `_HOP` samples and of the run-in, at four times the sampling
        rate.

        Only samples within 4 dB of the highest sample are interpolated: except in constructed signals, the peak cannot
        be elsewhere.
        """
        new = np.abs(samples[_TAPS - 1 :]).reshape(-1, _PEAK_BLOCK)
        highest = new.max(axis=1)
        self._peak = max(self._peak, float(highest.max()))
        if self._peak >= _FULL_SCALE:
            self._clipped += int(np.count_nonzero(new[highest >= _FULL_SCALE] >= _FULL_SCALE))
        # The interpolation's windows extend into the block before.
        before = np.abs(samples[: _TAPS - 1]).max()
        reach = np.maximum(highest, np.append(before, highest[:-1]))
        loud = np.flatnonzero((reach >= _PEAK_CANDIDATE * self._peak) & (reach > 0))
        windows = np.lib.stride_tricks.sliding_window_view(samples, _TAPS).reshape(-1, _PEAK_BLOCK, _TAPS)[loud]
        between = windows.reshape(-1, _TAPS) @ _PHASES.T
        self._peak = max(self._peak, float(between.max(initial=0.0)), -float(between.min(initial=0.0)))


def measure(sound: Pcm) -> SoundMeasure:
    """Measure stereo sound of shape (samples, 2) at SAMPLE_RATE."""
    meter = SoundMeter()
    meter.feed(sound.T)
    return meter.finish()


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


@cache
def _k_response() -> NDArray[np.complex64]:
    delay = np.exp(-2j * np.pi * np.arange(_TRANSFORM // 2 + 1) / _TRANSFORM)
    response: NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in (_SHELF, _HIGH_PASS):
        response = response * np.polyval(numerator[::-1], delay) / np.polyval(denominator[::-1], delay)
    return response.astype(np.complex64)


def _stretches(quiet: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Intervals of quiet steps, as start and end in seconds."""
    framed = np.concatenate([[False], quiet, [False]])
    edges = np.flatnonzero(framed[1:] != framed[:-1])
    return tuple((float(start) / 10, float(end) / 10) for start, end in zip(edges[::2], edges[1::2], strict=True))
