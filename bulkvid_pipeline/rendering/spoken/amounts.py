"""Amounts: numbers with sign, currency, scale and unit, and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.counting import (
    BLANKS,
    FRACTION_SIGNS,
    LETTER,
    MARKED_LETTER,
    NUMBER,
    Number,
    number_of,
)
from bulkvid_pipeline.rendering.spoken.forms import Rule, kept_stop
from bulkvid_pipeline.rendering.spoken.money import CODES, ONLY_AFTER, ONLY_BEFORE, SIGNS, form, names_of, said_money
from bulkvid_pipeline.rendering.spoken.readings import Readings
from bulkvid_pipeline.rendering.spoken.units import UNITS, unit_forms

SCALES = {
    **{"k": 3, "K": 3, "mn": 6, "mln": 6, "M": 6, "bn": 9, "B": 9, "tn": 12, "thousand": 3, "Mio.": 6, "Mio": 6},
    **{"million": 6, "billion": 9, "trillion": 12, "Mrd.": 9, "Mrd": 9, "Bio.": 12, "Tsd.": 3},
}
"""Scales as written, to powers of ten; English ones are known in all languages that do not say otherwise."""
_MONEY_ONLY = {"m": 6, "b": 9, "T": 12, "t": 12}
"""Scales after money; after other numbers these are units or names."""
_NAMES = frozenset({"k", "K"})
"""Scales only after money: 4K, 10K and 5k are said as they are written elsewhere."""
_COMPARED = re.compile(rf"(?:^|[\s(¿])(?:[A-Za-z]|[\d.,]{{0,9}}\d)[{BLANKS}]?$")
"""Before a < or >: a number or a letter, which is compared."""
_FRACTION = "[" + "".join(FRACTION_SIGNS) + "]"


def amount_rules(readings: Readings) -> list[Rule]:
    """The rules of amounts in a language."""
    signs, written = _fraction_rules(readings)
    return [written, Rule(_pattern(readings), _Amounts(readings).said, digits=True), signs, *_per_rules(readings)]


def any_of(words: Iterable[str]) -> str:
    """A regular expression of the words, longest first; a blank may be a narrow one or missing after a stop."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", f"[{BLANKS}]") + _whole(word) for word in ordered)


def _whole(word: str) -> str:
    """What keeps a word in Arabic, Hebrew or an Indian script from being the beginning of a longer one."""
    return f"(?![{MARKED_LETTER}])" if "\u0590" <= word[-1:] <= "\u0dff" else ""


def _pattern(readings: Readings) -> re.Pattern[str]:
    """An amount: sign, currency, number, perhaps a dash and a second number, scale, then unit or currency, and a plus.

    `own` is a unit of the first number alone (10%-15%). A currency is before or after; a code may also follow a sign
    ($5 USD).
    """
    signs = SIGNS.keys() | readings.signs.keys() | {key for key in readings.money if not key.isascii() or "$" in key}
    before = any_of((signs | CODES) - ONLY_AFTER)
    after = any_of(((signs | CODES) - ONLY_BEFORE) | _money_words(readings).keys())
    units = any_of(UNITS.keys() | readings.units.keys())
    scales = any_of(SCALES.keys() | _MONEY_ONLY.keys() | readings.scales.keys() | set(_own_scales(readings)))
    end = rf"(?![{LETTER}\d_²³])"
    one = rf"{NUMBER}(?:[{BLANKS}]?{_FRACTION}|[,.][-–—]{{1,2}}(?!\d))?"
    measure = rf"[{BLANKS}]?(?:{after}|{units}){end}"
    return re.compile(
        rf"(?<![{LETTER}\d_.,])(?<!\d[-–/:])"
        rf"(?:(?P<sign>(?<![^\s(\[{{\"'«“„¿¡~≈<>≤≥:;,=/–—])(?:[-−+](?=\S)|[±~≈<>≤≥]))[{BLANKS}]?)?"
        rf"(?P<minus>(?<![{MARKED_LETTER}])[-−](?=[^\s\d]))?(?:(?P<before>{before})[{BLANKS}]?(?=[-−]?\d))?(?P<minus2>(?<![{MARKED_LETTER}])[-−])?"
        rf"(?P<first>{one})"
        rf"(?:(?:[{BLANKS}]?(?P<own_scale>{scales}){end})?(?P<own>{measure})?(?P<dash>[-–—~〜～]|[{BLANKS}][-–—][{BLANKS}])(?:(?:{before})[{BLANKS}]?)?(?P<second>{one}))?"
        rf"(?:[{BLANKS}]?(?P<scale>{scales}){end}(?!/[hs]))?"
        rf"(?:[{BLANKS}]?(?P<after>(?(before)(?:{any_of(CODES)})(?![{BLANKS}]?\d)|(?:{after}))|{units}){end})?"
        rf"(?(after)(?:\.(?=[{BLANKS}][a-z]))?)(?P<more>\+)?(?:/-)?(?![{LETTER}\d_]|[.,'’:–-]\d|-[{LETTER}])(?(after)|(?!/\d))"
    )


