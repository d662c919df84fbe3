"""Highlighting phrases of a text after its layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bulkvid_pipeline.rendering.pictures.colors import Rgb
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, Span, build

_INSERTED = "[\u200b\u2060-]*"
"""Characters that the layout may have inserted."""


def accented(block: SetText, phrases: Sequence[str], color: Rgb) -> SetText:
    """The text with the same lines and with some phrases in a colour; a phrase that was cut off is left out."""
    spans = list(_spans(block, phrases, color))
    if len(spans) == 1:
        return block
    paragraph = build(spans, block.look, right_to_left=block.right_to_left, variant=block.variant)
    paragraph.layout(block.width)
    return replace(block, paragraph=paragraph)


def _spans(block: SetText, phrases: Sequence[str], color: Rgb) -> Iterator[Span]:
    at = 0
    for phrase in phrases:
        letters = ("[ \u00a0]" if letter == " " else re.escape(letter) for letter in phrase)
        match = re.compile(_INSERTED.join(letters)).search(block.text, at) if phrase else None
        if match is None:
            continue
        if match.start() > at:
            yield Span(block.text[at : match.start()], block.look.color)
        yield Span(match.group(), color)
        at = match.end()
    if at < len(block.text):
        yield Span(block.text[at:], block.look.color)
