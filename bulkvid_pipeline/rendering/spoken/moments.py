"""Dates, times of day, years."""

from __future__ import annotations

import re
from datetime import date

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.amounts import any_of
from bulkvid_pipeline.rendering.spoken.counting import BLANKS, LETTER
from bulkvid_pipeline.rendering.spoken.forms import Rule, Say, kept_stop
from bulkvid_pipeline.rendering.spoken.readings import Readings
from bulkvid_pipeline.rendering.spoken.units import UNITS

_ALONE = rf"(?<![{LETTER}\d_.,/:-])"
_ENDS = rf"(?![{LETTER}\d_/]|[-.,:]\d)"
_ISO = re.compile(rf"{_ALONE}(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}}){_ENDS}")
_WRITTEN = re.compile(
    rf"{_ALONE}(?P<first>\d{{1,2}})(?P<mark>[-/.])(?:(?<=\.)[{BLANKS}])?(?P<second>\d{{1,2}})(?P=mark)"
    rf"(?:(?<=\.)[{BLANKS}])?(?P<year>\d{{4}}|\d{{2}}){_ENDS}"
)
_MONTH = re.compile(rf"{_ALONE}(?P<month>0?[1-9]|1[0-2])/(?P<year>19\d\d|20\d\d){_ENDS}")
_SHORT = re.compile(rf"{_ALONE}(?!24/7{_ENDS})(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}}){_ENDS}")
_HOLIDAYS = frozenset({24, 25, 26, 31})
"""Days of December that are written without a year often enough not to be fractions."""
_HALF = rf"(?:[{BLANKS}]?(?P<half>[ap])(?:m(?![{LETTER}])|\.[{BLANKS}]?m\.(?![{LETTER}\d])))"
_AFTER_DASH = rf"(?<![{LETTER}\d_.,/:])"
_CLOCK = re.compile(
    rf"{_AFTER_DASH}(?P<hour>[01]?\d|2[0-4])(?:(?::|[{BLANKS}]?[hH][{BLANKS}]?)(?P<minute>[0-5]\d))(?::(?P<second>[0-5]\d))?"
    rf"(?![:\d]|[{BLANKS}]?min){_HALF}?(?P<end>)",
    re.ASCII,
)
_OWN_DIGITS = re.compile(r"(?<![\d.,/:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?![\d:])")
"""A time in the digits of Arabic or an Indian script."""
_HOUR = re.compile(rf"{_AFTER_DASH}(?P<hour>1[0-2]|0?[1-9]){_HALF}", re.IGNORECASE | re.ASCII)
_RATIO = re.compile(rf"{_ALONE}(?P<first>\d{{1,4}}):(?P<second>\d{{1,4}})(?![:\d]|[.,/-]\d|[{LETTER}])")


def date_rules(readings: Readings) -> list[Rule]:
    """The rules of dates in a language."""

    def iso(match: re.Match[str]) -> str | None:
        return _with_stop(_said_date(readings, int(match["year"]), int(match["month"]), int(match["day"])), match)

    def written(match: re.Match[str]) -> str | None:
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        if len(match["year"]) == 2:
            year += 1900 if year > 68 else 2000
        day_first = match["mark"] == "." or readings.day_first
        day, month = (first, second) if day_first else (second, first)
        if month > 12 and match["mark"] != ".":
            day, month = month, day
        return _with_stop(_said_date(readings, year, month, day), match)

    def short(match: re.Match[str]) -> str | None:
        first, second = int(match["first"]), int(match["second"])
        day, month = (first, second) if readings.day_first or match["mark"] == "." else (second, first)
        if month > 12:
            day, month = month, day
        said = _said_date(readings, None, month, day)
        return f"{match['before']}{said}" if said else None

    def bare(match: re.Match[str]) -> str | None:
        first, second = int(match["first"]), int(match["second"])
        if readings.day_first:
            is_date = second <= 12 < first and len(match["second"]) == 2
            return _said_date(readings, None, second, first) if is_date else None
        return _said_date(readings, None, first, second) if first == 12 and second in _HOLIDAYS else None

    def month(match: re.Match[str]) -> str:
        year = int(match["year"])
        said = cldr.month_of_year(readings.locale, year, int(match["month"]))
        return said.replace(match["year"], readings.year(year)) if readings.year is not None else said

    mark = f"(?:[{BLANKS}]?(?:{readings.date_mark})(?![{LETTER}]))?" if readings.date_mark else ""
    rules = [
        Rule(re.compile(_ISO.pattern + mark), iso, digits=True),
        Rule(re.compile(_WRITTEN.pattern + mark), written, digits=True),
        Rule(_MONTH, month, digits=True),
        Rule(_SHORT, bare, digits=True),
    ]
    if readings.before_dates:
        pattern = (
            rf"(?<![{LETTER}])(?P<before>(?:{readings.before_dates})[{BLANKS}])(?P<first>\d{{1,2}})(?P<mark>[/.])"
            rf"(?P<second>\d{{1,2}})(?:(?<=\d)(?<!/\d)(?<!/\d\d)\.)?(?![{LETTER}\d_/]|[-.,:]\d)"
        )
        rules.append(Rule(re.compile(pattern, re.IGNORECASE), short, digits=True))
    return rules


