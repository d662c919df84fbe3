"""The words of a text as captions show and highlight them.

Scripts with blanks give their words with the punctuation that clings to them. Scripts without are parted by ICU's
dictionaries. In Chinese and Japanese what cannot stand at the beginning of a line stays with the word before it:
particles, endings, counting words. No cut ever parts a character from its marks, punctuation from what it closes, or a
unit (`tokens`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from icu4py.breakers import WordBreaker

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.rendering.script.tokens import Unit, units_of

_TOKEN = re.compile(r"\S+")
_LONGEST_CJ = 12
"""In characters: what a word of Chinese or Japanese may at most grow to; longer ones are cut."""
_CJ = frozenset({"han", "hiragana", "katakana"})
_NUMERALS = frozenset("第〇零一二两兩三四五六七八九十百千万萬亿億几幾半")
_CHINESE_ENDINGS = frozenset("的了着著过過吗嗎呢吧啊呀们們地得")
_CHINESE_LONE = frozenset(
    "在对對把被给給从從和与與跟向为為让讓使是有就都也很不没沒我你您他她它请請将將用更最又再而并並但或"
)
"""Words of one character that are not joined with another one."""
_JAPANESE_PREFIXES = frozenset("おご約第各全")
_STARTING = (
    "これ それ あれ どれ ここ そこ どこ この その あの どの まず また もう まだ すぐ よく でも こう そう ただ いつ なぜ"
)
_ENDING = """
しょう ました ません でした ながら だった くらい ぐらい ばかり ように ような という として られる られて される された
させる ている ていた てから けれど ければ ください ましょう
"""
_JAPANESE_STARTS = frozenset(_STARTING.split())
"""Short words in hiragana that begin a phrase rather than end one."""
_JAPANESE_ENDINGS = frozenset(_ENDING.split())
"""Longer ones that end one."""
_CLOSING = frozenset("」』）】》〉”’)")
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
    """What usually stands between two sentences or words: nothing in Chinese and Japanese, else a blank. Thai, Lao,
    Khmer and Burmese have blanks between sentences."""
    return "" if left and right and {_kind(_last(left)), _kind(_first(right))} <= _CJ else " "


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
    starts, held = _dictionary_starts(text[start:end], kinds)
    cuts = [start]
    for index in range(start + 1, end):
        at = index - start
        before, here = kinds[at - 1], kinds[at]
        if whole[at] or at in held or not _may_cut(text, index, here):
            continue
        if before == "punctuation" or at in starts:
            wanted = True
        elif before in _CJ and here in _CJ:
            wanted = index - cuts[-1] >= _LONGEST_CJ
        else:
            # Where kinds of writing meet, a word begins; marks belong to the letter before them.
            wanted = before != here and "mark" not in (before, here)
        if wanted:
            cuts.append(index)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _dictionary_starts(text: str, kinds: Sequence[str]) -> tuple[frozenset[int], frozenset[int]]:
    """Where words begin inside a stretch without blanks, and where they may not: at a particle after a bracket or unit.

    `kinds` is the kind of each character. A place inside a letter's marks is no beginning.
    """
    if "abugida" not in kinds and _CJ.isdisjoint(kinds):
        return frozenset(), frozenset()
    starts: set[int] = set()
    held: set[int] = set()
    japanese = "hiragana" in kinds
    at, before = 0, ""
    for word in WordBreaker(text, "th"):
        kind, last = kinds[at], kinds[at - 1] if at else ""
        inside = kind in _CJ and last in _CJ
        if inside and _belongs(before, word, kind, japanese):
            before += word
        else:
            if inside or last == kind == "abugida":
                starts.add(at)
            elif kind == "hiragana" and (last == "other" or text[at - 1] in _CLOSING) and _ends_phrase(word):
                held.add(at)
            before = word if kind in _CJ else ""
        at += len(word)
    return frozenset(place for place in starts if unicodedata.category(text[place]) not in ("Mn", "Mc")), frozenset(
        held
    )


def _belongs(before: str, word: str, kind: str, japanese: bool) -> bool:
    """Whether a word of Chinese or Japanese, beginning with a character of `kind`, goes on with the one before it."""
    if len(before) + len(word) > _LONGEST_CJ:
        return False
    if not japanese:
        if word in _CHINESE_ENDINGS:
            return True
        if _NUMERALS.issuperset(before):
            return len(word) <= 2
        lone = len(before) == len(word) == 1
        return lone and before not in _CHINESE_ENDINGS and _CHINESE_LONE.isdisjoint((before, word))
    if before in _JAPANESE_PREFIXES or _NUMERALS.issuperset(before):
        return True
    if kind == "han":
        return len(word) == 1 and _kind(before[-1]) == "han" and word not in _JAPANESE_PREFIXES
    return kind == "hiragana" and _ends_phrase(word)


def _ends_phrase(word: str) -> bool:
    """Whether a Japanese word that begins in hiragana is a particle or an ending."""
    short = len(word) <= 2 and word not in _JAPANESE_STARTS and _kind(word[-1]) == "hiragana"
    return short or word in _JAPANESE_ENDINGS


def _may_cut(text: str, index: int, here: str) -> bool:
    """Whether the two characters around `index` can stand on different lines."""
    char, previous = text[index], text[index - 1]
    opens = unicodedata.category(previous) in {"Ps", "Pi"}
    if here in {"mark", "punctuation"}:
        return unicodedata.category(char) in {"Ps", "Pi"} and not opens
    if opens or unicodedata.category(char).startswith("M"):
        return False
    return not (previous in _LEADING_VOWELS or char in "ーゃゅょっぁぃぅぇぉャュョッァィゥェォ々ะาำາະຳๆໆ")
