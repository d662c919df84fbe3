"""Durations as people write them: `45`, `45s`, `1:30`, `2 min`, `1 Min. 30 Sek.`, `PT45S`, `~45`, `30-60`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.durations import ABOUT, AND, AT_MOST, BETWEEN, TO, UNITS
from bulkvid_pipeline.core.vocabulary.empties import AS_BEFORE_FIX, AS_BEFORE_PROBLEM, is_as_before, is_empty_option
from bulkvid_pipeline.core.vocabulary.words import plain

MIN_DURATION_S = 1.0
MAX_DURATION_S = 3600.0

NO_DURATION = "Not a length in seconds"
_LONGEST_TEXT = 60
_WIDEST_RANGE = 4
"""Largest ratio of a range's end to its start for which the middle of the range is used."""
_SURELY_MINUTES_S = 300
"""Up to this, `0:05:00` is minutes; above, it may also be `0:45`, typed as seconds and stored by Excel as minutes."""
_PERHAPS_MINUTES = 6
"""`1.5` alone may be minutes; `7.5` is seconds."""
_CLOCK_LIKE = frozenset({"10", "15", "20", "30", "40", "45"})
"""Two digits after the point that may be seconds: `1.30 min`."""

_NUMBER = r"\d{1,6}(?:[.,]\d{1,6})?"
_PLAIN = re.compile(_NUMBER)
_THOUSANDS = re.compile(r"\d{1,3}([.,])\d{3}")
_ISO = re.compile(rf"p(?:0+d)?t(?:({_NUMBER})h)?(?:({_NUMBER})m)?(?:({_NUMBER})s)?")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,6}))?")
_EXCEL_DAY = re.compile(r"(?:1899-12-3[01]|1900-01-0\d)[t ]")
_MIDNIGHT_HOUR = re.compile(r"12(:\d{2}:\d{2}) ?am")
_QUANTITY = re.compile(rf"({_NUMBER})\s*([^\d\s.,:;+\-<>~\"']+|[\"'])?\.?")
_BARE_UNIT = re.compile(r"[^\d\s.,:;+\-<>~]+$")


_SIGNS = str.maketrans(dict(zip("٫–—−〜～’′‘”“″＂", '.---~~\'\'\'""""', strict=True)))
"""Characters that look different but mean the same."""


class _UnclearError(Exception):
    """A duration with two possible meanings; its arguments are the problem and the fix."""


@lru_cache(maxsize=4096)
def read_duration(cell: str) -> Reading[float]:
    """Seconds, 1 to 3600. A range is read as its middle, an upper bound as slightly less than the bound.

    A duration is met within max(1 s, 2 %), so that much is subtracted from a bound.
    """
    if is_empty_option(cell):
        return Reading(understood="an empty cell" if cell.strip() else "")
    if is_as_before(cell):
        return Reading(problem=AS_BEFORE_PROBLEM, fix=AS_BEFORE_FIX)
    text = _normalised(cell)
    try:
        return _reading(text) or Reading(problem=NO_DURATION)
    except _UnclearError as unclear:
        problem, fix = unclear.args
        return Reading(problem=problem, fix=fix)


def _normalised(cell: str) -> str:
    """`cell` in lower case with ASCII digits and unified signs, without blanks or full stops at its ends."""
    text = cell if len(cell) <= _LONGEST_TEXT else ""
    if any(unicodedata.category(character) == "No" for character in text):
        return ""
    text = "".join(str(unicodedata.decimal(c, c)) for c in plain(text.translate(_SIGNS))).replace("''", '"')
    text = re.sub(r"[()\[\]]", " ", text)
    text = re.sub(r"(?<=[\w\"'])\s*~\s*(?=\d)", "-", text)
    return " ".join(text.split()).rstrip(".!;,。 ")


def _reading(text: str) -> Reading[float] | None:
    if _PLAIN.fullmatch(text):
        return _within(_number(text, alone=True), "")
    about = _without(text, ABOUT)
    seconds = _length(about)
    if seconds is not None:
        return _within(seconds, f"{seconds:g} seconds")
    for low, high in _ranges(about):
        if not low <= high:
            continue
        if high > _WIDEST_RANGE * low:
            raise _UnclearError(
                f"The range from {low:g} to {high:g} seconds is wide", "Write the length that is wanted"
            )
        middle = round((low + high) / 2, 3)
        return _within(middle, f"{middle:g} seconds, the middle of {low:g} to {high:g}")
    most = _length(_without(about, AT_MOST))
    if most is not None:
        kept = most - max(1.0, 0.02 * most)
        return _within(float(int(kept)), f"{int(kept)} seconds, to stay within {most:g}")
    return None


