"""The rows of jobs as their runs have told of them: read once, kept, and brought up to date by what is new.

A job of 10,000 rows has as many events, so what they said is kept in memory, for the jobs that were asked for lately.
Nothing else is stored: any process can read the same again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import AssetEvent, RunLog, StoredEvent, Wanted, asset_event
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import RowInWork, Scope
from bulkvid_pipeline.core.searching import plain
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.services.jobs.follow import FILES, PLANNED, WARNINGS_JOINT, RowEnded
from bulkvid_pipeline.services.jobs.jobs import Job

BATCH = 1000
MOST_ROWS = 60_000
"""Rows that are kept of all jobs together, about 2 KB each; the job that was asked for last is kept in any case."""
LATE_S = 10.0
"""Where events may appear behind newer ones, those of so many seconds before the newest are read again."""
PLANNING_ASSET = "video_ideas"

_ROW_KINDS = (DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION)


@dataclass(frozen=True, slots=True)
class RowEnd:
    """How a row's turn in a run ended. `files` are its outputs as the event has them (see `defs.events`)."""

    row_key: str
    sheet_row: int
    title: str
    state: ItemState
    at: float
    run_id: str
    attempts: int = 1
    code: str = ""
    error: str = ""
    fix: str = ""
    warnings: tuple[str, ...] = ()
    duration_s: float = 0.0
    size_bytes: int = 0
    render_seconds: float = 0.0
    cost: float = 0.0
    rendered: bool = False
    files: tuple[Mapping[str, Any], ...] = ()
    partition: str = ""


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row that a run is about."""

    row_key: str
    sheet_row: int
    title: str


@dataclass(frozen=True)
class _Plan:
    run_id: str
    at: float
    rows: Mapping[str, PlannedRow]


@dataclass(frozen=True)
class Row:
    """A row as it stands: planned, in work, or ended; `end` may be of an earlier run than the one that works on it."""

    row_key: str
    sheet_row: int
    title: str
    state: ItemState
    end: RowEnd | None = None
    in_work: RowInWork | None = None

    @property
    def place(self) -> tuple[int, str]:
        """What rows are sorted by."""
        return self.sheet_row, self.row_key

    @property
    def told_end(self) -> RowEnd | None:
        """How it ended. While it is made again, what came of it before is not told."""
        return self.end if self.in_work is None else None

    @cached_property
    def searched(self) -> str:
        """Where `q` is looked for: title, key and error."""
        return plain(f"{self.title}\n{self.row_key}\n{self.end.error if self.end else ''}")


@dataclass(frozen=True)
class JobRows:
    """All rows of a job at one moment, in the order of its sheet."""

    job: Job
    rows: tuple[Row, ...]

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        return {row.row_key: row for row in self.rows}

    @cached_property
    def places(self) -> tuple[tuple[int, str], ...]:
        return tuple(row.place for row in self.rows)

    @cached_property
    def ended(self) -> tuple[RowEnded, ...]:
        """How rows have ended, for `result.end_of`."""
        ends = (row.told_end for row in self.rows)
        return tuple(
            RowEnded(end.title, end.sheet_row, end.state is ItemState.COMPLETED, end.rendered, row_key=end.row_key)
            for end in ends
            if end is not None
        )

    def partition(self, row_key: str) -> str:
        """The partition that events of the row are about, also before it has ended."""
        row = self.by_key.get(row_key)
        return row.end.partition if row and row.end else tags.partition_key(self.job.sheet, row_key)

    def find(self, name: str) -> Row | None:
        """The row of that key, or else of that sheet row number."""
        if name in self.by_key:
            return self.by_key[name]
        if not name.isascii() or not name.isdecimal():
            return None
        return next((row for row in self.rows if row.sheet_row == int(name)), None)


class RowReader:
    """Gives the rows of jobs; safe to use from many threads. Reads only what is new since it was asked last.

    Raises:
        ServiceUnavailableError: the instance's storage is not SQLite or PostgreSQL, or (from `rows`) the database does
            not respond.
    """

    def __init__(self, log: RunLog, *, most_rows: int = MOST_ROWS) -> None:
        self._log = log
        self._most_rows = most_rows
        self._kept: OrderedDict[str, _Story] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, job: Job, *, in_passing: bool = False) -> JobRows:
        """The rows of the job, as of now.

        With `in_passing`, for those who look through many jobs, they are kept only where there is room: what others
        have asked for is not forgotten for it.
        """
        with self._lock:
            story = self._kept.get(job.job_id)
            if story is None or not story.is_of(job):
                story = _Story()
                self._kept.pop(job.job_id, None)
                if not in_passing:
                    self._kept[job.job_id] = story
            elif not in_passing:
                self._kept.move_to_end(job.job_id)
        found = story.rows(self._log, job)
        with self._lock:
            if in_passing and self._size + story.size <= self._most_rows:
                self._kept.setdefault(job.job_id, story)
            while len(self._kept) > 1 and self._size > self._most_rows:
                self._kept.popitem(last=False)
        return found

    @property
    def _size(self) -> int:
        return sum(story.size for story in self._kept.values())

    def history(self, job: Job, row: Row) -> list[RowEnd]:
        """How the row's turns in the job's runs ended, oldest first."""
        if row.end is None:
            return []
        wanted = Wanted(_ROW_KINDS, assets=(tags.VIDEO_ASSET,), partition=row.end.partition)
        ends: list[RowEnd] = []
        for run in job.runs:
            for stored in self._log.read(run.run_id, wanted, BATCH):
                end = row_end(asset_event(stored.text), run.run_id)
                if end is not None:
                    ends.append(end)
        return sorted(ends, key=lambda end: end.at)


@dataclass
class _Story:
    """What the runs of one job have told, up to a place in the log of each."""

    ends: dict[str, RowEnd] = field(default_factory=dict)
    plans: dict[str, _Plan] = field(default_factory=dict)
    read_to: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    """Runs that have ended and were read to their end."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: JobRows | None = None
    _rows: dict[str, Row] = field(default_factory=dict)
    """The rows as they stood last: what has not changed is not made, and not made ready for searching, again."""

    @property
    def size(self) -> int:
        return len(self.ends) + sum(len(plan.rows) for plan in self.plans.values()) // 4

    def is_of(self, job: Job) -> bool:
        """Whether the job still has all runs that this was read from."""
        return self.read_to.keys() <= {run.run_id for run in job.runs}

    def rows(self, log: RunLog, job: Job) -> JobRows:
        with self._lock:
            news = [self._read(log, run.run_id, is_live=run.is_live) for run in job.runs]
            if any(news) or self._made is None or self._made.job is not job:
                self._made = JobRows(job, tuple(sorted(self._standing(job), key=lambda row: row.place)))
            return self._made

    def _read(self, log: RunLog, run_id: str, *, is_live: bool) -> bool:
        """Read what is new in a run; returns whether anything was."""
        if run_id in self.closed:
            return False
        wanted = (tags.VIDEO_ASSET, PLANNING_ASSET)
        after, has_news = self.read_to.get(run_id, 0), False
        while True:
            page = log.read(run_id, Wanted(_ROW_KINDS, assets=wanted, after=after), BATCH)
            events = [asset_event(stored.text) for stored in page]
            for event in events:
                has_news |= self._take(event, run_id)
            after = page[-1].id if page else after
            self.read_to[run_id] = _certain(page, events, self.read_to.get(run_id, 0), late=log.may_be_late)
            if len(page) < BATCH:
                break
        if not is_live:
            self.closed.add(run_id)
        return has_news

    def _take(self, event: AssetEvent, run_id: str) -> bool:
        if event.asset == PLANNING_ASSET:
            return self._take_plan(event, run_id)
        taken = False
        end = row_end(event, run_id)
        if end is not None:
            known = self.ends.get(end.row_key)
            if known is None or known.at < end.at or (known.at == end.at and known != end):
                self.ends[end.row_key] = end
                taken = True
        return taken

    def _take_plan(self, event: AssetEvent, run_id: str) -> bool:
        planned = event.metadata.get(PLANNED)
        if planned is None or (run_id in self.plans and self.plans[run_id].at >= event.timestamp):
            return False
        columns = zip(planned["row_keys"], planned["sheet_rows"], planned["titles"], strict=True)
        rows = {key: PlannedRow(key, sheet_row, title) for key, sheet_row, title in columns}
        self.plans[run_id] = _Plan(run_id, event.timestamp, rows)
        return True

    def _standing(self, job: Job) -> Iterator[Row]:
        """The rows of the newest plan, and those that have ended since it or without any."""
        planned, since = self._planned(job)
        in_work = {row.row_key: row for row in self._in_work(job)}
        outlook = _Outlook.of(job)
        before, self._rows = self._rows, {}
        later = {key for key, end in self.ends.items() if key not in planned and end.at >= since}
        for key in [*planned, *later, *(in_work.keys() - planned.keys() - later)]:
            end, plan, work = self.ends.get(key), planned.get(key), in_work.get(key)
            row, state = before.get(key), outlook.state(end, work)
            sheet_row = plan.sheet_row if plan else end.sheet_row if end else 0
            title = end.title if end else plan.title if plan else ""
            known = row and (row.sheet_row, row.title, row.state, row.in_work) == (sheet_row, title, state, work)
            if row is None or not known or row.end is not end:
                row = Row(key, sheet_row, title, state, end, work)
            self._rows[key] = row
            yield row

    def _in_work(self, job: Job) -> Iterator[RowInWork]:
        """The rows in work, but for those that have ended since their run told of its progress."""
        for run in job.live_runs:
            for row in run.progress.in_work:
                end = self.ends.get(row.row_key)
                told_at = run.progress.at or 0.0
                if end is None or end.run_id != run.run_id or end.at < told_at:
                    yield row

    def _planned(self, job: Job) -> tuple[Mapping[str, PlannedRow], float]:
        """The rows that the job is about, by the newest run over all of them; and since when."""
        told = [self.plans[run.run_id] for run in job.runs if run.run_id in self.plans and run.scope is not Scope.ROWS]
        return (told[-1].rows, told[-1].at) if told else ({}, 0.0)


