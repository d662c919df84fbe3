from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from bulkvid_pipeline.cli.app import app
from bulkvid_pipeline_tests.services.retention.test_kept_figures import a_run
from bulkvid_pipeline_tests.workplace import Workplace


@pytest.fixture(autouse=True)
def home(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(workplace.folder / "home"))


def test_figures_of_all_jobs_are_shown_by_group_and_in_all(workplace: Workplace) -> None:
    a_run(workplace, "job_a", [0, 1, 2], [3], sheet="other")
    a_run(workplace, "job_b", [0, 1], [], sheet="other", project="acme")

    shown = CliRunner().invoke(app, ["analytics", "--by", "user"])
    told = json.loads(CliRunner().invoke(app, ["analytics", "--project", "acme", "--json"]).stdout)

    assert shown.exit_code == 0
    lines = [line.split() for line in shown.stdout.splitlines()]
    assert lines[1][:3] == ["ana", "2", "6"]
    assert lines[2][:4] == ["in", "all", "2", "6"]
    assert told["total_jobs"] == 1
    assert told["cost_summary"] == {"total": 0.5, "by_template": {"default_template": 0.5}}


def test_a_span_leaves_jobs_out_and_what_is_no_date_is_refused(workplace: Workplace) -> None:
    a_run(workplace, "job_a", [0], [], sheet="other")

    early = json.loads(CliRunner().invoke(app, ["analytics", "--to", "2020-01-01", "--json"]).stdout)

    assert early["total_jobs"] == 0
    assert CliRunner().invoke(app, ["analytics", "--by", "weather"]).exit_code == 2
    refused = CliRunner().invoke(app, ["analytics", "--from", "yesterday"])
    assert "start_date 'yesterday' is not a date" in str(refused.exception)
