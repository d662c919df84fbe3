"""What the end of a job means: its exit code, what is said of it, and the command that goes on.

Decided here once, for the terminal that ran the job, the one that watched it, and programs that ask. Nothing is read or
written: the caller brings what is known (`JobEnding`) and shows what comes out (`JobResult`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.follow import RowEnded

ROWS_NAMED = 8
"""Rows of one warning that are named by their numbers."""


class ExitCode(IntEnum):
    """How `bulkvid run` and whatever follows a job end."""

    DONE = 0
    FAILED = 1
    REFUSED = 2
    """The input is wrong: nothing of the sheet could be rendered."""
    PARTIAL = 3
    """The job is through, and some rows were rejected or failed."""
    STOPPED = 130
    """Paused, cancelled or interrupted."""


class JobEnd(StrEnum):
    """The ways in which a job can end."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"
    REFUSED = "refused"
    PAUSED = "paused"
    CANCELED = "canceled"
    NOT_STARTED = "not_started"


EXIT_CODES: Mapping[JobEnd, ExitCode] = {
    JobEnd.DONE: ExitCode.DONE,
    JobEnd.PARTIAL: ExitCode.PARTIAL,
    JobEnd.FAILED: ExitCode.FAILED,
    JobEnd.REFUSED: ExitCode.REFUSED,
    JobEnd.PAUSED: ExitCode.STOPPED,
    JobEnd.CANCELED: ExitCode.STOPPED,
    JobEnd.NOT_STARTED: ExitCode.FAILED,
}


class Tone(StrEnum):
    PLAIN = "plain"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Sentence:
    """One line about the end. `lead` is its beginning, which a display may set in the colour of `tone`.

    The text is plain: cells of the sheet stand in it as they are, so a display has to escape it.
    """

    text: str
    lead: str = ""
    tone: Tone = Tone.PLAIN

    def __str__(self) -> str:
        return f"{self.lead} {self.text}".strip()


@dataclass(frozen=True)
class JobEnding:
    """What is known of a job when it has ended, or when its follower was interrupted.

    Attributes:
        state: the job's state; None where no run of it ever was.
        rows: how rows ended, each row once.
        report: the validation report as its check holds it; None where the sheet was never validated.
        failure: why the last run failed, empty if it did not.
        total: rows that the job is about.
        seconds: wall-clock time that the caller saw pass.
        interrupted: whether the caller was told to stop (Ctrl-C).
        rerun: arguments of `bulkvid` that start the same job anew, empty where the caller does not know them.
    """

    job_id: str
    state: JobState | None
    rows: Sequence[RowEnded] = ()
    report: Mapping[str, Any] | None = None
    failure: str = ""
    total: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    write_back: str = ""
    gallery: str = ""
    rerun: tuple[str, ...] = ()

    @property
    def completed(self) -> int:
        return sum(row.completed for row in self.rows)

    @property
    def failed(self) -> tuple[RowEnded, ...]:
        return tuple(row for row in self.rows if not row.completed)

    @property
    def rejected(self) -> int:
        """Rows that validation refused."""
        return int(self.report["rows"]["rejected"]) if self.report is not None else 0

    @property
    def is_refused(self) -> bool:
        """Whether validation stopped the whole job."""
        return self.report is not None and bool(self.report["stops_job"])


@dataclass(frozen=True)
class JobResult:
    """The meaning of a job's end; `next_command` are arguments of `bulkvid` that go on, empty if there are none."""

    end: JobEnd
    sentences: tuple[Sentence, ...]
    next_command: tuple[str, ...] = ()
    exit_code: ExitCode = ExitCode.DONE


def result_of(ending: JobEnding) -> JobResult:
    """What came of the job."""
    end = end_of(ending)
    interrupted = ending.interrupted and end is JobEnd.NOT_STARTED
    code = ExitCode.STOPPED if interrupted else EXIT_CODES[end]
    return JobResult(end, tuple(_sentences(end, ending)), _next_command(end, ending), code)


def end_of(ending: JobEnding) -> JobEnd:
    """Which of the ends it is. What failed after an interruption failed by it: such a job was stopped."""
    if ending.state is None:
        return JobEnd.NOT_STARTED
    if ending.state is JobState.PAUSED:
        return JobEnd.PAUSED
    if ending.state is JobState.CANCELED or (ending.interrupted and ending.state is not JobState.COMPLETED):
        return JobEnd.CANCELED
    if not ending.rows:
        return JobEnd.REFUSED if ending.is_refused else JobEnd.FAILED
    if ending.state is JobState.FAILED or (ending.failure and not ending.failed):
        return JobEnd.FAILED
    return JobEnd.PARTIAL if ending.failed or ending.rejected else JobEnd.DONE


