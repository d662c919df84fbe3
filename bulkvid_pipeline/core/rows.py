"""Turning one row of a sheet into a `VideoIdea`, and the stable keys that identify rows."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count

import pandas as pd

from bulkvid_pipeline.core.cells import (
    read_captions,
    read_medium,
    read_platforms,
    read_priority,
    read_style,
    read_voice,
    script_of,
    text_of,
)
from bulkvid_pipeline.core.columns import APPROVAL_COLUMNS, CAPTIONS, LANGUAGE, ROW_ID, SAY_AS
from bulkvid_pipeline.core.durations import read_length
from bulkvid_pipeline.core.languages import read_language
from bulkvid_pipeline.core.options import Captions, Platform, Priority, Style, Voice
from bulkvid_pipeline.core.pronunciations import Pronunciation, read_say_as
from bulkvid_pipeline.core.vocabulary.named_voices import NamedVoice


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
    duration_is_limit: bool = False
    """Whether a shorter video is as good."""
    platforms: tuple[Platform, ...] = (Platform.YOUTUBE,)
    names_platforms: bool = True
    """Whether the row's cell names them; else the job may."""
    voice: Voice | None = None
    named_voices: tuple[NamedVoice, ...] = ()
    """The voices of known providers that have the name in the cell."""
    is_silent: bool = False
    """Whether no voice is wanted."""
    style: Style | None = None
    priority: Priority | None = None
    image: str | None = None
    """Address or path of the picture beside the text."""
    background: str | None = None
    """Address or path of the picture or video behind everything."""
    language: str | None = None
    """The BCP 47 tag of the row's language."""
    captions: Captions | None = None
    say_as: tuple[Pronunciation, ...] = ()
    """How words of this row are spoken."""


def row_keys(frame: pd.DataFrame) -> list[str]:
    """A stable key for each row: its `id` cell, or a key made from its title.

    Keys do not depend on the order of the rows. An id that only one row has is that row's key, whatever the titles are.
    Rows that share a key are distinguished by a hash of their script, then of all their cells except approval;
    identical rows are numbered.
    """
    frame = frame.drop(columns=[column for column in APPROVAL_COLUMNS if column in frame])
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
    """A short readable key: the text's ASCII words, and a digest of the whole text with its blanks normalised."""
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
    voice = read_voice(cells.get("voice_preference", "")).value
    length = read_length(cells.get("duration_seconds", "")).value
    platforms = read_platforms(cells.get("platform_preferences", "")).value
    return VideoIdea(
        row_key=cells["row_key"],
        sheet_row=sheet_row,
        title=" ".join(text_of(cells.get("idea_title", "")).split()),
        script=script_of(cells.get("script_content", "")),
        description=" ".join(text_of(cells.get("description", "")).split()),
        audience=text_of(cells.get("target_audience", "")),
        tone=text_of(cells.get("tone", "")),
        duration_seconds=length.seconds if length else None,
        duration_is_limit=length is not None and length.is_limit,
        platforms=platforms or (Platform.YOUTUBE,),
        names_platforms=bool(platforms),
        voice=voice.character if voice else None,
        named_voices=voice.named if voice else (),
        is_silent=voice is not None and voice.is_silent,
        style=read_style(cells.get("style_override", "")).value,
        priority=read_priority(cells.get("priority", "")).value,
        image=read_medium(cells.get("image_url", "")).value,
        background=read_medium(cells.get("background_url", "")).value,
        language=read_language(cells.get(LANGUAGE, "")).value,
        captions=read_captions(cells.get(CAPTIONS, "")).value,
        say_as=read_say_as(cells.get(SAY_AS, "")).value or (),
    )
