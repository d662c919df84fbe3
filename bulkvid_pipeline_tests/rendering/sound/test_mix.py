from __future__ import annotations

import math

import numpy as np
import pytest

from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.beds import load_bed, looped
from bulkvid_pipeline.rendering.sound.ducking import music_gain
from bulkvid_pipeline.rendering.sound.loudness import block_energies, gated_lufs, integrated_lufs, true_peak_dbtp
from bulkvid_pipeline.rendering.sound.mastering import mastered
from bulkvid_pipeline.rendering.sound.mix import programme_sound
from bulkvid_pipeline.rendering.sound.voice import levelled
from bulkvid_pipeline_tests.rendering.sound.signals import ffmpeg_ebur128, pink_noise, seconds, speech, stereo, tone

TITLE_S = 4.0
LENGTH_S = 30.0


@pytest.fixture(scope="module")
def narration() -> Pcm:
    voice = speech(LENGTH_S, lead=TITLE_S)
    voice[seconds(15) : seconds(18)] = 0
    voice[seconds(27) :] = 0
    return voice


@pytest.fixture(scope="module")
def ducked(narration: Pcm) -> tuple[Pcm, Pcm, Pcm]:
    """Levelled speech, the music as it lies under it, and the music's gain in dB, before mastering."""
    spoken = levelled(narration)
    bed = looped(load_bed(Style.MODERN), len(narration))
    voice_lufs = gated_lufs(2 * block_energies(spoken.pcm))
    gain = music_gain(spoken, voice_lufs, block_energies(bed), len(narration))
    return stereo(spoken.pcm), bed * gain[:, None], 20 * np.log10(np.maximum(gain, 1e-9))


def _loudness_between(pcm: Pcm, start: float, end: float) -> float:
    return integrated_lufs(pcm[seconds(start) : seconds(end)])


@pytest.mark.parametrize("style", [*Style, None])
@pytest.mark.parametrize("level", [1.0, 0.03])
def test_every_programme_reaches_its_loudness_under_its_peak(narration: Pcm, style: Style | None, level: float) -> None:
    sound = programme_sound(narration * np.float32(level), load_bed(style) if style else None)
    assert sound.shape == (len(narration), 2)
    assert sound.dtype == np.float32
    assert integrated_lufs(sound) == pytest.approx(-14, abs=0.1)
    assert true_peak_dbtp(sound) <= -1


def test_ffmpeg_finds_the_same_loudness_and_peak(narration: Pcm) -> None:
    loudness, peak = ffmpeg_ebur128(programme_sound(narration, load_bed(Style.CORPORATE)))
    assert loudness == pytest.approx(-14, abs=0.2)
    assert peak <= -1 + 0.1  # it prints one decimal


def test_other_targets_are_met_as_well(narration: Pcm) -> None:
    sound = programme_sound(narration, load_bed(Style.CLASSIC), target_lufs=-23, max_true_peak_dbtp=-6)
    assert integrated_lufs(sound) == pytest.approx(-23, abs=0.1)
    assert true_peak_dbtp(sound) <= -6


def test_music_lies_20_lu_under_speech(ducked: tuple[Pcm, Pcm, Pcm]) -> None:
    voice, music, _ = ducked
    assert _loudness_between(voice, 5, 14) - _loudness_between(music, 5, 14) >= 20


def test_music_is_heard_in_the_title_card_and_in_long_pauses(ducked: tuple[Pcm, Pcm, Pcm]) -> None:
    voice, music, _ = ducked
    for start, end in ((1.0, TITLE_S - 0.7), (16.2, 17.4)):
        assert -12 < _loudness_between(music, start, end) - _loudness_between(voice, 5, 14) < -5


def test_music_is_down_before_the_first_word_and_does_not_rise_between_words(ducked: tuple[Pcm, Pcm, Pcm]) -> None:
    _, _, gain = ducked
    spoken = gain[seconds(TITLE_S) : seconds(14)]
    assert gain[seconds(TITLE_S - 0.8)] - gain[seconds(TITLE_S)] > 12
    assert spoken.max() - np.median(spoken) < 6


