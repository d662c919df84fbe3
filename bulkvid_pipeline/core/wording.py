"""Sizes and counts as people read them."""

from __future__ import annotations

from pydantic import ByteSize


def size_in_words(size: float) -> str:
    """Bytes: `812.3KB`, `4.2MB`; powers of 1000."""
    return ByteSize(round(size)).human_readable(decimal=True)


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
