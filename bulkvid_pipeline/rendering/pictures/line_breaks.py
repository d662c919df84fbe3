"""Where the lines of a text may end, and how much a reader minds it.

Places come from ICU (UAX #14, with dictionaries for Thai, Lao, Khmer and Burmese), without those inside units
(`tokens`). Chinese and Japanese lines end between words as ICU's dictionary has them, if they can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from icu4py.breakers import CharacterBreaker, LineBreaker, WordBreaker

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.rendering.pictures.scripts import HanVariant
from bulkvid_pipeline.rendering.script.leaning import is_name_part, is_particle, leans_back, leans_onward
from bulkvid_pipeline.rendering.script.tokens import Unit, UnitKind, units_of

# Costs of a line's end, in squares of relative differences of line lengths.
_AFTER_SENTENCE = -0.14
_AFTER_CLAUSE = -0.09
_AFTER_WORD = 0.0
_WITHOUT_BLANK = 0.03
_NAME_PART = 0.06
_LEANING = 0.24
_IN_WORD = 0.3
_PARTICLE = 0.36
_IN_ADDRESS = 0.4
_IN_PHRASE = 0.5
_BEFORE_MARK = 0.55
_HYPHEN = 0.7
_ANYWHERE = 1.5

_SENTENCE_END = re.compile(r"[.!?…:;。！？：；؟։።។။।]['\"”’»)\]」』）]*$")
_CLAUSE_END = re.compile(r"[,،、，–—-]['\"”’»)\]」』）]*$")
_NO_START = re.compile(r"[\s!?:;,.%°»”’)\]}…、。，！？：；）」』】〉》%％–—-]+$|[!?:;»]|[–—](?!\d)")
_NO_END = re.compile(r"(?:^|\s)[«“„‘(\[{¿¡「『（【〈《#$€£]+$")
_AFTER_MARK = re.compile(r"(?<=[\w%])[/?&=_-]+(?=\w{2})")
_MARK_BEFORE = re.compile(r"(?<=\w{2})[.@](?=\w{2})")
_LONGEST_WHOLE_NAME = 14
"""In characters; longer hyphenated names may be broken at their hyphens."""
_HANGUL = (Script.HANGUL, Script.HANGUL)


@dataclass(frozen=True)
class Piece:
    """What stays on one line: text[start:end] without the blank after it."""

    text: str
    blank: bool
    """Whether a blank follows, which a line's end replaces."""
    cost: float
    """Of a line's end after it."""
    hyphen: bool = False
    """Whether a line's end after it shows a hyphen."""
    ends_line: bool = False
    """Whether the text has a line's end after it."""
    in_address: bool = False
    """Whether it is of an address, in which no hyphen may be inserted."""


def pieces_of(
    text: str, variant: HanVariant | None, together: Sequence[str] = (), *, parted: bool = False
) -> tuple[Piece, ...]:
    """The text as pieces between the places where a line may end.

    Args:
        together: phrases that should stay on one line.
        parted: whether addresses and long hyphenated names may be broken at their marks, Chinese and Japanese words
            between any letters, and Korean ones between syllables.
    """
    costs = _places(text, variant, parted=parted)
    for start, end in _spans(text, together):
        for at in range(start + 1, end):
            if at in costs:
                costs[at] += _IN_PHRASE
    addresses = {at for unit in units_of(text) if unit.kind is UnitKind.ADDRESS for at in range(unit.start, unit.end)}
    return tuple(_cut(text, costs, addresses)) or (Piece(text, False, 0.0),)


def in_clusters(piece: Piece) -> tuple[Piece, ...]:
    """A piece that is too wide for any line, broken anywhere between letters as readers see them."""
    clusters = list(CharacterBreaker(piece.text, "en"))
    return (*(Piece(cluster, False, _ANYWHERE) for cluster in clusters[:-1]), replace(piece, text=clusters[-1]))


def in_syllables(piece: Piece, parts: Sequence[str]) -> tuple[Piece, ...]:
    """A piece divided into parts, each but the last with a hyphen where a line ends after it."""
    return (*(Piece(part, False, _HYPHEN, hyphen=True) for part in parts[:-1]), replace(piece, text=parts[-1]))


