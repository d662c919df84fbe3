"""Many materialisations are recorded at once as if a step had yielded them."""

from __future__ import annotations

from contextlib import closing

from dagster import AssetKey, AssetMaterialization, AssetRecordsFilter, DagsterEventType

from bulkvid_pipeline.adapters.dagster.row_events import report_materialised
from bulkvid_pipeline.adapters.dagster.run_log import RunLog, Wanted, asset_event
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

VIDEO = AssetKey(tags.VIDEO_ASSET)


def made(name: str, version: str = "1") -> AssetMaterialization:
    return AssetMaterialization(
        VIDEO,
        description=name.title(),
        partition=f"ideas:{name}",
        metadata={"title": name.title(), "sheet_row": 2},
        tags={"dagster/data_version": version},
    )


@ON_BOTH_DATABASES
def test_rows_told_together_are_found_by_run_by_partition_and_by_tag(workplace: Workplace) -> None:
    instance = workplace.instance
    run = instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB), run_config=run_config_of(workplace.spec(workplace.sheet([idea("One")])))
    )
    names = [f"row{n}" for n in range(30)]

    report_materialised(instance, run, tags.BATCH_ASSET, [made(name) for name in names])
    report_materialised(instance, run, tags.BATCH_ASSET, [made("row7", "2"), made("row8", "2")])
    report_materialised(instance, run, tags.BATCH_ASSET, [])

    assert instance.get_materialized_partitions(VIDEO) == {f"ideas:{name}" for name in names}
    with closing(RunLog(instance)) as log:
        found = log.read(run.run_id, Wanted((DagsterEventType.ASSET_MATERIALIZATION,), assets=(tags.VIDEO_ASSET,)), 100)
    assert [asset_event(stored.text).partition for stored in found] == [
        f"ideas:{name}" for name in (*names, "row7", "row8")
    ]
    newest = instance.get_latest_materialization_event(VIDEO)
    assert newest is not None
    assert newest.dagster_event is not None
    assert (newest.dagster_event.partition, newest.run_id) == ("ideas:row8", run.run_id)
    versions = instance.event_log_storage.get_latest_tags_by_partition(
        VIDEO, DagsterEventType.ASSET_MATERIALIZATION, ["dagster/data_version"]
    )
    changed = {key for key, told in versions.items() if told["dagster/data_version"] == "2"}
    assert changed == {"ideas:row7", "ideas:row8"}
    of_row = instance.fetch_materializations(AssetRecordsFilter(VIDEO, asset_partitions=["ideas:row7"]), limit=10)
    assert len(of_row.records) == 2
