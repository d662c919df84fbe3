from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from bulkvid_pipeline.core.errors import NarrationError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm
from bulkvid_pipeline.rendering.sound.beds import load_bed, looped
from bulkvid_pipeline.rendering.sound.blocks import BLOCK, Held
from bulkvid_pipeline.rendering.sound.ducking import music_gain
from bulkvid_pipeline.rendering.sound.envelope import per_sample
from bulkvid_pipeline.rendering.sound.loudness import (
    PEAK_CHUNK,
    block_energies,
    energies,
    gated_lufs,
    integrated_lufs,
    true_peak_dbtp,
)
from bulkvid_pipeline.rendering.sound.mastering import mastering_gain
from bulkvid_pipeline.rendering.sound.mix import programme_sound
from bulkvid_pipeline.rendering.sound.track import Piece, VoiceTrack, quantised
from bulkvid_pipeline.rendering.sound.voice import HOP, Speech, levelled
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
    spoken = levelled(Held(narration))
    bed = looped(load_bed(Style.MODERN), len(narration))
    gain = _gain_under(spoken, bed)
    return stereo(_whole(spoken)), bed * gain[:, None], 20 * np.log10(np.maximum(gain, 1e-9))


def _whole(spoken: Speech) -> Pcm:
    return spoken.block(0, len(spoken))


def _gain_under(spoken: Speech, music: Pcm) -> Pcm:
    """The music's amplitude for each sample."""
    voice_lufs = gated_lufs(2 * block_energies(_whole(spoken)))
    return per_sample(music_gain(spoken, voice_lufs, block_energies(music)), HOP, 0, len(spoken))


def _loudness_between(pcm: Pcm, start: float, end: float) -> float:
    return integrated_lufs(pcm[seconds(start) : seconds(end)])


@pytest.mark.parametrize("style", [*Style, None])
@pytest.mark.parametrize("level", [1.0, 0.03])
def test_every_programme_reaches_its_loudness_under_its_peak(narration: Pcm, style: Style | None, level: float) -> None:
    sound = np.asarray(programme_sound(narration * np.float32(level), load_bed(style) if style else None))
    assert sound.shape == (len(narration), 2)
    assert sound.dtype == np.float32
    assert integrated_lufs(sound) == pytest.approx(-14, abs=0.1)
    assert true_peak_dbtp(sound) <= -1


def test_ffmpeg_finds_the_same_loudness_and_peak(narration: Pcm) -> None:
    loudness, peak = ffmpeg_ebur128(np.asarray(programme_sound(narration, load_bed(Style.CORPORATE))))
    assert loudness == pytest.approx(-14, abs=0.2)
    assert peak <= -1 + 0.1  # it prints one decimal


def test_other_targets_are_met_as_well(narration: Pcm) -> None:
    sound = np.asarray(programme_sound(narration, load_bed(Style.CLASSIC), target_lufs=-23, max_true_peak_dbtp=-6))
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
    spoken = levelled(Held(narration))
    voice_lufs = gated_lufs(2 * block_energies(_whole(spoken)))
    under = music * _gain_under(spoken, music)[:, None]
    assert voice_lufs - _loudness_between(under, 8.6, 11.4) >= 19


def test_levelling_brings_a_quiet_sentence_up(narration: Pcm) -> None:
    uneven = narration.copy()
    uneven[seconds(18) :] *= np.float32(10 ** (-8 / 20))
    even = _whole(levelled(Held(uneven)))
    before = _loudness_between(uneven, 5, 14) - _loudness_between(uneven, 19, 26)
    after = _loudness_between(even, 5, 14) - _loudness_between(even, 19, 26)
    assert after < before - 3
    assert after > 0


def test_silence_stays_silence() -> None:
    silence = np.zeros(seconds(5), np.float32)
    assert not np.asarray(programme_sound(silence)).any()
    assert not np.asarray(programme_sound(silence, np.zeros((seconds(2), 2), np.float32))).any()


def test_music_alone_is_brought_to_the_loudness() -> None:
    sound = np.asarray(programme_sound(np.zeros(seconds(10), np.float32), load_bed(Style.MINIMAL)))
    assert integrated_lufs(sound) == pytest.approx(-14, abs=0.1)
    assert true_peak_dbtp(sound) <= -1


