"""What each column of a sheet is for, what may stand in it, and how it may be called, for people who fill one in.

Only what a column is for is written here. Names, values and synonyms are those of the vocabulary with which sheets are
read, and what an example means is what the readers of cells make of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bulkvid_pipeline.core.cells import (
    read_approval,
    read_captions,
    read_platforms,
    read_priority,
    read_style,
    read_voice,
)
from bulkvid_pipeline.core.columns import (
    APPROVAL_COLUMNS,
    COLUMNS,
    OPTIONAL,
    REPORT_COLUMNS,
    REQUIRED,
    ROW_ID,
)
from bulkvid_pipeline.core.durations import read_length
from bulkvid_pipeline.core.languages import language_name, read_language
from bulkvid_pipeline.core.options import Captions, Platform, Priority, Style, Voice
from bulkvid_pipeline.core.pronunciations import read_say_as
from bulkvid_pipeline.core.ranges import column_letter
from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.approvals import APPROVALS, Approval
from bulkvid_pipeline.core.vocabulary.captions import CAPTIONS
from bulkvid_pipeline.core.vocabulary.headers import HEADERS
from bulkvid_pipeline.core.vocabulary.platforms import PLATFORMS
from bulkvid_pipeline.core.vocabulary.priorities import PRIORITIES
from bulkvid_pipeline.core.vocabulary.styles import STYLES
from bulkvid_pipeline.core.vocabulary.voices import SILENCE, SILENT, VOICES
from bulkvid_pipeline.core.vocabulary.words import listed_words


@dataclass(frozen=True)
class AllowedValue:
    """A value that a cell may have, what it does, and the words that are understood to mean it."""

    value: str
    means: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrittenAs:
    """A cell as people write it, and what is made of it."""

    cell: str
    read_as: str


@dataclass(frozen=True)
class ColumnGuide:
    """One column.

    Attributes:
        column: its name in sheets and job specs.
        title: the same as people would write it above the column; it is recognised.
        letter: its place in a sheet without a header; empty where it has none.
        is_required: whether every row needs it.
        holds: what it is for.
        if_empty: what an empty cell means.
        example: a cell.
        values: all that the cell may say, where that is a closed list.
        also: other ways to write it, and how they are read.
        headers: other names by which the column is recognised.
    """

    column: str
    title: str
    letter: str
    is_required: bool
    holds: str
    if_empty: str
    example: str
    values: tuple[AllowedValue, ...]
    also: tuple[WrittenAs, ...]
    headers: tuple[str, ...]


@dataclass(frozen=True)
class _Told:
    holds: str
    if_empty: str
    example: str
    also: tuple[str, ...] = ()


_TOLD: Final[dict[str, _Told]] = {
    "idea_title": _Told(
        "The title of the video. It stands on the first card, and files are called after it.",
        "The row cannot be made.",
        "Why the sky is blue",
    ),
    "description": _Told("A line under the title.", "No line.", "A physics explainer"),
    "target_audience": _Told(
        "A note for your team: whom the video is for. It is not shown.", "Nothing changes.", "curious kids"
    ),
    "tone": _Told(
        "A note for your team: how the video should feel. It is not shown.", "Nothing changes.", "educational"
    ),
    "duration_seconds": _Told(
        "How long the video is to be. Pace and pauses are fitted to it; what cannot be met is reported.",
        "As long as the script takes to read.",
        "45",
        ("1:30", "2 min", "30-60", "max 60", "45 Sekunden", "PT45S"),
    ),
    "platform_preferences": _Told(
        "Where the video is to be published. Each platform gets a video in its own shape.",
        "youtube",
        "youtube, tiktok",
        ("YT Shorts & IG Reels", "9:16", "all"),
    ),
    "script_content": _Told(
        "The text that is spoken. Lists (`1.`, `-`) and lines that begin with `#` become cards of their own.",
        "The row cannot be made.",
        "Sunlight looks white, but it holds every colour.",
    ),
    "voice_preference": _Told(
        "Who speaks. A voice of your speech provider can be named too.",
        "The template's voice.",
        "female",
        ("Male (US)", "mujer", "no voice"),
    ),
    "style_override": _Told(
        "The look of this row.", "The template's style.", "modern", ("Minimalist", "clean", "business")
    ),
    "priority": _Told("Which rows are made first.", "The job's priority.", "normal", ("ASAP", "P1", "no rush")),
    "image_url": _Told(
        "A picture, shown whole beside or above the text: an https:// address of a PNG, JPEG or WebP file.",
        "No picture.",
        "https://example.com/sky.jpg",
    ),
    "background_url": _Told(
        "A picture or video that fills the frame behind the text: an https:// address.",
        "The style's own background.",
        "https://example.com/clouds.mp4",
    ),
    "language": _Told(
        "The language that the row is written and spoken in, by name or code.",
        "Found out from the text; a guess in doubt is a warning.",
        "English",
        ("de", "Deutsch", "pt-BR", "Chinese (Traditional)"),
    ),
    "captions": _Told(
        "Whether the captions stand in the picture. Caption files are made in any case.",
        "As the template says: usually in the picture.",
        "burned",
        ("yes", "no", "file only"),
    ),
    "say_as": _Told(
        "How words are to be spoken. Captions and cards keep the written form.",
        "As the voice reads them.",
        "SQL = sequel",
        ("Xi'an = shee ahn; GIF -> jif",),
    ),
    "id": _Told(
        "A name of your own for the row. With it a row keeps its video when its title changes.",
        "The row is known by its title.",
        "spring-07",
    ),
    "approved": _Told(
        "Whether the row may be made. It counts if the job is told to make approved rows alone.",
        "Not approved.",
        "yes",
        ("✓", "Approved by Ana", "not yet"),
    ),
    "status": _Told(
        "The same as the column approved, for sheets that call it so; approved counts if both are there.",
        "Not approved.",
        "ready",
        ("in review", "draft"),
    ),
}

_STYLE_LOOKS: Final = {
    Style.MODERN: "bold type and strong colours",
    Style.CLASSIC: "serif type on paper tones",
    Style.MINIMAL: "much room and little colour",
    Style.CORPORATE: "sober, for figures and business",
}
_CAPTIONS: Final = {Captions.BURNED: "in the picture, and as files", Captions.OFF: "as files alone"}
_APPROVALS: Final = {Approval.APPROVED: "the row is made", Approval.WAITING: "the row waits"}

WRITTEN_BACK: Final = {
    "video_status": "What became of the row.",
    "video_url": "A link to its video.",
    "video_duration": "How long the video is, in seconds.",
    "video_error": "What is wrong, and what to do about it.",
    "video_updated_at": "When this was written.",
}
"""The columns that a job adds to a Google sheet where it is told to write results back."""


@lru_cache(maxsize=1)
def column_guide() -> tuple[ColumnGuide, ...]:
    """All columns that are read, in the order in which a sheet would have them."""
    return tuple(_guide(column) for column in (*COLUMNS, *OPTIONAL, ROW_ID, *APPROVAL_COLUMNS))


def written_back() -> tuple[tuple[str, str], ...]:
    """The columns that are written, each with what it is for."""
    return tuple((column, WRITTEN_BACK[column]) for column in REPORT_COLUMNS)


def title_of(column: str) -> str:
    """A column's name as people write it: `duration_seconds` is `Duration seconds`."""
    return "ID" if column == ROW_ID else column.replace("_", " ").capitalize().replace("url", "URL")


