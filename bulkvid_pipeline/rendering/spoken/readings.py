"""How a language reads what is written in signs and digits: its words, and its ways to put them together.

A language is added with a module `languages/<family>.py` that holds `READINGS = Readings(...)`, and, if its variants
differ, `VARIANTS = {"en-gb": replace(READINGS, ...)}`; the family is the part of the speech code before the hyphen
("pt" of "pt-br"; "cmn" for Mandarin). Nothing else has to be registered. All fields have a default: the words of the
CLDR for units, currencies, scales and dates (`cldr`), and where it has none, the sign becomes a pause or is left to the
voice. So a table names only what the CLDR does not know or says stiffly. Tests: a table of (written, said) in
`bulkvid_pipeline_tests/rendering/spoken/test_<language>.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bulkvid_pipeline.rendering.spoken.counting import Forms
from bulkvid_pipeline.rendering.spoken.forms import Rule


@dataclass(frozen=True, kw_only=True)
class Words:
    """Words of signs. An empty one is left out, a None is left as written for the voice to read."""

    dot: str = ","
    """In web and mail addresses, as the four after it."""
    at: str = ","
    slash: str = ","
    dash: str = ""
    underscore: str = ""
    hashtag: str = ""
    """Before a tag: #tea."""
    number: str = ""
    """Before a number: #5, № 5."""
    point: str | None = None
    """Between the parts of a version: 3.2.1."""
    to: str = ","
    """Between the ends of a range: 10-15."""
    ratio: str | None = None
    """Between the parts of a ratio: 16:9; None is `to`."""
    score: str | None = None
    """Between the numbers of a score: 3-1; None is `ratio`."""
    per: str = ""
    """$5/month, 3/kg."""
    out_of: str | None = None
    """Between a mark and the best one: 4.5/5, 9/10."""
    minus: str | None = None
    plus: str | None = None
    plus_minus: str = ""
    times: str = ""
    """3 × 4."""
    by: str | None = None
    """1920 × 1080; None is `times`."""
    fold: str | None = None
    """3x as a multiple; None is `times`."""
    equals: str = ""
    less: str = ""
    """Less than: < 5."""
    more: str = ""
    is_less: str | None = None
    """x < 5; None is `less`."""
    is_more: str | None = None
    at_most: str = ""
    at_least: str = ""
    about: str = ""
    """~5, ≈ 5."""
    ampersand: str = ""
    section: str = ""
    """§ 5."""
    with_cents: str = " "
    """Between the whole and the small money, with its blanks: " and "."""
    with_fraction: str = " "
    """Between a whole number and a fraction: 2¾."""
    and_a_half: str | None = None
    """After a whole number, with its blank: 2½; None is the fraction's own words."""
    percent: str = ""
    """A % without a number."""


def _counted(number: str, noun: str) -> str:
    return f"{number} {noun}"


def _plain(noun: str) -> str:
    return noun


