"""Durations as people write them: `45`, `45s`, `1:30`, `2 min`, `1 Min. 30 Sek.`, `PT45S`, `~45`, `30-60`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.durations import ABOUT, AND, AT_MOST, BETWEEN, FILLERS, HALVES, TO, UNITS
from bulkvid_pipeline.core.vocabulary.empties import AS_BEFORE_FIX, AS_BEFORE_PROBLEM, is_as_before, is_empty_option
from bulkvid_pipeline.core.vocabulary.words import plain

MIN_DURATION_S = 1.0
MAX_DURATION_S = 3600.0
"""The longest length that a cell may ask for."""
LONGEST_VIDEO_S = 900.0
"""The longest video of a row that asks for no length, unless the installation sets another limit."""

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
_CLOCK_WITH_UNIT = re.compile(r"(\d{1,2}:\d{2}(?:[.,]\d{1,6})?)\s*([^\d\s.,:;+\-<>~]+)")
_TOLERANCE = re.compile(r"(?<=\S)\s*(?:±|\+\s?/?\s?-)\s*\d[^±]*$")
_LOOSE_HYPHEN = re.compile(r"(?<=\d)-(?=[^\W\d_])")
_BRACKETED = re.compile(r"([^()\[\]]+?)\s*[(\[]([^()\[\]]+)[)\]]")
_HALF = "|".join(sorted(map(re.escape, map(plain, HALVES)), key=len, reverse=True))
_HALF_AFTER = re.compile(rf"(\d{{1,4}})\s*([^\d\s.,:;+\-<>~]+?)\s*(?:{_HALF})(?![^\W\d_])")
_HALF_BETWEEN = re.compile(rf"(\d{{1,4}})\s*(?:{_HALF})\s*(?=[^\d\s.,:;+\-<>~])")
_HALF_ALONE = re.compile("^半(?=分[钟鐘間])")
_FRACTIONS = {"½": "5", "¼": "25", "¾": "75"}


_SIGNS = str.maketrans(dict(zip("٫–—−〜～’′‘”“″＂", '.---~~\'\'\'""""', strict=True)))
"""Characters that look different but mean the same."""


@dataclass(frozen=True)
class Length:
    """How long a video should be."""

    seconds: float
    is_limit: bool = False
    """Whether a shorter video is as good: `max 60`."""


class _UnclearError(InvalidRequestError):
    """A duration with two possible meanings."""


@lru_cache(maxsize=4096)
def read_length(cell: str) -> Reading[Length]:
    """A length of 1 to 3600 seconds. A range is read as its middle, a limit as just so much less that it is kept.

    A length is met within max(1 s, 2 %), which is what is taken off a limit.
    """
    if is_empty_option(cell):
        return Reading(understood="an empty cell" if cell.strip() else "")
    if is_as_before(cell):
        return Reading(problem=AS_BEFORE_PROBLEM, fix=AS_BEFORE_FIX)
    text = _normalised(cell)
    try:
        return _reading(_without_brackets(text)) or _bracketed(text) or Reading(problem=NO_DURATION)
    except _UnclearError as unclear:
        return Reading(problem=unclear.message, fix=unclear.fix)


def read_duration(cell: str) -> Reading[float]:
    """The seconds of `read_length`."""
    found = read_length(cell)
    return Reading(found.value.seconds if found.value else None, found.understood, found.problem, found.fix)


def _normalised(cell: str) -> str:
    """`cell` in lower case with ASCII digits and unified signs, without blanks or full stops at its ends."""
    text = cell if len(cell) <= _LONGEST_TEXT else ""
    text = re.sub("(\\d?)([½¼¾])", lambda match: f"{match[1] or 0}.{_FRACTIONS[match[2]]}", text)
    text = "".join(c for c in text if unicodedata.category(c) != "So" and not "\ufe00" <= c <= "\ufe0f")
    if any(unicodedata.category(character) == "No" for character in text):
        return ""
    text = "".join(str(unicodedata.decimal(c, c)) for c in plain(text.translate(_SIGNS))).replace("''", '"')
    text = re.sub(r"(?<=[\w\"'])\s*~\s*(?=\d)", "-", text)
    text = _TOLERANCE.sub("", _LOOSE_HYPHEN.sub(" ", text))
    return " ".join(_with_halves(text).split()).rstrip(".!;,。 ")


