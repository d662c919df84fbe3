from __future__ import annotations

import math

import numpy as np
import pytest

from bulkvid_pipeline.rendering.model import Pcm
from bulkvid_pipeline.rendering.sound.blocks import Held
from bulkvid_pipeline.rendering.sound.loudness import (
    block_energies,
    chunk_peaks,
    gated_lufs,
    integrated_lufs,
    true_peak_dbtp,
)
from bulkvid_pipeline_tests.rendering.sound.signals import (
    ffmpeg_ebur128,
    pink_noise,
    seconds,
    speech,
    stereo,
    tone,
)

FADES = np.hanning(seconds(5)).astype(np.float32) ** 0.1
"""Without them ffmpeg's longer interpolator rings at the tone's ends and that is its peak."""

SOUNDS: dict[str, Pcm] = {
    "1 kHz stereo": stereo(tone(1000, 5, 0.2)),
    "50 Hz mono": tone(50, 5, 0.5),
    "10 kHz on one side": stereo(tone(10_000, 5, 0.3) * FADES, np.zeros(seconds(5), np.float32)),
    "pink noise": stereo(pink_noise(8, 0.5, 1), pink_noise(8, 0.7, 2)),
    "white noise mono": (0.1 * np.random.default_rng(3).standard_normal(seconds(6))).astype(np.float32),
    "speech": stereo(speech(15)),
    "speech after silence": stereo(speech(15, lead=6)),
    "loud then quiet": stereo(np.concatenate([tone(500, 4, 0.5), tone(500, 4, 0.05), tone(500, 4, 0.002)])),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_loudness_and_true_peak_agree_with_ffmpeg(name: str) -> None:
    loudness, peak = ffmpeg_ebur128(SOUNDS[name])
    assert integrated_lufs(SOUNDS[name]) == pytest.approx(loudness, abs=0.1)
    assert true_peak_dbtp(SOUNDS[name]) == pytest.approx(peak, abs=0.3)


def test_a_full_scale_997_hz_tone_in_one_channel_is_minus_3_01_lufs() -> None:
    """The calibration that BS.1770-4, annex 1, states in words."""
    assert integrated_lufs(tone(997, 5, 1.0)) == pytest.approx(-3.01, abs=0.02)


def test_true_peak_sees_between_the_samples() -> None:
    quarter = stereo(tone(12_000, 1, 0.5, phase=math.pi / 4))
    assert 20 * math.log10(float(np.abs(quarter[5000:-5000]).max())) == pytest.approx(-9.03, abs=0.01)
    assert true_peak_dbtp(quarter[5000:-5000]) == pytest.approx(-6.02, abs=0.3)


@pytest.mark.parametrize("kind", ["speech", "noise", "12 kHz"])
def test_chunk_peaks_above_the_floor_do_not_depend_on_the_floor(kind: str) -> None:
    noise = np.random.default_rng(5).standard_normal((seconds(2), 2)).astype(np.float32)
    sound = {"speech": stereo(speech(5)), "noise": noise, "12 kHz": stereo(tone(11_997, 2, 0.5))}[kind]
    exact = chunk_peaks(Held(sound), 0.0)
    floor = 0.4 * float(exact.max())
    hurried = chunk_peaks(Held(sound), floor)
    np.testing.assert_allclose(np.maximum(hurried, floor), np.maximum(exact, floor), rtol=1e-6)


@pytest.mark.parametrize("length", [0, 1, 4799, seconds(3)])
def test_silence_has_no_loudness_and_no_peak(length: int) -> None:
    silence = np.zeros((length, 2), np.float32)
    assert integrated_lufs(silence) == -math.inf
    assert true_peak_dbtp(silence) == -math.inf


def test_sound_below_the_absolute_gate_has_no_loudness() -> None:
    assert integrated_lufs(tone(1000, 3, 10 ** (-75 / 20))) == -math.inf


def test_less_than_one_gating_block_has_no_loudness() -> None:
    assert integrated_lufs(tone(1000, 0.39, 0.5)) == -math.inf
    assert integrated_lufs(tone(1000, 0.41, 0.5)) > -12


def test_energies_of_pieces_make_up_the_loudness_of_the_whole() -> None:
    pieces = [stereo(speech(4, seed=seed) * gain) for seed, gain in ((1, 1.0), (2, 0.4), (3, 0.8))]
    together = gated_lufs(np.concatenate([block_energies(piece) for piece in pieces]))
    assert together == pytest.approx(integrated_lufs(np.concatenate(pieces)), abs=0.05)
