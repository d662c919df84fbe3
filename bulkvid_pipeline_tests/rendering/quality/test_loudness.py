"""Loudness, true peak and silence of synthetic tones whose values are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.quality.loudness import SoundMeter, integrated_loudness, measure


def sine(seconds: float, hertz: float, dbfs: float, phase: float = 0.0) -> Pcm:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * time + phase)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def silence(seconds: float) -> Pcm:
    return np.zeros((round(seconds * SAMPLE_RATE), 2), np.float32)


@pytest.mark.parametrize("level", [-40.0, -23.0, -14.0])
def test_a_stereo_tone_of_1_khz_has_its_level_as_loudness(level: float) -> None:
    # EBU Tech 3341, cases 1 and 2: a 1 kHz sine of -23 dBFS in both channels measures -23.0 LUFS, within 0.1.
    assert measure(sine(20, 1000, level)).integrated_lufs == pytest.approx(level, abs=0.1)


def test_one_channel_alone_is_three_units_quieter() -> None:
    # BS.1770-4, section 2: a 0 dBFS sine of 997 Hz in one channel measures -3.01 LKFS.
    sound = sine(10, 997, 0.0)
    sound[:, 1] = 0
    assert measure(sound).integrated_lufs == pytest.approx(-3.01, abs=0.05)


def test_quiet_parts_are_gated_out() -> None:
    # EBU Tech 3341, case 3: -36, -23 and -36 dBFS for 10, 60 and 10 s measure -23.0 LUFS.
    parts = [sine(10, 1000, -36), sine(60, 1000, -23), sine(10, 1000, -36)]
    assert measure(np.concatenate(parts)).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_far_quieter_parts_and_silence_are_gated_out_too() -> None:
    # EBU Tech 3341, case 4: -72, -36, -23, -36 and -72 dBFS.
    levels = ((10, -72), (10, -36), (60, -23), (10, -36), (10, -72))
    sound = np.concatenate([sine(seconds, 1000, level) for seconds, level in levels])
    assert measure(sound).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_bass_counts_less_and_treble_more() -> None:
    # The curve of BS.1770-4, figure 2 and 4 together: about -9 LU at 30 Hz... +4 LU over 4 kHz, against 1 kHz at 0.7.
    middle, bass, treble = (measure(sine(10, hertz, -20)).integrated_lufs for hertz in (1000, 30, 8000))
    assert bass < middle - 8
    assert treble == pytest.approx(middle + 3.3, abs=0.3)


def test_the_peak_between_the_samples_counts() -> None:
    # A quarter of the sample rate at 45 degrees: every sample is 3 dB under the wave's peak.
    sound = sine(2, SAMPLE_RATE / 4, -6.0, phase=math.pi / 4)
    assert 20 * math.log10(float(np.abs(sound).max())) == pytest.approx(-9.01, abs=0.01)
    assert measure(sound).true_peak_dbtp == pytest.approx(-6.0, abs=0.3)


def test_a_single_loud_click_is_the_peak() -> None:
    sound = sine(30, 300, -30)
    sound[777_777:777_780] = 0.5
    # Three equal samples: the wave through them rises over them a little.
    assert -6.1 < measure(sound).true_peak_dbtp < -4.5


def test_silences_are_found_where_they_are() -> None:
    sound = np.concatenate([sine(1, 440, -20), silence(2.5), sine(1, 440, -20), silence(0.5), sine(0.3, 440, -70)])
    assert measure(sound).silences == ((1.0, 3.5), (4.5, 5.3))


def test_digital_silence_has_no_loudness_and_no_peak() -> None:
    found = measure(silence(3))
    assert (found.integrated_lufs, found.true_peak_dbtp) == (-math.inf, -math.inf)
    assert found.silences == ((0.0, 3.0),)


@pytest.mark.parametrize("seconds", [0, 0.05, 0.3])
def test_sound_shorter_than_a_gating_block_has_no_loudness(seconds: float) -> None:
    assert measure(sine(seconds, 1000, -20)).integrated_lufs == -math.inf


def k_weighted_by_recursion(channel: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    """The two filters of BS.1770-4, tables 1 and 2, sample by sample."""
    store = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
    high_pass = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
    samples = channel.tolist()
    for b0, b1, b2, a1, a2 in (store, high_pass):
        x1 = x2 = y1 = y2 = 0.0
        filtered = []
        for x in samples:
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            filtered.append(y)
        samples = filtered
    return samples


def test_fast_filtering_leaves_no_seams_against_the_filters_by_the_letter() -> None:
    # Noise whose loudness changes from one 100 ms to the next, over several blocks of the fast convolution.
    rng = np.random.default_rng(7)
    seconds = 5
    noise = rng.standard_normal(seconds * SAMPLE_RATE) * 0.1 * np.repeat(rng.uniform(0.05, 1, seconds * 10), 4800)
    heard = np.array(k_weighted_by_recursion(noise))
    expected = integrated_loudness((heard.reshape(-1, 4800) ** 2).mean(axis=1))
    sound = np.stack([noise, np.zeros_like(noise)], axis=1).astype(np.float32)
    assert measure(sound).integrated_lufs == pytest.approx(expected, abs=0.001)


@pytest.mark.parametrize("piece", [1024, 960, 28_800, 50_001])
def test_sound_that_comes_in_pieces_measures_as_in_one(piece: int) -> None:
    rng = np.random.default_rng(3)
    sound = (rng.standard_normal((211_111, 2)) * 0.1).astype(np.float32)
    sound[60_000:130_000] = 0
    sound[-1] = 0.9
    meter = SoundMeter()
    for start in range(0, len(sound), piece):
        meter.feed(sound[start : start + piece].T)
    assert meter.finish() == measure(sound)
    assert measure(sound).samples == 211_111


@pytest.mark.parametrize("at", [28_799, 28_800, 57_599, 57_600, 86_399])
def test_a_peak_between_two_blocks_is_found(at: int) -> None:
    # Two equal samples: the wave between them is higher, whichever block they are in.
    sound = np.zeros((86_400, 2), np.float32)
    sound[max(0, at - 1) : at + 1, 1] = 0.5
    assert measure(sound).true_peak_dbtp == pytest.approx(20 * math.log10(0.5) + 1.9, abs=0.4)


def test_samples_at_full_scale_are_counted() -> None:
    sound = sine(1, 440, -20)
    sound[100:103, 0] = (1.0, -1.2, 0.999)
    assert measure(sound).clipped == 2
