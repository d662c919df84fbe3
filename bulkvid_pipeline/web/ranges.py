"""The header Range of a download, as RFC 9110 (section 14) wants it read."""

from __future__ import annotations

import re

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


def _is_range(pair: tuple[str, str]) -> bool:
    first, last = pair
    return bool(first or last) and not (first and last and _number(last) < _number(first))


def _number(digits: str) -> int:
    kept = digits.lstrip("0")
    return int(kept or "0") if len(kept) <= _LARGEST else 10**_LARGEST
