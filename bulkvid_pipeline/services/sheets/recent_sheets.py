"""Sheets as they were just read, so that choices made over one need not read it again: Google counts every read."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.core.spec import BulkJobSpec

FRESH_S = 60.0
"""How long a sheet that was read is taken to be what it says."""
MOST_SHEETS = 8
MOST_CHARACTERS = 4 * 2**20
"""Of all sheets together; a larger one is not kept."""
_OF_THE_CELLS = {"hidden_rows", "only", "columns"}
"""What is said of cells that were read, and decides nothing of what is read; but see `RecentSheets.keep`."""


@dataclass(frozen=True)
class _Kept:
    raw: RawSheet
    read_at: float
    characters: int


class RecentSheets:
    """The sheets that one process has read last; may be used from any thread.

    Args:
        clock: epoch seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def find(self, spec: BulkJobSpec, since: float = 0.0) -> RawSheet | None:
        """The cells of the project's sheet; None if they are older than a minute, or than `since` (epoch seconds)."""
        with self._lock:
            self._forget_old()
            found = self._kept.get(_name(spec, all_tabs=False)) or self._kept.get(_name(spec, all_tabs=True))
            return found.raw if found is not None and found.read_at >= since else None

    def keep(self, spec: BulkJobSpec, raw: RawSheet) -> None:
        """Keep what was read for the job. Of several tabs the named columns may have told which one is meant."""
        kept = _Kept(raw, self._clock(), sum(len(cell) for row in raw.cells for cell in row))
        if kept.characters > MOST_CHARACTERS:
            return
        name = _name(spec, all_tabs=bool(raw.notes.tabs))
        with self._lock:
            self._kept.pop(name, None)
            self._kept[name] = kept
            while len(self._kept) > MOST_SHEETS or self._characters() > MOST_CHARACTERS:
                self._kept.popitem(last=False)

    def _characters(self) -> int:
        return sum(kept.characters for kept in self._kept.values())

    def _forget_old(self) -> None:
        now = self._clock()
        for name in [name for name, kept in self._kept.items() if now - kept.read_at > FRESH_S]:
            del self._kept[name]


def _name(spec: BulkJobSpec, *, all_tabs: bool) -> str:
    source = spec.input_source.model_dump(mode="json", exclude=_OF_THE_CELLS)
    return json.dumps([spec.project_id, source, dict(spec.input_source.columns or {}) if all_tabs else None])
