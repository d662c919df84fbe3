from __future__ import annotations

from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.cli.running import _untold
from bulkvid_pipeline.services.jobs.follow import JobWatch, RowEnded

SLOW = "The pictures could not be fetched: the row was made without them"
THAI = "The offline voice speaks Thai badly: the narration will be hard to understand"


def watch(findings: list[dict[str, Any]], *rows: RowEnded) -> JobWatch:
    return JobWatch(DagsterInstance.ephemeral(), "run", rows=list(rows), report={"findings": findings})


def test_what_was_noticed_while_rendering_is_told_once_with_its_rows() -> None:
    rows = [RowEnded("Tea", number, True, True, warnings=(SLOW,)) for number in (5, 2)]
    assert _untold(watch([], *rows)) == {SLOW: {2, 5}}


def test_what_the_report_of_the_sheet_says_is_not_told_again() -> None:
    finding = {"sheet_row": 2, "problem": THAI}
    rows = [RowEnded("Tea", number, True, True, warnings=(THAI,)) for number in (2, 3)]
    assert _untold(watch([finding], *rows)) == {THAI: {3}}