def _certain(page: Sequence[StoredEvent], events: Sequence[AssetEvent], before: int, *, late: bool) -> int:
    """Up to where no other event can appear any more."""
    if not page:
        return before
    if not late:
        return page[-1].id
    newest = max(event.timestamp for event in events)
    return next(
        (
            stored.id
            for stored, event in zip(reversed(page), reversed(events), strict=True)
            if event.timestamp < newest - LATE_S
        ),
        before,
    )


@dataclass(frozen=True)
class _Outlook:
    """What the job as a whole has in store for its rows.

    Attributes:
        is_canceled: rows that have not ended will not be made.
        newest: the runs that are, or were last, at work.
        is_trying: a run is at work that will come to the rows that failed before.
    """

    is_canceled: bool
    newest: frozenset[str]
    is_trying: bool

    @classmethod
    def of(cls, job: Job) -> _Outlook:
        return cls(
            is_canceled=job.state is JobState.CANCELED,
            newest=frozenset(run.run_id for run in job.newest_runs),
            is_trying=any(run.is_live and run.tells and run.scope is not Scope.ROWS for run in job.passes),
        )

    def state(self, end: RowEnd | None, work: RowInWork | None) -> ItemState:
        """The state of a row that has ended so, and is in work so."""
        if work is not None:
            return ItemState.RETRIED if work.stage == ItemState.RETRIED else ItemState.IN_PROGRESS
        if end is None:
            return ItemState.CANCELLED if self.is_canceled else ItemState.QUEUED
        if end.state is ItemState.FAILED and end.run_id not in self.newest:
            return ItemState.RETRIED if self.is_trying else ItemState.FAILED
        return end.state


