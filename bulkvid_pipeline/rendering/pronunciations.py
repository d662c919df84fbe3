"""Where a text has words whose pronunciation is given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.core.pronunciations import Pronunciation, is_exact
from bulkvid_pipeline.rendering.script.tokens import UnitKind, units_of

_ALIKE = ("'’‘ʼʻ＇`´", "-‐‑", '"“”„')
"""Signs that are typed for one another."""


@dataclass(frozen=True)
class Occurrence:
    """text[start:end] is said as `spoken`."""

    start: int
    end: int
    pair: Pronunciation


def occurrences(text: str, pairs: Iterable[Pronunciation]) -> tuple[Occurrence, ...]:
    """The places in `text`, in order and apart; where two pairs would overlap, the longer written form counts.

    Whole words and phrases are found, whatever their case unless the pair has capitals alone; in scripts without blanks
    anywhere. An address is a word of its own, of which no part is found.
    """
    pairs = sorted(pairs, key=lambda pair: (-len(pair.written), pair.written))
    if not pairs:
        return ()
    taken = bytearray(len(text))
    addresses = [unit for unit in units_of(text) if unit.kind is UnitKind.ADDRESS]
    found: list[Occurrence] = []
    for pair in pairs:
        for match in _pattern(pair.written).finditer(text):
            start, end = match.span()
            inside = any(
                unit.start <= start and end <= unit.end and _has_word(text[unit.start : start] + text[end : unit.end])
                for unit in addresses
            )
            if not inside and not any(taken[start:end]) and _is_whole(text, start, end):
                taken[start:end] = b"\x01" * (end - start)
                found.append(Occurrence(start, end, pair))
    return tuple(sorted(found, key=lambda occurrence: occurrence.start))


@lru_cache(maxsize=2048)
def _pattern(written: str) -> re.Pattern[str]:
    forms = dict.fromkeys(unicodedata.normalize(form, written) for form in ("NFC", "NFD"))
    return re.compile("|".join(map(_form, forms)), re.NOFLAG if is_exact(written) else re.IGNORECASE)


def _form(written: str) -> str:
    return r"\s+".join("".join(map(_sign, word)) for word in written.split())


def _sign(char: str) -> str:
    alike = next((signs for signs in _ALIKE if char in signs), char)
    return f"[{re.escape(alike)}]" if len(alike) > 1 else re.escape(char)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit before or after the stretch belongs to its word."""
    return not (start > 0 and _joined(text[start - 1], text[start])) and not (
        end < len(text) and not _takes_particles(text[start:end]) and _joined(text[end - 1], text[end])
    )


def _joined(before: str, after: str) -> bool:
    if not (_in_word(before) and _in_word(after)):
        return False
    if is_spaceless(before) or is_spaceless(after):
        # No blanks: any place may be the end of a word, but never the middle of a written character.
        return unicodedata.category(after) in {"Mn", "Mc"}
    scripts = {script_of(before), script_of(after)} - {Script.COMMON}
    return len(scripts) < 2


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.category(char) in {"Mn", "Mc"}


def _takes_particles(word: str) -> bool:
    """Whether a word is Korean, to whose end particles are written; not a single syllable, which begins many words."""
    return len(word) > 1 and script_of(word[-1]) is Script.HANGUL


def _has_word(text: str) -> bool:
    return any(map(str.isalnum, text))