def _own_scales(readings: Readings) -> dict[str, int]:
    """The language's own words of scales: {"Millionen": 6}."""
    return {word: power for power in (3, 6, 9, 12) for word in cldr.scale(readings.locale, power).values() if word}


def _money_words(readings: Readings) -> dict[str, str]:
    """The language's words for the currencies that are written out most, and their signs: {"euros": "€"}."""
    return {word: sign for sign in ("$", "€", "R$") for word in names_of(sign, readings).values() if " " not in word}


@dataclass(frozen=True)
class _Written:
    """A number as it is written, and as it is said."""

    number: Number
    said: str


class _Amounts:
    def __init__(self, readings: Readings) -> None:
        self._readings = readings
        self._own_scales = _own_scales(readings)
        self._money_words = _money_words(readings)
        self._decimal = readings.decimal or cldr.decimal_mark(readings.locale)
        self._grouping = readings.grouping if readings.grouping is not None else cldr.grouping_mark(readings.locale)

    def said(self, match: re.Match[str]) -> str | None:
        """What is said for a match of the pattern; None for what is no amount."""
        money, scale, unit = self._parts(match)
        ends = [
            self._written(match[name], measured=bool(money or unit or scale), grouped=bool(money and not scale))
            for name in ("first", "second")
            if match[name]
        ]
        numbers = [end for end in ends if end is not None]
        if len(numbers) < len(ends):
            return None
        if match["before"] is None and match["second"] and _is_code(match["second"]):
            return None
        if match["dash"] and match["dash"][0] in BLANKS and numbers[0].number.value >= numbers[1].number.value:
            return None
        if match["own_scale"] and match["own_scale"] != match["scale"]:
            numbers[0] = self._scaled(numbers[0], match["own_scale"])
        joined = self._range(numbers)
        said = self._with_measure(joined, numbers[-1], money, scale, unit)
        if scale is None and match["scale"] and not unit:
            if not match["second"] and not match["sign"]:
                return None
            said += f" {match['scale'].upper()}"
        said = f"{self._sign(match)}{said}"
        if match["more"]:
            said += f"{self._readings.blank}{self._readings.words.plus or ''}".rstrip()
        said += kept_stop(match)
        return None if said == match.group() else said

    def _parts(self, match: re.Match[str]) -> tuple[str, str | None, str]:
        """Currency, scale and unit as written; no scale where what looks like one is a unit or a name."""
        before, scale, after = match["before"] or "", match["scale"], match["after"] or ""
        own = (match["own"] or "").strip(BLANKS)
        after = self._money_words.get(after or own, after or own)
        is_money = after in CODES or after in SIGNS or after in self._readings.signs or after in self._readings.money
        money = after if is_money else before
        unit = "" if is_money else after
        if scale and not money and (scale in _NAMES or scale in _MONEY_ONLY):
            known = scale in UNITS or scale in self._readings.units
            unit, scale = (scale if known and not unit else unit), None
        return money, scale, unit

    def _written(self, written: str, *, measured: bool, grouped: bool) -> _Written | None:
        fraction = FRACTION_SIGNS.get(written[-1])
        digits = written[:-1].rstrip(BLANKS) if fraction else written.rstrip(",.-–—")
        number = number_of(digits, self._decimal, self._grouping, measured=measured)
        if number is None:
            return None
        if grouped and "," in digits and len(number.decimals) == 3 and len(number.whole) < 4 and number.whole != "0":
            number = Number(number.whole + number.decimals)
        said = self._digits(number)
        if fraction and self._readings.fraction is not None:
            said = said_mixed(said, *fraction, self._readings) or said
            number = Number(number.whole, "5")
        return _Written(number, said)

    def _digits(self, number: Number) -> str:
        if number.indian and self._readings.indian is not None and not number.decimals:
            return self._readings.indian(int(number.whole))
        mark = self._readings.spoken_decimal or self._decimal
        plain = number.text(mark)
        return self._readings.number(plain) if self._readings.number is not None else plain

    def _scaled(self, end: _Written, scale: str) -> _Written:
        """The first end of a range with a scale of its own: $500K-$1M."""
        word, _ = self._scale(scale, end.number)
        return _Written(Number("0"), self._readings.counted(end.said, word))

    def _range(self, numbers: list[_Written]) -> str:
        if len(numbers) == 1:
            return numbers[0].said
        words = self._readings.words
        falls = numbers[0].number.value >= numbers[1].number.value
        score = words.ratio if words.score is None else words.score
        between = score if falls and score is not None else words.to
        blank = self._readings.blank
        return f"{numbers[0].said}{between if between == ',' else f'{blank}{between}'}{blank}{numbers[1].said}"

    def _with_measure(self, said: str, last: _Written, money: str, scale: str | None, unit: str) -> str:
        readings = self._readings
        if scale is None:
            if money:
                return (
                    said_money(last.number, said, money, readings)
                    if said == last.said
                    else self._noun(said, last, money)
                )
            return self._unit(said, last.number, unit) if unit else said
        word, is_million = self._scale(scale, last.number)
        scaled = readings.counted(said, word)
        large = Number("1000000")
        if money:
            name = form(names_of(money, readings), large, readings)
            return f"{scaled}{readings.blank}{readings.of_millions(name) if is_million else name}"
        return self._unit(scaled, large, unit) if unit else scaled

    def _noun(self, said: str, last: _Written, money: str) -> str:
        return f"{said}{self._readings.blank}{form(names_of(money, self._readings), last.number, self._readings)}"

    def _unit(self, said: str, number: Number, unit: str) -> str:
        pattern = form(unit_forms(unit, self._readings), number, self._readings)
        if "{}" not in pattern:
            return pattern
        before, _, noun = pattern.partition("{}")
        if not noun.startswith(" "):
            return pattern.format(said)
        return before + self._readings.counted(said, noun[1:])

    def _scale(self, written: str, number: Number) -> tuple[str, bool]:
        """The scale's word after the number, and whether it is a million or more."""
        known = self._readings.scales.get(written)
        if known is None:
            known = self._own_scales.get(written) or SCALES.get(written) or _MONEY_ONLY[written]
        if not isinstance(known, int):
            return form(known, number, self._readings), False
        return form(cldr.scale(self._readings.locale, known) or {"other": written}, number, self._readings), known >= 6

    def _sign(self, match: re.Match[str]) -> str:
        words = self._readings.words
        said = {
            **{"-": words.minus, "−": words.minus, "+": words.plus, "±": words.plus_minus, "~": words.about},
            **{"≈": words.about, "<": words.less, ">": words.more, "≤": words.at_most, "≥": words.at_least},
        }
        if _COMPARED.search(match.string[max(0, match.start() - 12) : match.start()]):
            said |= {"<": words.is_less or words.less, ">": words.is_more or words.more}
        result = ""
        for written in (match["sign"], match["minus"], match["minus2"]):
            if written:
                word = said[written]
                result += written if word is None else word + self._readings.blank if word else ""
        return result


