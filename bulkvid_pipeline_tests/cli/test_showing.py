"""`bulkvid jobs show`: the job, and what each of its runs does."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bulkvid_pipeline.cli.app import app
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import Workplace


@pytest.fixture(autouse=True)
def home(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(workplace.folder / "home"))


def test_a_spread_job_is_shown_with_its_runs(workplace: Workplace) -> None:
    planner = TellingRun.begun(workplace.instance)
    planner.leave_to(2, 4)
    shard = planner.member(shard=1)

    shown = CliRunner().invoke(app, ["jobs", "show", JOB])
    told = json.loads(CliRunner().invoke(app, ["jobs", "show", JOB, "--json"]).stdout)

    assert shown.exit_code == 0
    runs = [line.split(maxsplit=2)[1:] for line in shown.stdout.splitlines() if line.startswith("run ")]
    assert [run_id for run_id, _ in runs] == [planner.run_id, shard.run_id]
    assert runs[0][1] == "Planning checks the sheet, and leaves the rows to 2 shards, completed"
    assert runs[1][1].startswith("Shard 2 makes rows")
    assert (told["run_id"], told["state"], told["items_total"]) == (planner.run_id, "running", 4)
