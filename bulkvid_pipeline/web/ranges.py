"""The header Range of a download, as RFC 9110 (section 14) wants it read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bulkvid_pipeline.core.errors import InvalidRequestError

MOST_RANGES = 16
"""A request for more parts than this gets the whole file: no player asks for them."""
_RANGES = re.compile(r"bytes=(.*)", re.IGNORECASE)
_ONE = re.compile(r"([0-9]*)-([0-9]*)")
_LARGEST = 18
"""Digits of a position that are read; no file is larger."""


class NoSuchPartError(InvalidRequestError):
    """All that was asked for lies outside the file."""


def parts_of(header: str, size: int) -> str:
    """The header's value without what lies outside a file of `size` bytes; empty: the whole file is to be sent.

    Raises:
        NoSuchPartError: nothing is left.
    """
    found = _RANGES.fullmatch(header.strip())
    asked = [_ONE.fullmatch(part.strip()) for part in found[1].split(",")] if found else []
    pairs = [(part[1], part[2]) for part in asked if part is not None]
    if not pairs or len(pairs) != len(asked) or len(pairs) > MOST_RANGES or not all(map(_is_range, pairs)):
        return ""
    inside = [f"{first}-{last}" for first, last in pairs if (_number(first) < size if first else _number(last) > 0)]
    if not inside or not size:
        raise NoSuchPartError("The range lies outside the file", fix="Ask for bytes within its size")
    return "bytes=" + ",".join(inside)


@dataclass(frozen=True)
class Span:
    """Bytes of a file: `length` of them from `first` on."""

    first: int
    length: int

    @property
    def last(self) -> int:
        """The position of the last one."""
        return self.first + self.length - 1


def spans_of(header: str, size: int) -> tuple[Span, ...]:
    """What the header asks for of a file of `size` bytes, in its order; none: the whole file is to be sent.

    Parts that are more than the file together get the whole file.

    Raises:
        NoSuchPartError: all of it lies outside the file.
    """
    parts = parts_of(header, size)
    pairs = [part.split("-") for part in parts.removeprefix("bytes=").split(",")] if parts else []
    spans = tuple(_span(first, last, size) for first, last in pairs)
    return spans if sum(span.length for span in spans) <= size else ()


def _span(first: str, last: str, size: int) -> Span:
    if not first:
        length = min(_number(last), size)
        return Span(size - length, length)
    begin = _number(first)
    end = min(_number(last), size - 1) if last else size - 1
    return Span(begin, end - begin + 1)


def _is_range(pair: tuple[str, str]) -> bool:
    first, last = pair
    return bool(first or last) and not (first and last and _number(last) < _number(first))


def _number(digits: str) -> int:
    kept = digits.lstrip("0")
    return int(kept or "0") if len(kept) <= _LARGEST else 10**_LARGEST