@dataclass(frozen=True, kw_only=True)
class Readings:
    """Everything that is peculiar to one language."""

    locale: str
    """The CLDR locale: "pt_PT"."""
    words: Words = field(default_factory=Words)

    decimal: str | None = None
    """The decimal mark as written; None is the CLDR's."""
    grouping: str | None = None
    """The marks between groups of digits; None is the CLDR's. Blanks, apostrophes and 1,00,000 are known everywhere."""
    spoken_decimal: str | None = None
    """The decimal mark that the voice reads rightly; None is `decimal`. May be a word with blanks: " point "."""

    blank: str = " "
    """What stands between a number and a word; empty in languages without blanks."""
    says_cents: bool = True
    """Whether 4.50 of a currency is said in two parts, "4 dollars 50", and not as a decimal."""

    counted: Callable[[str, str], str] = _counted
    """A number (digits, perhaps with a scale) and its noun in the right form: ("1", "Euro") -> "ein Euro".

    Used for currencies, cents, units and scales, where a number of one or two must agree with the noun's gender.
    """
    number: Callable[[str], str] | None = None
    """A bare or measured number in plain digits and decimal mark -> what is said; None says the digits."""
    cardinal: Callable[[int], str] = str
    """A small whole number, as a Roman numeral of a chapter is said: 4 -> "four"."""
    indian: Callable[[int], str] | None = None
    """A whole number that was grouped as 1,00,000; None says the digits."""

    money: Mapping[str, Forms] = field(default_factory=dict)
    """Names of currencies by ISO 4217 code or by the sign as written ("$", "kr"), which goes first; else the CLDR's."""
    small_money: Mapping[str, Forms] = field(default_factory=dict)
    """Names of the hundredth part, by ISO code: forms("cent", "cents")."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """More signs of money, or signs that mean another currency here: {"kr": "NOK"}; see `money.SIGNS`."""
    of_millions: Callable[[str], str] = _plain
    """The currency's plural after millions: "euros" -> "d'euros"."""
    scales: Mapping[str, int | Forms] = field(default_factory=dict)
    """Scales as written after a number, to a power of ten or to forms of their own: {"Mio.": 6, "lakh": forms("lakh")}.

    Besides, k, K, M, bn, mn, B and the language's own words are known; see `amounts.SCALES`.
    """
    units: Mapping[str, Forms] = field(default_factory=dict)
    """Units as written, to patterns: {"mAh": forms("{} mAh")}; a text without {} follows the number.

    They go before those of `units.UNITS`.
    """

    ordinal_ends: str = ""
    """A regular expression of what makes an ordinal after digits: "st|nd|rd|th"."""
    ordinal: Callable[[int, str], str | None] | None = None
    """(21, "st") -> "twenty-first"; None leaves it as written."""
    century: Callable[[int], str] | None = None
    """A century in Roman numerals: 19 -> "nineteenth"."""
    century_words: str = ""
    """A regular expression of the words beside it: "century|centuries"."""
    century_short: str = ""
    """The abbreviation of the word, which is then said in full: "s."."""
    century_word: str = ""
    rulers: frozenset[str] = frozenset()
    """Names of rulers and popes, which a Roman numeral makes an ordinal."""
    regnal: Callable[[int, str], str] | None = None
    """The numeral after a ruler's name: (8, "Henry") -> "the eighth"; None says the cardinal."""
    headings: frozenset[str] = frozenset()
    """Words that a Roman numeral of any kind, also I, V and X, counts: {"Chapter", "World War"}."""
    not_counted: frozenset[str] = frozenset()
    """Capitalised words after which II, IV ... is not a numeral: {"The"}."""
    after_pronoun: frozenset[str] = frozenset()
    """Words that tell that an I after a ruler's name is no numeral: "as Mary I think"."""

    fraction: Callable[[int, int], str | None] | None = None
    """(3, 4) -> "three quarters"; None is no fraction that people say so."""
    year: Callable[[int], str] | None = None
    """A year from 1100 to 2099 -> how it is said; None leaves it to the voice."""
    year_context: str = ""
    """A regular expression of words before a year that make a number of four digits one: "in|since"."""
    bare_years: str = ""
    r"""A regular expression of numbers that are years without any word before them: r"19\d\d"."""
    not_after_years: str = ""
    """A regular expression of words after a number of four digits that make it no year: "people|words"."""
    decades: Rule | None = None
    """1990s, '90s."""
    day_first: bool = True
    """Whether 12/05/2024 is the 12th of May."""
    date: Callable[[int | None, int, int], str] | None = None
    """(year, month, day) -> "24. Dezember 2024"; None is the CLDR's long form."""
    date_mark: str = ""
    """A regular expression of a word that may follow a date in digits and is part of what `date` says: "г."."""
    before_dates: str = ""
    """A regular expression of words before a day and month without year: "on|by"."""
    time: Callable[[int, int, str], str] | None = None
    """(18, 30, "") -> "18 Uhr 30"; the third is "am", "pm" or empty. None says the two numbers."""
    time_mark: str = ""
    """A regular expression of a word that may follow a time and is part of it: "Uhr"."""

    before_times: str = ""
    """A regular expression of words before a time with a stop: "alle" of "alle 18.30"."""

    before_phones: str = ""
    """A regular expression of more words before a phone number, which is then one however it is grouped."""
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    """As written, with their stops (blanks in them may be missing): {"z. B.": "zum Beispiel"}."""
    before_numbers: Mapping[str, str] = field(default_factory=dict)
    """Abbreviations that are some only before a digit: {"No.": "number", "p.": "page"}."""
    spelled: frozenset[str] = frozenset()
    """Acronyms that the voice would read as words."""
    rules: tuple[Rule, ...] = ()
    """The language's own forms, before all but addresses."""
