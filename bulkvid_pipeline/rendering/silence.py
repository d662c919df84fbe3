"""The narration of a row without a voice: nothing is heard, and captions stay as long as it takes to read them."""

from __future__ import annotations

import numpy as np

from bulkvid_pipeline.adapters.speech.contract import Utterance, WordTime
from bulkvid_pipeline.rendering.model import SAMPLE_RATE
from bulkvid_pipeline.rendering.quality.captions import reading_seconds
from bulkvid_pipeline.rendering.script.words import script_words

_LEISURE = 1.5
"""Seconds for each second that a fast reader needs: still readable at the fastest pace."""


def read_silently(text: str, rate: float) -> Utterance:
    """The utterance of a text as it is written: silence, with the times at which its words are read.

    Args:
        rate: 1.0 is a leisurely pace.
    """
    words = script_words(text)
    if not words:
        return Utterance(np.zeros(0, np.float32), ())
    times: list[WordTime] = []
    seconds = 0.0
    for word, after in zip(words, (*(each.start for each in words[1:]), len(text)), strict=True):
        times.append(WordTime(word.start, seconds))
        seconds += _LEISURE * reading_seconds(text[word.start : after]) / rate
    return Utterance(np.zeros(round(seconds * SAMPLE_RATE), np.float32), tuple(times))
