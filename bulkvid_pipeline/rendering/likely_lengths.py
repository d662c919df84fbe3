"""Estimates how long a voice takes for a text, from texts that it has spoken, with a bound on the error.

A line through letters and marks fits each language and voice well, once some dozen sentences of the same author are
known; tables of constants would have to hold a hundred languages. Sentences are off by some 5 %, independently of each
other, so that a script of eight sentences is off by about 2 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LEAST_TEXTS = 40
"""Different texts from which an estimate can be learnt."""
_DEVIATIONS = 4.0
"""Standard deviations of the error that the bound is: one script in 16,000 is beyond it."""
_RATE_ERROR = 0.015
"""At 0.85 to 1.25 of its pace, espeak's lengths differ by so much from those at its own pace divided by the rate."""
_MARKS = frozenset(",;:.!?\u2014-\u3001\u3002\uff0c\u060c\u061b\u061f\u0964")
_SPELT = 3
"""Letters that a digit, or a letter of a word in capitals, takes as long as."""
_MOST_SPELT = 0.15
"""Share of a script's weight beyond which digits and capitals make estimates uncertain."""


@dataclass(frozen=True)
class LikelyLengths:
    """What has been learnt of a voice. Lengths are in seconds at the rate at which it was learnt."""

    per_letter: float
    per_mark: float
    per_text: float
    deviation: float
    """Standard deviation of a single text's relative error, that of the fit itself included."""

    def seconds(self, text: str) -> float:
        """The likely length of a text."""
        letters, marks, _ = _features(text)
        return max(0.0, self.per_letter * letters + self.per_mark * marks + self.per_text)

    def bound(self, texts: Sequence[str]) -> float | None:
        """The largest relative error of the sum of the texts' lengths, at 0.85 to 1.25 of the rate that was learnt;
        None where digits and capitals allow no estimate."""
        weights = [_features(text)[0] for text in texts]
        spelt = sum(map(_spelt, texts)) * _SPELT
        if spelt > _MOST_SPELT * max(1, sum(weights)):
            return None
        # Long texts count for more: the sum of a long and many short ones varies almost as the long one does.
        alike = sum(weights) ** 2 / max(1, sum(weight * weight for weight in weights))
        return _DEVIATIONS * self.deviation / math.sqrt(max(1.0, alike)) + _RATE_ERROR


def learnt(spoken: Mapping[str, float]) -> LikelyLengths | None:
    """What texts with their lengths in seconds tell of a voice; None where they are too few to tell."""
    known = [(text, seconds) for text, seconds in spoken.items() if seconds > 0]
    if len(known) < LEAST_TEXTS:
        return None
    shapes = np.array([_features(text) for text, _ in known], float)
    seconds = np.array([length for _, length in known])
    weights = 1 / seconds  # relative errors count
    found, *_ = np.linalg.lstsq(shapes * weights[:, None], np.ones(len(known)), rcond=None)
    errors = (shapes @ found) * weights - 1
    freedom = len(known) - shapes.shape[1]
    deviation = math.sqrt(float(errors @ errors) / freedom * (1 + shapes.shape[1] / len(known)))
    per_letter, per_mark, per_text = map(float, found)
    return LikelyLengths(per_letter, per_mark, per_text, deviation)


def _features(text: str) -> tuple[int, int, int]:
    """Letters, marks within, and 1 for the text itself."""
    letters = sum(map(str.isalnum, text)) + (_SPELT - 1) * _spelt(text)
    return letters, sum(map(_MARKS.__contains__, text.rstrip()[:-1])), 1


def _spelt(text: str) -> int:
    """Digits, and letters of words in capitals."""
    return sum(map(str.isdigit, text)) + sum(len(word) for word in text.split() if len(word) > 1 and word.isupper())