def _with_halves(text: str) -> str:
    """`1.5 min` for `1 and a half min` and `1 min and a half`."""
    text = _HALF_BETWEEN.sub(r"\1.5 ", _HALF_ALONE.sub("0.5", text))
    return _HALF_AFTER.sub(lambda match: f"{match[1]}.5 {match[2]}" if UNITS.word(match[2]) else match[0], text)


def _without_brackets(text: str) -> str:
    return " ".join(re.sub(r"[()\[\]]", " ", text).split()).rstrip(".!;,。 ")


def _bracketed(text: str) -> Reading[Length] | None:
    """`60 s (1 min)`: one length, said twice."""
    match = _BRACKETED.fullmatch(text)
    if match is None:
        return None
    first, second = _reading(match[1]), _reading(match[2])
    if first is None or second is None or first.value is None or second.value is None:
        return None
    if first.value != second.value:
        one, other = first.value.seconds, second.value.seconds
        raise _UnclearError(f"Could be {one:g} or {other:g} seconds", fix=f"Write {one:g} or {other:g}")
    return first if first.understood else second


def _reading(text: str) -> Reading[Length] | None:
    if _PLAIN.fullmatch(text):
        return _within(_number(text, alone=True), "")
    about = _without(_without_all(text, FILLERS), ABOUT)
    seconds = _length(about)
    if seconds is not None:
        return _within(seconds, f"{seconds:g} seconds")
    for low, high in _ranges(about):
        if not low <= high:
            continue
        if high > _WIDEST_RANGE * low:
            raise _UnclearError(
                f"The range from {low:g} to {high:g} seconds is wide", fix="Write the length that is wanted"
            )
        middle = round((low + high) / 2, 3)
        return _within(middle, f"{middle:g} seconds, the middle of {low:g} to {high:g}")
    most = _length(_without_all(_without(about, AT_MOST), FILLERS))
    if most is not None:
        kept = most - max(1.0, 0.02 * most)
        return _within(float(max(1, int(kept))), f"at most {most:g} seconds", is_limit=True) if most > 1 else None
    return None


def _within(seconds: float, understood: str, *, is_limit: bool = False) -> Reading[Length] | None:
    return Reading(Length(seconds, is_limit), understood) if MIN_DURATION_S <= seconds <= MAX_DURATION_S else None


def _number(text: str, *, alone: bool = False) -> float:
    value = float(text.replace(",", "."))
    thousands = float(re.sub("[.,]", "", text))
    if (mark := _THOUSANDS.fullmatch(text)) and (mark[1] == "," or thousands <= MAX_DURATION_S):
        raise _UnclearError(f"Could be {thousands:g} or {value:g} seconds", fix=f"Write {thousands:g} or {value:g}")
    if alone and value != int(value) and MIN_DURATION_S <= value < _PERHAPS_MINUTES:
        raise _UnclearError(
            f"Could be {value:g} seconds or {value:g} minutes",
            fix=f"Write {value:g} s for seconds, or {value * 60:g} for minutes",
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
    if (named := _CLOCK_WITH_UNIT.fullmatch(clock)) is not None and UNITS.word(named[2]) in {1, 60}:
        return _length(named[1])
    return _quantity(text)


def _clock(hours: str, minutes: str, seconds: str, fraction: str) -> float | None:
    if int(seconds) > 59 or (hours and int(minutes) > 59):
        return None
    length = int(hours or 0) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction or 0}")
    if hours and not float(f"{seconds}.{fraction or 0}") and length > _SURELY_MINUTES_S:
        shorter = int(hours) * 60 + int(minutes)
        raise _UnclearError(
            f"Could be {length / 60:g} minutes, or {shorter} seconds typed as {int(hours)}:{minutes}",
            fix=f"Write {shorter} for {shorter} seconds"
            + (f", {length:g} for {length / 60:g} minutes" * (length <= 3600)),
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
                fix=f"Write {value * 60:g} or {seconds}",
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


def _without_all(text: str, words: tuple[str, ...]) -> str:
    """`text` without any of `words` at its beginning and its end."""
    shorter = _without(text, words)
    while shorter != text:
        text, shorter = shorter, _without(shorter, words)
    return text


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
