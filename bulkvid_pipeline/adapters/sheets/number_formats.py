"""A number as a spreadsheet program shows it, by its number format (ECMA-376 part 1, 18.8.31).

Covered: sections and their conditions, digits, grouping, scaling, percent, currency, literal text, scientific notation,
fractions, dates, times, elapsed times, and month and day names in the language that a format names. Separators are
those of English, since a file does not hold its reader's.
"""

from __future__ import annotations

import datetime
import locale
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

MAX_FORMAT = 255
"""Characters; Excel allows no more."""
_EPOCH = datetime.datetime(1899, 12, 30)
_EPOCH_1904 = datetime.datetime(1904, 1, 1)
_SHOWN_BY_GENERAL = 10
"""Significant digits of a fraction that fit into the eleven characters of a General cell."""
_LAST_DAY = 2_958_465
"""31 December 9999."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<blank>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>general)|(?P<meridiem>am/pm|a/p|上午/下午)|(?P<second>s+(?:\.0+)?)|(?P<date>y+|m+|d+|h+|e+(?![+-])|a{3,4}|g+)"
    r"|(?P<exponent>e[+-])|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<text>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_SYSTEM_DATES = {"mm-dd-yy": "m/d/yyyy", "m/d/yy": "m/d/yyyy", "m/d/yy h:mm": "m/d/yyyy h:mm"}
"""Formats that stand for the short date of the reader's system."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


@dataclass(frozen=True)
class _Section:
    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    language: str
    """A locale such as `de_DE`."""

    def has(self, *kinds: str) -> bool:
        return any(token.kind in kinds for token in self.tokens)


def shown(value: float | str, number_format: str, *, from_1904: bool = False) -> str:
    """`value` as its cell shows it.

    Args:
        value: a text, or a number, which is days since the epoch where the format is one of dates or times.
        number_format: such as `0.0%`; a format that cannot be read counts as General.
        from_1904: whether days count from 1904, as in files from old Macintosh programs.
    """
    if len(number_format) > MAX_FORMAT:
        return _general(value)
    sections = _sections(_SYSTEM_DATES.get(number_format.lower(), number_format))
    if isinstance(value, str):
        section = sections[3] if len(sections) > 3 else sections[-1]
        return _text(value, section) if section.has("text") or len(sections) > 3 else value
    try:
        section, magnitude = _section_for(Decimal(format(value, ".15g")), sections)
        if section.has("date", "second", "elapsed", "meridiem"):
            return _date(value, section, from_1904=from_1904)
        return _number(magnitude, section)
    except (ValueError, ArithmeticError):
        return _general(value)


def is_plain(number_format: str) -> bool:
    """Whether a format changes nothing of a text or a whole number."""
    return number_format in ("General", "@", "")


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[_Section, ...]:
    parts: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(number_format):
        kind = str(match.lastgroup)
        if kind == "other" and match[0] == ";":
            parts.append([])
        else:
            parts[-1].append(_Token(kind, match[kind]))
    return tuple(map(_section, parts))


def _section(tokens: Sequence[_Token]) -> _Section:
    kept: list[_Token] = []
    condition, language = None, "en_US"
    for token in tokens:
        if token.kind != "bracket":
            kept.append(token)
        elif found := _CONDITION.fullmatch(token.text):
            condition = (found[1], Decimal(found[2]))
        elif token.text.startswith("$"):
            symbol, _, code = token.text[1:].partition("-")
            kept.append(_Token("quoted", symbol))
            language = _language(code) or language
        elif re.fullmatch(r"h+|m+|s+", token.text, re.IGNORECASE):
            kept.append(_Token("elapsed", token.text.lower()))
    return _Section(tuple(kept), condition, language)


def _language(code: str) -> str | None:
    """The locale of a Windows language code in hexadecimal; F800 and F400 mean the reader's own."""
    if not re.fullmatch(r"[0-9A-Fa-f]{3,8}", code):
        return None
    return locale.windows_locale.get(int(code, 16) & 0xFFFF)


def _section_for(value: Decimal, sections: Sequence[_Section]) -> tuple[_Section, Decimal]:
    """The section that a number is shown by, and the number to show: without its sign where the section tells it."""
    if any(section.condition for section in sections[:2]):
        for section in sections[:3]:
            if section.condition is None or _holds(value, *section.condition):
                return section, value
        return sections[-1], value
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


def _holds(value: Decimal, sign: str, bound: Decimal) -> bool:
    match sign:
        case "<":
            return value < bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case ">=":
            return value >= bound
        case "=":
            return value == bound
        case _:
            return value != bound


