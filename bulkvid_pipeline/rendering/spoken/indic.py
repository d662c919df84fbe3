"""What the languages of India and its neighbours share: rupees, lakhs and crores, hours with minutes, comparisons."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bulkvid_pipeline.rendering.spoken.counting import NUMBER, Forms, forms
from bulkvid_pipeline.rendering.spoken.forms import Rule
from bulkvid_pipeline.rendering.spoken.readings import Readings, Words

_MOBILE = re.compile(r"(?<![\d.,/:\-])[6-9]\d{9}(?!\d|[.,/:\-]\d)")
_BEFORE = re.compile(rf"(?<![\d.,])(?P<sign>[<>≤≥])\s?(?P<amount>{NUMBER})(?![.,]?\d)")


def indian_readings(
    locale: str,
    words: Words,
    *,
    money: Mapping[str, Forms],
    hundredth: str,
    scales: Mapping[str, str],
    hour: str,
    hour_and_minutes: str,
    time_mark: str,
    fractions: Mapping[tuple[int, int], str],
    over: str,
    compared: tuple[str, str],
    signs: Mapping[str, str] | None = None,
    day_parts: tuple[str, str, str, str],
    digits: str = "0123456789",
    units: Mapping[str, Forms] | None = None,
    abbreviations: Mapping[str, str] | None = None,
    rules: tuple[Rule, ...] = (),
) -> Readings:
    """The readings of one of these languages.

    Args:
        day_parts: morning, noon, evening and night, for am and pm.
        digits: those that the voice reads, for languages whose voice reads 0 to 9 in English.
        hundredth: the hundredth part of a rupee.
        scales: the scales as written, and as said; the first three are a thousand, a lakh and a crore.
        hour: a whole hour, with {}.
        hour_and_minutes: with two {}.
        over: between the parts of other fractions: "3 over 7".
        compared: a number that follows < and one that follows >, with {}: "{} से कम".
    """
    less, more = compared
    own_digits = str.maketrans("0123456789", digits)
    thousand, lakh, crore = map(forms, list(scales.values())[:3])

    def compare(match: re.Match[str]) -> str:
        return (less if match["sign"] in "<≤" else more).format(match["amount"].replace(",", ""))

    def time(clock_hour: int, minute: int, half: str) -> str:
        said = hour_and_minutes.format(clock_hour, minute) if minute else hour.format(clock_hour)
        return f"{_day_part(clock_hour, half, day_parts)}{said.translate(own_digits)}"

    return Readings(
        locale=locale,
        words=words,
        money=money,
        small_money={code: forms(hundredth) for code in ("INR", "PKR", "BDT", "NPR")},
        signs={"Rs": "INR", "Rs.": "INR", **(signs or {})},
        scales={
            **{written: forms(said) for written, said in scales.items()},
            **{"k": thousand, "K": thousand, "lakh": lakh, "lakhs": lakh},
            **dict.fromkeys(("crore", "crores", "cr", "Cr"), crore),
        },
        number=lambda plain: plain.translate(own_digits),
        units=units or {},
        fraction=lambda upper, lower: fractions.get((upper, lower), f"{upper} {over} {lower}"),
        time=time,
        time_mark=time_mark,
        abbreviations={"24/7": "24 7", **(abbreviations or {})},
        rules=(*rules, Rule(_BEFORE, compare, digits=True), Rule(_MOBILE, _mobile, digits=True)),
    )


def _mobile(match: re.Match[str]) -> str:
    digits = match.group()
    return f"{' '.join(digits[:5])}, {' '.join(digits[5:])}"


def _day_part(hour: int, half: str, day_parts: tuple[str, str, str, str]) -> str:
    if not half:
        return ""
    morning, noon, evening, night = day_parts
    if half == "am":
        return f"{morning} "
    return f"{noon if hour in {12, 1, 2, 3} else evening if hour < 8 else night} "