def time_rules(readings: Readings) -> list[Rule]:
    """The rules of times of day, and of ratios and scores, in a language."""

    def clock(match: re.Match[str]) -> str | None:
        if readings.time is None:
            return None
        hour, minute, half = int(match["hour"]), int(match["minute"]), _half(match["half"])
        said = readings.time(hour, minute, half)
        if match["second"]:
            said = f"{said} {int(match['second'])}"
        return said + kept_stop(match)

    def own_digits(match: re.Match[str]) -> str | None:
        hour, minute = int(match["hour"]), int(match["minute"])
        is_time = hour <= 24 and minute < 60 and not match.group().isascii()
        return readings.time(hour, minute, "") if is_time and readings.time is not None else None

    def whole_hour(match: re.Match[str]) -> str | None:
        if readings.time is None:
            return None
        return readings.time(int(match["hour"]), 0, _half(match["half"])) + kept_stop(match)

    def ratio(match: re.Match[str]) -> str | None:
        word = readings.words.to if readings.words.ratio is None else readings.words.ratio
        return readings.blank.join([match["first"], *([word] if word != "," else []), match["second"]])

    mark = f"(?:[{BLANKS}]?(?:{readings.time_mark})(?![{LETTER}]))?" if readings.time_mark else ""
    clock_pattern = re.compile(_CLOCK.pattern.replace("(?P<end>)", mark), re.IGNORECASE | re.ASCII)
    return [
        *_time_range_rules(readings),
        Rule(clock_pattern, clock, digits=True),
        *_stopped_time_rules(readings, clock),
        Rule(_OWN_DIGITS, own_digits, digits=True),
        Rule(_HOUR, whole_hour, digits=True),
        Rule(_RATIO, ratio, digits=True),
    ]


def _time_range_rules(readings: Readings) -> list[Rule]:
    """The rules of the dash between two times: 10:30-11:45, 7-9 pm, 18h-20h."""
    to = readings.words.to
    said = f"{to} " if to == "," else f" {to} "
    dash = rf"[{BLANKS}]?[-–—~〜～][{BLANKS}]?"
    half = rf"[{BLANKS}]?[ap]\.?m(?![{LETTER}])"
    stopped = rf"(?<=\d\.\d\d)[-–](?=\d{{1,2}}\.[0-5]\d[{BLANKS}]?(?:{readings.time_mark})(?![{LETTER}\d]))"
    after = r"(?=\d{1,2}(?::\d\d|[hH]))"
    return [
        Rule(re.compile(rf"(?<=\d[:hH]\d\d){dash}{after}|(?<=\d[hH]){dash}{after}"), said, digits=True),
        Rule(re.compile(rf"(?:(?<=\d[ap]m)|(?<=[ {BLANKS}][apAP][mM])|(?<=[ap]\.m\.)){dash}(?=\d)"), said, digits=True),
        *([Rule(re.compile(stopped, re.IGNORECASE), said, digits=True)] if readings.time_mark else []),
        Rule(re.compile(rf"(?<=\d)[-–—](?=\d{{1,2}}(?::\d\d)?{half})", re.IGNORECASE), said, digits=True),
    ]


