"""A sheet to begin with: one row for each thing that a sheet can say, as CSV and as XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bulkvid_pipeline.core.columns import CAPTIONS, COLUMNS, LANGUAGE, SAY_AS
from bulkvid_pipeline.core.errors import InvalidSettingsError, InvalidSheetIdError
from bulkvid_pipeline.core.ranges import parse_sheet_id
from bulkvid_pipeline.services.demo.column_guide import ColumnGuide, column_guide, title_of

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SAMPLE_COLUMNS: Final = (*COLUMNS, LANGUAGE, CAPTIONS, SAY_AS)
TAB: Final = "Ideas"
LISTED: Final = ("voice_preference", "style_override", "priority", "captions")
"""Columns whose cells offer a list in XLSX; other words may be written all the same."""
ROWS_TO_FILL: Final = 500
"""Rows that offer the lists."""
_LONGEST_LIST = 255
"""Characters that a list of Excel may have."""
_WIDE = {"idea_title": 34, "description": 26, "script_content": 60, "say_as": 24, "target_audience": 20}


@dataclass(frozen=True)
class SampleRow:
    """A row, and what it shows."""

    shows: str
    cells: Mapping[str, str]


def _row(shows: str, title: str, description: str, audience: str, tone: str, length: str, platforms: str, script: str,
         voice: str, style: str, priority: str, **more: str) -> SampleRow:  # fmt: skip
    cells = (title, description, audience, tone, length, platforms, script, voice, style, priority)
    return SampleRow(shows, {**dict(zip(COLUMNS, cells, strict=True)), **more})


SAMPLE_ROWS: Final[Sequence[SampleRow]] = (
    _row(
        "A plain row: title, script, voice and style",
        "Why the moon has phases", "Astronomy in a minute", "curious kids", "educational", "30", "youtube",
        "The moon makes no light of its own. The sun lights one half of it, always. While the moon walks around us, "
        "we see more of that half, then less. Four weeks later the walk begins again.",
        "female", "modern", "normal",
    ),
    _row(
        "A numbered list: each entry becomes a card and a caption of its own",
        "Three ways to remember a name", "For your next dinner", "people who forget", "friendly", "22", "tiktok",
        "Three tricks help you to remember a name:\n1. Say it aloud at once.\n2. Tie it to a picture.\n"
        "3. Use it when you say goodbye.",
        "male", "classic", "normal",
    ),
    _row(
        "Several platforms: one narration, a video in each shape",
        "Water your plants less", "Most of them drown", "plant owners", "calm", "25", "youtube, shorts, instagram",
        "Most houseplants do not die of thirst. They drown. Put a finger into the soil. If it is damp, wait a day. "
        "If it is dry, water until it runs out below.",
        "female", "minimal", "normal",
    ),
    _row(
        "Figures and money, said in words; urgent, so it is made first",
        "Our spring in numbers", "First quarter", "investors", "professional", "30", "linkedin",
        "Revenue grew 12 percent, to $4.2 million. We opened two new markets and hired 31 people. Nine out of ten "
        "customers renewed their contracts. Next quarter we expect $4.5 million.",
        "neutral", "corporate", "urgent",
    ),
    _row(
        "Words that are spoken otherwise than they are written",
        "Two words that you say wrong", "Pronunciation", "developers", "friendly", "20", "youtube",
        "Your database speaks SQL. Your web server is called Nginx. Now you can say both without a blush.",
        "male", "modern", "low", say_as="SQL = sequel; Nginx = engine ex",
    ),
    _row(
        "Another language: the voice and the captions follow it",
        "Tres ideas para dormir mejor", "Consejos breves", "adultos", "tranquilo", "25", "reels",
        "Apaga las pantallas una hora antes. Deja la habitación fresca y oscura. Y levántate siempre a la misma hora, "
        "también los domingos.",
        "female", "minimal", "normal", language="es",
    ),
    _row(
        "No voice: captions and music alone",
        "A minute to breathe", "Without a word", "everybody", "calm", "30", "story",
        "Sit down. Let your shoulders fall. Breathe in while you count to four. Hold it for two. Breathe out while you "
        "count to six. Once more.",
        "silent", "minimal", "low",
    ),
    _row(
        "A clean picture: the captions are files beside the video",
        "How bread rises", "Kitchen science", "home bakers", "educational", "25", "youtube",
        "Yeast eats sugar and breathes out gas. The gluten in the dough is a net that holds the bubbles. Heat makes "
        "them grow, and then the crust sets them in place.",
        "male", "classic", "normal", captions="off",
    ),
)  # fmt: skip


def sample_csv() -> bytes:
    """The sheet as CSV, in UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([title_of(column) for column in SAMPLE_COLUMNS])
    writer.writerows([row.cells.get(column, "") for column in SAMPLE_COLUMNS] for row in SAMPLE_ROWS)
    return text.getvalue().encode("utf-8-sig")


def sample_xlsx() -> bytes:
    """The sheet as a workbook: notes at the headers say what each column is for, lists offer what a cell may say."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = TAB
    sheet.append([title_of(column) for column in SAMPLE_COLUMNS])
    for row in SAMPLE_ROWS:
        sheet.append([row.cells.get(column, "") or None for column in SAMPLE_COLUMNS])
    _dress(sheet)
    stored = io.BytesIO()
    book.save(stored)
    return stored.getvalue()


def copy_link(sheet_url: str | None) -> str | None:
    """The address at which Google offers a copy of a sheet to whoever is logged in there; None without a sheet.

    Raises:
        InvalidSettingsError: the setting names no Google sheet.
    """
    if sheet_url is None:
        return None
    try:
        return f"https://docs.google.com/spreadsheets/d/{parse_sheet_id(sheet_url)}/copy"
    except InvalidSheetIdError as error:
        raise InvalidSettingsError(f"BULKVID_SAMPLE_SHEET_URL: {error.message}", fix=error.fix) from error


def _dress(sheet: Worksheet) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    guides = {guide.column: guide for guide in column_guide()}
    for at, column in enumerate(SAMPLE_COLUMNS, 1):
        letter, guide = get_column_letter(at), guides[column]
        header = sheet.cell(1, at)
        header.font = Font(bold=True)
        header.fill = PatternFill("solid", start_color="E8E8F0")
        header.comment = Comment(_note(guide), "bulkvid", height=120, width=280)
        sheet.column_dimensions[letter].width = _WIDE.get(column, 18)
        for row in range(2, len(SAMPLE_ROWS) + 2):
            sheet.cell(row, at).alignment = Alignment(wrap_text=True, vertical="top")
            sheet.cell(row, at).number_format = "@"
        if column in LISTED:
            offered = ",".join(value.value for value in guide.values)
            assert len(offered) <= _LONGEST_LIST
            choice = DataValidation("list", formula1=f'"{offered}"', allow_blank=True, showErrorMessage=False)
            choice.add(f"{letter}2:{letter}{ROWS_TO_FILL}")
            sheet.add_data_validation(choice)
    for number, sample in enumerate(SAMPLE_ROWS, 2):
        sheet.cell(number, 1).comment = Comment(f"This row shows: {sample.shows}", "bulkvid", height=80, width=240)
    sheet.freeze_panes = "B2"


def _note(guide: ColumnGuide) -> str:
    needed = "Every row needs it." if guide.is_required else f"If empty: {guide.if_empty}"
    allowed = f"\nOne of: {', '.join(value.value for value in guide.values)}" if guide.values else ""
    return f"{guide.holds}\n{needed}\nFor example: {guide.example}{allowed}"