@pytest.mark.parametrize("samples", [0, 1, 31, 479, 4801, seconds(0.45)])
def test_programmes_of_any_length_keep_it(samples: int) -> None:
    for music in (None, load_bed(Style.MODERN)):
        sound = np.asarray(programme_sound(speech(1)[:samples], music))
        assert sound.shape == (samples, 2)
        assert np.isfinite(sound).all()


def test_lone_clicks_are_not_blown_up() -> None:
    clicks = np.zeros(seconds(6), np.float32)
    clicks[:: seconds(1.5)] = 0.9
    sound = np.asarray(programme_sound(clicks))
    assert np.isfinite(sound).all()
    assert true_peak_dbtp(sound) <= -1


def test_clipped_input_ends_under_the_peak(narration: Pcm) -> None:
    sound = np.asarray(programme_sound(np.clip(narration * 20, -1, 1), load_bed(Style.MODERN)))
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
    edges = mastering_gain(
        Held(peaky),
        energies(Held(peaky), PEAK_CHUNK),
        target_lufs=integrated_lufs(peaky),
        max_true_peak_dbtp=-6,
    )
    gain = per_sample(edges, PEAK_CHUNK, 0, len(peaky))
    steady = gain[np.abs(quiet[:, 0]) > 0.05]
    assert steady.min() < 0.6
    away = np.r_[gain[100 : burst - SAMPLE_RATE // 50], gain[burst + SAMPLE_RATE // 2 : -100]]
    away = away[away > 0]
    assert 20 * math.log10(float(away.max() / away.min())) < 0.1


@pytest.mark.parametrize("samples", [seconds(7.3), 2 * BLOCK, BLOCK + 1])
def test_a_stretch_of_the_programme_is_what_the_whole_has_there(narration: Pcm, samples: int) -> None:
    sound = programme_sound(narration[seconds(4) :][:samples], load_bed(Style.CLASSIC))
    whole = np.asarray(sound)
    for start, stop in ((0, 48_000), (17, 18), (9_601, BLOCK + 5), (samples - 700, samples), (0, samples + 9), (5, 5)):
        np.testing.assert_allclose(sound[start:stop], whole[start:stop], atol=1e-6)


def test_it_cannot_be_read_backwards_or_in_steps(narration: Pcm) -> None:
    with pytest.raises(ValueError, match="forwards"):
        programme_sound(narration)[::2]


def test_narration_in_pieces_sounds_like_narration_in_one(narration: Pcm) -> None:
    cuts = [0, seconds(4), seconds(4) + 7, seconds(15), seconds(18), seconds(27), len(narration)]
    pieces = tuple(
        Piece(start, quantised(narration[start:stop]))
        for start, stop in itertools.pairwise(cuts)
        if narration[start:stop].any()
    )
    assert len(pieces) == 3
    bed = load_bed(Style.MODERN)
    in_pieces = programme_sound(VoiceTrack(len(narration), pieces), bed)
    np.testing.assert_allclose(np.asarray(in_pieces), np.asarray(programme_sound(narration, bed)), atol=3e-4)


HARD_TO_MASTER = {
    "bright": tone(11_990, 6, 0.3) * np.hanning(seconds(6)).astype(np.float32),
    "noise": (0.1 * np.random.default_rng(7).standard_normal(seconds(6))).astype(np.float32),
    "bursts": tone(300, 6, 0.4) * np.repeat(np.random.default_rng(8).random(600) < 0.3, 480).astype(np.float32),
    "clicks": np.where(np.random.default_rng(9).random(seconds(6)) < 2e-4, 0.5, 0).astype(np.float32) + speech(6),
    "bass": tone(55, 6, 0.6) + tone(3_000, 6, 0.05),
}
"""Sounds that peak between samples, that are limited a lot, that start and end at once."""


@pytest.mark.parametrize("level", [0.05, 1.0, 20.0])
@pytest.mark.parametrize("kind", HARD_TO_MASTER)
def test_the_ceiling_holds_and_the_loudness_is_met_whatever_the_sound(kind: str, level: float) -> None:
    sound = np.asarray(programme_sound(HARD_TO_MASTER[kind] * np.float32(level), load_bed(Style.CORPORATE)))
    assert true_peak_dbtp(sound) <= -1
    assert integrated_lufs(sound) == pytest.approx(-14, abs=0.1)
