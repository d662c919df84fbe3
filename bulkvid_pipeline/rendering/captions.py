"""Captions: the words of a scene grouped into cues that can be read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, zip_longest

from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.caption_lines import (
    LIMITS,
    MOST_LINES,
    Ruler,
    break_cost,
    ends_clause,
    ends_sentence,
    parted,
)
from bulkvid_pipeline.rendering.caption_times import LEAST_FRAMES, lasting
from bulkvid_pipeline.rendering.model import FPS, Cue, SpokenWord
from bulkvid_pipeline.rendering.script.statements import display_width
from bulkvid_pipeline.rendering.script.tokens import units_of
from bulkvid_pipeline.rendering.script.words import display_text, gap_between

_LINGER_FRAMES = round(0.5 * FPS)
_LONGEST_LINGER_FRAMES = round(0.8 * FPS)
"""In frames: a caption stays during a short pause, and during half of a longer one, but no longer than this."""
_SILENCE_FRAMES = round(0.5 * FPS)
"""Shortest gap between two words, in frames, that counts as a silence asked for by the script."""
_CALM, _FAST = 17, 20
"""Columns a second at which captions are easily read, and at which they are still readable."""
_LONGEST_FRAMES = 7 * FPS
"""A caption that stays longer is read twice."""
_FLASH, _UNREADABLE, _TOO_LONG, _OVER_SILENCE, _SENTENCE_INSIDE, _CLAUSE_INSIDE = 10.0, 2.0, 1.0, 5.0, 2.0, 0.25
"""Costs of what a caption should not be: shorter than a second, too fast, longer than it is read, over a silence in the
middle of its sentence, over the end of a sentence or clause."""
_TWO_LINES: dict[Aspect, float] = {Aspect.WIDE: 1.0, Aspect.TALL: 1.9, Aspect.SQUARE: 1.9}
"""Cost of a second line. Narrow frames show few words at a time, unless these would pass too fast."""


def cue_text(cue: Cue) -> str:
    """The cue's words as one line."""
    return display_text([word.text for word in cue.words], [word.gap for word in cue.words])


def cues_for(words: Sequence[SpokenWord], aspect: Aspect, frames: int) -> tuple[Cue, ...]:
    """Group a scene's words into cues.

    A cue has at most two lines (`caption_lines`), never parts a unit (`tokens`), never holds words of two entries of a
    list, and ends with a sentence or clause where possible. It is shown for at least a second where the scene has the
    time, and long enough to be read where the next one leaves room; never beyond `frames`, the scene's length. A single
    word or address that is longer than a line has one of its own, or is broken after / . -.
    """
    groups = [group for entry in _entries(words) for group in _Grouping(entry, aspect, frames).groups()]
    if not groups:
        return ()
    spans: list[tuple[int, int]] = []
    for group, after in zip_longest(groups, groups[1:]):
        room = after.words[0].start if after else frames
        spans.append((group.words[0].start, _end(group, room)))
    return tuple(
        Cue(group.words, start, end, group.lines)
        for group, (start, end) in zip(groups, lasting(spans, frames), strict=True)
    )


@dataclass(frozen=True)
class _Group:
    """Words that are shown together, and the lines that they make."""

    words: tuple[SpokenWord, ...]
    lines: tuple[str, ...]


