"""Short display statements out of the script's own words, for headings and list entries."""

from __future__ import annotations

import re
import unicodedata

from bulkvid_pipeline.rendering.script.tokens import units_of
from bulkvid_pipeline.rendering.script.words import script_words

_CLAUSE_END = re.compile(r"[,;:،؛](?=\s)|[，、；：]|\s[—–-](?=\s)")
_TRAILING = " ,;:、，；：،؛-–—.。।።։។။"
_ENOUGH = 0.3


def statement(text: str, characters: int) -> str:
    """`text` as a heading of at most `characters` (wide characters count two): whole words, no trailing comma or stop.

    What is too long is cut after a clause, else after a word with an ellipsis.
    """
    flat = " ".join(text.split())
    if display_width(flat) <= characters:
        return _trimmed(flat)
    flat = flat[: characters + 2]  # characters are at least one wide, so no more can fit
    clauses = [match.start() for match in _CLAUSE_END.finditer(flat)]
    fitting = [cut for cut in clauses if characters * _ENOUGH <= display_width(flat[:cut]) <= characters]
    if fitting:
        return _trimmed(flat[: fitting[-1]])
    end = 0
    for word in script_words(flat):
        if display_width(flat[: word.end]) > characters - 1:
            break
        end = word.end
    end = next((unit.start for unit in units_of(flat) if unit.start < end < unit.end), end) or end
    if not end:  # one word that is wider than the whole heading
        end = next(cut for cut in range(len(flat), 0, -1) if cut == 1 or display_width(flat[:cut]) < characters)
    return _trimmed(flat[:end]) + "…"


def display_width(text: str) -> int:
    """Characters, where those of Chinese, Japanese and Korean count two."""
    return sum(2 if char >= "ᄀ" and unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _trimmed(text: str) -> str:
    bare = text.rstrip(_TRAILING)
    whole = text.strip()
    # An abbreviation keeps its stop, an ellipsis its dots.
    keeps = whole.endswith(("..", "etc.")) or any(unit.end == len(whole) for unit in units_of(whole))
    return whole if keeps or not bare else bare
