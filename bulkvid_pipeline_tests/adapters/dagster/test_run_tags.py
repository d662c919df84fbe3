"""Tags of runs that several change at the same time, on both databases; and what of Dagster's insides they rely on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._core.test_utils import create_run_for_test

from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline_tests.peers.postgres import PostgresServer

CHANGED = "Dagster has changed: see adapters/dagster/run_tags.py"


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.heavy)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    config = "telemetry:\n  enabled: false\n"
    if request.param == "postgres":
        url = request.getfixturevalue("database").create_database()
        config += f"storage:\n  postgres:\n    postgres_url: {url}\n"
    (tmp_path / "dagster.yaml").write_text(config)
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.from_config(str(home)) as instance:
        yield instance


def a_run(instance: DagsterInstance, **tags: str) -> DagsterRun:
    run: DagsterRun = create_run_for_test(
        instance, job_name="bulk_videos", status=DagsterRunStatus.STARTED, tags=dict(tags)
    )
    return run


def tags_of(instance: DagsterInstance, run: DagsterRun) -> dict[str, str]:
    found = instance.get_run_by_id(run.run_id)
    assert found is not None
    return dict(found.tags)


def test_tags_are_added_and_replaced_and_runs_are_found_by_them(instance: DagsterInstance) -> None:
    run = a_run(instance, kept="1", old="1")

    after = change_tags(instance, run.run_id, lambda before: {"old": before["old"] + "2", "new": "é'\""})

    assert after == tags_of(instance, run) == {"kept": "1", "old": "12", "new": "é'\""}, CHANGED
    assert [found.run_id for found in instance.get_runs(RunsFilter(tags={"old": "12", "new": "é'\""}))] == [run.run_id]
    assert instance.get_runs(RunsFilter(tags={"old": "1"})) == []


def test_a_change_counts_as_an_update_of_the_run(instance: DagsterInstance) -> None:
    run = a_run(instance)
    (before,) = instance.get_run_records()

    change_tags(instance, run.run_id, lambda _: {"new": "1"})

    (after,) = instance.get_run_records()
    assert after.update_timestamp > before.update_timestamp
    assert after.dagster_run.status is DagsterRunStatus.STARTED


def test_no_change_is_lost_among_many_at_once(instance: DagsterInstance, home: Path) -> None:
    run = a_run(instance)

    def write(writer: int) -> None:
        with DagsterInstance.from_config(str(home)) as own:
            for number in range(15):
                tag = f"{writer}/{number}"
                change_tags(own, run.run_id, lambda before, tag=tag: {tag: "1", "count": str(len(before))})  # type: ignore[misc]

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    tags = tags_of(instance, run)
    assert {name for name in tags if "/" in name} == {f"{writer}/{n}" for writer in range(4) for n in range(15)}
    assert tags["count"] == "60", "each was made from all before it"


def test_a_run_that_is_gone_is_said_to_be_so(instance: DagsterInstance) -> None:
    with pytest.raises(NotFoundError, match="no run 1234"):
        change_tags(instance, "1234", lambda _: {"new": "1"})


def test_dagster_keeps_runs_and_tags_where_we_look_for_them() -> None:
    assert {"run_id", "run_body", "update_timestamp"} <= set(RunsTable.c.keys()), CHANGED
    assert {"run_id", "key", "value"} <= set(RunTagsTable.c.keys()), CHANGED
