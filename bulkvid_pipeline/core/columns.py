"""The ten columns of a sheet of ideas, the optional ones, and how the headers that people write map to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.cells import plain

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
"""Optional at every level; they may stand anywhere in a sheet with a header."""

LANGUAGE = "language"
"""Optional at every level: what language the row is written and narrated in."""

REPORT_COLUMNS = ("video_status", "video_url", "video_duration", "video_error", "video_updated_at")
"""What write-back tells in the sheet itself; no idea is read from them."""

REQUIRED = ("idea_title", "script_content")
ROW_ID = "id"

_ALIASES = {
    "idea_title": ("idea", "title", "idea title", "idea/title", "video title", "topic", "name"),
    "description": ("summary", "desc"),
    "target_audience": ("audience",),
    "tone": ("mood",),
    "duration_seconds": ("duration", "duration (seconds)", "duration (s)", "length", "seconds", "target duration"),
    "platform_preferences": ("platform", "platforms", "platform preference", "channels"),
    "script_content": ("script", "script text", "full script", "narration", "content"),
    "voice_preference": ("voice",),
    "style_override": ("style", "look"),
    "priority": ("urgency",),
    "image_url": (
        "image",
        "picture",
        "picture url",
        "photo",
        "photo url",
        "image link",
        "inset image",
        "inset picture",
    ),
    "background_url": (
        "background",
        "background image",
        "background image url",
        "background picture",
        "background video",
        "background video url",
        "background link",
    ),
    LANGUAGE: (
        "lang",
        "locale",
        "language code",
        "script language",
        "video language",
        "spoken language",
        "idioma",
        "lengua",
        "langue",
        "sprache",
        "lingua",
        "भाषा",
        "اللغة",
        "لغة",
        "语言",
        "語言",
        "言語",
    ),
    ROW_ID: ("row id", "row_id", "key", "row key", "video id"),
}


def _normalised(header: str) -> str:
    """`Idea/Title `, `IDEA_TITLE *` and `idea title` are one header."""
    return re.sub(r"[\s_/\-.:()*]+", " ", plain(header)).strip()


_BY_HEADER = {_normalised(name): column for column, aliases in _ALIASES.items() for name in (column, *aliases)}
_REPORTS = {_normalised(name): name for name in REPORT_COLUMNS}


@dataclass(frozen=True)
class HeaderMap:
    """Which cell of a row holds which column."""

    positions: dict[str, int]
    """Canonical column -> index of its cell in the row."""
    unknown: tuple[str, ...]
    """Headers that mean nothing to us, as written."""
    repeated: tuple[str, ...]
    """Headers that name a column that an earlier header names already, as written."""


def map_headers(headers: Sequence[str]) -> HeaderMap:
    """Find the columns in a header row; the first header that names a column wins."""
    positions: dict[str, int] = {}
    unknown, repeated = [], []
    for index, header in enumerate(headers):
        column = _BY_HEADER.get(_normalised(header))
        if column is None:
            if header.strip() and _normalised(header) not in _REPORTS:
                unknown.append(header.strip())
        elif column in positions:
            repeated.append(header.strip())
        else:
            positions[column] = index
    return HeaderMap(positions, tuple(unknown), tuple(repeated))


def report_columns_in(headers: Sequence[str]) -> dict[str, int]:
    """Where in a header row the columns of write-back stand; the first of a name counts."""
    found: dict[str, int] = {}
    for index, header in enumerate(headers):
        name = _REPORTS.get(_normalised(header))
        if name is not None:
            found.setdefault(name, index)
    return found


def positional_map(width: int) -> HeaderMap:
    """The columns of a sheet without a header row: A..J in the fixed order."""
    return HeaderMap({column: index for index, column in enumerate(COLUMNS) if index < width}, (), ())