def said_mixed(whole: str, upper: int, lower: int, readings: Readings) -> str | None:
    """A whole number and a fraction: "2 and a half"."""
    words = readings.words
    if (upper, lower) == (1, 2) and words.and_a_half is not None:
        return f"{whole}{words.and_a_half}"
    said = readings.fraction(upper, lower) if readings.fraction is not None else None
    return None if said is None else f"{whole}{words.with_fraction}{said}"


def _is_code(second: str) -> bool:
    """Whether what looks like the end of a range is the second part of a number: 02-15."""
    return len(second) > 1 and second[0] == "0" and second.isdecimal()


def _per_rules(readings: Readings) -> list[Rule]:
    """The rules of what is after an amount and a slash: $5/month, 3 €/kg."""
    per = readings.words.per
    if not per:
        return []
    units = any_of(UNITS.keys() | readings.units.keys())

    def unit(match: re.Match[str]) -> str:
        patterns = unit_forms(match["unit"], readings)
        return f" {per} {(patterns.get('one') or patterns['other']).replace('{}', '').strip()}"

    return [
        Rule(re.compile(rf"(?<=[\d€£$¥₹])[{BLANKS}]?/[{BLANKS}]?(?P<unit>{units})(?![{LETTER}\d_²³])"), unit),
        Rule(re.compile(rf"(?:(?<=[\d€£$¥₹%])|(?<=\d[kKmMbB]))[{BLANKS}]?/[{BLANKS}]?(?=[{LETTER}]{{2}})"), f" {per} "),
    ]


