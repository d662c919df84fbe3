"""Abbreviations and acronyms."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bulkvid_pipeline.rendering.spoken.amounts import any_of
from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER, MARKED_LETTER
from bulkvid_pipeline.rendering.spoken.forms import Rule, kept_stop
from bulkvid_pipeline.rendering.spoken.readings import Readings
from bulkvid_pipeline.rendering.spoken.units import UNITS

_NUMBER_BEFORE = re.compile(rf"\d[{BLANKS}]?$")

_CAPITAL = "A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁІЇЄҐ\u0590-\u1fff"
"""What names begin with; scripts without capitals count as a whole."""


def abbreviation_rules(readings: Readings) -> list[Rule]:
    """The rules of abbreviations and acronyms in a language."""
    rules: list[Rule] = []
    if readings.before_numbers:
        pattern = rf"(?<![{LETTER}{MARKED_LETTER}\d_.])(?P<short>{_spaced(readings.before_numbers)})[{BLANKS}]?(?=\d)"
        known = {_key(short): said for short, said in readings.before_numbers.items()}
        rules.append(Rule(re.compile(pattern), lambda match: f"{known[_key(match['short'])]} ", digits=True))
    if readings.abbreviations:
        letters = {short for short in readings.abbreviations if len(short) == 2 and short.endswith(".")}
        others = _spaced(readings.abbreviations.keys() - letters)
        before_name = rf"|(?:{_spaced(letters)})(?=[{BLANKS}][{_CAPITAL}])" if letters else ""
        pattern = rf"(?<![{LETTER}{MARKED_LETTER}\d_.])(?:(?:{others})(?![{LETTER}\d_]){before_name})"
        meanings = {_key(short): said for short, said in readings.abbreviations.items()}
        units = UNITS.keys() | readings.units.keys()

        def meaning(match: re.Match[str]) -> str | None:
            counts = _NUMBER_BEFORE.search(match.string[max(0, match.start() - 2) : match.start()])
            if counts and match.group().rstrip(".") in units:
                return None
            return meanings[_key(match.group())] + kept_stop(match)

        rules.append(Rule(re.compile(pattern), meaning))
    if readings.spelled:
        pattern = rf"(?<![{LETTER}{MARKED_LETTER}\d_.])(?:{any_of(readings.spelled)})(?![{LETTER}\d_.])"
        rules.append(Rule(re.compile(pattern), lambda match: ".".join(match.group())))
    return rules


def _spaced(words: Iterable[str]) -> str:
    """A regular expression of the abbreviations, longest first, whose blanks may be missing."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", f"[{BLANKS}]?") for word in ordered)


def _key(written: str) -> str:
    return "".join(char for char in written if char not in BLANKS)
