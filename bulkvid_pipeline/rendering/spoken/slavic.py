"""What East Slavic languages share: numbers that agree with their noun, decimals and fractions in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.spellout import spelled


@dataclass(frozen=True)
class _Parts:
    whole: tuple[str, str]
    """"whole" after a decimal's first part: singular, plural."""
    tenths: dict[int, tuple[str, str]]
    """By denominator."""
    fractions: dict[tuple[int, int], str]
    """Those with words of their own."""


_PARTS = {
    "ru": _Parts(
        ("целая", "целых"),
        {
            **{2: ("вторая", "вторых"), 3: ("третья", "третьих"), 4: ("четвёртая", "четвёртых"), 5: ("пятая", "пятых")},
            **{
                6: ("шестая", "шестых"),
                7: ("седьмая", "седьмых"),
                8: ("восьмая", "восьмых"),
                9: ("девятая", "девятых"),
            },
            **{10: ("десятая", "десятых"), 100: ("сотая", "сотых"), 1000: ("тысячная", "тысячных")},
        },
        {(1, 2): "половина", (1, 3): "треть", (2, 3): "две трети", (1, 4): "четверть", (3, 4): "три четверти"},
    ),
    "uk": _Parts(
        ("ціла", "цілих"),
        {
            **{2: ("друга", "других"), 3: ("третя", "третіх"), 4: ("четверта", "четвертих"), 5: ("п'ята", "п'ятих")},
            **{6: ("шоста", "шостих"), 7: ("сьома", "сьомих"), 8: ("восьма", "восьмих"), 9: ("дев'ята", "дев'ятих")},
            **{10: ("десята", "десятих"), 100: ("сота", "сотих"), 1000: ("тисячна", "тисячних")},
        },
        {(1, 2): "половина", (1, 3): "третина", (2, 3): "дві третини", (1, 4): "чверть", (3, 4): "три чверті"},
    ),
}


def plural_of(number: int, locale: str, one: str, few: str, many: str) -> str:
    """The form that a noun has after a number."""
    return {"one": one, "few": few}.get(cldr.plural(locale, Decimal(number)), many)


def agreeing(number: str, noun: str, locale: str, feminine: re.Pattern[str] | None = None) -> str:
    """A number with its noun, in words where it agrees with a feminine one: "две минуты", "двадцать одна тонна".

    Args:
        noun: in the form that the number asks for.
        feminine: what feminine nouns begin with; None for Russian, where the form shows it: after one, feminine nouns
            end in а or я; after two, in и or ы, where masculine ones have а or я.
    """
    if not number.isdecimal() or int(number) // 10 % 10 == 1 or int(number) % 10 not in {1, 2}:
        return f"{number} {noun}"
    if feminine is None:
        is_feminine = noun.split()[0][-1] in ("ая" if int(number) % 10 == 1 else "иы")
    else:
        is_feminine = feminine.match(noun) is not None
    return f"{spelled(int(number), locale, 'cardinal-feminine') if is_feminine else number} {noun}"


def decimal_in_words(plain: str, locale: str) -> str:
    """Decimals up to thousandths in words: "3,5" is "3 целых 5 десятых". Other numbers stay as they are."""
    whole, _, decimals = plain.partition(",")
    if not decimals or len(decimals) > 3:
        return plain
    parts = _PARTS[locale]
    return f"{_part(int(whole), parts.whole, locale)} {_part(int(decimals), parts.tenths[10 ** len(decimals)], locale)}"


def fraction_in_words(upper: int, lower: int, locale: str) -> str | None:
    """1/2 is "половина", 3/8 is "3 восьмых"."""
    parts = _PARTS[locale]
    if (upper, lower) in parts.fractions:
        return parts.fractions[upper, lower]
    names = parts.tenths.get(lower)
    return None if names is None else _part(upper, names, locale)


def _part(number: int, names: tuple[str, str], locale: str) -> str:
    is_one = number % 10 == 1 and number % 100 != 11
    said = (
        spelled(number, locale, "cardinal-feminine")
        if number % 10 in {1, 2} and number % 100 // 10 != 1
        else str(number)
    )
    return f"{said} {names[0] if is_one else names[1]}"
