"""Amounts with English scales in languages that count by ten thousands: $3.5 billion is 35亿美元."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal

from bulkvid_pipeline.rendering.spoken.counting import Forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.money import SIGNS

_POWERS = {"k": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "tn": 12, "trillion": 12}
_AMOUNT = re.compile(
    r"(?<![A-Za-z\d.,])(?P<sign>(?:US|HK|NT)?\$|[€£¥￥₩₹])?\s?(?P<number>\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,6})?)\s?"
    r"(?P<scale>(?i:million|billion|trillion|mn|bn|tn)|(?(sign)[kKmMbB]|(?!)))(?![A-Za-z\d])"
)


def myriad_rule(
    scales: tuple[str, str, str],
    money: Mapping[str, Forms],
    signs: Mapping[str, str],
    number: Callable[[str], str] = str,
) -> Rule:
    """The rule of these amounts.

    Args:
        scales: the words of ten thousand, a hundred million, and a million million.
        number: what is said for a number in plain digits.
    """
    units = tuple(zip((10**12, 10**8, 10**4), reversed(scales), strict=True))

    def say(match: re.Match[str]) -> str | None:
        value = Decimal(match["number"].replace(",", "")).scaleb(_POWERS[match["scale"].lower()])
        size, word = next(((size, word) for size, word in units if value >= size), (1, ""))
        said = f"{number(f'{(value / size).normalize():f}')}{word}"
        if not match["sign"]:
            return said
        code = signs.get(match["sign"]) or SIGNS[match["sign"]]
        return f"{said}{money[code]['other']}" if code in money else None

    return Rule(_AMOUNT, say, digits=True)
