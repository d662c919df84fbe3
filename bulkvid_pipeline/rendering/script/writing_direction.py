"""The direction that a text is written in, and the marks that keep it (UAX #9)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from bulkvid_pipeline.rendering.script.tokens import Unit, UnitKind, units_of

LEFT_TO_RIGHT_MARK, RIGHT_TO_LEFT_MARK = "\u200e", "\u200f"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_OF_ADDRESSES = frozenset("./@#")


def is_mainly_right_to_left(text: str) -> bool:
    """Whether more words are written from the right than from the left, addresses aside.

    A text of a right-to-left language may well begin with a Latin name, so its first word alone does not tell; but
    where that is written from the right, half as many such words are enough.
    """
    if text.isascii():
        return False
    right = left = 0
    first = ""
    for word in text.split():
        directions = set(map(unicodedata.bidirectional, word))
        if directions & _RIGHT_TO_LEFT:
            right += 1
            first = first or "right"
        elif "L" in directions and _OF_ADDRESSES.isdisjoint(word.rstrip(".")):
            left += 1
            first = first or "left"
    return right > 0 and (2 * right >= left if first == "right" else right > left)


def directed(line: str, *, right_to_left: bool) -> str:
    """The line, with a mark before it where its first letter would give it the other direction."""
    for char in line:
        direction = unicodedata.bidirectional(char)
        if direction == "L":
            return RIGHT_TO_LEFT_MARK + line if right_to_left else line
        if direction in _RIGHT_TO_LEFT:
            return line if right_to_left else LEFT_TO_RIGHT_MARK + line
    return RIGHT_TO_LEFT_MARK + line if right_to_left else line


def with_order_kept(text: str) -> str:
    """A right-to-left text with marks before its phone numbers and handles: the groups of a number would otherwise
    stand in reverse, and "@" behind its name."""
    if text.isascii():
        return text
    places = [unit.start for unit in units_of(text) if _is_written_from_the_left(unit)]
    return LEFT_TO_RIGHT_MARK.join(text[start:end] for start, end in pairwise([0, *places, len(text)]))


def _is_written_from_the_left(unit: Unit) -> bool:
    if unit.kind is UnitKind.ADDRESS and unit.text[0] in "@#":
        return unicodedata.bidirectional(unit.text[1]) == "L"
    return unit.kind is UnitKind.PHONE
