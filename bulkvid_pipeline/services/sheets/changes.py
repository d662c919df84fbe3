"""Has a sheet changed, and in which rows? Pure decisions over what was seen last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from bulkvid_pipeline.adapters.sheets.google_sheets import GoogleSheets
from bulkvid_pipeline.core.fingerprints import canonical_json
from bulkvid_pipeline.core.ranges import parse_range
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import InputSource, SourceType


@dataclass(frozen=True)
class Changes:
    """Row keys that are new, that have other cells than before, and that are gone."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def to_render(self) -> tuple[str, ...]:
        return (*self.added, *self.changed)


def row_hashes(table: SheetTable) -> dict[str, str]:
    """A hash of the cells of each row, by row key; where the row stands does not matter."""
    columns = [column for column in table.frame.columns if column != "row_key"]
    cells = table.frame[columns].to_dict("records")
    return {
        key: blake2b(canonical_json(record), digest_size=8).hexdigest()
        for key, record in zip(table.frame["row_key"], cells, strict=True)
    }


def changes_between(before: Mapping[str, str], now: Mapping[str, str]) -> Changes:
    """What changed from one reading of a sheet to the next."""
    return Changes(
        added=tuple(key for key in now if key not in before),
        changed=tuple(key for key in now if key in before and now[key] != before[key]),
        removed=tuple(key for key in before if key not in now),
    )


def cheap_version(source: InputSource, google: GoogleSheets) -> str | None:
    """What tells that a sheet may have changed without reading its rows; None where only reading tells.

    Raises:
        BulkVideoError: Google could not be asked.
    """
    if source.type is SourceType.FILE or source.sheet_id is None:
        return None
    version = google.version(source.sheet_id, parse_range(source.range) if source.range else None, gid=source.gid)
    return f"{version.version}:{version.modified_time}"
