"""Which rows to look at first: those that together show most of what can go wrong with a sheet. Pure.

Each row has traits: being the one with the longest title, a writing system, a style, a platform, a picture, and so on.
Rows are taken one by one, each time the one whose traits not seen yet weigh most; of equal ones the rarer, then the
earlier. So the same sheet always gives the same rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bulkvid_pipeline.core.languages import language_name
from bulkvid_pipeline.core.options import Captions
from bulkvid_pipeline.core.planning import VideoPlan

EXTREME, VARIETY, DETAIL = 100, 60, 20
"""Weights: of the one row that goes furthest, of what every sheet has some kinds of, of everything else."""
LONG_WORD = 18
"""Letters of a word that may not fit on a line."""
SHORT_TITLE = 5
_CJK = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "BOPOMOFO"})
"""Writing systems whose words are not told apart by blanks: none of them is long."""
_JAPANESE = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
"""Written together with CJK."""
_WORD = re.compile(r"[^\s\-–—/|_.,;:!?…\u200b\u00ad]+")


@dataclass(frozen=True)
class ChosenRow:
    """A row that is looked at first; `reasons` are what it alone shows, or shows first."""

    plan: VideoPlan
    reasons: tuple[str, ...]


def riskiest(plans: Iterable[VideoPlan], count: int, warned: Collection[int] = ()) -> tuple[ChosenRow, ...]:
    """So many of the rows, or all if there are fewer, those that show most first.

    `warned` are the sheet row numbers of those that validation warns of.
    """
    rows = sorted(plans, key=lambda plan: plan.sheet_row)
    traits = _traits(rows, warned)
    shared = Counter(name for of_row in traits for name in of_row)
    left = dict(enumerate(traits))
    seen: set[str] = set()
    chosen: list[ChosenRow] = []
    while left and len(chosen) < count:
        at = max(left, key=lambda at: (*_worth(left[at], seen, shared), -at))
        new = [name for name in left[at] if name not in seen]
        reasons = tuple(new) or (f"also {', '.join(left[at])}" if left[at] else "the next row of the sheet",)
        chosen.append(ChosenRow(rows[at], reasons))
        seen.update(left.pop(at))
    return tuple(chosen)


def _worth(traits: Mapping[str, int], seen: set[str], shared: Mapping[str, int]) -> tuple[float, float, int]:
    """What the row adds to what was seen, how rare that is, and what it has in all."""
    new = [name for name in traits if name not in seen]
    return sum(traits[name] for name in new), sum(1 / shared[name] for name in new), sum(traits.values())


def _traits(rows: Sequence[VideoPlan], warned: Collection[int]) -> list[dict[str, int]]:
    """The traits of each row with their weights, the weightiest first. What all rows have tells none of them apart."""
    found: list[dict[str, int]] = [{} for _ in rows]
    for at, name in _extremes(rows):
        found[at][name] = EXTREME
    rarest = {name for names in (map(_writing, rows), map(_language, rows)) for name, _ in _rarest(list(names))}
    for weight, traits_of in ((VARIETY, _kinds), (DETAIL, _details)):
        named = [[name for name in traits_of(plan) if name not in rarest] for plan in rows]
        counts = Counter(name for of_row in named for name in of_row)
        for traits, of_row in zip(found, named, strict=True):
            traits.update((name, weight) for name in of_row if counts[name] < len(rows))
    for traits, plan in zip(found, rows, strict=True):
        if plan.sheet_row in warned:
            traits["a warning about it"] = VARIETY
    return found


def _extremes(rows: Sequence[VideoPlan]) -> Iterator[tuple[int, str]]:
    """The rows that go furthest in something, each by its index, the first of equal ones; none where all are equal."""
    if not rows:
        return
    for name, lengths in (
        ("title", [len(plan.title) for plan in rows]),
        ("script", [len(plan.script) for plan in rows]),
    ):
        longest = max(lengths)
        if longest > min(lengths) or len(rows) == 1:
            yield lengths.index(longest), f"the longest {name} ({longest} characters)"
    words = [_longest_word(plan) for plan in rows]
    word = max(words, key=len)
    if len(word) >= LONG_WORD:
        yield words.index(word), f"the longest word ({len(word)} letters)"
    for names in (map(_writing, rows), map(_language, rows)):
        for name, first in _rarest(list(names)):
            yield first, f"the rarest {name}"


def _rarest(names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The name that the fewest rows have, if there are several names, and its first row."""
    counts = Counter(name for name in names if name)
    if len(counts) > 1:
        name = min(counts, key=lambda name: (counts[name], names.index(name)))
        yield name, names.index(name)


def _kinds(plan: VideoPlan) -> Iterator[str]:
    """What every row has one of, or some."""
    yield f"style {plan.style}"
    for output in plan.outputs:
        yield f"platform {output.platform}"
    yield from filter(None, (_writing(plan), _language(plan)))


def _details(plan: VideoPlan) -> Iterator[str]:
    """What some rows have."""
    text = f"{plan.title} {plan.description} {plan.script}"
    for use, medium in plan.media.items():
        kind = medium.source.partition("?")[0].rpartition(".")[2].lower()
        yield f"{'an' if use == 'image' else 'a'} {use}{f' ({kind})' if kind.isalnum() and len(kind) <= 4 else ''}"
    if plan.pronunciations:
        yield "words said otherwise than written"
    if plan.is_silent:
        yield "no narration"
    else:
        yield f"voice {plan.voice_name or plan.voice}"
    if plan.captions is not Captions.BURNED:
        yield "no captions in the picture"
    if plan.target_seconds is not None:
        yield "a wanted length"
    if plan.is_hurried:
        yield "hurried speech"
    if any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text):
        yield "text from right to left"
    if any(unicodedata.category(char) == "So" for char in text):
        yield "emoji or symbols"
    if len({_system(char) for char in text if char.isalpha()} - _JAPANESE) > 1:
        yield "letters of several writing systems"
    if any(char.isdecimal() for char in plan.script):
        yield "numbers in the script"
    if len(plan.title) <= SHORT_TITLE:
        yield "a very short title"


def _writing(plan: VideoPlan) -> str:
    """The writing system of most letters of title and script, as Unicode names it: `writing: Latin`."""
    counts = Counter(_system(char) for char in f"{plan.title} {plan.script}" if char.isalpha())
    if not counts:
        return ""
    name = max(counts, key=lambda name: (counts[name], name))
    return f"writing: {name if name == 'CJK' else name.capitalize()}"


@lru_cache(4096)
def _system(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").partition(" ")[0]


def _language(plan: VideoPlan) -> str:
    tag = plan.language or plan.likely_language
    return f"language: {_named(tag)}" if tag else ""


@lru_cache
def _named(tag: str) -> str:
    return language_name(tag)


def _longest_word(plan: VideoPlan) -> str:
    words = _WORD.findall(f"{plan.title} {plan.script}")
    told_apart = (word for word in words if not any(_system(char) in _CJK for char in word if char.isalpha()))
    return max(told_apart, key=len, default="")