def _cut(text: str, costs: dict[int, float], addresses: set[int]) -> Iterator[Piece]:
    for start, end in pairwise([0, *sorted(costs), len(text)]):
        bare = text[start:end].rstrip(" \n")
        if bare:
            yield Piece(
                bare,
                bare != text[start:end],
                costs.get(end, 0.0),
                ends_line=text[end - 1] == "\n" and end < len(text),
                in_address=start in addresses,
            )


def _spans(text: str, phrases: Sequence[str]) -> Iterator[tuple[int, int]]:
    at = 0
    for phrase in phrases:
        start = text.find(phrase, at) if phrase else -1
        if start >= 0:
            at = start + len(phrase)
            yield start, at


def _places(text: str, variant: HanVariant | None, *, parted: bool) -> dict[int, float]:
    """The places where a line may end, each with its cost."""
    ends = _ends(LineBreaker(text, variant.locale if variant else "en"))
    units = units_of(text)
    inside = {at for unit in units if unit.kind is not UnitKind.EMOJI for at in _closed(unit)}
    words = _word_starts(text) if variant or any(map(is_spaceless, text)) else frozenset(ends)
    costs: dict[int, float] = {}
    kept = [end for end in ends if text[end - 1] == "\n" or (end not in inside and not _clings(text, end))]
    edges = [0, *kept, len(text)]
    capitals = _mostly_capitals(text)
    for index, end in enumerate(kept, 1):
        if text[end - 1] == "\n":
            costs[end] = 0.0
            continue
        before, after = text[edges[index - 1] : end].rstrip(), text[end : edges[index + 1]].rstrip()
        if end not in words and text[end - 1] != " " and not _at_mark(text, end):
            if parted:
                costs[end] = _IN_WORD
            continue
        costs[end] = _cost(before, after, blank=text[end - 1] == " ", capitals=capitals)
    if parted:
        costs |= {at: cost for unit in units for at, cost in _openings(unit)}
    return costs


def _closed(unit: Unit) -> range:
    return range(unit.start + 1, unit.end)


def _clings(text: str, at: int) -> bool:
    """Whether a mark would open or close the wrong line, which ICU allows around blanks."""
    return (
        _NO_START.match(text[at : at + 2].split(" ")[0] or " ") is not None
        or _NO_END.search(text[:at].rstrip()) is not None
    )


def _at_mark(text: str, at: int) -> bool:
    return not text[at - 1].isalnum() or not text[at].isalnum()


def _word_starts(text: str) -> frozenset[int]:
    """Where ICU's dictionaries begin a word; of no use inside Korean words, which have blanks between them."""
    return frozenset(
        at for at in _ends(WordBreaker(text, "zh")) if (script_of(text[at - 1]), script_of(text[at])) != _HANGUL
    )


def _ends(segments: Iterable[str]) -> list[int]:
    """Where segments of a text end, without the text's own end. (ICU's own positions count UTF-16 units.)"""
    return list(accumulate(map(len, segments)))[:-1]


def _mostly_capitals(text: str) -> bool:
    """Whether names cannot be told from other words: a title in capitals, or German."""
    words = [word for word in text.split() if word[0].isalpha()]
    return sum(word[0].isupper() for word in words) * 2 > len(words)


def _cost(before: str, after: str, *, blank: bool, capitals: bool) -> float:
    if _SENTENCE_END.search(before):
        return _AFTER_SENTENCE
    if _CLAUSE_END.search(before):
        return _AFTER_CLAUSE
    if is_particle(after):
        return _PARTICLE
    if leans_onward(before) or leans_back(after):
        return _LEANING
    if not capitals and is_name_part(before) and is_name_part(after):
        return _NAME_PART
    return _AFTER_WORD if blank else _WITHOUT_BLANK


def _openings(unit: Unit) -> Iterator[tuple[int, float]]:
    """Where a long address or name may be broken, and at what cost: after its marks, less gladly before a stop or @."""
    if unit.kind is UnitKind.NAME:
        if len(unit.text) <= _LONGEST_WHOLE_NAME or " " in unit.text:
            return
    elif unit.kind is not UnitKind.ADDRESS:
        return
    yield from ((unit.start + match.end(), _IN_ADDRESS) for match in _AFTER_MARK.finditer(unit.text))
    yield from ((unit.start + match.start(), _BEFORE_MARK) for match in _MARK_BEFORE.finditer(unit.text))