def values_of(column: str) -> tuple[AllowedValue, ...]:
    """All that a cell of the column may say; empty where it may say anything."""
    match column:
        case "platform_preferences":
            return tuple(
                AllowedValue(
                    platform.value, f"{platform.label}, {platform.aspect.value}", PLATFORMS.words_for(platform)
                )
                for platform in Platform
            )
        case "voice_preference":
            voices = (AllowedValue(voice.value, "", VOICES.words_for(voice)) for voice in Voice)
            return (*voices, AllowedValue(SILENT, "captions and music, nobody speaks", SILENCE.words_for(SILENT)))
        case "style_override":
            return tuple(AllowedValue(style.value, _STYLE_LOOKS[style], STYLES.words_for(style)) for style in Style)
        case "priority":
            return tuple(AllowedValue(priority.value, "", PRIORITIES.words_for(priority)) for priority in Priority)
        case "captions":
            return tuple(AllowedValue(one.value, _CAPTIONS[one], CAPTIONS.words_for(one)) for one in Captions)
        case "approved" | "status":
            return tuple(AllowedValue(one.value, does, APPROVALS.words_for(one)) for one, does in _APPROVALS.items())
    return ()


def _guide(column: str) -> ColumnGuide:
    told = _TOLD[column]
    return ColumnGuide(
        column=column,
        title=title_of(column),
        letter=column_letter(COLUMNS.index(column)) if column in COLUMNS else "",
        is_required=column in REQUIRED,
        holds=told.holds,
        if_empty=told.if_empty,
        example=told.example,
        values=values_of(column),
        also=tuple(WrittenAs(cell, _READ[column](cell)) for cell in told.also),
        headers=_known_first(listed_words(HEADERS[column])),
    )


def _known_first(words: Iterable[str]) -> tuple[str, ...]:
    """Words in plain letters, which most readers know, before all others."""
    return tuple(sorted(dict.fromkeys(words), key=lambda word: not word.isascii()))


def _understood(reading: Reading[object]) -> str:
    return reading.understood


_READ: Final[dict[str, Callable[[str], str]]] = {
    "duration_seconds": lambda cell: _understood(read_length(cell)),
    "platform_preferences": lambda cell: _understood(read_platforms(cell)),
    "voice_preference": lambda cell: _understood(read_voice(cell)),
    "style_override": lambda cell: _understood(read_style(cell)),
    "priority": lambda cell: _understood(read_priority(cell)),
    "language": lambda cell: language_name(read_language(cell).value or ""),
    "captions": lambda cell: _understood(read_captions(cell)),
    "say_as": lambda cell: _understood(read_say_as(cell)),
    "approved": lambda cell: read_approval(cell).value,
    "status": lambda cell: read_approval(cell).value,
}
"""How the cells of a column are read, in words for people."""
