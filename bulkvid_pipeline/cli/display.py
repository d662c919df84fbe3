"""The live display of a job: bars on a terminal, plain lines elsewhere. It reads the run's tags and events alone."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any, Self

from dagster import DagsterInstance
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.services.jobs.follow import JobWatch, RowEnded
from bulkvid_pipeline.services.jobs.jobs import newest_run, was_canceled
from bulkvid_pipeline.services.jobs.queue_place import queue_place

POLL_S = 1.0
PLAIN_EVERY_S = 10.0
STEPS = {"sheet_rows": "reading the sheet", "video_ideas": "validating", "video_batch": "rendering"}


class Display:
    """Follows a run of the job `job_id` in a thread of its own while its `with` block runs.

    The run is `run_id`, or else the first one of the job that is newer than the run `after`.
    """

    def __init__(
        self,
        instance: DagsterInstance,
        job_id: str,
        console: Console,
        *,
        live: bool,
        run_id: str | None = None,
        after: str | None = None,
    ) -> None:
        self.job_id = job_id
        self.watch = JobWatch(instance, run_id) if run_id else None
        self._after = after
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

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped from outside: by a signal, or from the web UI."""
        return self.watch is not None and (self.watch.interrupted or was_canceled(self._instance, self.watch.run_id))

    def tag(self, name: str) -> str | None:
        """A tag of the run."""
        run = self._instance.get_run_by_id(self.watch.run_id) if self.watch else None
        return run.tags.get(name) if run else None

    def _follow(self) -> None:
        while not self._ending.wait(POLL_S):
            self._look()

    def _look(self) -> None:
        if self.watch is None:
            run_id = newest_run(self._instance, self.job_id)
            if run_id is None or run_id == self._after:
                return
            self.watch = JobWatch(self._instance, run_id)
        ended = self.watch.poll()
        progress = self.watch.progress()
        place = None if self.watch.step else queue_place(self._instance, self.watch.run_id)
        if self._live is not None:
            for row in ended:
                self._live.console.print(_line(row), markup=True)
            self._live.update(f"{place} ..." if place else self._picture(progress), refresh=True)
        else:
            self._plain(ended, progress, f"{place}" if place else "")

    def _plain(self, ended: list[RowEnded], progress: dict[str, Any], place: str) -> None:
        assert self.watch is not None
        if place != self._last_place:
            self._last_place = place
            if place:
                self._console.print(f"{place} ...", markup=False)
        if self.watch.step != self._last_step:
            self._last_step = self.watch.step
            self._console.print(f"{STEPS.get(self.watch.step, self.watch.step)} ...")
        first = len(self.watch.rows) - len(ended)
        total = progress.get("total", "?")
        for at, row in enumerate(ended, first + 1):
            self._console.print(f"[{at}/{total}] ", end="", markup=False)
            self._console.print(_line(row))
        now = time.monotonic()
        if progress.get("in_work") and now - self._told >= PLAIN_EVERY_S:
            self._told = now
            rows = ", ".join(f"{key} {stage} {percent} %" for key, stage, percent in progress["in_work"])
            self._console.print(f"{progress['percent']:.0f} %, {_eta(progress)}: {rows}", markup=False)

    def _picture(self, progress: dict[str, Any]) -> RenderableType:
        assert self.watch is not None
        if not progress:
            return f"{STEPS.get(self.watch.step, 'starting')} ..."
        table = Table.grid(padding=(0, 1))
        for key, stage, percent in progress["in_work"]:
            table.add_row("  " + escape(key[:44]), ProgressBar(100, percent, width=24), f"{percent:3d} %", stage)
        ended = sum(
            n for state, n in progress["counts"].items() if state in {"completed", "failed", "cancelled", "skipped"}
        )
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            "[bold]all rows[/]",
            ProgressBar(100, progress["percent"], width=40),
            f"{progress['percent']:.0f} %",
            f"{ended} of {progress['total']} rows",
            _eta(progress),
        )
        return Group(table, bar)


def _eta(progress: dict[str, Any]) -> str:
    eta = progress.get("eta_ms")
    if eta is None:
        return "time left unknown"
    minutes, seconds = divmod(round(eta / 1000), 60)
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
