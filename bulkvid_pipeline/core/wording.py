"""Sizes, counts, lengths and times as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def size_in_words(size: float) -> str:
    """Bytes: `812.3KB`, `4.2MB`; powers of 1000."""
    from pydantic import ByteSize  # only here: a command's help needs no pydantic, which takes longer than all of it

    return ByteSize(round(size)).human_readable(decimal=True)


def plural(count: int, noun: str) -> str:
    """`1 row`, `2 rows`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def file_size(size_bytes: int) -> str:
    """`812 KB`, `4.2 MB`, `1.3 GB`: powers of 1000, as file managers show them."""
    if size_bytes < 1e6:
        return f"{math.ceil(size_bytes / 1e3)} KB"
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:.1f} GB"


def clock(seconds: float) -> str:
    """The length of a video: `0:42`, `12:05`, `1:02:03`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def span(seconds: float) -> str:
    """How long something took: `4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def money(amount: float) -> str:
    """`1,250.00`, `0.0004`: two decimals, more where they would say nothing."""
    if 0 < amount < 0.01:
        return f"{amount:.2g}" if amount < 1e-6 else f"{amount:.6f}".rstrip("0")
    return f"{amount:,.2f}"


def rate(per_cent: float) -> str:
    """`99.5 %`, `100 %`; never 100 where something is missing from it."""
    if 99.95 <= per_cent < 100:
        return "99.9 %"
    return f"{per_cent:.0f} %" if per_cent == round(per_cent) else f"{per_cent:.1f} %"


def moment(iso: str) -> str:
    """`22 Nov 2026, 00:28 UTC`; text that is no date is shown as it is."""
    try:
        found = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return f"{found.day} {found:%b %Y, %H:%M} UTC"
