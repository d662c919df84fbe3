"""From one row of a sheet to a `VideoIdea`, and the keys that tell rows apart."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count

import pandas as pd

from bulkvid_pipeline.core.cells import duration_of, option_of, platforms_of, says_something
from bulkvid_pipeline.core.columns import LANGUAGE, ROW_ID
from bulkvid_pipeline.core.languages import language_of_cell
from bulkvid_pipeline.core.media import source_of
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice


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
    language: str | None = None
    """The BCP 47 tag of what the row is written in."""


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
        script=_script_of(cells.get("script_content", "")),
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
        language=language_of_cell(cells.get(LANGUAGE, "")),
    )


def _script_of(cell: str) -> str:
    return cell.strip() if says_something(cell) else ""
