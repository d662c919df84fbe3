from __future__ import annotations

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech.sound import audible, finish


def tone(frequency: float, seconds: float, rate: int = 22_050) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (0.5 * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


@pytest.mark.parametrize("frequency", [440.0, 1000.0, 1900.0])
def test_a_tone_keeps_its_frequency_and_length(frequency: float) -> None:
    out = finish(tone(frequency, 1.0), 22_050)
    assert out.dtype == np.float32
    assert out.size == 48_000
    spectrum = np.abs(np.fft.rfft(out * np.hanning(out.size)))
    assert abs(int(spectrum.argmax()) - frequency) <= 1


def test_nothing_is_shifted_in_time() -> None:
    burst = np.zeros(22_050, np.float32)
    burst[11_000:11_050] = tone(1000, 50 / 22_050)
    energy = finish(burst, 22_050) ** 2
    centre = float((energy * np.arange(energy.size)).sum() / energy.sum()) / 48_000
    assert centre == pytest.approx(11_025 / 22_050, abs=0.002)


def test_rumble_and_hiss_are_taken_out_and_speech_is_kept() -> None:
    def gain(frequency: float) -> float:
        return float(finish(tone(frequency, 1.0), 22_050)[2000:-2000].std() / tone(frequency, 1.0).std())

    assert gain(30) < 0.15
    assert gain(10_500) < 0.1
    assert gain(1000) == pytest.approx(10 ** (-3 / 20), rel=0.05)


def test_ends_are_faded() -> None:
    out = finish(np.full(4000, 0.5, np.float32), 22_050)
    assert abs(out[0]) < 1e-6
    assert abs(out[-1]) < 1e-6


def test_silence_around_speech_is_found() -> None:
    quiet = np.zeros(22_050, np.float32)
    pcm = np.concatenate([quiet, tone(300, 0.5), quiet])
    start, end = audible(pcm, 22_050)
    assert 0.98 < start / 22_050 < 1.0
    assert 1.5 < end / 22_050 < 1.55
    assert audible(quiet, 22_050) == (0, 0)
    assert finish(quiet[:0], 22_050).size == 0


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000])
def test_sound_of_any_length_and_rate_has_no_seams(rate: int) -> None:
    """A tone stays a tone, however many blocks it is worked in."""
    out = finish(tone(500.0, 3.3, rate), rate)
    assert out.size == round(3.3 * 48_000)
    inner = out[4_800:-4_800].astype(np.float64)
    time = np.arange(inner.size) / 48_000
    parts = np.stack([np.sin(2 * np.pi * 500 * time), np.cos(2 * np.pi * 500 * time)], axis=1)
    rest = inner - parts @ np.linalg.lstsq(parts, inner, rcond=None)[0]
    assert np.abs(rest).max() < 1e-3 * np.abs(inner).max()


def test_samples_lie_on_the_grid_of_16_bits() -> None:
    steps = finish(4 * tone(300.0, 1.0), 22_050) * 32_768
    assert np.array_equal(steps, np.rint(steps))
    assert steps.max() == 32_767
    assert steps.min() == -32_768
