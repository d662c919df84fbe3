"""The spoken form of English that espeak reads wrongly: money, years, units, addresses, abbreviations."""

from __future__ import annotations

import re
from collections.abc import Callable

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]
"""A pattern and its replacement: a text, or a function of the match."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd", 21: "21st", 22: "22nd", 23: "23rd", 31: "31st"}
_CURRENCIES = {
    "$": ("dollar", "dollars"),
    "US$": ("U.S. dollar", "U.S. dollars"),
    "€": ("euro", "euros"),
    "£": ("pound", "pounds"),
    "¥": ("yen", "yen"),
    "₹": ("rupee", "rupees"),
}
_SCALES = {"k": "thousand", "m": "million", "mn": "million", "b": "billion", "bn": "billion", "t": "trillion"}
_UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "km": ("kilometer", "kilometers"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "m²": ("square meter", "square meters"),
    "m": ("meter", "meters"),
    "kg": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "ml": ("milliliter", "milliliters"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "lbs": ("pound", "pounds"),
    "lb": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "hrs": ("hour", "hours"),
    "hr": ("hour", "hours"),
    "h": ("hour", "hours"),
    "mins": ("minute", "minutes"),
    "min": ("minute", "minutes"),
    "secs": ("second", "seconds"),
    "sec": ("second", "seconds"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "KB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "Hz": ("hertz", "hertz"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
}
_SHORT = {
    "e.g.": "for example",
    "i.e.": "that is",
    "vs.": "versus",
    "vs": "versus",
    "approx.": "approximately",
    "w/o": "without",
    "w/": "with",
    "Dr.": "Doctor",
    "Mr.": "Mister",
    "Mrs.": "Missis",
    "Ms.": "Miz",
    "Prof.": "Professor",
    "Jr.": "Junior",
    "Sr.": "Senior",
    "and/or": "and or",
    "24/7": "24 7",
}
# Acronyms that espeak would read as words.
_SPELLED = r"FAQ|AWS|ROI|SEO|UI|UX|OS|API|URL|ETA|EU|UAE|USB|DIY"
_YEAR_CONTEXT = (
    r"(?:\b(?:in|since|by|from|until|till|of|year|around|circa|before|after|during|early|late|mid|to|"
    + "|".join(_MONTHS)
    + r")\s+|\b\d{1,2}(?:st|nd|rd|th)?,\s+)"
)
_FRACTIONS = {"1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"}


def _money(match: re.Match[str]) -> str:
    amount, scale = match["amount"], (match["scale"] or "").strip()
    singular, plural = _CURRENCIES[match["symbol"]]
    scale = _SCALES.get(scale.lower(), scale)
    if scale:
        return f"{amount} {scale} {plural}"
    whole, point, cents = amount.partition(".")
    unit = singular if whole == "1" else plural
    if point and len(cents) == 2:
        return f"{whole} {unit}" if cents == "00" else f"{whole} {unit} {int(cents)}"
    return f"{amount} {unit if not point else plural}"


def _year(match: re.Match[str]) -> str:
    century, rest = match["century"], match["rest"]
    if match["decade"]:
        tens = {"0": "hundreds", "1": "tens", "2": "twenties", "3": "thirties", "4": "forties", "5": "fifties"}
        tens |= {"6": "sixties", "7": "seventies", "8": "eighties", "9": "nineties"}
        if century == "20" and rest == "00":
            return f"{match['before']}two thousands"
        return f"{match['before']}{century} {tens[rest[0]]}"
    if century == "20" and rest < "10":
        return f"{match['before']}{century}{rest}"
    if rest == "00":
        return f"{match['before']}{century} hundred"
    return f"{match['before']}{century} {'oh ' + rest[1] if rest[0] == '0' else rest}"


def _iso_date(match: re.Match[str]) -> str:
    year, month, day = match["year"], int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match.group()
    spoken_year = year if year.startswith("200") else f"{year[:2]} {year[2:]}"
    return f"{_MONTHS[month - 1]} {_ORDINALS.get(day, f'{day}th')}, {spoken_year}"


def _unit(match: re.Match[str]) -> str:
    singular, plural = _UNITS[match["unit"]]
    return f"{match['amount']} {singular if match['amount'] == '1' else plural}"


def _spell(match: re.Match[str]) -> str:
    return ".".join(match.group())


def _alternatives(words: dict[str, object] | dict[str, str] | list[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_AMOUNT = r"(?P<amount>\d+(?:,\d{3})*(?:\.\d+)?)"
_SCALE = r"(?P<scale>\s?(?:thousand|million|billion|trillion|mn|bn|[kKmMbBtT])\b)?"

ENGLISH: tuple[Rule, ...] = (
    (re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b"), _iso_date),
    (re.compile(rf"(?P<symbol>US\$|[$€£¥₹])\s?{_AMOUNT}{_SCALE}"), _money),
    (re.compile(rf"(?<![\d.,]){_AMOUNT}{_SCALE}\s?(?P<symbol>[€£$₹])(?!\d)"), _money),
    (
        re.compile(
            rf"(?i:(?P<before>{_YEAR_CONTEXT}))(?P<century>1[1-9]|20)(?P<rest>\d\d)(?P<decade>(?!))?(?![\d,.%]\d|\d|\s?%|s\b)"
        ),
        _year,
    ),
    (re.compile(r"(?P<before>)\b(?P<century>1[1-9]|20)(?P<rest>\d0)(?P<decade>['’]?s)\b"), _year),
    (re.compile(rf"\b{_AMOUNT}\s?(?P<unit>{_alternatives(list(_UNITS))})(?![\w/²³°])"), _unit),
    (re.compile(r"\b(?P<hour>\d{1,2}):00\b(?!:)(?!\s?[ap]\.?m\b)", re.I), lambda m: f"{m['hour']} o'clock"),
    (re.compile(r"\b(?P<hour>\d{1,2}):00\s?(?P<half>[ap])\.?m\b", re.I), lambda m: f"{m['hour']} {m['half'].upper()}M"),
    (re.compile(r"\b(\d{1,2}:\d\d)([ap])m\b", re.I), lambda m: f"{m[1]} {m[2].upper()}M"),
    (re.compile(r"(?<![\d/])(?:1/2|[12]/3|[13]/4)(?![\d/])"), lambda m: _FRACTIONS[m.group()]),
    (re.compile(rf"(?<![\w.])(?:{_alternatives(_SHORT)})(?![\w])"), lambda m: _SHORT[m.group()]),
    (re.compile(r"\b[Nn]o\.\s?(?=\d)"), "number "),
    (re.compile(r"#(?=\d)"), "number "),
    (re.compile(r"(?<=\d)\s?[-–]\s?(?=[$€£]?\d)(?!\d+-)(?<!\d-\d\d\d-)"), " to "),
    (re.compile(r"~(?=[$€£]?\d)"), "about "),
    (re.compile(r"(?<=\s)&(?=\s)"), "and"),
    (re.compile(r"(?<=\w)\s?=\s?(?=\w)"), " equals "),
    (re.compile(r"(?<=\d)\s?<\s?(?=\d)"), " is less than "),
    (re.compile(r"(?<=\d)\s?>\s?(?=\d)"), " is more than "),
    (re.compile(r"\bC#(?!\w)"), "C sharp"),
    (re.compile(rf"(?<![\w.])(?:{_SPELLED})(?![\w.])"), _spell),
    (re.compile(r"(?<=[A-Za-z])/(?=[A-Za-z])"), " "),
)
"""Patterns and their replacements; if two match, the earlier rule is used."""