def _next_command(end: JobEnd, ending: JobEnding) -> tuple[str, ...]:
    if end is JobEnd.PAUSED:
        return ("jobs", "resume", ending.job_id)
    if end is JobEnd.FAILED and ending.rows:
        return ("jobs", "retry", ending.job_id)
    return ending.rerun if end is JobEnd.CANCELED else ()


def _sentences(end: JobEnd, ending: JobEnding) -> Iterator[Sentence]:
    if end is JobEnd.NOT_STARTED:
        yield Sentence("", "The job did not start.", Tone.BAD)
    elif end in {JobEnd.PAUSED, JobEnd.CANCELED}:
        yield _stopped(end, ending)
    elif not ending.rows:
        yield Sentence(ending.failure, "Nothing was rendered.", Tone.BAD)
    else:
        yield from _warnings(ending)
        yield from (_failed_row(row) for row in ending.failed)
        yield _totals(ending)
        if ending.write_back:
            tone = Tone.WARNING if ending.write_back.startswith("failed") else Tone.PLAIN
            yield Sentence(ending.write_back, "Write-back:", tone)
        if ending.gallery:
            yield Sentence(ending.gallery, "Gallery:")
        if end is JobEnd.FAILED:
            yield from _job_failure(ending)


def _stopped(end: JobEnd, ending: JobEnding) -> Sentence:
    lead = "Paused." if end is JobEnd.PAUSED else "Stopped."
    known = end is JobEnd.PAUSED or ending.rerun
    go_on = "Go on with what is left:" if known else "To make what is left, run the sheet again."
    return Sentence(f"{_rows_are(ending.completed)} finished and kept. {go_on}", lead, Tone.WARNING)


def _warnings(ending: JobEnding) -> Iterator[Sentence]:
    """What was noticed while rows were rendered and the report of the sheet does not hold, each once with its rows."""
    findings = ending.report["findings"] if ending.report is not None else ()
    known: dict[int | None, list[str]] = {}
    for finding in findings:
        known.setdefault(finding["sheet_row"], []).append(finding["problem"])
    noticed: dict[str, set[int]] = {}
    for row in ending.rows:
        for told in row.warnings:
            if not told.startswith(tuple(known.get(row.sheet_row, ()))):
                noticed.setdefault(told, set()).add(row.sheet_row)
    for told, rows in noticed.items():
        numbers = ", ".join(map(str, sorted(rows)[:ROWS_NAMED])) + (" ..." if len(rows) > ROWS_NAMED else "")
        yield Sentence(f"row{'s' if len(rows) > 1 else ''} {numbers}: {told}", "warning", Tone.WARNING)


def _failed_row(row: RowEnded) -> Sentence:
    advice = f" {row.fix}" if row.fix else ""
    return Sentence(f"row {row.sheet_row} '{shortened(row.title)}': {row.reason}.{advice}", "failed", Tone.BAD)


def _totals(ending: JobEnding) -> Sentence:
    made = [row for row in ending.rows if row.rendered]
    kept = sum(row.completed and not row.rendered for row in ending.rows)
    video_s = sum(row.duration_s for row in made)
    pace = f": {video_s / ending.seconds:.1f} x real time" if made and ending.seconds > 0 else ""
    return Sentence(
        f"{len(made)} {'row' if len(made) == 1 else 'rows'} rendered ({video_s:.0f} s of video), "
        f"{kept} {'was' if kept == 1 else 'were'} finished already, "
        f"{len(ending.failed)} failed, in {ending.seconds:.1f} s{pace}"
    )


def _job_failure(ending: JobEnding) -> Iterator[Sentence]:
    """That the job as a whole has failed, why, and how far it came."""
    yield Sentence(ending.failure, "The job failed:", Tone.BAD)
    left = max(0, ending.total - len(ending.rows))
    not_begun = f", {left} {'was' if left == 1 else 'were'} not begun" if left else ""
    kept = f"{_rows_are(ending.completed)} finished and kept{not_begun}."
    yield Sentence(f"{kept} Once the cause is gone, go on with what is left:")


def _rows_are(count: int) -> str:
    return "1 row is" if count == 1 else f"{count} rows are"
