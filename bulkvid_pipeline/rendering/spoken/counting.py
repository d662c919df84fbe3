"""Numbers as they are written, and the forms that words take after a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Forms = Mapping[str, str]
"""A word's form for each plural category of the CLDR (zero, one, two, few, many, other); "other" is always there."""

BLANKS = " \u00a0\u202f\u2009"
LETTER = "A-Za-z\u00aa\u00ba\u00c0-\u02af\u0300-\u03ff\u0400-\u0587\u10a0-\u10ff\u1e00-\u1fff"
"""Inside of a character class: letters of the alphabets that write blanks between words."""
MARKED_LETTER = (
    "\u0590-\u0659\u066e-\u06d3\u06d5-\u06ef\u06fa-\u0963\u0970-\u09e5\u09f0-\u0a65\u0a70-\u0ae5\u0af0-\u0b65\u0b70-\u0be5"
    "\u0bf0-\u0c65\u0c70-\u0ce5\u0cf0-\u0d65\u0d70-\u0dff"
)
"""Inside of a character class: letters, with their marks, of Hebrew, Arabic and the scripts of India; no digits."""
NUMBER = (
    rf"(?:\d{{1,3}}(?:[{BLANKS}]\d{{3}}){{1,6}}(?:[.,]\d{{1,9}})?(?![{BLANKS}.,]?\d)"
    r"|\d{1,40}(?:[.,'’٫٬]\d{1,20}){0,12})"
)
"""A written number, bounded; `number_of` says what it is."""
_HALVES = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5)}
FRACTION_SIGNS = _HALVES | {"⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8)}
"""A sign and its numerator and denominator."""

_THREES = re.compile(r"\d{1,3}(?:([.,'’٬ \u00a0\u202f\u2009])\d{3})(?:\1\d{3})*")
_INDIAN = re.compile(r"\d{1,2}(?:,\d{2}){1,6},\d{3}")


def forms(one: str, other: str | None = None, many: str | None = None) -> Forms:
    """Forms("dollar", "dollars"), a word that never changes, or Forms("рубль", "рубля", "рублей") in Slavic languages.

    The second of three is also for decimals ("1,5 рубля"); write a dictionary where that differs.
    """
    if many is not None:
        return {"one": one, "few": other or one, "many": many, "other": other or one}
    return {"one": one, "other": other if other is not None else one}


def word_set(words: str) -> frozenset[str]:
    """The words of a text, for long tables."""
    return frozenset(words.split())


@dataclass(frozen=True)
class Number:
    """A number that was written in digits."""

    whole: str
    """Digits before the decimal mark, without grouping, as written (also in other digits than 0-9)."""
    decimals: str = ""
    indian: bool = False
    """Grouped as in 1,00,000."""

    @property
    def value(self) -> Decimal:
        """Its value; trailing zeros count, as plural rules want it."""
        return Decimal(f"{self.whole}.{self.decimals}" if self.decimals else self.whole)

    def text(self, mark: str) -> str:
        """The digits without grouping, with this decimal mark."""
        return f"{self.whole}{mark}{self.decimals}" if self.decimals else self.whole


def number_of(written: str, decimal: str, grouping: str, *, measured: bool = False) -> Number | None:
    """What a language means by `written`; None if it is no number, such as 3.2.1 or 1,2,3.

    Args:
        decimal: the language's decimal mark, "." or ",".
        grouping: the marks that it writes between groups of digits; a blank is known everywhere.
        measured: it stands with a currency or a unit, so a decimal mark of another language is one.
    """
    if written.isdecimal():
        return Number(written)
    if _INDIAN.fullmatch(written.partition(".")[0]):
        whole, _, decimals = written.partition(".")
        return Number(whole.replace(",", ""), decimals, indian=True) if decimals.isdecimal() or not decimals else None
    marks = [char for char in written if not char.isdecimal()]
    last, others = marks[-1], marks[:-1]
    if last == "٫" or (last in ".," and others and last not in others):
        whole, _, decimals = written.rpartition(last)
        if not others:
            return Number(whole, decimals)
        return Number(_joined(whole), decimals) if _THREES.fullmatch(whole) else None
    if not _THREES.fullmatch(written):
        single = last in ".," and not others
        whole, _, decimals = written.partition(last)
        return Number(whole, decimals) if single and (last == decimal or measured) else None
    if others or last not in ".,":
        blank = (
            last in BLANKS and not others and last not in grouping and not written.partition(last)[2].startswith("0")
        )
        return None if (blank and last == " " and not measured) or written[0] == "0" else Number(_joined(written))
    if last == decimal or written[0] == "0":
        whole, _, decimals = written.partition(last)
        return Number(whole, decimals)
    return Number(_joined(written))


def _joined(written: str) -> str:
    return "".join(filter(str.isdecimal, written))