def _general(value: float | str) -> str:
    """Whole numbers in full up to 15 digits, fractions as far as they fit."""
    if isinstance(value, str):
        return value
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    if 1e-4 <= abs(value) < 1e10:
        places = _SHOWN_BY_GENERAL - len(str(int(abs(value))))
        text = f"{Decimal(format(value, '.15g')):.{max(places, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = f"{value:.5E}".partition("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


def _text(value: str, section: _Section) -> str:
    return "".join(value if token.kind == "text" else _literal(token) for token in section.tokens).strip()


def _literal(token: _Token) -> str:
    if token.kind in {"quoted", "escaped", "other", "percent", "point", "comma"}:
        return token.text
    return " " if token.kind == "blank" else ""


def _number(value: Decimal, section: _Section) -> str:
    if section.has("general") or not section.has("digit"):
        sign_told = section.has("general")
        return "".join(
            _general(float(value)) if token.kind == "general" and sign_told else _literal(token)
            for token in section.tokens
        ).strip()
    if section.has("exponent"):
        return _scientific(value, section)
    if any(token.kind == "other" and token.text == "/" for token in section.tokens):
        return _fraction(value, section)
    return _decimal(value, section)


def _decimal(value: Decimal, section: _Section) -> str:
    tokens = list(section.tokens)
    digits = [at for at, token in enumerate(tokens) if token.kind == "digit"]
    point = next((at for at, token in enumerate(tokens) if token.kind == "point"), len(tokens))
    whole, decimals = [at for at in digits if at < point], [at for at in digits if at > point]
    grouping = scale = 0
    for at, token in enumerate(tokens):
        if token.kind != "comma":
            continue
        if any(other > at for other in whole) and any(other < at for other in whole):
            grouping += 1
        elif (digits and digits[0] < at and not any(other > at for other in digits)) or (
            at > (digits[0] if digits else 0) and at < point
        ):
            scale += 1
        else:
            continue
        tokens[at] = _Token("nothing", "")
    percents = sum(token.kind == "percent" for token in tokens)
    scaled = abs(value) * 100**percents / 1000**scale
    rounded = scaled.quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    integer, _, fraction = f"{rounded:f}".partition(".")
    out = {at: _literal(token) for at, token in enumerate(tokens)}
    out |= _integer_part(integer.lstrip("0"), whole, tokens, grouped=grouping > 0)
    out |= _fraction_part(fraction, decimals, tokens)
    if point < len(tokens):
        out[point] = "."
    text = "".join(out[at] for at in range(len(tokens))).strip()
    return f"-{text}" if value < 0 and rounded else text


def _integer_part(digits: str, places: Sequence[int], tokens: Sequence[_Token], *, grouped: bool) -> dict[int, str]:
    """What stands at each place: the rightmost digit at the last one, all that are left at the first one."""
    out: dict[int, str] = {}
    written = 0
    for number, at in enumerate(reversed(places)):
        is_first = number == len(places) - 1
        filler = {"0": "0", "?": " ", "#": ""}[tokens[at].text]
        here = (digits if is_first else digits[-1:]) or filler
        digits = "" if is_first else digits[:-1]
        text = ""
        for digit in reversed(here):
            text = digit + ("," if grouped and written and written % 3 == 0 and digit != " " else "") + text
            written += 1
        out[at] = text
    return out


def _fraction_part(digits: str, places: Sequence[int], tokens: Sequence[_Token]) -> dict[int, str]:
    last = len(digits.rstrip("0"))
    filler = {"0": "0", "?": " ", "#": ""}
    return {at: (digits[index] if index < last else filler[tokens[at].text]) for index, at in enumerate(places)}


def _scientific(value: Decimal, section: _Section) -> str:
    at = next(index for index, token in enumerate(section.tokens) if token.kind == "exponent")
    before, after = section.tokens[:at], section.tokens[at + 1 :]
    places = sum(t.kind == "digit" for t in before[next((i for i, t in enumerate(before) if t.kind == "point"), at) :])
    width = sum(token.kind == "digit" for token in after)
    mantissa, _, exponent = f"{value:.{places}E}".partition("E")
    sign = "-" if exponent.startswith("-") else "+" if section.tokens[at].text.endswith("+") else ""
    return f"{mantissa}E{sign}{exponent.lstrip('+-0').zfill(width)}"


