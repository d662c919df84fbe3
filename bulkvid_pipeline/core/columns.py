"""The ten columns of a sheet of ideas, the optional ones, and how headers in a sheet map to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bulkvid_pipeline.core.vocabulary.durations import AT_MOST, UNITS
from bulkvid_pipeline.core.vocabulary.headers import HEADERS
from bulkvid_pipeline.core.vocabulary.words import Vocabulary, key_of, without_parentheses

COLUMNS = (
    "idea_title",
    "description",
    "target_audience",
    "tone",
    "duration_seconds",
    "platform_preferences",
    "script_content",
    "voice_preference",
    "style_override",
    "priority",
)
"""Columns A..J in their fixed order."""

MEDIA_COLUMNS = ("image_url", "background_url")
"""Optional at every validation level; they may stand anywhere in a sheet with a header."""

LANGUAGE = "language"
"""Optional at every validation level: the language that the row is written and narrated in."""

CAPTIONS = "captions"
"""Optional at every validation level: whether the captions stand in the picture."""

SAY_AS = "say_as"
"""Optional at every validation level: pairs of words and how they are spoken."""

OPTIONAL = (*MEDIA_COLUMNS, LANGUAGE, CAPTIONS, SAY_AS)
"""Columns that a row may leave empty at every level."""

REPORT_COLUMNS = ("video_status", "video_url", "video_duration", "video_error", "video_updated_at")
"""Columns that write-back fills with results; they are never read as input."""

REQUIRED = ("idea_title", "script_content")
ROW_ID = "id"

APPROVED, STATUS = "approved", "status"
APPROVAL_COLUMNS = (APPROVED, STATUS)
"""Optional columns that say whether a row may be rendered; the first of them that a sheet has counts."""

NAMES = (*COLUMNS, *OPTIONAL, ROW_ID, *APPROVAL_COLUMNS)
"""All columns that are read."""

IGNORE = "ignore"
"""Said by hand of a column that is not to be read, whatever its header says."""

_BY_HEADER: Vocabulary[str] = Vocabulary({column: f"{column},{names}" for column, names in HEADERS.items()})
_WORD = re.compile(r"[^\W\d_]+")
_PARTS = re.compile(r"\s*[/|&+]\s*|\s+(?:or|and|o|y|ou|et|oder|und|e)\s+")
_UNITS = {60: "min", 3600: "h"}
_LIMITS = frozenset(key_of(word) for word in AT_MOST if word.isalpha())
_LEAST = re.compile(r"\s*m[ií]n\b\W*\w", re.IGNORECASE)
"""`Min. length` names no unit."""
_BESIDE_UNITS = frozenset({"in", "en", "em", "w"})
_DURATION = "duration_seconds"
_REPORTS = {key_of(name): name for name in REPORT_COLUMNS}


def column_of(header: str) -> str | None:
    """The column that a header names, or None.

    What stands in brackets is left out where nothing is known with it, `Script (max 120 words)`, and so are the unit of
    a length and a word for a limit. `Tone / Mood` names one column twice.
    """
    bare = without_parentheses(header)
    column = _BY_HEADER.word(header) or _BY_HEADER.word(bare)
    if column is None:
        named = {_BY_HEADER.word(part) for part in _PARTS.split(bare) if part.strip()}
        column = named.pop() if len(named) == 1 else None
    if column is None and any(map(_tells_form, _WORD.findall(bare))) and not _LEAST.match(bare):
        rest = "".join(w for w in _WORD.findall(bare) if not _tells_form(w) and w.casefold() not in _BESIDE_UNITS)
        if not rest or _BY_HEADER.word(rest) == _DURATION:
            return _DURATION if rest or len(bare.strip(" .:*")) > 4 else None
    return column


def _tells_form(word: str) -> bool:
    return UNITS.word(word) in _UNITS or key_of(word) in _LIMITS


def duration_form(header: str) -> str:
    """How the header of a column of lengths says that its bare numbers are meant, such as `{} min` or `max {}`."""
    words = _WORD.findall(header)
    unit = next((_UNITS[seconds] for word in words if (seconds := UNITS.word(word)) in _UNITS), "")
    limit = any(key_of(word) in _LIMITS for word in words)
    return ("max " if limit else "") + "{}" + (f" {unit}" if unit else "")


@dataclass(frozen=True)
class HeaderMap:
    """Which cell of a row holds which column."""

    positions: dict[str, int]
    """Canonical column -> index of its cell in the row."""
    unknown: tuple[str, ...]
    """Unknown headers, as written."""
    repeated: tuple[str, ...]
    """Headers that name a column that an earlier header names already, as written."""
    duration_form: str = "{}"
    """See `duration_form`."""
    displaced: tuple[int, ...] = ()
    """Indexes of cells whose headers name a column that is taken from another one by hand."""

    @property
    def of_ideas(self) -> tuple[int, ...]:
        """Indexes of the cells that make a row an idea, in order; a row with only an approval cell is not an idea."""
        return tuple(sorted(at for column, at in self.positions.items() if column not in APPROVAL_COLUMNS))


def map_headers(headers: Sequence[str], by_hand: Mapping[int, str] = MappingProxyType({})) -> HeaderMap:
    """Find the columns in a header row; the first header that names a column counts.

    Args:
        by_hand: our names, or `IGNORE`, of cells by index; they win over what the headers say.
    """
    positions = {column: index for index, column in by_hand.items() if column != IGNORE}
    chosen = frozenset(positions)
    unknown, repeated, displaced = [], [], []
    for index, header in enumerate(headers):
        if index in by_hand:
            continue
        column = column_of(header)
        if column is None:
            if header.strip() and not is_report_column(header):
                unknown.append(header.strip())
        elif column in chosen:
            displaced.append(index)
        elif column in positions:
            repeated.append(header.strip())
        else:
            positions[column] = index
    positions = dict(sorted(positions.items(), key=lambda place: place[1]))
    at = positions.get(_DURATION, len(headers))
    form = duration_form(headers[at]) if at < len(headers) else "{}"
    return HeaderMap(positions, tuple(unknown), tuple(repeated), form, tuple(displaced))


def is_report_column(header: str) -> bool:
    """Whether write-back fills the column of this header."""
    return key_of(header) in _REPORTS


def report_columns_in(headers: Sequence[str]) -> dict[str, int]:
    """The index of each write-back column in a header row; the first header of a name counts."""
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        name = _REPORTS.get(key_of(header))
        if name is not None:
            found.setdefault(name, index)
    return found


def positional_map(width: int, by_hand: Mapping[int, str] = MappingProxyType({})) -> HeaderMap:
    """The columns of a sheet without a header row: A..J in the fixed order; `by_hand` as in `map_headers`."""
    positions = {column: index for index, column in by_hand.items() if column != IGNORE}
    fixed = {column: index for index, column in enumerate(COLUMNS) if index < width and index not in by_hand}
    displaced = tuple(index for column, index in fixed.items() if column in positions)
    positions = dict(sorted({**fixed, **positions}.items(), key=lambda place: place[1]))
    return HeaderMap(positions, (), (), displaced=displaced)
