"""The time of each word of the script, from the word times that a voice reports."""

from __future__ import annotations

import itertools
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from bulkvid_pipeline.adapters.speech.contract import Utterance
from bulkvid_pipeline.rendering.caption_lines import ends_sentence
from bulkvid_pipeline.rendering.model import FPS, SAMPLE_RATE, SpokenWord
from bulkvid_pipeline.rendering.script.words import ScriptWord, script_words
from bulkvid_pipeline.rendering.spoken import SpokenText


def caption_words(script: str, gap: str | None = None) -> tuple[ScriptWord, ...]:
    """The words of the script to highlight; a token without letters (a dash, an emoji) is joined to the word before it.

    A dash after a sentence's end, as before the source of a quotation, is joined to the word after it. `gap` is what
    stands after the last word.
    """
    merged: list[ScriptWord] = []
    waiting: int | None = None
    words = script_words(script)
    for index, word in enumerate(words):
        if any(map(str.isalnum, word.text)):
            start = word.start if waiting is None else waiting
            merged.append(ScriptWord(script[start : word.end], start, word.end, word.gap))
            waiting = None
        elif merged and not (_leads(word.text, merged[-1].text) and _is_word_in(words[index + 1 :])):
            start = merged[-1].start
            merged[-1] = ScriptWord(script[start : word.end], start, word.end, word.gap)
        elif waiting is None:
            waiting = word.start
    if merged:
        merged[-1] = replace(merged[-1], gap=gap)
    return tuple(merged)


def _leads(token: str, before: str) -> bool:
    """Whether a token without letters belongs to what follows."""
    return all(unicodedata.category(char) == "Pd" for char in token) and ends_sentence(before)


def _is_word_in(words: Sequence[ScriptWord]) -> bool:
    return any(char.isalnum() for word in words for char in word.text)


def word_seconds(spoken: SpokenText, words: tuple[ScriptWord, ...], utterance: Utterance) -> list[float]:
    """The start of each word in seconds from the start of the sound; never decreasing.

    Voices merge short words ("of the") and report fewer: missing words are interpolated by their position in the text.
    """
    known = _reported(spoken, words, utterance)
    length = utterance.pcm.size / SAMPLE_RATE
    anchors = [(words[index].start, seconds) for index, seconds in sorted(known.items())]
    if not anchors or anchors[0][0] > words[0].start:
        anchors.insert(0, (words[0].start, 0.0))
    anchors.append((words[-1].end, max(length, anchors[-1][1])))
    times: list[float] = []
    for word in words:
        index = min(bisect_right(anchors, word.start, key=lambda anchor: anchor[0]), len(anchors) - 1)
        (left, begins), (right, ends) = anchors[index - 1], anchors[index]
        seconds = begins + (ends - begins) * (word.start - left) / max(1, right - left)
        times.append(max(seconds, times[-1] if times else 0.0))
    return times


def _reported(spoken: SpokenText, words: tuple[ScriptWord, ...], utterance: Utterance) -> dict[int, float]:
    """Word index -> start in seconds, for the words that the voice reported."""
    ends = [word.end for word in words]
    places = [
        (bisect_right(ends, spoken.script_offset(time.offset)), time.offset, time.seconds) for time in utterance.words
    ]
    known: dict[int, float] = {}
    for index, _, seconds in places:
        if index < len(words) and index not in known:
            known[index] = seconds
    named = frozenset(known)
    # espeak sometimes reports the second of two merged words with an offset inside the first ("Most of" at "ost").
    for before, place in itertools.pairwise(places):
        if (
            place[0] == before[0]
            and place[1] == before[1] + 1
            and place[0] + 1 < len(words)
            and place[0] + 1 not in named
        ):
            known[place[0] + 1] = place[2]
    latest = 0.0
    for index in sorted(known):
        latest = known[index] = max(latest, known[index])
    return known


def spoken_words(
    words: tuple[ScriptWord, ...], seconds: list[float], start: int, frames: int
) -> tuple[SpokenWord, ...]:
    """The words with times in frames. The sound begins at frame `start` and is `frames` long (at least one a word).

    Each word lasts until the next one begins, the last until the sound ends.
    """
    begins: list[int] = []
    for index, second in enumerate(seconds):
        latest = frames - (len(words) - index)
        earliest = begins[-1] + 1 if begins else 0
        begins.append(max(earliest, min(round(second * FPS), latest)))
    ends = [*begins[1:], frames]
    return tuple(
        SpokenWord(word.text, start + begin, start + end, word.gap)
        for word, begin, end in zip(words, begins, ends, strict=True)
    )
