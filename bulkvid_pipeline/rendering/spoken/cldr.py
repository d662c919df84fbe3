"""Words of a language that the Unicode CLDR knows: currencies, units, scales, dates, plurals, marks of numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal, get_currency_name, get_decimal_symbol, get_group_symbol
from babel.units import format_unit

from bulkvid_pipeline.rendering.spoken.counting import Forms

_COUNTS = (*map(Decimal, (1, 2, 3, 5, 11, 0)), Decimal("0.5"), Decimal("1.5"), Decimal(1_000_000))
"""Numbers that together have all plural categories of every language."""
ROOT = "root"
"""The locale of no language."""
_PLAIN = "0.#########"


@lru_cache(maxsize=256)
def locale_of(code: str) -> Locale:
    """The CLDR locale of a code such as "pt_PT"; the root, which has only signs, where it has no such language."""
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ROOT)


def knows(code: str) -> bool:
    """Whether the CLDR has words of the language."""
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def plural(code: str, value: Decimal) -> str:
    """The CLDR plural category of a number: zero, one, two, few, many or other."""
    return str(locale_of(code).plural_form(value))


@lru_cache(maxsize=1024)
def currency(code: str, currency_code: str) -> Forms:
    """The name of a currency by its ISO 4217 code: {"one": "US dollar", "other": "US dollars"}."""
    return {
        plural(code, count): get_currency_name(currency_code, count, locale=locale_of(code))
        for count in reversed(_COUNTS)
    }


@lru_cache(maxsize=2048)
def unit(code: str, name: str) -> Forms:
    """Patterns of a unit by its CLDR name: {"one": "{} kilometer", "other": "{} kilometers"}."""
    locale = locale_of(code)
    forms: dict[str, str] = {}
    for count in reversed(_COUNTS):
        number = format_decimal(count, format=_PLAIN, locale=locale)
        written = format_unit(count, name, "long", format=_PLAIN, locale=locale)
        # Some languages have a word for exactly one or two and write no number then.
        forms[plural(code, count)] = written.replace(number, "{}", 1)
    return forms


@lru_cache(maxsize=512)
def scale(code: str, power: int) -> Forms:
    """The word for ten to a power, 6: {"one": "million", "other": "millions"}; empty if it has none."""
    formats = locale_of(code).compact_decimal_formats.get("long", {})
    found = {}
    for category, patterns in formats.items():
        pattern = patterns.get("1" + "0" * power)
        if pattern is not None and pattern.pattern.count("0") == 1:
            found[str(category)] = pattern.pattern.replace("0", "").replace("'", "").strip()
    return found


def long_date(code: str, year: int | None, month: int, day: int) -> str:
    """A date in the language's long form: "24. Dezember 2024"."""
    locale = locale_of(code)
    if year is None:
        return format_skeleton("MMMMd", date(2024, month, day), locale=locale)
    return format_date(date(year, month, day), "long", locale=locale)


def month_of_year(code: str, year: int, month: int) -> str:
    """A month in the language's long form: "Dezember 2024"."""
    return format_skeleton("yMMMM", date(year, month, 1), locale=locale_of(code))


@lru_cache(maxsize=256)
def decimal_mark(code: str) -> str:
    """The mark before decimals, as written with European digits."""
    return get_decimal_symbol(locale_of(code), numbering_system="latn")


@lru_cache(maxsize=256)
def grouping_mark(code: str) -> str:
    """The mark between groups of digits, as written with European digits."""
    return get_group_symbol(locale_of(code), numbering_system="latn")
