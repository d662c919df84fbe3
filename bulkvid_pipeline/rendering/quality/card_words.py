"""Proof that a card's texts are its scene's words: all of them, once, whole, and nothing that the script has not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bulkvid_pipeline.rendering.model import BULLET
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription
from bulkvid_pipeline.rendering.quality.script_words import ExpectedCard, Shown
from bulkvid_pipeline.rendering.quality.written import (
    TextFault,
    first_difference,
    legible,
    quoted,
    readings,
    stretch,
    trimmed,
    written,
)
from bulkvid_pipeline.rendering.script.sentences import TERMINATORS
from bulkvid_pipeline.rendering.script.tokens import UnitKind, units_of

_ROMAN = re.compile(r"(?=[MDCLXVI])M*(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


@dataclass(frozen=True)
class CardText:
    """A text of a card as it can be read there."""

    text: str
    """Without what the layout inserted."""
    reads: frozenset[str]
    """How its characters may be read: hyphens at which a word was divided belong to it or not."""

    @classmethod
    def of(cls, inscription: Inscription) -> CardText:
        words = inscription.block.words if inscription.block else ""
        return cls(legible(inscription.text), frozenset(map(trimmed, readings(inscription.text, words))))


def card_faults(inscriptions: Sequence[Inscription], card: ExpectedCard, section: int | None) -> Iterator[TextFault]:
    """Where the texts of a card leave out, change or add words.

    Args:
        inscriptions: what was painted on it, from back to front.
        section: number of the section that it may show.
    """
    texts = [CardText.of(each) for each in inscriptions if each.block is not None]
    free = [index for index, text in enumerate(texts) if any(text.reads)]
    said_whole = _found((card.said,), texts, free) if card.said else None
    if said_whole:
        free = [index for index in free if index not in said_whole]
    missing: list[str] = []
    for shown in card.must:
        if said_whole and trimmed(shown.words) in trimmed(card.said) and not shown.is_heading:
            continue
        used = next((found for choice in shown.alternatives if (found := _found(choice, texts, free))), None)
        if used is None:
            missing.append(trimmed(shown.words))
            yield TextFault("words_drawn", _missing(shown, texts, free))
        else:
            free = [index for index in free if index not in used]
    rest = [texts[index] for index in free]
    # A part of what is missing has been named already.
    named = [text for text in rest if any(read in whole for read in text.reads for whole in missing)]
    yield from _strangers([text for text in rest if text not in named], card)
    for number in (each for each in inscriptions if each.block is None):
        if not _is_expected_number(number.text, card, section):
            said = f"the card shows the number {quoted(number.text)}, which the script does not have there"
            yield TextFault("words_drawn", said)


def _found(choice: Sequence[str], texts: Sequence[CardText], free: Sequence[int]) -> list[int] | None:
    """The texts that show the choice's parts one after the other; None if they do not."""
    used: list[int] = []
    for part in choice:
        wanted = trimmed(part)
        if not wanted:
            continue
        rest = [index for index in free if not used or index > used[-1]]
        run = next((run for at in range(len(rest)) if (run := _run(wanted, texts, rest[at:]))), None)
        if run is None:
            return None
        used += run
    return used


def _run(wanted: str, texts: Sequence[CardText], free: Sequence[int]) -> list[int] | None:
    """The texts from the first of `free` on that show `wanted` together."""
    used: list[int] = []
    for index in free:
        read = next((read for read in texts[index].reads if read and wanted.startswith(read)), None)
        if read is None:
            return None
        used.append(index)
        wanted = trimmed(wanted[len(read) :])
        if not wanted:
            return used
    return None


def _missing(shown: Shown, texts: Sequence[CardText], free: Sequence[int]) -> str:
    """Which words of a text the card does not show."""
    wanted = shown.alternatives[-1][0]
    script = written(wanted)
    best, begins = "", 0
    for index in free:
        for read in texts[index].reads:
            start = script.find(read[:8]) if read else -1
            same = 0
            while start >= 0 and same < len(read) and start + same < len(script) and read[same] == script[start + same]:
                same += 1
            if start >= 0 and same > len(best):
                best, begins = read, start
                end = start + same
    if not best:
        return f"the card does not show {quoted(wanted)}"
    if end < len(script) and end - begins < len(best):
        return f"the card {first_difference(stretch(wanted, begins, len(script)), best)}"
    if begins and end >= len(script.rstrip(TERMINATORS)):
        return f"the card does not show {quoted(stretch(wanted, 0, begins))}"
    return f"the card does not show {quoted(stretch(wanted, end, len(script)))}"


def _strangers(texts: Sequence[CardText], card: ExpectedCard) -> Iterator[TextFault]:
    """Texts that are not the script's, or a part of something that belongs together."""
    figures = _whole_data(card.said)
    allowed = {trimmed(text) for text in card.may}
    signs = {written(sign) for sign in (*card.signs, BULLET, "☐", "☑")}
    together = {
        index + half
        for index, (first, second) in enumerate(pairwise(texts))
        if trimmed(first.text + second.text) in figures
        for half in (0, 1)
    }  # a figure, and under it what it counts
    for index, text in enumerate(texts):
        if (
            index in together
            or text.reads & allowed
            or written(text.text) in signs
            or any(_begins_entry(text, entry) for entry in allowed)
        ):
            continue
        if text.reads & figures or _is_phrase(text, card.said):
            continue
        yield TextFault("words_drawn", f"the card shows {quoted(text.text)}, which is not whole words of what is said")


def _begins_entry(text: CardText, entry: str) -> bool:
    """Whether it is whole sentences of an entry that was shown before."""
    return any(read and entry.startswith(read) and entry[len(read) :][:1] in TERMINATORS for read in text.reads)


def _whole_data(said: str) -> frozenset[str]:
    return frozenset(trimmed(unit.text) for unit in units_of(said) if unit.kind is not UnitKind.EMOJI)


def _is_phrase(text: CardText, said: str) -> bool:
    """Whether a text without digits is whole words of what is said, such as what a figure counts."""
    words = text.text.split()
    if any(char.isnumeric() for char in text.text) or not words:
        return False
    return re.search(r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)", said) is not None


def _is_expected_number(text: str, card: ExpectedCard, section: int | None) -> bool:
    bare = text.strip().strip(".")
    value = int(bare) if bare.isdecimal() else _roman_value(bare)
    return value is not None and value in {*card.numbers, *([section] if section is not None else [])}


def _roman_value(text: str) -> int | None:
    if not _ROMAN.fullmatch(text):
        return None
    values = [_ROMAN_VALUES[char] for char in text]
    return sum(-value if value < max(values[index:]) else value for index, value in enumerate(values))
