"""Converts the script to its spoken form for the voice, with a mapping back: captions show the script's own words.

Numbers, money, dates, signs and abbreviations become plain words and digits of the language (`readings`), addresses are
read out, emoji are skipped, and markup characters are removed, so that no text can become SSML or phoneme input.
"""

from __future__ import annotations

from functools import lru_cache

from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.rendering.pronunciations import occurrences
from bulkvid_pipeline.rendering.spoken.addresses import address_rules
from bulkvid_pipeline.rendering.spoken.amounts import amount_rules
from bulkvid_pipeline.rendering.spoken.codes import code_rules, initial_rules, middle_initial_rule, phone_rules
from bulkvid_pipeline.rendering.spoken.forms import Rule, SpokenText, said_by
from bulkvid_pipeline.rendering.spoken.languages import readings_of
from bulkvid_pipeline.rendering.spoken.moments import bare_year_rules, date_rules, time_rules, year_rules
from bulkvid_pipeline.rendering.spoken.numerals import ordinal_rules, roman_rules
from bulkvid_pipeline.rendering.spoken.short import abbreviation_rules
from bulkvid_pipeline.rendering.spoken.symbols import EMOJI, ENCLOSED, SILENT, sign_rules


def spoken_form(text: str, language: str, pronunciations: tuple[Pronunciation, ...] = ()) -> SpokenText:
    """The spoken form of `text` in `language` (a code returned by `language_of`). Accepts any text.

    Words of `pronunciations` are said as given, and no rule changes that.
    """
    given = [(found.start, found.end, found.pair.spoken) for found in occurrences(text, pronunciations)]
    return said_by(_rules(language), text, given)


@lru_cache(maxsize=128)
def _rules(language: str) -> tuple[Rule, ...]:
    """The language's rules; where two match the same, the earlier one counts."""
    readings = readings_of(language)
    return (
        *address_rules(readings),
        ENCLOSED,
        EMOJI,
        *readings.rules,
        *date_rules(readings),
        *phone_rules(readings),
        *time_rules(readings),
        *roman_rules(readings),
        *ordinal_rules(readings),
        *year_rules(readings),
        *code_rules(readings),
        *initial_rules(),
        *abbreviation_rules(readings),
        middle_initial_rule(),
        *amount_rules(readings),
        *bare_year_rules(readings),
        *sign_rules(readings),
        *SILENT,
    )


__all__ = ["SpokenText", "spoken_form"]
