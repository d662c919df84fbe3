"""The live display of a job: bars on a terminal, plain lines elsewhere, read from its runs' tags and events alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from types import TracebackType
from typing import Self

from dagster import DagsterInstance
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.services.jobs.follow import JobWatch, RowEnded
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline.services.jobs.queue_place import queue_place

POLL_S = 1.0
PLAIN_EVERY_S = 10.0
STEPS = {
    "sheet_rows": "reading the sheet",
    "video_ideas": "validating",
    "video_batch": "rendering",
    "make_rows": "rendering",
    "conclude_job": "writing the report",
}


class Display:
    """Follows the job `job_id` in a thread of its own while its `with` block runs; runs in `past` are left out."""

    def __init__(
        self, instance: DagsterInstance, job_id: str, console: Console, *, live: bool, past: Collection[str] = ()
    ) -> None:
        self.job_id = job_id
        self.watch = JobWatch(instance, job_id, past)
        self._instance = instance
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True) if live else None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="display", daemon=True)
        self._began = time.monotonic()
        self._told = 0.0
        self._last_step = ""
        self._last_place = ""
        self.elapsed_s = 0.0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        self._look()
        if self._live is not None:
            self._live.stop()
        self.elapsed_s = time.monotonic() - self._began

    def _follow(self) -> None:
        while not self._ending.wait(POLL_S):
            self._look()

    def _look(self) -> None:
        ended = self.watch.poll()
        if not self.watch.has_begun:
            return
        job = find_job(self._instance, self.job_id)
        place = None if self.watch.step else queue_place(self._instance, job.run_id)
        if self._live is not None:
            for row in ended:
                self._live.console.print(_line(row), markup=True)
            self._live.update(f"{place} ..." if place else self._picture(job), refresh=True)
        else:
            self._plain(ended, job, f"{place}" if place else "")

    def _plain(self, ended: list[RowEnded], job: Job, place: str) -> None:
        if place != self._last_place:
            self._last_place = place
            if place:
                self._console.print(f"{place} ...", markup=False)
        if self.watch.step != self._last_step:
            self._last_step = self.watch.step
            self._console.print(f"{STEPS.get(self.watch.step, self.watch.step)} ...")
        first = len(self.watch.rows) - len(ended)
        total = job.items["total"] or "?"
        for at, row in enumerate(ended, first + 1):
            self._console.print(f"[{at}/{total}] ", end="", markup=False)
            self._console.print(_line(row))
        now = time.monotonic()
        if job.in_work and now - self._told >= PLAIN_EVERY_S:
            self._told = now
            rows = ", ".join(f"{row.row_key} {row.stage} {row.percent} %" for row in job.in_work)
            self._console.print(f"{job.percent:.0f} %, {_eta(job)}: {rows}", markup=False)

    def _picture(self, job: Job) -> RenderableType:
        items = job.items
        if not items["total"]:
            return f"{STEPS.get(self.watch.step, 'starting')} ..."
        table = Table.grid(padding=(0, 1))
        for row in job.in_work:
            bar = ProgressBar(100, row.percent, width=24)
            table.add_row("  " + escape(row.row_key[:44]), bar, f"{row.percent:3d} %", row.stage)
        whole = Table.grid(padding=(0, 1))
        whole.add_row(
            "[bold]all rows[/]",
            ProgressBar(100, job.percent, width=40),
            f"{job.percent:.0f} %",
            f"{items['total'] - items['pending']} of {items['total']} rows",
            _eta(job),
        )
        return Group(table, whole)


def _eta(job: Job) -> str:
    if job.eta_ms is None:
        return "time left unknown"
    minutes, seconds = divmod(round(job.eta_ms / 1000), 60)
    return f"{minutes}:{seconds:02d} left"


def _line(row: RowEnded) -> str:
    # A cell may hold characters that turn the terminal's text around, or command it.
    title = escape(shortened(row.title))
    if not row.completed:
        return f"[red]failed[/] row {row.sheet_row}  {title}: {escape(row.reason)}"
    if not row.rendered:
        return f"[dim]kept   row {row.sheet_row}  {title}[/]"
    made = f"{row.duration_s:.0f} s of video in {row.render_seconds:.1f} s"
    return f"[green]done[/]   row {row.sheet_row}  {title}  ({made})"
