"""The words of a text as captions show and highlight them.

Scripts with blanks give their words with the punctuation that clings to them. Thai, Lao, Khmer and Burmese, which have
none, are parted by ICU's dictionaries; Chinese and Japanese are cut into short groups. No cut ever parts a character
from its marks, punctuation from what it closes, or a unit (`tokens`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from icu4py.breakers import WordBreaker

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.rendering.script.tokens import Unit, units_of

_TOKEN = re.compile(r"\S+")
_HAN_GROUP = 2
_KANA_GROUP = 5
_KATAKANA_GROUP = 8
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")


@dataclass(frozen=True)
class ScriptWord:
    """A word: text[start:end] of the text it was found in."""

    text: str
    start: int
    end: int
    gap: str | None = None
    """What stands between it and the next word; None: what their scripts usually have there."""


def script_words(text: str) -> tuple[ScriptWord, ...]:
    """The words of `text` in order; they hold every character that is not white space exactly once."""
    places: list[tuple[int, int]] = []
    units: tuple[Unit, ...] | None = None
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        if any(map(is_spaceless, match.group())):
            units = units_of(text) if units is None else units
            places.extend(_groups(text, start, end, units))
        else:
            places.append((start, end))
    nexts = [start for start, _ in places[1:]]
    gaps = [" " if end < after else "" for (_, end), after in zip(places, nexts, strict=False)]
    return tuple(
        ScriptWord(text[start:end], start, end, gap) for (start, end), gap in zip(places, [*gaps, None], strict=False)
    )


def gap_between(left: str, right: str) -> str:
    """What usually stands between two neighbours on screen: nothing inside scripts without blanks, else a blank."""
    return "" if left and right and is_spaceless(_last(left)) and is_spaceless(_first(right)) else " "


def display_text(words: Sequence[str], gaps: Sequence[str | None] = ()) -> str:
    """Words joined as their script joins them, or with the `gaps` that are known, one after each word."""
    parts: list[str] = []
    for index, word in enumerate(words):
        if index:
            gap = gaps[index - 1] if gaps else None
            parts.append(gap_between(words[index - 1], word) if gap is None else gap)
        parts.append(word)
    return "".join(parts)


def _first(word: str) -> str:
    return next((char for char in word if char.isalnum()), word[0])


def _last(word: str) -> str:
    return next((char for char in reversed(word) if char.isalnum()), word[-1])


def _kind(char: str) -> str:
    script = script_of(char)
    if script is Script.KANA:
        return "katakana" if char >= "゠" else "hiragana"
    if script is Script.HAN:
        return "han"
    if is_spaceless(char):
        return "abugida"
    return "mark" if unicodedata.category(char).startswith("M") else "other" if char.isalnum() else "punctuation"


_LIMIT = {"han": _HAN_GROUP, "hiragana": _KANA_GROUP, "katakana": _KATAKANA_GROUP}


def _groups(text: str, start: int, end: int, units: Sequence[Unit]) -> list[tuple[int, int]]:
    """Cut text[start:end], which holds no blanks, into groups."""
    kinds = [_kind(text[index]) for index in range(start, end)]
    whole = bytearray(end - start)  # 1 where a unit goes on, so that nothing may be cut
    first = bisect_right(units, start, key=lambda unit: unit.end)
    for unit in units[first:]:
        if unit.start >= end:
            break
        for index in range(max(unit.start, start), min(unit.end, end)):
            kinds[index - start] = "other"
            whole[index - start] = index > unit.start
    starts = _dictionary_starts(text[start:end]) if "abugida" in kinds else frozenset()
    japanese = "hiragana" in kinds
    cuts = [start]
    for index in range(start + 1, end):
        at = index - start
        if whole[at] or not _may_cut(text, index, kinds[at - 1], kinds[at], japanese):
            continue
        if kinds[at - 1] == kinds[at] == "abugida":
            wanted = at in starts
        else:
            wanted = _should_cut(kinds[cuts[-1] - start : at], kinds[at], japanese)
        if wanted:
            cuts.append(index)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _dictionary_starts(text: str) -> frozenset[int]:
    """Where words begin, by ICU; a place inside a letter's marks is none."""
    starts = accumulate(map(len, WordBreaker(text, "th")), initial=0)
    return frozenset(at for at in starts if at < len(text) and unicodedata.category(text[at]) not in ("Mn", "Mc"))


def _may_cut(text: str, index: int, before: str, here: str, japanese: bool) -> bool:
    """Whether the two characters around `index` can stand on different lines."""
    char, previous = text[index], text[index - 1]
    if here in {"mark", "punctuation"}:
        return unicodedata.category(char) in {"Ps", "Pi"} and before != "punctuation"
    if unicodedata.category(previous) in {"Ps", "Pi"} or unicodedata.category(char).startswith("M"):
        return False
    if previous in _LEADING_VOWELS or char in "ーゃゅょっぁぃぅぇぉャュョッァィゥェォ々ะาำາະຳๆໆ":
        return False
    return not (japanese and before == "han" and here == "hiragana")


def _should_cut(group: list[str], here: str, japanese: bool) -> bool:
    if group[-1] == "punctuation":
        return True
    letters = [kind for kind in group if kind not in {"punctuation", "mark"}]
    last = letters[-1] if letters else "punctuation"
    if here != last:
        return bool(letters) and not (japanese and last == "han" and here == "hiragana")
    same = 0
    for kind in reversed(letters):
        if kind != here:
            break
        same += 1
    limit = 4 if japanese and here == "han" else _LIMIT.get(here)
    return limit is not None and same >= limit
