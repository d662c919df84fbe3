"""A bounded number of rows is shown in Dagster's web UI; nothing else needs their partitions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from dagster import DagsterInstance, DagsterRunStatus

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.services.jobs.events import job_events
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.retention.row_partitions import forget_oldest, shown_rows
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def showing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Lets so many rows be shown."""

    def show(most: int) -> None:
        monkeypatch.setenv("BULKVID_ROW_PARTITIONS", str(most))
        settings.cache_clear()

    return show


def shown(instance: DagsterInstance) -> list[str]:
    """Keys of the rows that are shown, those that were added first at the front."""
    return [tags.split_partition_key(key)[1] for key in instance.get_dynamic_partitions(tags.ROW_PARTITIONS)]


@ON_BOTH_DATABASES
def test_a_row_whose_partition_went_is_known_skipped_and_gets_it_back_when_it_is_made_again(
    workplace: Workplace, showing: Callable[[int], None]
) -> None:
    showing(2)
    first = workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    workplace.run(workplace.sheet([idea("Three")], "other.csv"))
    assert shown(workplace.instance) == ["two", "three"]

    job = find_job(workplace.instance, first.run.tags[tags.JOB_ID])
    with closing(RunLog(workplace.instance)) as log:
        rows = RowReader(log).rows(job)
    assert [(row.row_key, row.state) for row in rows.rows] == [
        ("one", ItemState.COMPLETED),
        ("two", ItemState.COMPLETED),
    ]
    told = job_events(workplace.instance, job.job_id, row_key="one")
    assert [event.message for event in told] == ["Row finished: One"]

    again = workplace.run(workplace.sheet([idea("One", "Now it says something else."), idea("Two")]))
    assert again.rendered == ["One"]
    assert shown(workplace.instance) == ["three", "one"]


def test_of_a_large_sheet_the_rows_that_were_worked_on_last_are_shown_the_failed_among_them(
    workplace: Workplace, showing: Callable[[int], None]
) -> None:
    showing(2)
    rows = [idea("One"), idea("Two"), idea("Three"), idea("Bad \U00012000")]

    job = workplace.run(workplace.sheet(rows), validation_level="permissive")

    assert len(job.rendered) == 3
    assert job.failed == ["Bad \U00012000"]
    assert set(shown(workplace.instance)) == {job.rows[-1].row_key, job.rows[-2].row_key}
    assert any(row.row_key in shown(workplace.instance) for row in job.rows if not row.completed)


@ON_BOTH_DATABASES
def test_partitions_of_a_job_at_work_stay_until_it_has_ended(workplace: Workplace) -> None:
    instance = workplace.instance
    run = instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=run_config_of(workplace.spec(workplace.sheet([idea("One")]))),
        tags={tags.SHEET: "busy"},
        status=DagsterRunStatus.STARTED,
    )
    chosen = instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=run_config_of(workplace.spec(workplace.sheet([idea("One")]))),
        tags={"dagster/partition": "chosen:a"},
        status=DagsterRunStatus.STARTING,
    )
    with shown_rows(instance, NOBODY, ["busy:a", "chosen:a", "free:a", "free:b", "free:c"], 10):
        pass

    assert forget_oldest(instance, 1, NOBODY) == 3
    assert instance.get_dynamic_partitions(tags.ROW_PARTITIONS) == ["busy:a", "chosen:a"]

    instance.report_run_canceled(run)
    instance.report_run_canceled(chosen)
    assert forget_oldest(instance, 1, NOBODY) == 1
    assert instance.get_dynamic_partitions(tags.ROW_PARTITIONS) == ["chosen:a"]


def test_a_run_over_more_rows_than_may_be_shown_never_leaves_many_more_of_them(workplace: Workplace) -> None:
    most = 100
    keys = [f"large:{n}" for n in range(1000)]

    with shown_rows(workplace.instance, NOBODY, keys, most) as rows:
        for key in keys:
            rows.worked_on(key)
            assert len(workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS)) <= 2 * most

    assert workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS) == keys[-most:]


def test_an_interrupted_job_leaves_the_forgetting_to_the_next(workplace: Workplace) -> None:
    def interrupted() -> None:
        with shown_rows(workplace.instance, NOBODY, ["ideas:a", "ideas:b"], 1) as rows:
            rows.worked_on("ideas:b")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS) == ["ideas:a"]
    with shown_rows(workplace.instance, NOBODY, ["ideas:c"], 1):
        pass
    assert workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS) == ["ideas:c"]
