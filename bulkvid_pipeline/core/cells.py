"""The meaning of one cell: pure readings that say None when the text is not what the column holds."""

from __future__ import annotations

import re
import unicodedata
from typing import TypeVar

from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice

MIN_DURATION_S = 1.0
MAX_DURATION_S = 3600.0

_Option = TypeVar("_Option", Voice, Style, Priority)


def duration_of(cell: str) -> float | None:
    """Seconds in `45`, `45.5` or `45,5`; None for anything else and for lengths outside 1 s .. 1 h."""
    text = unicodedata.normalize("NFKC", cell).strip().replace(",", ".")
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text):
        return None
    seconds = float(text)
    return seconds if MIN_DURATION_S <= seconds <= MAX_DURATION_S else None


def platform_names(cell: str) -> tuple[str, ...]:
    """The names in a cell such as `youtube, TikTok` or `youtube;reels`, as written but lower-case, each once."""
    names = (name.strip().casefold() for name in re.split(r"[,;/|\n+]+", cell))
    return tuple(dict.fromkeys(name for name in names if name))


def platforms_of(cell: str) -> tuple[tuple[Platform, ...], tuple[str, ...]]:
    """The platforms that a cell names, and the names that are none."""
    known = {platform.value: platform for platform in Platform}
    names = platform_names(cell)
    return tuple(known[n] for n in names if n in known), tuple(n for n in names if n not in known)


def option_of(kind: type[_Option], cell: str) -> _Option | None:
    """The option that a cell names, whatever its case; None when it names none."""
    try:
        return kind(cell.strip().casefold())
    except ValueError:
        return None
