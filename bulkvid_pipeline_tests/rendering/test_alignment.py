from __future__ import annotations

import numpy as np
import pytest

from bulkvid_pipeline.adapters.speech.contract import Utterance, WordTime
from bulkvid_pipeline.rendering.alignment import caption_words, spoken_words, word_seconds
from bulkvid_pipeline.rendering.spoken import spoken_form


def seconds_of(script: str, reported: list[tuple[str, float]], length: float) -> dict[str, float]:
    """Times of the script's words, where the voice named those words of what it was given."""
    spoken = spoken_form(script, "en-us")
    words = caption_words(script)
    times = tuple(WordTime(spoken.text.index(word), seconds) for word, seconds in reported)
    utterance = Utterance(np.zeros(round(length * 48_000), np.float32), times)
    found = word_seconds(spoken, words, utterance)
    return {word.text: second for word, second in zip(words, found, strict=True)}


def test_words_that_the_voice_names_are_timed_as_it_says() -> None:
    assert seconds_of("one two three", [("one", 0.0), ("two", 0.4), ("three", 1.1)], 2.0) == {
        "one": 0.0,
        "two": 0.4,
        "three": 1.1,
    }


def test_fused_words_are_placed_between_their_neighbours_by_their_letters() -> None:
    times = seconds_of("out of the house", [("out", 0.0), ("house", 1.1)], 1.6)
    assert times["of"] == pytest.approx(1.1 * 4 / 11)
    assert times["the"] == pytest.approx(1.1 * 7 / 11)


def test_a_second_event_inside_a_word_is_the_next_words_where_that_has_none() -> None:
    spoken = spoken_form("Most of us", "en-us")
    utterance = Utterance(np.zeros(48_000, np.float32), (WordTime(0, 0.0), WordTime(1, 0.37), WordTime(8, 0.5)))
    assert word_seconds(spoken, caption_words("Most of us"), utterance) == [0.0, 0.37, 0.5]


def test_times_of_rewritten_words_go_to_the_words_as_written() -> None:
    times = seconds_of("We paid $42.5 million today.", [("We", 0.0), ("42.5", 0.8), ("today", 3.0)], 3.5)
    assert times["$42.5"] == 0.8
    assert 0.8 < times["million"] < 3.0
    assert times["today."] == 3.0


def test_emoji_and_dashes_go_with_a_neighbour_and_nothing_is_lost() -> None:
    script = "🥱 Yawn — or not 🧠 ."
    assert [word.text for word in caption_words(script)] == ["🥱 Yawn —", "or", "not 🧠 ."]
    assert " ".join(word.text for word in caption_words(script)) == script


def test_a_voice_that_names_no_words_still_gets_times_in_order() -> None:
    times = list(seconds_of("one two three four", [], 2.0).values())
    assert times[0] == 0.0
    assert times == sorted(times)
    assert 1.0 < times[-1] < 2.0


def test_in_frames_every_word_has_at_least_one_and_the_last_ends_with_the_sound() -> None:
    words = caption_words("a b c d")
    timed = spoken_words(words, [0.0, 0.0, 0.0, 5.0], start=9, frames=10)
    assert [(word.start, word.end) for word in timed] == [(9, 10), (10, 11), (11, 18), (18, 19)]


def test_a_dash_before_a_source_belongs_to_it() -> None:
    assert [word.text for word in caption_words("Tea is warm. — Ann Lee")] == ["Tea", "is", "warm.", "— Ann", "Lee"]
    assert [word.text for word in caption_words("Wait — what? —")] == ["Wait —", "what? —"]
