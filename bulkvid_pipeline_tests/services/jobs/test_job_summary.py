"""How a job stands, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import dagster as dg
import pytest
from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.job_summary import JobSummary, Mood, pending, summary_of
from bulkvid_pipeline.services.jobs.queue_place import QueuePlace
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun, found
from bulkvid_pipeline_tests.workplace import Workplace


@pytest.fixture
def log(workplace: Workplace) -> Iterator[RunLog]:
    with closing(RunLog(workplace.instance)) as log:
        yield log


def summary(workplace: Workplace, log: RunLog) -> JobSummary:
    return summary_of(workplace.instance, log, RowReader(log).rows(found(workplace.instance)))


def test_a_job_says_what_it_waits_for() -> None:
    assert pending(QueuePlace(0, served=True)).words == "Waiting for its turn: it is the next."
    assert pending(QueuePlace(2, served=True)).words == "Waiting for its turn: 2 jobs before it."
    alone = pending(QueuePlace(0, served=False))
    assert (alone.mood, "the service that starts them is not running" in alone.why) == (Mood.WARNING, True)
    assert pending(None).words == "Starting."


def test_a_job_says_what_it_does_and_how_it_was_stopped(workplace: Workplace, log: RunLog) -> None:
    run = TellingRun.begun(workplace.instance)
    assert summary(workplace, log).words == "Reading and checking the sheet."
    run.plan([2, 3, 4])
    run.progress(10.0, 3)
    assert summary(workplace, log).words == "Waiting for a free place to work."
    told = {"total": 3, "in_work": [["row-2", "voice", 5], ["row-3", "voice", 1]]}
    tell_tags(run.instance, run.run_id, {tags.PROGRESS: json.dumps(told)})
    assert summary(workplace, log).words == "Making videos: 2 rows in work."
    tell_tags(run.instance, run.run_id, {tags.PROGRESS: json.dumps({**told, "rate_limited": True})})
    assert summary(workplace, log).words.startswith("Slowed down by a limit")
    run.finish(2)
    run.progress(40.0, 3, completed=1)
    run.end(JobState.PAUSED)
    assert summary(workplace, log).words == "Paused. 1 row is finished and kept. 2 rows to go."


def test_a_job_says_how_it_has_ended(workplace: Workplace, log: RunLog) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan([2, 3])
    run.finish(2)
    run.fail(3)
    run.progress(100.0, 2, completed=1, failed=1)
    run.end()
    partly = summary(workplace, log)
    assert (partly.words, partly.mood) == ("1 row is finished; 1 row failed.", Mood.WARNING)

    again = TellingRun.begun(workplace.instance)
    again.plan([2, 3])
    again.finish(3)
    again.progress(100.0, 2, completed=2)
    again.end()
    done = summary(workplace, log)
    assert (done.words, done.mood, done.advice) == ("All 2 rows are finished.", Mood.GOOD, "")


def test_a_job_that_failed_says_why(workplace: Workplace, log: RunLog) -> None:
    run = TellingRun.begun(workplace.instance)
    failure = dg.DagsterEvent(
        event_type_value=DagsterEventType.RUN_FAILURE.value, job_name=tags.JOB, message="The process has died"
    )
    tell_tags(run.instance, run.run_id, {tags.STATE: JobState.FAILED})
    run.instance.report_dagster_event(failure, run.run_id)

    told = summary(workplace, log)

    assert (told.words, told.mood, told.why) == ("Nothing was made.", Mood.BAD, "The process has died")
    assert told.advice

    TellingRun.begun(workplace.instance).end(JobState.FAILED)
    assert summary(workplace, log).why == "", "what an older run said is not why the newest has failed"