def _within(seconds: float, understood: str) -> Reading[float] | None:
    return Reading(seconds, understood) if MIN_DURATION_S <= seconds <= MAX_DURATION_S else None


def _number(text: str, *, alone: bool = False) -> float:
    value = float(text.replace(",", "."))
    thousands = float(re.sub("[.,]", "", text))
    if (mark := _THOUSANDS.fullmatch(text)) and (mark[1] == "," or thousands <= MAX_DURATION_S):
        raise _UnclearError(f"Could be {thousands:g} or {value:g} seconds", f"Write {thousands:g} or {value:g}")
    if alone and value != int(value) and MIN_DURATION_S <= value < _PERHAPS_MINUTES:
        raise _UnclearError(
            f"Could be {value:g} seconds or {value:g} minutes", f"Write {value:g} s or {value * 60:g}, which is minutes"
        )
    return value


def _length(text: str, unit: int = 1) -> float | None:
    """The seconds of one duration; a bare number counts in units of `unit` seconds."""
    if _PLAIN.fullmatch(text):
        return _number(text) * unit
    if (iso := _ISO.fullmatch(text)) is not None and any(iso.groups()):
        hours, minutes, seconds = (float((part or "0").replace(",", ".")) for part in iso.groups())
        return hours * 3600 + minutes * 60 + seconds
    clock = _MIDNIGHT_HOUR.sub(r"0\1", _EXCEL_DAY.sub("", text))
    if (parts := _CLOCK.fullmatch(clock)) is not None:
        return _clock(*(part or "" for part in parts.groups()))
    return _quantity(text)


def _clock(hours: str, minutes: str, seconds: str, fraction: str) -> float | None:
    if int(seconds) > 59 or (hours and int(minutes) > 59):
        return None
    length = int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction or 0}")
    if hours and not float(f"{seconds}.{fraction or 0}") and length > _SURELY_MINUTES_S:
        shorter = int(hours) * 60 + int(minutes)
        raise _UnclearError(
            f"Could be {length / 60:g} minutes, or {shorter} seconds typed as {int(hours)}:{minutes}",
            f"Write {shorter} for {shorter} seconds" + (f", {length:g} for {length / 60:g} minutes" * (length <= 3600)),
        )
    return length


def _quantity(text: str) -> float | None:
    """`1 min 30 s`, `1m30`, `1分30秒`: each unit is smaller than the one before; a last number without a unit counts in
    the next smaller one."""
    total, at, last = 0.0, 0, 0
    while at < len(text):
        found = _QUANTITY.match(text, at)
        if found is None:
            return None
        written, name = found[1], found[2]
        unit = UNITS.word(name) if name else last // 60
        value = float(written.replace(",", "."))
        if not unit or (last and (unit >= last or value >= last / unit)):
            return None
        if unit == 60 and written[-3:-2] in {".", ","} and written[-2:] in _CLOCK_LIKE:
            whole, rest = written[:-3], written[-2:]
            seconds = int(whole) * 60 + int(rest)
            raise _UnclearError(
                f"Could be {value * 60:g} or, as {whole} min {rest} s, {seconds} seconds",
                f"Write {value * 60:g} or {seconds}",
            )
        total += (_number(written) if name else value) * unit
        last, at = unit, found.end()
        joint = re.match(rf"\s*(?:,|(?:{'|'.join(map(re.escape, AND))})(?=[\s\d]))?\s*", text[at:])
        at += joint.end() if joint else 0
    return total if last else None


def _ranges(text: str) -> Iterator[tuple[float, float]]:
    """The two ends of a range, for each place where it can be cut into two lengths."""
    opened = _without(text, BETWEEN)
    words = (*TO, *AND) if opened != text else TO
    cut = re.compile(rf"\s*(?:-|\.\.+|…|(?<![^\W\d_])(?:{'|'.join(map(re.escape, words))})(?![^\W\d_]))\s*")
    for place in cut.finditer(opened):
        left, right = opened[: place.start()], opened[place.end() :]
        high = _length(right) if left and right else None
        if high is None:
            continue
        name = _BARE_UNIT.search(right)
        low = _length(left, (UNITS.word(name[0]) or 1) if name else 1)
        if low is not None:
            yield low, high


def _without(text: str, words: tuple[str, ...]) -> str:
    """`text` without one of `words` at its beginning or its end."""
    for word in sorted(words, key=len, reverse=True):
        word = plain(word)
        after, before = text.removeprefix(word), text.removesuffix(word)
        if after != text and not (word[-1].isalpha() and after[:1].isalpha()):
            return after.lstrip(".: ").rstrip(" )").lstrip("( ")
        if before != text and not (word.isascii() and word[0].isalpha() and before[-1:].isalpha()):
            return before.rstrip(" (,")
    return text
