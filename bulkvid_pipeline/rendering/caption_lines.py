"""How much stands in a line of captions, and where a caption is broken into two lines.

The limits are those of usual subtitles: two lines of at most 42 characters, of Chinese, Japanese and Korean 20
(Netflix, "Timed Text Style Guide": 42, and 16 to 23 for these languages). Phones and squares show narrower lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.script.leaning import begins_phrase, leans_back, leans_onward
from bulkvid_pipeline.rendering.script.sentences import TERMINATORS
from bulkvid_pipeline.rendering.script.statements import display_width

MOST_LINES = 2
_EAST_ASIAN = frozenset({Script.HAN, Script.KANA, Script.HANGUL})
_CLOSERS = "\"'”’»)\\]」』"
_SENTENCE_END = re.compile(rf"[{re.escape(TERMINATORS)}][{_CLOSERS}]*(?:\s\S*)?$")
_CLAUSE_END = re.compile(rf"[,;:،؛、，；：—–][{_CLOSERS}]*$")
_MAY_PART = re.compile(r"(?<=[/?&=_-])(?=[\w%])|(?<=\w\.)(?=\w{2})|(?<=\s)(?=\S)")
"""Where what is longer than a line may be broken: after / . - and the like."""


@dataclass(frozen=True)
class LineLimit:
    """The most that stands in one line."""

    columns: int
    """In columns, of which characters of Chinese, Japanese and Korean take two."""
    east_asian: int
    """In characters, for a text that is mainly Chinese, Japanese or Korean."""

    def share(self, text: str) -> float:
        """What share of a line a text takes; up to 1 it fits."""
        return Ruler([text], self).share(0, 1)


LIMITS: dict[Aspect, LineLimit] = {
    Aspect.WIDE: LineLimit(42, 20),
    Aspect.TALL: LineLimit(28, 14),
    Aspect.SQUARE: LineLimit(28, 14),
}
WIDEST = LIMITS[Aspect.WIDE]


def is_east_asian(text: str) -> bool:
    """Whether a text is mainly Chinese, Japanese or Korean."""
    own, others = _letters(text)
    return _is_mainly(own, others)


def _is_mainly(own: int, others: int) -> bool:
    return own > 0 and 2 * own >= others


def _letters(text: str) -> tuple[int, int]:
    """The number of letters of Chinese, Japanese and Korean, and that of other letters and digits."""
    letters = sum(map(str.isalnum, text))
    own = 0 if text.isascii() else sum(script_of(char) in _EAST_ASIAN for char in text)
    return own, letters - own


class Ruler:
    """Measures stretches of a text that is never broken inside its `words`, each with the blank after it."""

    def __init__(self, words: Sequence[str], limit: LineLimit) -> None:
        self.words = words
        self._limit = limit
        self._characters = [0, *accumulate(map(len, words))]
        self._columns = [0, *accumulate(map(display_width, words))]
        letters = list(map(_letters, words))
        self._own = [0, *accumulate(own for own, _ in letters)]
        self._others = [0, *accumulate(others for _, others in letters)]
        self._blanks = [0, *(len(word) - len(word.rstrip()) for word in words)]
        self._costs = [0.0, *(break_cost(before, after) for before, after in pairwise(words))]
        self._shares: dict[tuple[int, int], float] = {}

    def share(self, start: int, end: int) -> float:
        """What share of a line the words from `start` to before `end` take; up to 1 they fit."""
        share = self._shares.get((start, end))
        if share is None:
            blanks = self._blanks[end]
            own, others = self._own[end] - self._own[start], self._others[end] - self._others[start]
            if _is_mainly(own, others):
                share = (self._characters[end] - self._characters[start] - blanks) / self._limit.east_asian
            else:
                share = (self._columns[end] - self._columns[start] - blanks) / self._limit.columns
            self._shares[start, end] = share
        return share

    def columns(self, start: int, end: int) -> int:
        """The columns that these words take in one line."""
        return self._columns[end] - self._columns[start] - self._blanks[end]

    def second_line(self, start: int, end: int) -> tuple[int, float] | None:
        """The first word of the second line when these words are broken into two, and the cost of the break (0..1).

        The best break is one by sense, with lines about equally long. A word that is longer than a line may have a line
        of its own. None where no break makes lines that fit.
        """
        best: tuple[float, int] | None = None
        for at in range(start + 1, end):
            first, second = self.share(start, at), self.share(at, end)
            if (first > 1 and at > start + 1) or (second > 1 and at < end - 1):
                continue
            uneven = abs(first - second) / (first + second) if first + second else 0.0
            # Of two equal breaks the one with the longer second line is better.
            cost = uneven + self._costs[at] + (0.02 if first > second else 0.0)
            if best is None or cost < best[0]:
                best = cost, at
        return (best[1], self._costs[best[1]]) if best else None


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends with the word, as it stands in its text."""
    return bool(_SENTENCE_END.search(word.rstrip()))


def ends_clause(word: str) -> bool:
    """Whether the word has a comma or the like after it."""
    return bool(_CLAUSE_END.search(word.rstrip()))


def break_cost(before: str, after: str) -> float:
    """How bad it is to break a text between two words: 0 after a sentence, up to 1 within a phrase."""
    if ends_sentence(before):
        return 0.0
    if ends_clause(before) or _is_blank_for_comma(before, after):
        return 0.15
    last, first = before.split()[-1:], after.split()[:1]
    if any(map(leans_onward, last)) or any(map(leans_back, first)):
        return 1.0
    return 0.4 if any(map(begins_phrase, first)) else 0.6


def _is_blank_for_comma(before: str, after: str) -> bool:
    """Whether there is a blank between two words of a script that has none between words: it parts clauses there."""
    return before[-1:] == " " and is_spaceless(before[-2:-1]) and is_spaceless(after[:1])


def parted(text: str, limit: LineLimit) -> tuple[str, ...]:
    """What is longer than a line, such as an address, as one line or two, broken as evenly as its marks allow.

    Without a place to break it, it stays as it is.
    """
    share = limit.share(text)
    if share <= 1:
        return (text,)

    def longest(at: int) -> float:
        return max(limit.share(text[:at].rstrip()), limit.share(text[at:]))

    best = min((match.start() for match in _MAY_PART.finditer(text)), key=longest, default=0)
    return (text[:best].rstrip(), text[best:]) if best and longest(best) < share else (text,)
