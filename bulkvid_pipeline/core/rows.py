"""From the cells of a sheet to a table of ideas, and from one row of it to a `VideoIdea`."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import pandas as pd

from bulkvid_pipeline.core.cells import duration_of, option_of, platforms_of
from bulkvid_pipeline.core.columns import COLUMNS, REQUIRED, ROW_ID, HeaderMap, map_headers, positional_map
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice
from bulkvid_pipeline.core.ranges import column_letter
from bulkvid_pipeline.core.spec import SheetFormat

ADVISED_ROWS = 1_000


@dataclass(frozen=True)
class VideoIdea:
    """One row of the sheet, read. None means that the cell was empty: the job or the template decides."""

    row_key: str
    sheet_row: int
    title: str
    script: str
    description: str = ""
    audience: str = ""
    tone: str = ""
    duration_seconds: float | None = None
    platforms: tuple[Platform, ...] = (Platform.YOUTUBE,)
    voice: Voice | None = None
    style: Style | None = None
    priority: Priority | None = None


@dataclass(frozen=True)
class SheetTable:
    """A sheet as strings.

    `frame` has the canonical columns that the sheet has, plus `row_key`; its index is the sheet row number. `letters`
    tells under which letter each column stands in the sheet. `findings` are about the sheet as a whole.
    """

    frame: pd.DataFrame
    letters: Mapping[str, str]
    findings: tuple[Finding, ...]


def sheet_table(
    cells: Sequence[Sequence[str]], *, layout: SheetFormat, first_row: int = 1, first_column: int = 0
) -> SheetTable:
    """The table in the cells of a range whose top left cell is (`first_row`, `first_column`).

    Empty rows are left out. Cells stay strings: "007" stays "007".

    Raises:
        InvalidSheetError: no rows, or no usable header.
    """
    rows = [tuple(row) for row in cells]
    if not any(cell.strip() for row in rows for cell in row):
        raise InvalidSheetError("The sheet is empty", fix="Put a header row and at least one idea into the range")
    if layout is SheetFormat.POSITIONAL:
        header, body_start = positional_map(max(map(len, rows))), 0
    else:
        body_start = next(i for i, row in enumerate(rows) if any(cell.strip() for cell in row)) + 1
        header = map_headers(rows[body_start - 1])
        _require_header(header, rows[body_start - 1])
    body = {first_row + i: row for i, row in enumerate(rows) if i >= body_start and any(c.strip() for c in row)}
    if not body:
        raise InvalidSheetError("The sheet has a header but no ideas", fix="Add at least one row, or widen the range")
    letters = {column: column_letter(first_column + at) for column, at in header.positions.items()}
    frame = pd.DataFrame(
        {c: [row[at] if at < len(row) else "" for row in body.values()] for c, at in header.positions.items()},
        index=pd.Index(list(body), name="sheet_row", dtype=int),
        dtype=str,
    )
    frame["row_key"] = row_keys(frame)
    return SheetTable(frame, letters, (*_header_findings(header), *_size_findings(len(frame))))


def _require_header(header: HeaderMap, written: Sequence[str]) -> None:
    if header.positions.keys() & {*REQUIRED, "description"}:
        return
    found = ", ".join(shortened(cell, 20) for cell in written if cell.strip()) or "nothing"
    raise InvalidSheetError(
        f"No header row was found: the first row holds {shortened(found, 160)}",
        fix="Begin the range with a row that names the columns (idea_title, description, ..., script_content, ...), "
        "or set input_source.format to positional",
    )


def _header_findings(header: HeaderMap) -> list[Finding]:
    findings = []
    if header.unknown:
        names = shortened(", ".join(header.unknown), 120)
        findings.append(
            Finding(
                Severity.WARNING,
                f"Unknown columns are ignored: {names}",
                "Rename them to one of " + ", ".join(COLUMNS) + ", or leave them",
                code="UNKNOWN_COLUMN",
            )
        )
    findings += [
        Finding(
            Severity.WARNING,
            f"Column '{shortened(name, 40)}' stands twice; the first one counts",
            "Remove or rename one",
            code="REPEATED_COLUMN",
        )
        for name in header.repeated
    ]
    return findings


def _size_findings(rows: int) -> list[Finding]:
    if rows <= ADVISED_ROWS:
        return []
    return [
        Finding(
            Severity.WARNING,
            f"The sheet has {rows} rows; up to {ADVISED_ROWS} are advised",
            "Split it into several jobs to see results sooner",
            code="MANY_ROWS",
        )
    ]


def row_keys(frame: pd.DataFrame) -> list[str]:
    """A stable key for each row: its `id` cell, else one made from its title.

    Keys do not depend on the order of the rows. Rows that share a title are told apart by their script; identical rows
    are numbered.
    """
    blank = [""] * len(frame)
    ids, titles, scripts, descriptions = (
        frame[name].tolist() if name in frame else blank
        for name in (ROW_ID, "idea_title", "script_content", "description")
    )
    bases = [
        _key(row_id) if row_id.strip() else _key(title.strip() or description.strip() or script.strip())
        for row_id, title, description, script in zip(ids, titles, descriptions, scripts, strict=True)
    ]
    shared = Counter(bases)
    keys = [
        base if shared[base] == 1 else f"{base}-{_digest(script)[:6]}"
        for base, script in zip(bases, scripts, strict=True)
    ]
    seen: Counter[str] = Counter()
    numbered = []
    for key in keys:
        seen[key] += 1
        numbered.append(key if seen[key] == 1 else f"{key}-{seen[key]}")
    return numbered


def _key(text: str) -> str:
    """A short readable key: the text's ASCII words and a digest of all of it, whatever its script or blanks."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", folded):
        return folded
    ascii_text = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:32].strip("-")
    return f"{words}-{_digest(folded)[:8]}" if words else _digest(folded)[:12]


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def read_idea(sheet_row: int, cells: Mapping[str, str]) -> VideoIdea:
    """The idea in a valid row; empty and unreadable cells become None or the default."""
    return VideoIdea(
        row_key=cells["row_key"],
        sheet_row=sheet_row,
        title=" ".join(cells.get("idea_title", "").split()),
        script=cells.get("script_content", "").strip(),
        description=" ".join(cells.get("description", "").split()),
        audience=cells.get("target_audience", "").strip(),
        tone=cells.get("tone", "").strip(),
        duration_seconds=duration_of(cells.get("duration_seconds", "")),
        platforms=platforms_of(cells.get("platform_preferences", ""))[0] or (Platform.YOUTUBE,),
        voice=option_of(Voice, cells.get("voice_preference", "")),
        style=option_of(Style, cells.get("style_override", "")),
        priority=option_of(Priority, cells.get("priority", "")),
    )