def test_music_never_jumps_and_fades_at_both_ends(ducked: tuple[Pcm, Pcm, Pcm]) -> None:
    _, music, gain = ducked
    inside = gain[seconds(0.7) : seconds(LENGTH_S - 2.1)]
    assert np.abs(inside[480:] - inside[:-480]).max() < 0.8
    assert np.abs(music[:50]).max() < 1e-3
    assert np.abs(music[-50:]).max() < 1e-3


def test_a_loud_passage_of_the_music_is_held_down_too(narration: Pcm) -> None:
    music = stereo(pink_noise(LENGTH_S, 0.1))
    music[seconds(8) : seconds(12)] *= 8
    spoken = levelled(narration)
    voice_lufs = gated_lufs(2 * block_energies(spoken.pcm))
    under = music * music_gain(spoken, voice_lufs, block_energies(music), len(narration))[:, None]
    assert voice_lufs - _loudness_between(under, 8.6, 11.4) >= 19


def test_levelling_brings_a_quiet_sentence_up(narration: Pcm) -> None:
    uneven = narration.copy()
    uneven[seconds(18) :] *= np.float32(10 ** (-8 / 20))
    even = levelled(uneven).pcm
    before = _loudness_between(uneven, 5, 14) - _loudness_between(uneven, 19, 26)
    after = _loudness_between(even, 5, 14) - _loudness_between(even, 19, 26)
    assert after < before - 3
    assert after > 0


def test_silence_stays_silence() -> None:
    silence = np.zeros(seconds(5), np.float32)
    assert not programme_sound(silence).any()
    assert not programme_sound(silence, np.zeros((seconds(2), 2), np.float32)).any()


def test_music_alone_is_brought_to_the_loudness() -> None:
    sound = programme_sound(np.zeros(seconds(10), np.float32), load_bed(Style.MINIMAL))
    assert integrated_lufs(sound) == pytest.approx(-14, abs=0.1)
    assert true_peak_dbtp(sound) <= -1


@pytest.mark.parametrize("samples", [0, 1, 31, 479, 4801, seconds(0.45)])
def test_programmes_of_any_length_keep_it(samples: int) -> None:
    for music in (None, load_bed(Style.MODERN)):
        sound = programme_sound(speech(1)[:samples], music)
        assert sound.shape == (samples, 2)
        assert np.isfinite(sound).all()


def test_lone_clicks_are_not_blown_up() -> None:
    clicks = np.zeros(seconds(6), np.float32)
    clicks[:: seconds(1.5)] = 0.9
    sound = programme_sound(clicks)
    assert np.isfinite(sound).all()
    assert true_peak_dbtp(sound) <= -1


def test_clipped_input_ends_under_the_peak(narration: Pcm) -> None:
    sound = programme_sound(np.clip(narration * 20, -1, 1), load_bed(Style.MODERN))
    assert true_peak_dbtp(sound) <= -1
    assert integrated_lufs(sound) == pytest.approx(-14, abs=0.5)


def test_values_that_are_not_numbers_are_refused(narration: Pcm) -> None:
    broken = narration.copy()
    broken[seconds(6)] = np.nan
    with pytest.raises(NarrationError, match="not numbers"):
        programme_sound(broken)


def test_the_limiter_touches_only_the_neighbourhood_of_a_peak() -> None:
    quiet = stereo(tone(440, 6, 0.2))
    peaky = quiet.copy()
    burst = seconds(3)
    peaky[burst : burst + 200] *= 5
    gain = mastered(peaky, target_lufs=integrated_lufs(peaky), max_true_peak_dbtp=-6)[:, 0] / np.where(
        peaky[:, 0] == 0, 1, peaky[:, 0]
    )
    steady = gain[np.abs(quiet[:, 0]) > 0.05]
    assert steady.min() < 0.6
    away = np.r_[gain[100 : burst - SAMPLE_RATE // 50], gain[burst + SAMPLE_RATE // 2 : -100]]
    away = away[away > 0]
    assert 20 * math.log10(float(away.max() / away.min())) < 0.1
