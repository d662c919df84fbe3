"""What the end of a job means: an exit code, sentences and the command that goes on, for each way to end."""

from __future__ import annotations

from typing import Any

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.follow import RowEnded
from bulkvid_pipeline.services.jobs.result import ExitCode, JobEnd, JobEnding, JobResult, Tone, result_of

MADE = RowEnded("Made", 2, True, True, duration_s=30.0, render_seconds=3.0)
KEPT = RowEnded("Kept", 3, True)
BROKEN = RowEnded("Broken", 4, False, reason="The voice failed", fix="Choose another voice")
RERUN = ("run", "ideas.csv")


def report(*, rejected: int = 0, stops_job: bool = False) -> dict[str, Any]:
    return {"findings": [], "rows": {"rejected": rejected}, "stops_job": stops_job}


def ended(state: JobState | None, *rows: RowEnded, **known: Any) -> JobResult:
    return result_of(JobEnding("job_1", state, rows, **{"seconds": 10.0, **known}))


def said(result: JobResult) -> str:
    return "\n".join(map(str, result.sentences))


def test_a_job_with_every_row_finished_is_done() -> None:
    result = ended(JobState.COMPLETED, MADE, KEPT, report=report(), gallery="file:///out/report.html")

    assert (result.end, result.exit_code, result.next_command) == (JobEnd.DONE, ExitCode.DONE, ())
    assert said(result) == (
        "1 row rendered (30 s of video), 1 was finished already, 0 failed, in 10.0 s: 3.0 x real time\n"
        "Gallery: file:///out/report.html"
    )


def test_a_job_with_failed_rows_is_done_in_part() -> None:
    result = ended(JobState.COMPLETED, MADE, BROKEN, report=report(), failure="1 of 2 rows failed")

    assert (result.end, result.exit_code) == (JobEnd.PARTIAL, ExitCode.PARTIAL)


def test_a_job_with_rejected_rows_is_done_in_part() -> None:
    result = ended(JobState.COMPLETED, MADE, report=report(rejected=1))

    assert (result.end, result.exit_code) == (JobEnd.PARTIAL, ExitCode.PARTIAL)


def test_a_failed_row_is_named_with_its_reason_and_its_mend() -> None:
    result = ended(JobState.COMPLETED, MADE, BROKEN)

    assert "failed row 4 'Broken': The voice failed. Choose another voice" in said(result)
    assert result.sentences[0].tone is Tone.BAD


def test_a_job_that_fails_says_how_far_it_came_and_how_to_go_on() -> None:
    result = ended(JobState.FAILED, MADE, failure="Storage is full", total=3)

    assert (result.end, result.exit_code) == (JobEnd.FAILED, ExitCode.FAILED)
    assert "The job failed: Storage is full" in said(result)
    assert "1 row is finished and kept, 2 were not begun." in said(result)
    assert result.next_command == ("jobs", "retry", "job_1")


def test_a_job_that_fails_before_its_rows_says_why_and_nothing_else() -> None:
    result = ended(JobState.FAILED, failure="The sheet is gone")

    assert (result.end, result.exit_code, result.next_command) == (JobEnd.FAILED, ExitCode.FAILED, ())
    assert said(result) == "Nothing was rendered. The sheet is gone"


def test_a_sheet_that_stops_its_job_is_refused() -> None:
    result = ended(JobState.FAILED, report=report(rejected=2, stops_job=True), failure="2 rows are wrong")

    assert (result.end, result.exit_code) == (JobEnd.REFUSED, ExitCode.REFUSED)
    assert said(result) == "Nothing was rendered. 2 rows are wrong"


def test_a_paused_job_is_resumed_under_its_id() -> None:
    result = ended(JobState.PAUSED, MADE, KEPT, rerun=RERUN)

    assert (result.end, result.exit_code) == (JobEnd.PAUSED, ExitCode.STOPPED)
    assert said(result) == "Paused. 2 rows are finished and kept. Go on with what is left:"
    assert result.next_command == ("jobs", "resume", "job_1")


def test_a_cancelled_job_goes_on_by_the_command_that_began_it() -> None:
    result = ended(JobState.CANCELED, MADE, rerun=RERUN)

    assert (result.end, result.exit_code, result.next_command) == (JobEnd.CANCELED, ExitCode.STOPPED, RERUN)


def test_somebody_who_only_watched_a_cancelled_job_is_not_told_to_watch_it_again() -> None:
    result = ended(JobState.CANCELED, MADE)

    assert result.next_command == ()
    assert said(result) == "Stopped. 1 row is finished and kept. To make what is left, run the sheet again."


def test_what_fails_by_an_interruption_counts_as_stopped() -> None:
    result = ended(JobState.FAILED, MADE, failure="Interrupted", interrupted=True, rerun=RERUN)

    assert (result.end, result.exit_code) == (JobEnd.CANCELED, ExitCode.STOPPED)


def test_an_interruption_that_comes_when_all_is_done_takes_nothing_back() -> None:
    assert ended(JobState.COMPLETED, MADE, interrupted=True).exit_code is ExitCode.DONE


@pytest.mark.parametrize(("interrupted", "code"), [(False, ExitCode.FAILED), (True, ExitCode.STOPPED)])
def test_a_job_of_which_no_run_ever_was_did_not_start(interrupted: bool, code: ExitCode) -> None:
    result = ended(None, interrupted=interrupted)

    assert (result.end, result.exit_code) == (JobEnd.NOT_STARTED, code)
    assert said(result) == "The job did not start."


def test_a_write_back_that_failed_is_a_warning() -> None:
    told = {str(s): s.tone for s in ended(JobState.COMPLETED, MADE, write_back="failed: no access").sentences}

    assert told["Write-back: failed: no access"] is Tone.WARNING


SLOW = "The pictures could not be fetched: the row was made without them"
THAI = "The offline voice speaks Thai badly: the narration will be hard to understand"


def test_what_was_noticed_while_rendering_is_said_once_with_its_rows() -> None:
    rows = [RowEnded("Tea", number, True, True, warnings=(SLOW,)) for number in (5, 2)]

    assert str(ended(JobState.COMPLETED, *rows, report=report()).sentences[0]) == f"warning rows 2, 5: {SLOW}"


def test_what_the_report_of_the_sheet_holds_is_not_said_again() -> None:
    rows = [RowEnded("Tea", number, True, True, warnings=(THAI,)) for number in (2, 3)]
    known = {**report(), "findings": [{"sheet_row": 2, "problem": THAI}]}

    assert str(ended(JobState.COMPLETED, *rows, report=known).sentences[0]) == f"warning row 3: {THAI}"


def test_a_row_of_which_the_report_says_nothing_is_not_taken_for_known() -> None:
    row = RowEnded("Tea", 2, True, True, warnings=(SLOW,))

    assert str(ended(JobState.COMPLETED, row).sentences[0]) == f"warning row 2: {SLOW}"
