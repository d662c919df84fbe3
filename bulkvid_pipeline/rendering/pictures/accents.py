"""Phrases of a laid-out text in a colour of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bulkvid_pipeline.rendering.pictures.colors import Rgb
from bulkvid_pipeline.rendering.pictures.typesetting import LINE_END, SetText, Span

_LINE_END = f"(?:-?{LINE_END})?"
"""What the layout may have put between two letters."""


def accented(block: SetText, phrases: Sequence[str], color: Rgb) -> SetText:
    """The same letters in the same places, with some phrases in a colour; a phrase that was cut off is left out."""
    spans = list(_spans(block, phrases, color))
    return block if len(spans) == 1 else block.in_colors(spans)


def _spans(block: SetText, phrases: Sequence[str], color: Rgb) -> Iterator[Span]:
    at = 0
    for phrase in phrases:
        letters = (f"[ {LINE_END}]" if letter == " " else re.escape(letter) for letter in phrase)
        pattern = _LINE_END.join(letters)
        # "3" is the one of "3 x 5" rather than of "3x5".
        alone = re.compile(rf"(?<![A-Za-z0-9])(?<!\d[.,:/-]){pattern}(?![A-Za-z0-9]|[.,:/-]\d)")
        match = (alone.search(block.text, at) or re.compile(pattern).search(block.text, at)) if phrase else None
        if match is None:
            continue
        if match.start() > at:
            yield Span(block.text[at : match.start()], block.look.color)
        yield Span(match.group(), color)
        at = match.end()
    if at < len(block.text):
        yield Span(block.text[at:], block.look.color)
