"""The process that looks at rows for the dashboard, so that its own neither waits for a picture nor grows by one.

It reads the pickled settings of its parent from standard input (they hold secrets, so they are no argument), then JSON
lines: requests, their cancellations, and permissions to read a sheet that others count. It answers each request with a
line: the key under which the look is in the cache and the rows of the sheet, or an error. It lives as long as there is
something to do: imports, fonts and the sheets last read are there for the next request.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError, InvalidRequestError, RenderCancelledError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import BulkJobSpec, SourceType
from bulkvid_pipeline.services.previews.look_cache import Looks
from bulkvid_pipeline.services.previews.row_look import look_at_row, look_name
from bulkvid_pipeline.services.previews.row_preview import row_ranges
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.settings import Settings

IDLE_S = 120.0
"""Without a request for so long it ends, and gives its memory back."""
MOST_REQUESTS = 200
"""After so many it ends too, whatever they left in memory."""
MOST_ROWS = 500
"""Rows that are told, to choose from."""
SHEETS_KEPT = 3
FRESH_S = 60.0
"""How long a Google sheet that was read is taken to be what it says; an upload never changes."""

Send = Callable[[dict[str, Any]], None]


@dataclass
class _Inbox:
    """What the parent says; read by a thread of its own, so that a cancellation is heard in the midst of work."""

    requests: queue.SimpleQueue[dict[str, Any] | None] = field(default_factory=queue.SimpleQueue)
    permissions: queue.SimpleQueue[tuple[int | None, bool]] = field(default_factory=queue.SimpleQueue)
    """Which request may read its sheet, or may not; of None: nobody will say so any more."""
    cancelled: set[int] = field(default_factory=set)

    def read(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled.add(message["cancel"])
                self.permissions.put((message["cancel"], False))
            elif "may_read" in message:
                self.permissions.put((message["may_read"], True))
            else:
                self.requests.put(message)
        self.requests.put(None)
        self.permissions.put((None, False))

    def may_read(self, number: int) -> bool:
        """Wait for the word about a request; what was said about those before is of no use any more."""
        while True:
            about, allowed = self.permissions.get()
            if about in (number, None):
                return allowed


class _Sheets:
    """The sheets that were read last."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: OrderedDict[str, tuple[float, SheetTable]] = OrderedDict()

    def table(self, spec: BulkJobSpec, ask: Callable[[], None]) -> SheetTable:
        """The table; `ask` is called before one is read that others count."""
        name = json.dumps([spec.project_id, spec.input_source.model_dump(mode="json")])
        found = self._kept.pop(name, None)
        counted = spec.input_source.type is SourceType.SHEET
        if found is None or (counted and time.monotonic() - found[0] > FRESH_S):
            if counted:
                ask()
            found = (time.monotonic(), load_sheet(spec.input_source, self._settings, spec.project_id).table)
        self._kept[name] = found
        while len(self._kept) > SHEETS_KEPT:
            self._kept.popitem(last=False)
        return found[1]


@dataclass(frozen=True)
class _Work:
    settings: Settings
    looks: Looks
    sheets: _Sheets
    inbox: _Inbox
    send: Send

    def look(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make the look, unless it is in the cache; tells its key, and the rows that there are."""
        spec = BulkJobSpec.parse(request["spec"])
        platform = Platform(request["platform"]) if request["platform"] else None
        number = request["id"]

        def cancelled() -> bool:
            return number in self.inbox.cancelled

        def ask() -> None:
            self.send({"id": number, "reads": True})
            if not self.inbox.may_read(number):
                raise RenderCancelledError("Reading the sheet was stopped on request")

        sheet = self.sheets.table(spec, ask)
        rows = _rows(sheet)
        row = rows[0][0] if request["row"] is None else int(request["row"])
        table = _only(sheet, row)
        template = TemplateStore(self.settings.templates_folder, spec.project_id).load(spec.template.template_id)
        key = look_name(table, row, spec, template, self.settings, platform)
        if not self.looks.has(key):
            with full_disk_as_ours("Painting the row"):
                self.looks.put(key, look_at_row(table, row, spec, template, self.settings, platform, cancelled))
        return {"look": key, "rows": rows[:MOST_ROWS], "rows_total": len(rows)}


def _rows(table: SheetTable) -> list[tuple[int, str]]:
    """The numbers and titles of the rows; there is one at least."""
    numbers = [int(number) for number in table.frame.index]
    titles = table.frame["idea_title"] if "idea_title" in table.frame else [""] * len(numbers)
    return [(number, shortened(str(title))) for number, title in zip(numbers, titles, strict=True)]


def _only(table: SheetTable, row: int) -> SheetTable:
    """The table with that row alone: what others say makes no difference to how it looks."""
    numbers = [int(number) for number in table.frame.index]
    if row not in numbers:
        raise InvalidRequestError(
            f"The sheet has no idea in row {row}",
            fix=f"Choose one of its rows: {row_ranges(numbers)}",
            field="row",
        )
    faults = {number: found for number, found in table.faults.items() if number == row}
    return replace(table, frame=table.frame.loc[[row]], faults=faults)


def serve(work: _Work) -> None:
    """Answer requests until there are no more, none comes for IDLE_S, or there were MOST_REQUESTS."""
    for _ in range(MOST_REQUESTS):
        try:
            request = work.inbox.requests.get(timeout=IDLE_S)
        except queue.Empty:
            return
        if request is None:
            return
        answer: dict[str, Any]
        try:
            answer = work.look(request)
        except BulkVideoError as error:
            answer = {"error": {**error.as_dict(), "field": error.field}}
        except Exception as error:  # the parent must hear of every failure
            traceback.print_exc(limit=-6)
            unexpected = EncoderError(f"Unexpected {type(error).__name__} while the row was looked at")
            answer = {"error": {**unexpected.as_dict(), "field": None}}
        work.send({"id": request["id"], **answer})
        gc.collect()


def main(cache_folder: str, cache_bytes: str) -> None:
    """Entry of the process, which `adapters.processes` has seen to that it dies with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()  # the modules are no garbage
    logging.basicConfig(level=logging.WARNING)  # to stderr, which the parent keeps
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # native libraries print to descriptor 1 now and then

    def send(message: dict[str, Any]) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    settings = pickle.load(sys.stdin.buffer)  # written by our parent, over a pipe that nobody else has
    inbox = _Inbox()
    threading.Thread(target=inbox.read, args=(sys.stdin.buffer,), name="requests", daemon=True).start()
    looks = Looks(FolderCache(Path(cache_folder), int(cache_bytes)))
    serve(_Work(settings, looks, _Sheets(settings), inbox, send))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
