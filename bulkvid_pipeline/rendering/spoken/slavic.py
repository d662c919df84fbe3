"""What East Slavic languages share: numbers that agree with their noun, decimals and fractions in words."""

from __future__ import annotations

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
    ),
    "uk": _Parts(
        ("ціла", "цілих"),
        {
            **{2: ("друга", "других"), 3: ("третя", "третіх"), 4: ("четверта", "четвертих"), 5: ("п'ята", "п'ятих")},
            **{6: ("шоста", "шостих"), 7: ("сьома", "сьомих"), 8: ("восьма", "восьмих"), 9: ("дев'ята", "дев'ятих")},
            **{10: ("десята", "десятих"), 100: ("сота", "сотих"), 1000: ("тисячна", "тисячних")},
        },
    ),
}


def plural_of(number: int, locale: str, one: str, few: str, many: str) -> str:
    """The form that a noun has after a number."""
    return {"one": one, "few": few}.get(cldr.plural(locale, Decimal(number)), many)


def agreeing(number: str, noun: str, locale: str) -> str:
    """A number with its noun, in words where it agrees with a feminine one: "две минуты", "двадцать одна тонна".

    `noun` has the form that the number asks for, which shows its gender: after one, feminine nouns end in а or я; after
    two, in и, ы or і, where masculine ones have а or я.
    """
    if not number.isdecimal():
        return f"{number} {noun}"
    tens, ones, last = int(number) // 10 % 10, int(number) % 10, noun.split()[0][-1]
    is_feminine = (ones == 1 and last in "ая") or (ones == 2 and last in "иыі")
    if tens == 1 or not is_feminine:
        return f"{number} {noun}"
    return f"{_feminine(int(number), locale)} {noun}"


def decimal_in_words(plain: str, locale: str) -> str:
    """Decimals up to thousandths in words: "3,5" is "3 целых 5 десятых". Other numbers stay as they are."""
    whole, _, decimals = plain.partition(",")
    if not decimals or len(decimals) > 3:
        return plain
    parts = _PARTS[locale]
    return f"{_part(int(whole), parts.whole, locale)} {_part(int(decimals), parts.tenths[10 ** len(decimals)], locale)}"


def fraction_in_words(upper: int, lower: int, locale: str) -> str | None:
    """1/2 is "одна вторая"."""
    names = _PARTS[locale].tenths.get(lower)
    return None if names is None else _part(upper, names, locale)


def _part(number: int, names: tuple[str, str], locale: str) -> str:
    is_one = number % 10 == 1 and number % 100 != 11
    said = _feminine(number, locale) if number % 10 in {1, 2} and number % 100 // 10 != 1 else str(number)
    return f"{said} {names[0] if is_one else names[1]}"


def _feminine(number: int, locale: str) -> str:
    return spelled(number, locale, "cardinal-feminine")
