"""What the Scandinavian languages share: dates with ordinals, decades, times of day."""

from __future__ import annotations

import re
from collections.abc import Callable

from bulkvid_pipeline.rendering.spoken.counting import BLANKS
from bulkvid_pipeline.rendering.spoken.forms import Rule

MONTHS = {
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni", "juli"),
        *("augusti", "september", "oktober", "november", "december"),
    ),
    "nb": (
        *("januar", "februar", "mars", "april", "mai", "juni", "juli"),
        *("august", "september", "oktober", "november", "desember"),
    ),
    "da": (
        *("januar", "februar", "marts", "april", "maj", "juni", "juli"),
        *("august", "september", "oktober", "november", "december"),
    ),
}
InWords = Callable[[int], str]


def date_of(language: str, ordinal: InWords, year: InWords) -> Callable[[int | None, int, int], str]:
    """The reading of (year, month, day): "tjugofjärde december tjugohundratjugofyra"."""

    def date(in_year: int | None, month: int, day: int) -> str:
        said = f"{ordinal(day)} {MONTHS[language][month - 1]}"
        return said if in_year is None else f"{said} {year(in_year)}"

    return date


def day_rule(language: str, ordinal: InWords, year: InWords) -> Rule:
    """The rule of a day before the name of its month, with the year where there is one."""
    months = "|".join(MONTHS[language])
    pattern = re.compile(
        rf"(?<![\w.,])(?P<day>\d{{1,2}})\.?(?:[{BLANKS}]?[-–—][{BLANKS}]?(?P<second>\d{{1,2}})\.?)?[{BLANKS}](?P<month>{months})(?!\w)"
        rf"(?:[{BLANKS}](?P<year>1[1-9]\d\d|20\d\d)(?!\d))?"
    )

    def say(match: re.Match[str]) -> str | None:
        days = [int(match[name]) for name in ("day", "second") if match[name]]
        if not all(1 <= day <= 31 for day in days):
            return None
        said = f" {'till' if language == 'sv' else 'til'} ".join(map(ordinal, days))
        return f"{said} {match['month']}" + (f" {year(int(match['year']))}" if match["year"] else "")

    return Rule(pattern, say, digits=True)


def decade_rule(ends: str, in_words: InWords, noun: str) -> Rule:
    """The rule of a decade or century in digits: "1990-talet", "90-tallet"."""
    pattern = re.compile(rf"(?<![\w.,])['’]?(?P<number>\d{{2}}|1[1-9]\d0|20\d0){ends}(?!\w)")

    def say(match: re.Match[str]) -> str | None:
        number = int(match["number"])
        return f"{in_words(number)}{noun}{match['end'] or ''}" if number % 10 == 0 and number >= 20 else None

    return Rule(pattern, say, digits=True)


def time_of(zero: str) -> Callable[[int, int, str], str]:
    """The reading of a time of day, on a clock of 24 hours."""

    def time(hour: int, minute: int, half: str) -> str:
        hour += 12 if half == "pm" and hour < 12 else 0
        if minute == 0:
            return str(hour)
        return f"{hour} {zero} {minute}" if minute < 10 else f"{hour} {minute}"

    return time