def row_end(event: AssetEvent, run_id: str) -> RowEnd | None:
    """The end of a row that an event of its asset tells of; None if it tells of something else."""
    values, (_label, row_key) = event.metadata, tags.split_partition_key(event.partition)
    if not row_key or "sheet_row" not in values:
        return None
    if event.is_materialisation:
        warnings = values.get("warnings", "none")
        return RowEnd(
            row_key=row_key,
            sheet_row=values["sheet_row"],
            title=values["title"],
            state=ItemState.COMPLETED,
            at=event.timestamp,
            run_id=run_id,
            attempts=values.get("attempts", 1),
            warnings=() if warnings == "none" else tuple(warnings.split(WARNINGS_JOINT)),
            duration_s=values.get("duration_s", 0.0),
            size_bytes=values.get("size_bytes", 0),
            render_seconds=values.get("render_seconds", 0.0),
            cost=values.get("cost", 0.0),
            rendered=values.get("rendered_now", False),
            files=tuple(values.get(FILES) or ()),
            partition=event.partition,
        )
    if "reason" in values:
        return RowEnd(
            row_key=row_key,
            sheet_row=values["sheet_row"],
            title=values["title"],
            state=ItemState(values.get("state", ItemState.FAILED)),
            at=event.timestamp,
            run_id=run_id,
            attempts=values.get("attempts", 1),
            code=values.get("code", ""),
            error=values["reason"],
            fix=values["fix"],
            partition=event.partition,
        )
    return None
