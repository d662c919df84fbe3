"""Phrases of a laid-out text in a colour of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.pictures.typesetting import LINE_END, SetText, Span
from bulkvid_pipeline.rendering.script.emphasis import most_whole
from bulkvid_pipeline.rendering.script.writing_direction import LEFT_TO_RIGHT_MARK

_LINE_END = f"(?:-?{LINE_END})?{LEFT_TO_RIGHT_MARK}?"
"""What the layout may have put between two letters."""


def accented(block: SetText, phrases: Sequence[str], color: Rgb) -> SetText:
    """The same letters in the same places, with some phrases in a colour; a phrase that was cut off is left out."""
    spans = list(_spans(block, phrases, color))
    return block if len(spans) == 1 else block.in_colors(spans)


def _spans(block: SetText, phrases: Sequence[str], color: Rgb) -> Iterator[Span]:
    lines = block.text.replace(LINE_END, " ")
    at = 0
    for phrase in phrases:
        letters = (f"[ {LINE_END}]" if letter == " " else re.escape(letter) for letter in phrase)
        found = re.compile(_LINE_END.join(letters)).finditer(block.text, at) if phrase else ()
        place = most_whole(lines, [match.span() for match in found])
        if place is None:
            continue
        if place[0] > at:
            yield Span(block.text[at : place[0]], block.look.color)
        yield Span(block.text[place[0] : place[1]], color)
        at = place[1]
    if at < len(block.text):
        yield Span(block.text[at:], block.look.color)