def _end(group: _Group, room: int) -> int:
    """The frame before which a caption is shown that may stay until `room`."""
    start, spoken_until = group.words[0].start, group.words[-1].end
    pause = room - spoken_until
    linger = room if pause <= _LINGER_FRAMES else spoken_until + min(pause // 2, _LONGEST_LINGER_FRAMES)
    wanted = max(LEAST_FRAMES, round(sum(map(display_width, group.lines)) / _CALM * FPS))
    return min(room, max(linger, start + wanted))


@dataclass(frozen=True)
class _Entry:
    """Words that may stand in one caption: a text, or an entry of a list."""

    words: tuple[SpokenWord, ...]
    until: int | None
    """When the next entry is spoken; None for the last one."""


def _entries(words: Sequence[SpokenWord]) -> Iterator[_Entry]:
    begin = 0
    for index, word in enumerate(words):
        if word.gap == "\n" and index + 1 < len(words):
            yield _Entry(tuple(words[begin : index + 1]), words[index + 1].start)
            begin = index + 1
    if words[begin:]:
        yield _Entry(tuple(words[begin:]), None)


class _Grouping:
    """The division of an entry into captions with the least cost (dynamic programming over the last break)."""

    def __init__(self, entry: _Entry, aspect: Aspect, frames: int) -> None:
        self._words = entry.words
        self._limit = LIMITS[aspect]
        self._two_lines = _TWO_LINES[aspect]
        self._until = frames if entry.until is None else entry.until
        self._is_last = entry.until is None
        texts = [word.text for word in entry.words]
        gaps = [
            gap_between(word.text, after.text) if word.gap is None else word.gap
            for word, after in pairwise(entry.words)
        ]
        pieces = [text + gap for text, gap in zip(texts, [*gaps, ""], strict=True)]
        self._firsts = _atoms(pieces)
        """Index of the first word of each atom: what is never parted."""
        bounds = [*self._firsts, len(pieces)]
        self._atoms = ["".join(pieces[start:end]) for start, end in pairwise(bounds)]
        self._bounds = bounds
        self._ruler = Ruler(self._atoms, self._limit)
        self._insides = [0.0, *accumulate(map(_cost_inside, self._atoms))]
        self._silences = [
            0.0,
            *accumulate(
                _OVER_SILENCE if _is_silent_between(entry.words[first - 1], entry.words[first]) else 0.0
                for first in bounds[1:-1]
            ),
        ]

    def groups(self) -> list[_Group]:
        """The captions in order."""
        best: list[tuple[float, int]] = [(0.0, 0)]
        count = len(self._atoms)
        for end in range(1, count + 1):
            choices: list[tuple[float, int]] = []
            for start in range(end - 1, -1, -1):
                cost = self._cost(start, end)
                if cost is None:
                    break
                choices.append((best[start][0] + cost, start))
            best.append(min(choices))
        groups: list[_Group] = []
        end = count
        while end:
            start = best[end][1]
            words = self._words[self._bounds[start] : self._bounds[end]]
            groups.append(_Group(words, self._lines(start, end)))
            end = start
        return groups[::-1]

    def _lines(self, start: int, end: int) -> tuple[str, ...]:
        text = "".join(self._atoms[start:end]).rstrip()
        if self._ruler.share(start, end) <= 1:
            return (text,)
        second = self._ruler.second_line(start, end)
        if second is None:
            return parted(text, self._limit)
        return "".join(self._atoms[start : second[0]]).rstrip(), "".join(self._atoms[second[0] : end]).rstrip()

    def _cost(self, start: int, end: int) -> float | None:
        """The cost of a caption of these atoms; None if they do not fit, as then no longer one does."""
        share = self._ruler.share(start, end)
        cost = 1.0 + max(0.0, 1 - share) ** 2
        if share > 1 and end - start > 1:
            second = self._ruler.second_line(start, end)
            if second is None:
                return None
            cost += self._two_lines + 0.5 * second[1] + (share > MOST_LINES)
        last = end == len(self._atoms)
        begins = self._words[self._bounds[start]].start
        until = self._until if last else self._words[self._bounds[end]].start
        if last and self._is_last:
            until = min(until, self._words[-1].end + _LINGER_FRAMES)
        shown = max(1, until - begins)
        cost += _FLASH * max(0.0, 1 - shown / LEAST_FRAMES)
        cost += _UNREADABLE * max(0.0, self._ruler.columns(start, end) / (shown / FPS) / _FAST - 1)
        cost += _TOO_LONG * max(0.0, shown / _LONGEST_FRAMES - 1)
        if not last:
            cost += 1.3 * break_cost(self._atoms[end - 1], self._atoms[end])
        cost += self._insides[end - 1] - self._insides[start]
        return cost + self._silences[end - 1] - self._silences[start]


def _atoms(pieces: Sequence[str]) -> list[int]:
    """Index of the first piece of each stretch that is never parted: a unit, or a single word."""
    starts = [0, *accumulate(map(len, pieces))][:-1]
    units = units_of("".join(pieces))
    inside = {
        index for unit in units for index in range(bisect_right(starts, unit.start), bisect_left(starts, unit.end))
    }
    return [index for index in range(len(pieces)) if index not in inside]


def _cost_inside(atom: str) -> float:
    """The cost of a caption that goes on after this atom."""
    return _SENTENCE_INSIDE if ends_sentence(atom) else _CLAUSE_INSIDE if ends_clause(atom) else 0.0


def _is_silent_between(word: SpokenWord, after: SpokenWord) -> bool:
    """Whether the script asks for silence between the two words, in the middle of a sentence."""
    return after.start - word.end >= _SILENCE_FRAMES and not ends_sentence(word.text)
