"""How long Dagster's web UI takes with many rows shown as partitions, and what adding and forgetting them takes.

    .venv/bin/python benchmarks/partitions.py [--keys 1000 20000 100000] [--postgres]

A new instance for each number of keys, each key with an event as a finished row leaves it. The pages are asked for over
GraphQL, as the web UI does: the list of assets with their states, and the asset `video` with its partitions.
`after a change` is the first answer after a key was added, for which Dagster counts the partitions anew.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from dagster import AssetMaterialization, DagsterInstance, RunsFilter

KEYS = (1_000, 20_000, 100_000)
MOST = 20_000
AT_ONCE = 500

ASSETS = """{ assetNodes { assetKey { path } isPartitioned
    partitionStats { numMaterialized numPartitions numFailed numMaterializing } } }"""
VIDEO = """{ assetNodeOrError(assetKey: {path: ["video"]}) { ... on AssetNode { partitionKeys
    partitionStats { numMaterialized numPartitions numFailed numMaterializing }
    assetPartitionStatuses { ... on DefaultPartitionStatuses { materializedPartitions failedPartitions } } } } }"""


def fill(instance: DagsterInstance, keys: Sequence[str]) -> float:
    """Add the partitions and an event of each; returns the seconds that adding the partitions took."""
    from bulkvid_pipeline.adapters.dagster.row_events import report_materialised
    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.services.retention.row_partitions import ShownRows

    run = instance.get_runs(RunsFilter(job_name=tags.JOB), limit=1)[0]
    for start in range(0, len(keys), AT_ONCE):
        made = [
            AssetMaterialization(tags.VIDEO_ASSET, partition=key, metadata={"title": key})
            for key in keys[start : start + AT_ONCE]
        ]
        report_materialised(instance, run, tags.BATCH_ASSET, made)
    shown = ShownRows(instance, "", len(keys))
    return took(lambda: shown.add(keys))


def took(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def measure(count: int, *, postgres: bool) -> None:
    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.core.spec import BulkJobSpec
    from bulkvid_pipeline.definitions import defs
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.run_config import run_config_of
    from bulkvid_pipeline.services.retention.row_partitions import forget_oldest
    from bulkvid_pipeline_tests.defs.web_server import running_web_ui
    from bulkvid_pipeline_tests.peers.postgres import PostgresServer

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(PostgresServer()).create_database() if postgres else ""
        os.environ |= {"DAGSTER_HOME": str(folder / "home"), "BULKVID_POSTGRES_URL": url}
        instance = stack.enter_context(open_instance(folder / "home"))
        spec = BulkJobSpec.for_input(str(folder / "ideas.csv"))
        run = instance.create_run_for_job(defs.resolve_job_def(tags.JOB), run_config=run_config_of(spec))
        instance.report_run_canceled(run)
        adding = fill(instance, [f"sheet{n // 1000}:row-{n}" for n in range(count)])
        with running_web_ui(folder, dict(os.environ)) as server:
            server.ask("{ version }")
            for name, query in (("assets", ASSETS), ("video", VIDEO)):
                instance.add_dynamic_partitions(tags.ROW_PARTITIONS, [f"changed:{name}"])
                changed = took(lambda query=query: server.ask(query))  # type: ignore[misc]
                same = statistics.median(took(lambda query=query: server.ask(query)) for _ in range(3))  # type: ignore[misc]
                print(f"{count:7} keys: {name:6} {same:6.2f} s, after a change {changed:6.2f} s", flush=True)
        forgotten = 0
        forgetting = took(lambda: forget_oldest(instance, min(MOST, count // 2), ""))
        forgotten = count + 2 - len(instance.get_dynamic_partitions(tags.ROW_PARTITIONS))
        print(f"        adding them {adding:.2f} s, forgetting {forgotten} of them {forgetting:.2f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, nargs="+", default=KEYS)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    chosen = parser.parse_args()
    for count in chosen.keys:
        measure(count, postgres=chosen.postgres)


if __name__ == "__main__":
    main()
