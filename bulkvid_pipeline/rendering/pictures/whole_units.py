"""Keeps units on one line: numbers with their units of measure, addresses, names."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from bulkvid_pipeline.adapters.speech.scripts import Script, script_of
from bulkvid_pipeline.rendering.pictures.scripts import NO_BREAK_SPACE, WORD_JOINER
from bulkvid_pipeline.rendering.script.tokens import Unit, UnitKind, units_of

_MAY_BREAK = "\u200b"
_LONGEST_WHOLE_NAME = 14
"""In characters; longer hyphenated names may be broken at their hyphens."""
_AFTER_MARK = re.compile(r"(?<=\w)[/?&=_-]+(?=\w{2})")
_BEFORE_STOP = re.compile(r"(?<=\w{2})(?=\.\w{2})")
_LONGEST_WHOLE_HOST = 24
"""In characters; a longer part between slashes may also be broken before its full stops."""
_BROKEN_ANYWHERE = frozenset({Script.HAN, Script.KANA, Script.HANGUL})


def with_whole_units(text: str) -> str:
    """The text without break opportunities inside units."""
    return _replaced(text, units_of(text), soft=False)


def with_parted_addresses(text: str) -> str:
    """As `with_whole_units`, but long addresses and names may break after a slash or hyphen and before a full stop."""
    return _replaced(text, units_of(text), soft=True)


def _replaced(text: str, units: tuple[Unit, ...], *, soft: bool) -> str:
    parts: list[str] = []
    position = 0
    for unit in units:
        if unit.kind is UnitKind.EMOJI:
            continue
        parts.append(text[position : unit.start])
        if soft and _is_partable(unit):
            parts.append(_parted(unit.text))
        else:
            # A line may end between "Version" and a long number.
            words = unit.text.split(" ") if unit.kind is UnitKind.VERSION else [unit.text]
            parts.append(" ".join(map(_glued, words)))
        position = unit.end
    return "".join(parts) + text[position:]


def _is_partable(unit: Unit) -> bool:
    if unit.kind is UnitKind.NAME:
        return len(unit.text) > _LONGEST_WHOLE_NAME and " " not in unit.text
    return unit.kind is UnitKind.ADDRESS


def _glued(unit: str) -> str:
    parts = [unit[:1]]
    for before, char in pairwise(unit):
        if _could_break(before, char):
            parts.append(WORD_JOINER)
        parts.append(NO_BREAK_SPACE if char == " " else char)
    return "".join(parts)


def _could_break(before: str, char: str) -> bool:
    """Whether a line might end between two characters of a unit.

    Between letters it might only in Chinese, Japanese and Korean; in other scripts nothing may be inserted there.
    """
    if " " in (before, char) or unicodedata.category(char)[0] == "M":
        return False
    if before.isalnum() and char.isalnum():
        return any(script_of(each) in _BROKEN_ANYWHERE for each in (before, char))
    return True


def _parted(unit: str) -> str:
    parted = _AFTER_MARK.sub(lambda match: match.group() + _MAY_BREAK, unit)
    pieces = parted.split(_MAY_BREAK)
    return _MAY_BREAK.join(
        _BEFORE_STOP.sub(_MAY_BREAK, piece) if len(piece) > _LONGEST_WHOLE_HOST else piece for piece in pieces
    )
