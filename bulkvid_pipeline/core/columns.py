"""The ten columns of a sheet of ideas, the optional ones, and how headers in a sheet map to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.vocabulary.durations import UNITS
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

REPORT_COLUMNS = ("video_status", "video_url", "video_duration", "video_error", "video_updated_at")
"""Columns that write-back fills with results; they are never read as input."""

REQUIRED = ("idea_title", "script_content")
ROW_ID = "id"

APPROVED, STATUS = "approved", "status"
APPROVAL_COLUMNS = (APPROVED, STATUS)
"""Optional columns that say whether a row may be rendered; the first of them that a sheet has counts."""

_BY_HEADER: Vocabulary[str] = Vocabulary({column: f"{column},{names}" for column, names in HEADERS.items()})
_WORD = re.compile(r"[^\W\d_]+")
_REPORTS = {key_of(name): name for name in REPORT_COLUMNS}


def column_of(header: str) -> str | None:
    """The column that a header names, or None.

    A header that is unknown with its brackets is looked up without them: `Script (max 120 words)`. Exception: a
    duration in another unit than seconds, `Duration (min)`, because its numbers would be read wrongly.
    """
    column = _BY_HEADER.word(header)
    if column is None:
        column = _BY_HEADER.word(without_parentheses(header))
        if column == "duration_seconds" and any(UNITS.word(word) in {60, 3600} for word in _WORD.findall(header)):
            return None
    return column


@dataclass(frozen=True)
class HeaderMap:
    """Which cell of a row holds which column."""

    positions: dict[str, int]
    """Canonical column -> index of its cell in the row."""
    unknown: tuple[str, ...]
    """Unknown headers, as written."""
    repeated: tuple[str, ...]
    """Headers that name the same column as an earlier header, as written."""

    @property
    def of_ideas(self) -> tuple[int, ...]:
        """Indexes of the cells that make a row an idea, in order; a row with only an approval cell is not an idea."""
        return tuple(sorted(at for column, at in self.positions.items() if column not in APPROVAL_COLUMNS))


def map_headers(headers: Sequence[str]) -> HeaderMap:
    """Find the columns in a header row; the first header that names a column counts."""
    positions: dict[str, int] = {}
    unknown, repeated = [], []
    for index, header in enumerate(headers):
        column = column_of(header)
        if column is None:
            if header.strip() and key_of(header) not in _REPORTS:
                unknown.append(header.strip())
        elif column in positions:
            repeated.append(header.strip())
        else:
            positions[column] = index
    return HeaderMap(positions, tuple(unknown), tuple(repeated))


def report_columns_in(headers: Sequence[str]) -> dict[str, int]:
    """The index of each write-back column in a header row; the first header of a name counts."""
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        name = _REPORTS.get(key_of(header))
        if name is not None:
            found.setdefault(name, index)
    return found


def positional_map(width: int) -> HeaderMap:
    """The columns of a sheet without a header row: A..J in the fixed order."""
    return HeaderMap({column: index for index, column in enumerate(COLUMNS) if index < width}, (), ())
