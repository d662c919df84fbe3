"""Loudness and true peak as ITU-R BS.1770-4 defines them, for sound at 48 kHz.

K-weighting uses fast convolution instead of the two biquads sample by sample: the same frequency response, a fraction
of the time in numpy. The filter's slowest pole has radius 0.995, so after `_OVERLAP` samples its ringing is below 1e-4
and the overlap-save blocks have almost no wrap-around: energies are accurate to 1e-4.

All processing is block by block, so that it fits into the processor's cache and memory does not grow with the sound.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.blocks import BLOCK, Blocks, Held

Energies = NDArray[np.float64]
"""K-weighted mean squares of consecutive steps of sound, summed over channels; shape (steps,)."""

STEP = SAMPLE_RATE // 10
"""Samples of 100 ms: gating blocks of 400 ms overlap by 75 % (BS.1770-4, annex 1)."""
STEPS_PER_BLOCK = 4
PEAK_CHUNK = 32
"""Samples in a chunk; one true peak is computed for each chunk."""

_ROWS_AT_ONCE = 40
"""Rows of one matrix product: for larger products OpenBLAS starts further threads, which cost more than they gain."""

_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OFFSET_LU = -0.691
_FFT = 16_384
_HOP = 3 * STEP
_OVERLAP = _FFT - _HOP
_OVERSAMPLING = 4
_TAPS = 32
_BEFORE = _TAPS // 2 - 1
"""Number of samples that the interpolator uses before the sample after which it interpolates."""

# BS.1770-4, annex 1, tables 1 and 2: (numerator, denominator) of the shelf and of the RLB high pass at 48 kHz.
_K_STAGES = (
    ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585)),
    ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621)),
)


@cache
def _k_response() -> NDArray[np.complex64]:
    response = np.ones(_FFT // 2 + 1, np.complex128)
    for numerator, denominator in _K_STAGES:
        response *= np.fft.rfft(numerator, _FFT) / np.fft.rfft(denominator, _FFT)
    return response.astype(np.complex64)


def energies(sound: Blocks, step: int) -> Energies:
    """K-weighted mean square of every whole `step` samples, summed over channels; shape (samples // step,).

    Left and right have weight 1 (BS.1770-4, annex 1, table 3); a remainder shorter than `step` is left out.

    Args:
        step: a divisor of 14 400 samples.
    """
    found = np.zeros(-(-len(sound) // _HOP) * (_HOP // step))
    window = np.zeros((0, _FFT), np.float32)
    for start in range(0, len(sound), BLOCK):
        block = np.atleast_2d(sound.block(start, start + BLOCK))
        if not len(window):
            window = np.zeros((len(block), _FFT), np.float32)
        for at in range(0, block.shape[1], _HOP):
            fresh = block[:, at : at + _HOP]
            end = _OVERLAP + fresh.shape[1]
            window[:, :_OVERLAP] = window[:, _HOP:]
            window[:, _OVERLAP:end] = fresh
            window[:, end:] = 0
            first = (start + at) // step
            found[first : first + _HOP // step] = _weighted_squares(window, step)
    return found[: len(sound) // step] / step


def _weighted_squares(window: NDArray[np.float32], step: int) -> Energies:
    """Sums of squares of the K-weighted window after its run-in, for each `step` samples."""
    spectrum = np.fft.rfft(window)
    spectrum *= _k_response()
    weighted = np.fft.irfft(spectrum, _FFT)[:, _OVERLAP:].reshape(-1, step)
    squares = np.einsum("ij,ij->i", weighted, weighted).reshape(len(window), -1)
    return np.asarray(squares.sum(axis=0, dtype=np.float64))


def block_energies(pcm: Pcm) -> Energies:
    """Energies of consecutive 100 ms, shape (samples // 4800,), as input of `gated_lufs`.

    Energies of sounds whose lengths are multiples of 100 ms may be concatenated; the error is the filter's memory of a
    few ms.
    """
    return energies(Held(pcm), STEP)


def lufs(energy: float) -> float:
    """Loudness in LUFS of one K-weighted energy; minus infinity for silence (BS.1770-4, annex 1, equation 2)."""
    return _OFFSET_LU + 10 * math.log10(energy) if energy > 0 else -math.inf


def gated_lufs(steps: Energies) -> float:
    """Integrated loudness in LUFS of 100 ms energies after both gates (BS.1770-4, annex 1, equations 3 to 7).

    Minus infinity if no block of 400 ms passes the absolute gate.
    """
    if len(steps) < STEPS_PER_BLOCK:
        return -math.inf
    blocks = sliding_window_view(steps, STEPS_PER_BLOCK).mean(axis=1)
    audible = blocks[blocks > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_LU) / 10)]
    if not len(audible):
        return -math.inf
    return lufs(float(audible[audible > audible.mean() * 10 ** (_RELATIVE_GATE_LU / 10)].mean()))


def per_step(chunk_energies: Energies) -> Energies:
    """Energies of 100 ms from those of `PEAK_CHUNK` samples; a remainder is left out."""
    chunks = STEP // PEAK_CHUNK
    whole = len(chunk_energies) // chunks * chunks
    return np.asarray(chunk_energies[:whole].reshape(-1, chunks).mean(axis=1), np.float64)


def integrated_lufs(pcm: Pcm) -> float:
    """Integrated loudness in LUFS of mono (samples,) or stereo (samples, 2) sound; minus infinity for silence."""
    return gated_lufs(block_energies(pcm))


@cache
def _interpolator() -> tuple[NDArray[np.float32], float]:
    """The interpolation matrix from a chunk with its neighbourhood to the points between its samples, and a bound.

    Kaiser-windowed sinc at 1/4, 1/2 and 3/4 between samples: four-fold oversampling (BS.1770-4, annex 2). An
    interpolated point is the linear interpolation of its neighbours plus a weighted sum of second differences around
    it. So it exceeds its neighbours by at most the bound (the sum of the weights' absolute values) times the largest
    second difference.
    """
    taps = np.arange(_TAPS) - _BEFORE
    fractions = np.arange(1, _OVERSAMPLING) / _OVERSAMPLING
    distance = taps[:, None] - fractions[None, :]
    window = np.i0(7.0 * np.sqrt(np.clip(1 - (distance / (_TAPS / 2)) ** 2, 0, 1))) / np.i0(7.0)
    kernel = np.sinc(distance) * window
    kernel /= kernel.sum(axis=0)
    matrix = np.zeros((PEAK_CHUNK + _TAPS - 1, PEAK_CHUNK, _OVERSAMPLING - 1), np.float32)
    for sample in range(PEAK_CHUNK):
        matrix[sample : sample + _TAPS, sample] = kernel
    bent = kernel.copy()
    bent[_BEFORE] -= 1 - fractions
    bent[_BEFORE + 1] -= fractions
    return matrix.reshape(len(matrix), -1), float(np.abs(bent.cumsum(axis=0).cumsum(axis=0)).sum(axis=0).max())


def chunk_peaks(sound: Blocks, floor: float) -> NDArray[np.float32]:
    """True peak (linear, over all channels) of every `PEAK_CHUNK` samples, shape (ceil(samples / PEAK_CHUNK),).

    Chunks whose true peak is certain to be at most `floor` get their sample peak instead: values between samples are
    bounded by the second differences there, so few chunks have to be interpolated.
    """
    found: list[NDArray[np.float32]] = []
    # The last finished chunk, and the chunk that needs the next block for its neighbourhood.
    carried: Pcm | None = None
    for start in range(0, len(sound), BLOCK):
        block = np.atleast_2d(sound.block(start, start + BLOCK))
        if carried is None:
            carried = np.zeros((len(block), PEAK_CHUNK), np.float32)
        last = start + BLOCK >= len(sound)
        rest = -block.shape[1] % PEAK_CHUNK + PEAK_CHUNK if last else 0
        ready = np.concatenate([carried, block, np.zeros((len(block), rest), np.float32)], axis=1)
        carried = ready[:, -2 * PEAK_CHUNK :]
        found.append(_peaks_within(ready, floor))
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def _peaks_within(sound: Pcm, floor: float) -> NDArray[np.float32]:
    """`chunk_peaks` of all chunks except the first and the last, which serve as neighbourhood."""
    matrix, bend_gain = _interpolator()
    sample_peaks = _chunk_maxima(sound)
    bends = np.zeros_like(sound)
    np.add(sound[:, 2:], sound[:, :-2], out=bends[:, 1:-1])
    bends -= 2 * sound
    bends[:, [0, -1]] = 0
    highest = _nearby(sample_peaks) + np.float32(bend_gain) * _nearby(_chunk_maxima(bends))
    peaks: NDArray[np.float32] = sample_peaks[:, 1:-1].max(axis=0)
    for channel, bound in zip(sound, highest, strict=True):
        loud = np.flatnonzero(bound > floor)
        windows = sliding_window_view(channel[PEAK_CHUNK - _BEFORE :], len(matrix))[::PEAK_CHUNK]
        for at in range(0, len(loud), _ROWS_AT_ONCE):
            some = loud[at : at + _ROWS_AT_ONCE]
            between = windows[some] @ matrix
            peaks[some] = np.maximum(peaks[some], np.abs(between, out=between).max(axis=1))
    return peaks


def _chunk_maxima(sound: Pcm) -> NDArray[np.float32]:
    """Largest absolute value of each chunk and channel, by repeatedly taking the maxima of neighbours."""
    maxima = np.abs(sound).reshape(-1)
    for _ in range(PEAK_CHUNK.bit_length() - 1):
        maxima = np.maximum(maxima[0::2], maxima[1::2])
    return maxima.reshape(len(sound), -1)


def _nearby(chunks: NDArray[np.float32]) -> NDArray[np.float32]:
    """The maximum of each chunk and its two neighbours, for all chunks except the first and the last."""
    return np.maximum(np.maximum(chunks[:, :-2], chunks[:, 2:]), chunks[:, 1:-1])


def true_peak_dbtp(pcm: Pcm) -> float:
    """True peak in dBTP by four-fold oversampling (BS.1770-4, annex 2); minus infinity for silence."""
    sample_peak = max(float(pcm.max()), -float(pcm.min())) if pcm.size else 0.0
    if sample_peak == 0:
        return -math.inf
    return 20 * math.log10(float(chunk_peaks(Held(pcm), sample_peak).max()))
