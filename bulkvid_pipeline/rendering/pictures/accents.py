"""Phrases of a laid-out text in a colour of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bulkvid_pipeline.rendering.pictures.colors import Rgb
from bulkvid_pipeline.rendering.pictures.typesetting import LINE_END, SetText, Span
from bulkvid_pipeline.rendering.script.emphasis import parts_unit, parts_word
from bulkvid_pipeline.rendering.script.tokens import units_of

_LINE_END = f"(?:-?{LINE_END})?"
"""What the layout may have put between two letters."""


def accented(block: SetText, phrases: Sequence[str], color: Rgb) -> SetText:
    """The same letters in the same places, with some phrases in a colour; a phrase that was cut off is left out."""
    spans = list(_spans(block, phrases, color))
    return block if len(spans) == 1 else block.in_colors(spans)


def _spans(block: SetText, phrases: Sequence[str], color: Rgb) -> Iterator[Span]:
    at = 0
    for phrase in phrases:
        place = _place(block.text, phrase, at)
        if place is None:
            continue
        start, end = place
        if start > at:
            yield Span(block.text[at:start], block.look.color)
        yield Span(block.text[start:end], color)
        at = end
    if at < len(block.text):
        yield Span(block.text[at:], block.look.color)


def _place(text: str, phrase: str, at: int) -> tuple[int, int] | None:
    """Where a phrase stands from `at` on, as no part of a longer word or unit: the 5 in "§5, 5 m" is the second one."""
    letters = (f"[ {LINE_END}]" if letter == " " else re.escape(letter) for letter in phrase)
    pattern = re.compile(_LINE_END.join(letters))
    places = [match.span() for match in pattern.finditer(text, at)] if phrase else []
    if len(places) < 2:
        return places[0] if places else None
    units = units_of(text.replace(LINE_END, " "))
    return next((place for place in places if not (parts_word(text, place) or parts_unit(units, place))), places[0])
