"""Texts as cards show them: all their words, without the comma or stop that only leads on to the next card."""

from __future__ import annotations

import re
import unicodedata

from bulkvid_pipeline.rendering.script.sentences import sentence_spans
from bulkvid_pipeline.rendering.script.tokens import UnitKind, units_of
from bulkvid_pipeline.rendering.script.words import script_words

LONGEST_TITLE, LONGEST_DESCRIPTION = 260, 180
"""Display widths up to which the title card shows a title and a description whole."""

_TRAILING = re.compile(r"(?:\s*[,;:、，；：،؛—–.。।。։።။။]|\s+-)+\s*$")
_KEEPS_ITS_STOP = (UnitKind.ABBREVIATION, UnitKind.NAME, UnitKind.ADDRESS, UnitKind.TIME, UnitKind.DATE)
_ABBREVIATED = re.compile(
    r"(?:etc|usw|ecc|ggf|bzw|Inc|Ltd|Co|Corp|Jr|Sr|No|vs|Mio|Mrd|Std|St|Nr|др|г|р)\.$|(?<=\.)\w+\.$"
)


def statement(text: str) -> str:
    """`text` as the large text of a card: all its words, with single blanks.

    A sentence that stands alone loses its full stop, a clause its comma; abbreviations and ellipses keep their stops.
    """
    whole = " ".join(text.split())
    match = _TRAILING.search(whole)
    if match is None or not match.start() or whole.endswith(("..", "…")) or _ABBREVIATED.search(whole):
        return whole
    marks = match.group().strip()
    if marks == "." and any(unit.end == len(whole) and unit.kind in _KEEPS_ITS_STOP for unit in units_of(whole)):
        return whole
    return whole[: match.start()]


def leading_sentences(text: str, width: int) -> str:
    """As many sentences from the beginning of `text` as are at most `width` wide together; perhaps none."""
    near = text[: width + 40]  # characters are at least one wide, so that nothing after these can fit
    ends = [end for _, end in sentence_spans(near) if display_width(near[:end]) <= width]
    return text[: ends[-1]] if ends else ""


def shown_title(title: str) -> str:
    """What the title card shows of a title: all of it, unless it is wider than LONGEST_TITLE.

    Such a title is shortened at the end of a sentence, or if its first sentence is too long, after a word, with an
    ellipsis.
    """
    if display_width(title) <= LONGEST_TITLE:
        return title
    whole = leading_sentences(title, LONGEST_TITLE)
    if whole:
        return whole
    near = title[:LONGEST_TITLE]
    words = [word.end for word in script_words(near)[:-1] if display_width(near[: word.end]) < LONGEST_TITLE]
    return title[: words[-1] if words else LONGEST_TITLE // 2 - 1] + "…"


def shown_description(description: str) -> str:
    """What the title card shows of a description: all of it, or as many of its first sentences as are at most
    LONGEST_DESCRIPTION wide; nothing if the first one is too long."""
    return leading_sentences(description, LONGEST_DESCRIPTION)


def display_width(text: str) -> int:
    """Characters, where those of Chinese, Japanese and Korean count two."""
    return sum(2 if char >= "ᄀ" and unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