def _stopped_time_rules(readings: Readings, say: Say) -> list[Rule]:
    """The rules of times with a stop, 18.30, which only words beside them tell from numbers."""
    time = r"(?P<hour>[01]?\d|2[0-4])\.(?P<minute>[0-5]\d)(?P<second>(?!))?"
    patterns = [rf"{_ALONE}{time}{_HALF}"]
    if readings.time_mark:
        mark = rf"[{BLANKS}]?(?:{readings.time_mark})(?![{LETTER}\d])"
        patterns.append(rf"{_ALONE}{time}(?P<half>(?!))?(?=[-–]\d{{1,2}}\.[0-5]\d{mark})")
        patterns.append(rf"{_AFTER_DASH}{time}(?P<half>(?!))?{mark}")
    if readings.before_times:
        patterns.append(rf"(?<=[{BLANKS}]){time}(?P<half>(?!))?(?![\d%]|[.,:]\d|[{BLANKS}]?[€$£%°])")
        words = re.compile(rf"(?<![{LETTER}])(?:{readings.before_times})[{BLANKS}]$", re.IGNORECASE)

        def after_words(match: re.Match[str]) -> str | None:
            return say(match) if words.search(match.string[max(0, match.start() - 30) : match.start()]) else None

        return [*_compiled(patterns[:-1], say), *_compiled(patterns[-1:], after_words)]
    return _compiled(patterns, say)


def _compiled(patterns: list[str], say: Say) -> list[Rule]:
    return [Rule(re.compile(pattern, re.IGNORECASE | re.ASCII), say, digits=True) for pattern in patterns]


def year_rules(readings: Readings) -> list[Rule]:
    """The rules of years and decades in a language."""
    rules = [] if readings.decades is None else [readings.decades]
    say = readings.year
    if say is None:
        return rules
    end = _no_count(readings)
    years = r"(?:1[1-9]\d\d|20\d\d)"

    def one(match: re.Match[str]) -> str:
        return f"{match['before']}{say(int(match['year']))}"

    def span(match: re.Match[str]) -> str | None:
        first, second = int(match["first"]), int(match["second"])
        if len(match["second"]) == 2:
            return None if first % 100 >= second else f"{say(first)} {readings.words.to} {second}"
        return None if first > second else f"{say(first)} {readings.words.to} {say(second)}"

    alone = rf"(?<![{LETTER}\d_.,:/#€£$¥₹-])"
    if readings.words.to != ",":
        pattern = rf"{alone}(?P<first>{years})[{BLANKS}]?[-–][{BLANKS}]?(?P<second>{years}|\d\d){end}(?!-)"
        rules.append(Rule(re.compile(pattern), span, digits=True))
    if readings.year_context:
        before = rf"(?<![{LETTER}\d_])(?P<before>(?:{readings.year_context})[{BLANKS}]{{1,3}})"
        rules.append(Rule(re.compile(f"{before}(?P<year>{years}){end}", re.IGNORECASE), one, digits=True))
    return rules


def bare_year_rules(readings: Readings) -> list[Rule]:
    """The rule of years without any word before them; it comes after amounts."""
    say = readings.year
    if say is None or not readings.bare_years:
        return []
    pattern = rf"{_ALONE}(?<!#)(?:{readings.bare_years}){_no_count(readings)}(?!-)"
    return [Rule(re.compile(pattern), lambda match: say(int(match.group())), digits=True)]


def _no_count(readings: Readings) -> str:
    """A regular expression: after a number that is followed by nothing that it counts."""
    counted = any_of(UNITS.keys() | readings.units.keys())
    if readings.not_after_years:
        counted += f"|{readings.not_after_years}"
    return rf"(?!\d|[.,:/]\d|[{BLANKS}]?[%°$€£+]|[{LETTER}_]|[{BLANKS}](?:{counted})(?![{LETTER}]))"


def _with_stop(said: str | None, match: re.Match[str]) -> str | None:
    return said and said + kept_stop(match)


def _said_date(readings: Readings, year: int | None, month: int, day: int) -> str | None:
    try:
        date(2024 if year is None else year, month, day)
    except ValueError:
        return None
    if readings.date is not None:
        return readings.date(year, month, day)
    return cldr.long_date(readings.locale, year, month, day)


def _half(letter: str | None) -> str:
    return "" if letter is None else f"{letter.lower()}m"
