"""The meaning of one cell: pure readings that say None when the text is not what the column holds."""

from __future__ import annotations

import re
import unicodedata
from typing import TypeVar

from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice

MIN_DURATION_S = 1.0
MAX_DURATION_S = 3600.0

_Option = TypeVar("_Option", Voice, Style, Priority)

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Control characters that are no white space."""
_ERROR_VALUE = re.compile(
    r"#(?:REF!|VALUE!|N/A|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|ERROR!|GETTING_DATA|FIELD!|BLOCKED!|CONNECT!)|^\s*Loading\.{3}\s*$"
)
"""What Excel and Google Sheets show instead of a result."""
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DURATION = re.compile(r"\d{1,6}(?:[.٫]\d{1,6}|,(?!\d{3}$)\d{1,6})?")
_SEPARATORS = re.compile(r"[,;/|+&\n\r、،؛]+")


def cleaned(cell: str) -> str:
    """The cell's text as it can be stored and shown: "" when nothing in it is visible.

    Control characters go. Half a surrogate pair, which no encoding can write, becomes U+FFFD, so that it is seen.
    """
    text = _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", cell))
    return text if any(_is_visible(character) for character in text) else ""


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"


def says_something(cell: str) -> bool:
    """Whether a text has anything to say: a letter or a digit that is not part of a spreadsheet's error value."""
    return any(char.isalnum() for char in _ERROR_VALUE.sub("", cell))


def plain(text: str) -> str:
    """`text` for comparing: case, width, invisible characters and blanks around it make no difference."""
    if text.isascii():
        return text.casefold().strip()
    # The dotted capital of Turkish folds to an i with a dot of its own.
    return unicodedata.normalize("NFKC", _without_format(text)).casefold().replace("i\u0307", "i").strip()


def _without_format(text: str) -> str:
    """`text` without zero-width characters and marks of direction; ASCII has none."""
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def duration_of(cell: str) -> float | None:
    """Seconds in `45`, `45.5` or `45,5`, in any script's digits; None for anything else and outside 1 s .. 1 h.

    `1,000` is None too: it is a thousand to some and one to others.
    """
    text = _without_format(cell).strip()
    if not _DURATION.fullmatch(text):
        return None
    seconds = float(re.sub("[,٫]", ".", text))
    return seconds if MIN_DURATION_S <= seconds <= MAX_DURATION_S else None


def platform_names(cell: str) -> tuple[str, ...]:
    """The names in a cell such as `youtube, TikTok` or `youtube;reels`, as written but lower-case, each once."""
    names = (name.strip() for name in _SEPARATORS.split(plain(cell)))
    return tuple(dict.fromkeys(name for name in names if name))


def platforms_of(cell: str) -> tuple[tuple[Platform, ...], tuple[str, ...]]:
    """The platforms that a cell names, and the names that are none."""
    known = {platform.value: platform for platform in Platform}
    names = platform_names(cell)
    return tuple(known[n] for n in names if n in known), tuple(n for n in names if n not in known)


def option_of(kind: type[_Option], cell: str) -> _Option | None:
    """The option that a cell names, whatever its case; None when it names none."""
    try:
        return kind(plain(cell))
    except ValueError:
        return None