def _fraction_rules(readings: Readings) -> list[Rule]:
    """Fractions with and without a unit, and marks out of a best one."""
    words = readings.words
    mark = readings.spoken_decimal or readings.decimal or cldr.decimal_mark(readings.locale)
    units = any_of(UNITS.keys() | readings.units.keys())
    unit = rf"(?:[{BLANKS}]?(?P<unit>{units})(?![{LETTER}\d_²³]))?"

    def measured(said: str, match: re.Match[str], *, mixed: bool) -> str:
        if not match["unit"]:
            return said
        patterns = unit_forms(match["unit"], readings)
        return (patterns["other"] if mixed else patterns.get("one") or patterns["other"]).replace("{}", said)

    def sign(match: re.Match[str]) -> str | None:
        upper, lower = FRACTION_SIGNS[match["sign"]]
        said = readings.fraction(upper, lower) if readings.fraction is not None else None
        if said is None:
            said = f"0{mark}{upper * 100 // lower:02}".rstrip("0") if lower in {2, 4, 5} else f"{upper}/{lower}"
        return measured(said, match, mixed=False)

    def written(match: re.Match[str]) -> str | None:
        whole, upper, lower = match["whole"], match["upper"], match["lower"]
        if readings.fraction and upper.isdecimal() and 0 < int(upper) < int(lower):
            parts = int(upper), int(lower)
            said = said_mixed(whole, *parts, readings) if whole else readings.fraction(*parts)
            if said is not None:
                return measured(said, match, mixed=bool(whole))
        if whole or words.out_of is None or match["unit"]:
            return None
        return readings.blank.join([upper, words.out_of, lower])

    return [
        Rule(re.compile(f"(?P<sign>{_FRACTION}){unit}"), sign),
        Rule(
            re.compile(
                rf"(?<![{LETTER}\d_./,-])(?:(?P<whole>\d{{1,3}})[{BLANKS}])?(?P<upper>\d{{1,3}}(?:[.,]\d)?)/(?P<lower>\d{{1,3}})"
                rf"(?![{LETTER}\d_/]|[.,]\d){unit}"
            ),
            written,
            digits=True,
        ),
    ]