def _fraction(value: Decimal, section: _Section) -> str:
    slash = next(at for at, token in enumerate(section.tokens) if token.text == "/")
    after = section.tokens[slash + 1 :]
    fixed = "".join(token.text for token in after if token.text.isdigit() and token.text != "0")
    width = sum(token.kind == "digit" for token in after)
    if fixed:
        written = "".join(token.text for token in after if token.text.isdigit())
        part = Fraction(round(Fraction(abs(value)) * int(written)), int(written))
        numerator, denominator = part.numerator * int(written) // part.denominator, int(written)
    else:
        part = Fraction(abs(value)).limit_denominator(10 ** min(max(width, 1), 5) - 1)
        numerator, denominator = part.numerator, part.denominator
    sign = "-" if value < 0 and numerator else ""
    has_whole = any(token.text == " " for token in section.tokens[:slash])
    if denominator == 1:
        return f"{sign}{numerator}"
    whole, rest = divmod(numerator, denominator) if has_whole else (0, numerator)
    parts = ([str(whole)] if whole else []) + ([f"{rest}/{denominator}"] if rest else [])
    return sign + (" ".join(parts) or "0")


def _date(value: float, section: _Section, *, from_1904: bool) -> str:
    if not section.has("elapsed") and not 0 <= value <= _LAST_DAY:
        return "#" * 10  # what a program shows for a date that there is none of
    places = max((len(token.text.partition(".")[2]) for token in section.tokens if token.kind == "second"), default=0)
    seconds = round(value * 86_400, places) if places else float(int(value * 86_400 + 0.5))
    # Day 60 is a 29 February 1900 that never was.
    days = 1 if not from_1904 and 1 <= value < 60 else 0
    moment = (_EPOCH_1904 if from_1904 else _EPOCH) + datetime.timedelta(days=days, seconds=max(seconds, 0.0))
    return "".join(_date_parts(section, moment, seconds)).strip()


def _date_parts(section: _Section, moment: datetime.datetime, seconds: float) -> Iterator[str]:
    tokens = section.tokens
    twelve = section.has("meridiem")
    for at, token in enumerate(tokens):
        text = token.text.lower()
        match token.kind:
            case "elapsed":
                unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
                yield ("-" if seconds < 0 else "") + str(int(abs(seconds)) // unit).zfill(len(text))
            case "meridiem":
                yield _meridiem(text, moment.hour)
            case "second":
                whole, point, decimals = text.partition(".")
                yield str(moment.second).zfill(min(len(whole), 2))
                yield point + f"{moment.microsecond:06d}"[: len(decimals)]
            case "date" if text[0] == "h":
                yield str((moment.hour - 1) % 12 + 1 if twelve else moment.hour).zfill(min(len(text), 2))
            case "date" if text[0] == "m" and len(text) < 3 and _are_minutes(tokens, at):
                yield str(moment.minute).zfill(len(text))
            case "date":
                yield _calendar(text, moment, section.language)
            case "digit" | "general" | "text":
                yield ""
            case _:
                yield _literal(token)


def _meridiem(text: str, hour: int) -> str:
    before, after = ("上午", "下午") if "上" in text else ("A", "P") if text == "a/p" else ("AM", "PM")
    return before if hour < 12 else after


def _are_minutes(tokens: Sequence[_Token], at: int) -> bool:
    """Whether an m stands behind hours or before seconds."""
    times = [t for t in tokens[:at] if t.kind in {"date", "second", "elapsed"}]
    later = [t for t in tokens[at + 1 :] if t.kind in {"date", "second", "elapsed"}]
    after_hours = bool(times) and times[-1].text[0].lower() == "h"
    return after_hours or (bool(later) and later[0].text[0].lower() == "s")


def _calendar(text: str, moment: datetime.datetime, language: str) -> str:
    match text[0], len(text):
        case "y", length:
            return f"{moment.year:04d}" if length > 2 else f"{moment.year % 100:02d}"
        case "e", _:
            return str(moment.year)
        case "m", (1 | 2) as length:
            return str(moment.month).zfill(length)
        case "m", length:
            name = _names(language, "months", "wide" if length > 3 else "abbreviated")[moment.month]
            return name[:1] if length == 5 else name
        case "d", (1 | 2) as length:
            return str(moment.day).zfill(length)
        case (("d" | "a"), length):
            return _names(language, "days", "wide" if length > 3 else "abbreviated")[moment.weekday()]
        case _:
            return ""


@lru_cache(maxsize=64)
def _names(language: str, what: str, width: str) -> dict[int, str]:
    from babel import Locale, UnknownLocaleError

    try:
        found = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        found = Locale.parse("en_US")
    return dict((found.months if what == "months" else found.days)["format"][width])
