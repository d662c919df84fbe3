"""What of a text is written: the characters that a reader or listener would miss, and nothing that a layout may add.

This is the measure by which script, scenes, speech, captions and cards are compared. It knows nothing of how any of
them is made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_MOST_MARKS = 6
"""Combining marks kept on one letter; no language has more, "zalgo" text has dozens."""
_INVISIBLE = frozenset("\u034f\u115f\u1160\u3164\uffa0\ufffc")
_SHOWN = 48
_LINE_ENDS = re.compile("[\u2028\n]+")
_JOINERS = re.compile("[\u200b\u2060\u200e\u200f]")
_HYPHENS = re.compile("[-\u2010\u00ad](?=[\u200b\u2028])")


def written(text: str) -> str:
    """The visible characters of a text in order: without blanks, joiners, direction marks and variation selectors."""
    if text.isascii() and text.isprintable():
        return text.replace(" ", "")
    return "".join(char for _, char in _written(unicodedata.normalize("NFC", text)))


def _written(normal: str) -> Iterator[tuple[int, str]]:
    marks = 0
    for place, char in enumerate(normal):
        category = unicodedata.category(char)
        if (category[0] in "CZ" and category != "Co") or char in _INVISIBLE or _is_selector(char):
            continue
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            yield place, char


def stretch(text: str, start: int, end: int) -> str:
    """What of a text its `written` characters from `start` to `end` are, with the blanks between them."""
    normal = unicodedata.normalize("NFC", text)
    places = [place for place, _ in _written(normal)]
    if start >= min(end, len(places)):
        return ""
    return normal[places[start] : places[end] if end < len(places) else len(normal)].strip()


def legible(text: str) -> str:
    """A laid-out text as it is read: blanks for its line ends and fixed blanks, nothing for joiners."""
    return _LINE_ENDS.sub(" ", _JOINERS.sub("", text)).replace("\u00a0", " ")


def without_inserted_hyphens(text: str) -> str:
    """A laid-out text without the hyphens at its line ends, which may be the layout's or the text's own."""
    return _HYPHENS.sub("", text)


def readings(drawn: str, words: str) -> frozenset[str]:
    """How a laid-out text may be read: with the hyphens at its line ends, without them, or as `words` if these differ
    in nothing else."""
    found = {drawn, without_inserted_hyphens(drawn)}
    optional = "[-\u2010]?".join(re.escape(written(part)) for part in _HYPHENS.split(drawn))
    if re.fullmatch(optional, written(words)):
        found.add(words)
    return frozenset(found)


def trimmed(text: str) -> str:
    """`written` without punctuation at its ends, which a heading may leave out."""
    kept = written(text)
    first = next((index for index, char in enumerate(kept) if not _is_punctuation(char)), len(kept))
    last = next((index for index in range(len(kept), first, -1) if not _is_punctuation(kept[index - 1])), first)
    return kept[first:last]


def letters(text: str) -> str:
    """The letters, digits and their marks of a text, in order."""
    return "".join(char for char in written(text) if unicodedata.category(char)[0] in "LNM")


def _is_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0000" <= char <= "\U000e0fff"


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] == "P" and char not in "%‰٪@#&"


@dataclass(frozen=True)
class TextFault:
    """A place where a video's words are not its script's."""

    check: str
    """Name of the check that found it."""
    said: str
    """The fault as a clause for the user, without its time: `the card does not show 'one line'`."""
    scene: int = 0
    """Index of the scene."""
    frame: int = 0
    """Frame of the scene at which it can be seen or heard."""


def quoted(text: str) -> str:
    """A text on one line in quotation marks, shortened."""
    flat = " ".join(text.split())
    return f"'{flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + '…'}'"


def first_difference(wanted: str, found: str) -> str:
    """Where the written characters of `found` leave those of `wanted`, in words; empty if they are the same."""
    script, other = written(wanted), written(found)
    if script == other:
        return ""
    at = next((index for index, (a, b) in enumerate(zip(script, other, strict=False)) if a != b), -1)
    at = at if at >= 0 else min(len(script), len(other))
    start = max(0, at - 8)
    if at == len(other):
        return f"ends before {quoted(stretch(wanted, at, at + 30))}"
    if at == len(script):
        return f"goes on with {quoted(stretch(found, at, at + 30))} after the script has ended"
    return (
        f"has {quoted(stretch(found, start, at + 16))} where the script has {quoted(stretch(wanted, start, at + 16))}"
    )
