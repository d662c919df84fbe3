"""One row on one platform as the dashboard shows it: pictures of its first scenes, a short draft, what is to be said.

A look is kept as one piece in a cache under the digest of all that decides it, so that the same choices are painted
once. Looks of rows with media are kept under a new name each: what their addresses hold may change.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import secrets
import struct
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pydantic import TypeAdapter

from bulkvid_pipeline.core.columns import MEDIA_COLUMNS
from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import Template
from bulkvid_pipeline.rendering.pictures.fingerprints import painter_version
from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.row import ENGINE_VERSION
from bulkvid_pipeline.services.previews.row_preview import KnownRow, RowRefusedError, write_draft
from bulkvid_pipeline.settings import Settings

MOST_STILLS = 12
"""Scenes that are shown: enough to judge a look by, and soon painted."""
_INDEX_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class RowLook:
    """What there is to see of a row on a platform. A row that would be refused has no pictures."""

    project_id: str
    row: int
    title: str
    platform: Platform | None
    platforms: tuple[Platform, ...]
    """All that the row asks for."""
    seconds: float
    """Length that the whole video will have."""
    scenes: int
    """How many the video has; the first MOST_STILLS have a picture."""
    first_spoken: int
    """Index of the first scene with narration and captions, which shows most of the choices."""
    findings: tuple[Finding, ...]
    """What validation says about the row's own cells."""
    warnings: tuple[str, ...]
    refusal: str = ""
    """Why no video would be made of it."""
    stills: tuple[bytes, ...] = ()
    """JPEG."""
    draft: bytes = b""
    """MP4 with sound."""


_LOOKS = TypeAdapter(RowLook)
_BYTES = ("stills", "draft")


def look_at_row(
    table: SheetTable,
    row: int,
    spec: BulkJobSpec,
    template: Template,
    settings: Settings,
    platform: Platform | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> RowLook:
    """Paint and narrate the row on that platform, or the first one that it asks for.

    Raises:
        InvalidRequestError: the table has no such row; names those that there are.
        RenderCancelledError: `cancelled` returned True.
        BulkVideoError: the row cannot be rendered.
    """
    try:
        known = KnownRow.of(table, row, spec, template, settings)
    except RowRefusedError as error:
        return RowLook(
            spec.project_id, row, "", None, (), 0.0, 0, 0, error.findings, (), refusal=error.message.split(": ")[0]
        )
    shown = platform or known.platforms[0]
    with known.filmed(settings) as film_on, tempfile.TemporaryDirectory() as folder:
        films = film_on(shown)
        stills = []
        for picture in islice(films.stills(), MOST_STILLS):
            if cancelled():
                raise RenderCancelledError(f"Looking at row {row} was stopped on request")
            stills.append(poster_jpeg(picture))
        draft = Path(folder) / "draft.mp4"
        write_draft(films, known, draft, cancelled)
        return RowLook(
            spec.project_id,
            row,
            known.plan.title,
            shown,
            known.platforms,
            known.programme.seconds,
            len(films.scenes),
            min(films.first_spoken, len(stills) - 1),
            known.findings,
            known.warnings,
            stills=tuple(stills),
            draft=draft.read_bytes(),
        )


def look_name(
    table: SheetTable, row: int, spec: BulkJobSpec, template: Template, settings: Settings, platform: Platform | None
) -> str:
    """The digest of all that decides a look; a new one each time where that cannot be known beforehand."""
    cells = {str(name): str(text) for name, text in table.frame.loc[row].items()}
    if any(cells.get(column) for column in MEDIA_COLUMNS):
        return secrets.token_hex(16)
    decisive = [
        spec.project_id,
        row,
        cells,
        {str(name): letter for name, letter in table.letters.items()},
        repr(table.faults.get(row)),
        spec.template.model_dump(mode="json"),
        spec.validation_level,
        platform,
        template.model_dump(mode="json", exclude={"folder"}),
        settings.speech_provider,
        settings.longest_video_s,
        ENGINE_VERSION,
        painter_version(),
    ]
    return hashlib.blake2b(json.dumps(decisive, sort_keys=True).encode(), digest_size=16).hexdigest()


def piece_of(look: RowLook) -> bytes:
    """The look as one piece: length of a JSON index, index, pictures, draft."""
    blobs = [*look.stills, look.draft]
    index = _LOOKS.dump_python(look, mode="json", exclude=set(_BYTES))
    head = json.dumps([index, [len(blob) for blob in blobs]]).encode()
    return _INDEX_LENGTH.pack(len(head)) + head + b"".join(blobs)


def look_of(piece: bytes) -> RowLook | None:
    """The look in a piece; None if another version of the code has written it."""
    try:
        (length,) = _INDEX_LENGTH.unpack_from(piece)
        at = _INDEX_LENGTH.size + length
        index, sizes = json.loads(piece[_INDEX_LENGTH.size : at])
        blobs = []
        for size in sizes:
            blobs.append(piece[at : at + size])
            at += size
        *stills, draft = blobs
        return dataclasses.replace(_LOOKS.validate_python(index), stills=tuple(stills), draft=draft)
    except (ValueError, TypeError, struct.error):
        return None
