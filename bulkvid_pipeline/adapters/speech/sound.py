"""From espeak's 22 kHz sound to the engine's 48 kHz: trimmed, a little warmer, resampled.

Resampling and equalising are one pass in the frequency domain: the spectrum of the whole utterance is weighted and
padded, which is exact band-limited interpolation and shifts nothing in time.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
_SILENCE = 10 ** (-46 / 20)
_MARGIN_BEFORE, _MARGIN_AFTER = 0.012, 0.045
_FADE = 0.006
_HEADROOM_DB = -3.0

# Gain in dB by frequency in Hz: rumble out, some body, less of the synthetic edge at 3..6 kHz and no hiss above.
_TONE = (
    (0, -40),
    (50, -18),
    (90, -1.5),
    (180, 2.0),
    (350, 1.0),
    (900, 0),
    (2200, 0),
    (3200, -2.0),
    (5200, -3.5),
    (7500, -6.0),
    (9500, -14.0),
    (10900, -60.0),
)


def audible(pcm: NDArray[np.float32], rate: int) -> tuple[int, int]:
    """First and last sample (exclusive) of what can be heard, with a small margin; (0, 0) for silence."""
    loud = np.flatnonzero(np.abs(pcm) > _SILENCE)
    if not loud.size:
        return 0, 0
    start = max(0, int(loud[0]) - round(_MARGIN_BEFORE * rate))
    return start, min(pcm.size, int(loud[-1]) + 1 + round(_MARGIN_AFTER * rate))


def finish(pcm: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """Tone, 48 kHz, and short fades at both ends; `pcm` is mono in -1..1 at `rate` Hz."""
    if not pcm.size:
        return np.zeros(0, np.float32)
    step = gcd(rate, RATE)
    unit, wide_unit = rate // step, RATE // step
    blocks = _fast_length(-(-(pcm.size + rate // 20) // unit))
    spectrum = np.fft.rfft(pcm, blocks * unit)
    frequencies = np.linspace(0.0, rate / 2, spectrum.size)
    tone_at, tone_db = zip(*_TONE, strict=True)
    spectrum *= 10 ** ((np.interp(frequencies, tone_at, tone_db) + _HEADROOM_DB) / 20) * (wide_unit / unit)
    length = -(-pcm.size * RATE // rate)
    wide = np.fft.irfft(spectrum, blocks * wide_unit)[:length].astype(np.float32)
    fade = min(round(_FADE * RATE), length // 2)
    ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
    wide[:fade] *= ramp
    wide[length - fade :] *= ramp[::-1]
    return np.clip(wide, -1.0, 1.0, out=wide)


def _fast_length(count: int) -> int:
    """The next number that has no prime factor above 5, for which the Fourier transform is quick."""
    while True:
        rest = count
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return count
        count += 1
