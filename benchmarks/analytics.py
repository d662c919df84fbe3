"""What analytics over 10,000 jobs take, as a ratio to reading one job, in one run.

    .venv/bin/python benchmarks/analytics.py [--jobs 10000] [--rounds 30] [--postgres]

An instance of 10,000 finished jobs of one project, with four templates, users, styles and platforms, over 300 days;
GET /api/analytics with all of them in its range against GET of one job, asked in turns over HTTP by one client.
`unchanged` asks for the same again; `changed` comes after one of the jobs has changed, and asks for another grouping
each time. Goal: at most 20 times the read of one job, medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from api import ask, serving

from bulkvid_pipeline.core.analytics import GroupBy

PROJECT = "default"
STYLES = ("modern", "classic", "minimal", "corporate")
PLATFORMS = ("youtube", "tiktok", "instagram", "x")
GOAL = 20.0


def fill(home: Path, jobs: int) -> None:
    """Write one run for each job, as jobs leave them: in one transaction, since Dagster's own take ten minutes."""
    import sqlalchemy as sa
    from dagster import DagsterRun, DagsterRunStatus
    from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
    from dagster._serdes import serialize_value

    from bulkvid_pipeline.adapters.dagster.run_database import run_database
    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.services.jobs.instance import open_instance

    now = datetime.now(UTC).replace(tzinfo=None)
    runs, run_tags = [], []
    for number in range(jobs):
        style, platform = STYLES[number % 4], PLATFORMS[number // 4 % 4]
        progress = {
            "total": 10,
            "counts": {"completed": 9, "failed": 1},
            "percent": 100.0,
            "elapsed_ms": 42_000,
            "at": time.time(),
            "cost": 0.01,
            "styles": {style: [9, 1]},
            "platforms": {platform: [9, 1]},
        }
        amounts = [80.0, 0.01, 90.0, 9_000_000]
        made = {"styles": {style: amounts}, "platforms": {platform: amounts}, "providers": {"openai": amounts}}
        config: dict[str, Any] = {
            "input_source": {"type": "file", "path": "x.csv"},
            "template": {"template_id": f"tpl_{number % 7}"},
        }
        named = {
            tags.JOB_ID: f"job_{number:012x}",
            tags.TITLE: f"Campaign {number}",
            tags.PROJECT: PROJECT,
            tags.USER: f"user{number % 25}",
            tags.PROVIDER: "openai",
            tags.PROGRESS: json.dumps(progress),
            tags.MADE: json.dumps(made),
            tags.STATE: "completed",
        }
        run = DagsterRun(
            job_name=tags.JOB,
            run_config={"resources": {tags.SPEC_RESOURCE: {"config": config}}},
            tags=named,
            status=DagsterRunStatus.SUCCESS,
        )
        runs.append(
            {
                "run_id": run.run_id,
                "pipeline_name": run.job_name,
                "status": run.status.value,
                "run_body": serialize_value(run),
                "create_timestamp": now - timedelta(days=300 * (1 - number / jobs)),
                "update_timestamp": now - timedelta(days=1),
            }
        )
        run_tags += [{"run_id": run.run_id, "key": name, "value": value} for name, value in named.items()]
    with open_instance(home) as instance:
        storage = run_database(instance)
        assert storage is not None
        with storage.connect() as connection:
            connection.execute(sa.insert(RunsTable), runs)
            connection.execute(sa.insert(RunTagsTable), run_tags)


def touch(home: Path, job_id: str) -> None:
    """Change a job, as a worker does that tells its progress."""
    from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import run_ids_of

    with open_instance(home) as instance:
        (run_id,) = run_ids_of(instance, job_id)
        change_tags(instance, run_id, lambda _before: {"touched": str(time.time())})


def ms(seconds: Sequence[float]) -> float:
    return 1000 * statistics.median(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    chosen = parser.parse_args()
    from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES
    from bulkvid_pipeline.services.access.tokens import mint
    from bulkvid_pipeline.settings import Settings
    from bulkvid_pipeline_tests.peers.postgres import PostgresServer

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if chosen.postgres:
            server = stack.enter_context(PostgresServer(durable=True))
            os.environ["BULKVID_POSTGRES_URL"] = server.create_database()
        began = time.monotonic()
        fill(folder / "home", chosen.jobs)
        filled = time.monotonic() - began
        token = mint(
            Settings(), folder / "home", user_id="ana", project_id=PROJECT, scopes=DEFAULT_SCOPES, lifetime_s=3600
        )
        job = f"job_{chosen.jobs // 2:012x}"
        path = "/api/analytics?start_date=2020-01-01&end_date=2100-01-01&group_by="
        port = stack.enter_context(serving(folder))

        def asked(what: str) -> float:
            return asyncio.run(ask(port, what, [token], 1, 1))[0]

        first_look = asked(f"/api/bulk-jobs/{job}")
        first = asked(path + GroupBy.TEMPLATE_ID)
        found: dict[str, list[float]] = {"one job": [], "unchanged": [], "changed": []}
        for number in range(chosen.rounds):
            found["one job"].append(asked(f"/api/bulk-jobs/{job}"))
            found["unchanged"].append(asked(path + GroupBy.TEMPLATE_ID))
            touch(folder / "home", f"job_{number * chosen.jobs // chosen.rounds:012x}")
            time.sleep(0.3)
            asked(f"/api/bulk-jobs/{job}")  # the look at the database that whoever comes first waits for
            found["changed"].append(asked(path + list(GroupBy)[number % len(GroupBy)]))
    print(f"{chosen.jobs} jobs ({filled:.0f} s to write them); load {os.getloadavg()[0]:.1f}")
    print(f"first look of the process {1000 * first_look:.0f} ms, first analytics {1000 * first:.0f} ms")
    for name, seconds in found.items():
        goal = f", {ms(seconds) / ms(found['one job']):.1f} x (goal {GOAL:.0f})" if name != "one job" else ""
        print(f"{name:10} {ms(seconds):6.1f} ms{goal}")


if __name__ == "__main__":
    main()
