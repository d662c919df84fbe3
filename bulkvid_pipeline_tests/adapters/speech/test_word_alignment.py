from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.adapters.speech.espeak import EspeakSpeech
from bulkvid_pipeline.adapters.speech.pacing import paced
from bulkvid_pipeline.adapters.speech.word_alignment import carried_over
from bulkvid_pipeline.core.options import Voice

RATE = 48_000
TEXT = "Coffee tastes bitter when the water is too hot, so wait thirty seconds before you pour."


@pytest.fixture(scope="module")
def reference(speech: EspeakSpeech) -> Utterance:
    return speech.speak(TEXT, Voice.NEUTRAL, "en-us")


def with_silence(pcm: NDArray[np.float32], at: float, length: float) -> NDArray[np.float32]:
    """The sound with a pause, in faint noise, put in at a time; both in seconds."""
    noise = np.random.default_rng(2).normal(0, 0.0003, round(length * RATE)).astype(np.float32)
    return np.concatenate([pcm[: round(at * RATE)], noise, pcm[round(at * RATE) :]])


def test_equal_sounds_have_equal_words(reference: Utterance) -> None:
    found = carried_over(reference.words, reference.pcm, reference.pcm)
    assert [word.offset for word in found] == [word.offset for word in reference.words]
    off = [abs(a.seconds - b.seconds) for a, b in zip(found, reference.words, strict=True)]
    # Where a pause ends, the sound decides, not the reference's report.
    assert np.median(off) < 0.011
    assert max(off) < 0.13


def test_a_pause_that_only_one_voice_makes_moves_the_words_after_it_alone(speech: EspeakSpeech) -> None:
    reference = speech.speak(TEXT, Voice.NEUTRAL, "en-us")
    other = speech.speak(TEXT, Voice.MALE, "en-us", 0.95)
    true = {word.offset: word.seconds for word in other.words}
    place = TEXT.index("when")
    paused = with_silence(other.pcm, true[place] - 0.01, 0.6)
    for word in carried_over(reference.words, reference.pcm, paused):
        expected = true[word.offset] + (0.6 if word.offset >= place else 0.0)
        assert word.seconds == pytest.approx(expected, abs=0.1), TEXT[word.offset :].split()[0]


def test_the_same_sounds_give_the_same_words_every_time(speech: EspeakSpeech, reference: Utterance) -> None:
    other = speech.speak(TEXT, Voice.FEMALE, "en-us", 1.1)
    first = carried_over(reference.words, reference.pcm, other.pcm)
    assert carried_over(reference.words, reference.pcm, other.pcm) == first


@pytest.mark.parametrize(
    "sound",
    [np.zeros(RATE), np.zeros(1), np.full(5000, 0.3), np.random.default_rng(3).normal(0, 0.2, 3 * RATE)],
    ids=["silence", "one sample", "hum", "noise"],
)
def test_any_sound_gives_rising_times_within_it(reference: Utterance, sound: NDArray[np.float64]) -> None:
    pcm = sound.astype(np.float32)
    for one, other in ((reference.pcm, pcm), (pcm, reference.pcm)):
        times = [word.seconds for word in carried_over(reference.words, one, other)]
        assert times == sorted(times)
        assert times[0] >= 0
        assert times[-1] <= other.size / RATE


def test_nothing_has_no_words(reference: Utterance) -> None:
    assert carried_over((), reference.pcm, reference.pcm) == ()
    assert carried_over(reference.words, reference.pcm, np.zeros(0, np.float32)) == ()


def test_sound_of_more_than_a_minute_is_carried_over_evenly(reference: Utterance) -> None:
    long = np.tile(reference.pcm, 15)
    found = carried_over(reference.words, reference.pcm, long)
    assert found[-1].seconds == pytest.approx(15 * reference.words[-1].seconds, rel=0.001)


@pytest.mark.parametrize(("rate", "pitch"), [(0.85, 0.0), (1.25, 0.0), (1.0, 5.0), (1.2, -4.0)])
def test_pacing_takes_the_words_along(reference: Utterance, rate: float, pitch: float) -> None:
    other = paced(reference, rate, pitch)
    assert other.pcm.size == pytest.approx(reference.pcm.size / rate, rel=0.01)
    assert np.abs(other.pcm).max() <= 1.0
    assert float(np.sqrt((other.pcm**2).mean())) == pytest.approx(float(np.sqrt((reference.pcm**2).mean())), rel=0.12)
    aligned = carried_over(reference.words, reference.pcm, other.pcm)
    off = [abs(a.seconds - b.seconds) for a, b in zip(other.words, aligned, strict=True)]
    assert np.median(off) < 0.02


def test_the_natural_pace_is_left_as_it_is(reference: Utterance) -> None:
    assert np.array_equal(paced(reference, 1.0).pcm, reference.pcm)
