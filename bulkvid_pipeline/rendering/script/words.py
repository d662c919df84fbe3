"""The words of a text as captions show and highlight them.

Scripts with blanks give their words with the punctuation that clings to them. Scripts without (Chinese, Japanese,
Thai ...) have no words without a dictionary, so they are cut into short groups that never part a character from its
marks, nor punctuation from what it closes.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of

_TOKEN = re.compile(r"\S+")
_HAN_GROUP = 2
_KANA_GROUP = 5
_KATAKANA_GROUP = 8
_ABUGIDA_GROUP = 6
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")


@dataclass(frozen=True)
class ScriptWord:
    """A word: text[start:end] of the text it was found in."""

    text: str
    start: int
    end: int


def script_words(text: str) -> tuple[ScriptWord, ...]:
    """The words of `text` in order; they hold every character that is not white space exactly once."""
    words: list[ScriptWord] = []
    for match in _TOKEN.finditer(text):
        token, start = match.group(), match.start()
        if any(map(is_spaceless, token)):
            words.extend(ScriptWord(text[a:b], a, b) for a, b in _groups(text, start, match.end()))
        else:
            words.append(ScriptWord(token, start, match.end()))
    return tuple(words)


def gap_between(left: str, right: str) -> str:
    """What stands between two neighbouring words on screen: nothing inside scripts without blanks, else a blank."""
    return "" if left and right and is_spaceless(_last(left)) and is_spaceless(_first(right)) else " "


def display_text(words: tuple[str, ...] | list[str]) -> str:
    """Words joined as their script joins them."""
    parts: list[str] = []
    for index, word in enumerate(words):
        if index:
            parts.append(gap_between(words[index - 1], word))
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


_LIMIT = {"han": _HAN_GROUP, "hiragana": _KANA_GROUP, "katakana": _KATAKANA_GROUP, "abugida": _ABUGIDA_GROUP}


def _groups(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut text[start:end], which holds no blanks, into groups."""
    cuts = [start]
    kinds = [_kind(text[index]) for index in range(start, end)]
    japanese = "hiragana" in kinds
    for index in range(start + 1, end):
        if _may_cut(text, index, kinds[index - start - 1], kinds[index - start], japanese) and _should_cut(
            kinds[cuts[-1] - start : index - start], kinds[index - start], japanese
        ):
            cuts.append(index)
    return list(zip(cuts, [*cuts[1:], end], strict=True))


def _may_cut(text: str, index: int, before: str, here: str, japanese: bool) -> bool:
    """Whether the two characters around `index` can stand on different lines."""
    char, previous = text[index], text[index - 1]
    if here in {"mark", "punctuation"}:
        return unicodedata.category(char) in {"Ps", "Pi"} and before != "punctuation"
    if unicodedata.category(previous) in {"Ps", "Pi"} or unicodedata.category(char).startswith("M"):
        return False
    if previous in _LEADING_VOWELS or char in "ーゃゅょっぁぃぅぇぉャュョッァィゥェォ々ะาำາະຳ":
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
