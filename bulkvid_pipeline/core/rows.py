"""From the cells of a sheet to a table of ideas, and from one row of it to a `VideoIdea`."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count

import pandas as pd

from bulkvid_pipeline.core.cells import cleaned, duration_of, option_of, platforms_of
from bulkvid_pipeline.core.columns import (
    COLUMNS,
    MEDIA_COLUMNS,
    REQUIRED,
    ROW_ID,
    HeaderMap,
    map_headers,
    positional_map,
)
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.media import source_of
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
    image: str | None = None
    """Where the picture beside the text is."""
    background: str | None = None
    """Where the picture or video behind everything is."""


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

    Rows whose cells under our columns are all empty are left out, whatever stands beside them (ticked boxes, notes).
    Cells stay strings: "007" stays "007".

    Raises:
        InvalidSheetError: no rows, or no usable header.
    """
    rows = [tuple(cleaned(cell) for cell in row) for row in cells]
    if not any(map(any, rows)):
        raise InvalidSheetError("The sheet is empty", fix="Put a header row and at least one idea into the range")
    if layout is SheetFormat.POSITIONAL:
        header, body_start = positional_map(max(map(len, rows))), 0
    else:
        body_start = next(i for i, row in enumerate(rows) if any(row)) + 1
        header = map_headers(rows[body_start - 1])
        _require_header(header, rows[body_start - 1])
    ours = sorted(header.positions.values())
    body = {
        first_row + i: row
        for i, row in enumerate(rows)
        if i >= body_start and any(row[at] for at in ours if at < len(row))
    }
    if not body:
        raise InvalidSheetError("The sheet has no ideas in our columns", fix="Add at least one row, or widen the range")
    letters = {column: column_letter(first_column + at) for column, at in header.positions.items()}
    frame = pd.DataFrame(
        {c: [row[at] if at < len(row) else "" for row in body.values()] for c, at in header.positions.items()},
        index=pd.Index(list(body), name="sheet_row", dtype=int),
        dtype=str,
    )
    frame["row_key"] = row_keys(frame)
    findings = [*_header_findings(header), *_size_findings(len(frame))]
    if layout is SheetFormat.POSITIONAL:
        findings += _positional_findings(rows, first_column)
    return SheetTable(frame, letters, tuple(findings))


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
                "Rename them to one of " + ", ".join((*COLUMNS, *MEDIA_COLUMNS)) + ", or leave them",
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


def _positional_findings(rows: Sequence[Sequence[str]], first_column: int) -> list[Finding]:
    """What is odd about a sheet that is said to have no header and columns in the fixed order."""
    findings = []
    first = next(row for row in rows if any(row))
    if {*REQUIRED} <= map_headers(first).positions.keys():
        findings.append(
            Finding(
                Severity.WARNING,
                "The first row looks like a header, but the positional format has none; it is taken for an idea",
                "Set input_source.format to standard, or begin the range one row lower",
                code="HEADER_IN_POSITIONAL",
            )
        )
    if any(any(row[len(COLUMNS) :]) for row in rows):
        last = column_letter(first_column + len(COLUMNS) - 1)
        findings.append(
            Finding(
                Severity.WARNING,
                f"Columns after {last} are ignored: the positional format has {len(COLUMNS)}",
                "Leave them, or name the columns in a header row and set input_source.format to standard",
                code="UNKNOWN_COLUMN",
            )
        )
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

    Keys do not depend on the order of the rows: an id that only one row has is that row's key whatever the titles are;
    rows that share a key are told apart by their script, then by all their cells; identical rows are numbered.
    """
    rows: list[dict[str, str]] = [
        dict(zip(frame.columns, cells, strict=True)) for cells in frame.itertuples(index=False, name=None)
    ]
    bases = [_base_key(row) for row in rows]
    shared = Counter(bases)
    own_ids = [bool(row.get(ROW_ID, "").strip()) for row in rows]
    id_shared = Counter(base for base, own in zip(bases, own_ids, strict=True) if own)
    settled = {base for base in shared if shared[base] == 1 or id_shared[base] == 1}
    by_script = [f"{base}-{_digest(row.get('script_content', ''))[:6]}" for base, row in zip(bases, rows, strict=True)]
    script_shared = Counter(by_script)
    keys: list[str] = []
    taken = set(settled)
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    for base, own, scripted, row in zip(bases, own_ids, by_script, rows, strict=True):
        if shared[base] == 1 or (own and id_shared[base] == 1):
            keys.append(base)
            continue
        key = scripted if script_shared[scripted] == 1 else f"{base}-{_digest(repr(sorted(row.items())))[:8]}"
        numbered = (f"{key}-{number}" for number in numbers[key])
        keys.append(key if key not in taken else next(name for name in numbered if name not in taken))
        taken.add(keys[-1])
    return keys


def _base_key(row: Mapping[str, str]) -> str:
    texts = (row.get(name, "").strip() for name in (ROW_ID, "idea_title", "description", "script_content"))
    return _key(next((text for text in texts if text), ""))


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
        image=source_of(cells.get("image_url", "")),
        background=source_of(cells.get("background_url", "")),
    )
