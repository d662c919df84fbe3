"""Two jobs over the same rows, and a worker that comes back after it was declared dead."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import pytest
from dagster import DagsterInstance, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline_tests.faults.history import check, ends_of
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]


def test_two_jobs_over_one_sheet_at_once_leave_one_whole_set_of_files(place: Installation) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    both = [place.start_job(sheet) for _ in range(2)]

    assert [job.wait() for job in both] == [0, 0], [job.output for job in both]
    for job in place.jobs():
        check(place, job.job_id, completed=TITLES, shared=True)


def renders(place: Installation) -> dict[str, int]:
    """How often a render of each row was begun, whichever process began it."""
    return dict(Counter(entry.row for entry in place.journal() if entry.what == "render"))


def test_two_jobs_over_one_sheet_render_every_row_once(place: Installation) -> None:
    titles = [f"Row {n}" for n in range(8)]
    sheet = place.sheet([idea(title) for title in titles])
    first = place.start_job(sheet, strike=Strike("before render", Deed.HOLD, nth=2))
    first.wait_for_strike()  # so that the second looks while the first has most rows before it
    second = place.start_job(sheet)
    wait_until(lambda: len(place.published()) >= 4)
    first.let_go()

    assert [job.wait() for job in (first, second)] == [0, 0], [first.output, second.output]
    assert sorted(renders(place).values()) == [1] * len(titles)
    for job in place.jobs():
        check(place, job.job_id, completed=titles, shared=True)


def test_a_row_whose_maker_is_killed_is_made_by_the_other_job(place: Installation) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    doomed = place.start_job(sheet, strike=Strike("render ended", Deed.HOLD), BULKVID_WORKERS="1")
    doomed.wait_for_strike()
    other = place.start_job(sheet)
    wait_until(lambda: len(place.published()) == len(TITLES) - 1)  # all but the row that the doomed one holds
    doomed.kill()

    assert other.wait() == 0, other.output
    assert sorted(renders(place).values()) == [1, 1, 2]
    # What a killed process has left in the work folder goes when the next job begins.
    again = place.start_job(sheet)
    assert again.wait() == 0, again.output
    assert sorted(renders(place).values()) == [1, 1, 2]
    job = max(place.jobs(), key=lambda job: job.created_at)
    check(place, job.job_id, completed=TITLES, shared=True)


def test_a_row_that_one_job_uploads_is_waited_for_by_the_other(place: Installation) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    slow = place.start_job(sheet, strike=Strike("before the document", Deed.HOLD), BULKVID_WORKERS="1")
    slow.wait_for_strike()
    quick = place.start_job(sheet)
    wait_until(lambda: len(place.published()) == len(TITLES) - 1)
    assert quick.process.poll() is None
    slow.let_go()

    assert [job.wait() for job in (slow, quick)] == [0, 0], [slow.output, quick.output]
    assert sorted(renders(place).values()) == [1] * len(TITLES)
    for job in place.jobs():
        check(place, job.job_id, completed=TITLES, shared=True)


def declare_dead(place: Installation) -> str:
    """Do what another machine does that has not heard of the job for a minute; returns the run's id."""
    with place.instance() as instance:
        (run,) = instance.get_runs()
        instance.report_run_failed(run, message="Not heard of for a minute")
        instance.add_run_tags(run.run_id, {tags.STATE: JobState.FAILED.value})
    return run.run_id


def test_a_stale_worker_that_wakes_up_commits_nothing(place: Installation) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    stale = place.start_job(sheet, strike=Strike("render ended", Deed.HOLD))
    stale.wait_for_strike()
    run_id = declare_dead(place)
    place.retry(place.job().job_id)
    with place.instance() as instance:
        ended_before = ends_of(instance, run_id)
        tags_before = instance.get_runs(RunsFilter(run_ids=[run_id]))[0].tags
    objects_before = {key: place.objects.read(key) for key in place.objects.all_keys()}
    journal_before = len(place.journal())

    stale.let_go()
    stale.wait()

    assert {key: place.objects.read(key) for key in place.objects.all_keys()} == objects_before
    assert "published" not in {entry.what for entry in place.journal()[journal_before:]}
    with place.instance() as instance:
        assert ends_of(instance, run_id) == ended_before
        told = instance.get_runs(RunsFilter(run_ids=[run_id]))[0].tags
    assert told[tags.STATE] == tags_before[tags.STATE] == JobState.FAILED
    check(place, place.job().job_id, completed=TITLES)


def look_for_the_lost(instance: DagsterInstance) -> bool:
    """Look as a daemon does, about once a second."""
    time.sleep(1)
    return bool(close_orphans(instance))


def test_a_worker_that_stood_still_for_too_long_commits_nothing_when_it_goes_on(
    place_on_postgres: Installation,
) -> None:
    place = place_on_postgres
    stale = place.start_job(place.sheet([idea(title) for title in TITLES]), strike=Strike("render ended", Deed.HOLD))
    stale.wait_for_strike()
    os.kill(stale.pid, signal.SIGSTOP)
    with place.instance() as instance:
        wait_until(lambda: look_for_the_lost(instance))
    place.retry(place.job().job_id)
    objects_before = {key: place.objects.read(key) for key in place.objects.all_keys()}
    journal_before = len(place.journal())

    os.kill(stale.pid, signal.SIGCONT)
    stale.let_go()
    assert stale.wait() != 0

    assert {key: place.objects.read(key) for key in place.objects.all_keys()} == objects_before
    assert "published" not in {entry.what for entry in place.journal()[journal_before:]}
    check(place, place.job().job_id, completed=TITLES)


def test_a_job_that_was_declared_dead_stays_so_and_can_be_retried(place: Installation) -> None:
    stale = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("render ended", Deed.HOLD, nth=2)
    )
    stale.wait_for_strike()
    declare_dead(place)
    stale.let_go()
    stale.wait()

    assert place.job().state is JobState.FAILED
    place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)
