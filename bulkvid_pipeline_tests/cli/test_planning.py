"""`bulkvid plan`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core.plan_wire import Plan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.plans import sheet_plan
from bulkvid_pipeline.services.plans.sheet_plan import plan_sheet
from bulkvid_pipeline_tests.cli.conftest import Command

GOOD = "idea_title,script_content,platform_preferences\nOne,Turn off the tap. Save the water.,youtube\n"
MIXED = GOOD + 'Two,Turn off the light. Save the day.,"youtube, tiktok"\n,No title here.,youtube\n'


@pytest.fixture
def mixed(folder: Path) -> Path:
    """A sheet with two good rows and one without a title."""
    (folder / "mixed.csv").write_text(MIXED)
    return folder / "mixed.csv"


def test_each_row_to_render_has_its_line_with_platforms_and_reason(bulkvid: Command, mixed: Path) -> None:
    said = bulkvid("plan", mixed.name)

    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert "render row 2 One youtube: new" in lines
    assert "render row 3 Two youtube, tiktok: new" in lines
    assert any(line.startswith("Would render 2 rows: 3 videos of ") for line in lines)


def test_a_refused_row_is_told_with_its_cell_and_what_to_do(bulkvid: Command, mixed: Path) -> None:
    said = bulkvid("plan", mixed.name)

    assert said.code == 3
    (finding,) = [line for line in said.out.splitlines() if line.startswith("error")]
    assert "A4" in finding
    assert "Fill it in" in finding
    assert any(line.startswith("refuse") and "row 4" in line for line in said.out.splitlines())


def test_a_sheet_that_stops_its_job_is_wrong_input(bulkvid: Command, mixed: Path) -> None:
    said = bulkvid("plan", mixed.name, "--level", "strict")

    assert said.code == 2
    assert "The job would not run." in said.out
    assert "render " not in said.out


def test_a_sheet_that_is_not_there_is_wrong_input(bulkvid: Command) -> None:
    said = bulkvid("plan", "nowhere.csv")

    assert said.code == 2
    assert "Error:" in said.err
    assert "Fix:" in said.err


def test_programs_get_the_whole_plan(bulkvid: Command, mixed: Path) -> None:
    said = bulkvid("plan", mixed.name, "--json")

    plan = Plan.model_validate(json.loads(said.out))
    assert said.code == 3
    assert [(row.sheet_row, row.action) for row in plan.rows] == [(2, "render"), (3, "render"), (4, "refuse")]
    assert [video.platform for video in plan.rows[1].videos] == ["youtube", "tiktok"]
    assert plan.rows[0].videos[0].reasons[0].why == "new"
    (finding,) = plan.rows[2].findings
    assert (finding.cell, finding.fix) == ("A4", "Fill it in")
    assert (plan.totals.render, plan.totals.videos_to_render, plan.totals.refuse) == (2, 3, 1)
    assert plan.estimate.videos == 3
    assert plan.estimate.processing_time_ms > 0
    assert plan.estimate.storage_bytes > 0


def test_every_option_of_run_reaches_the_plan(bulkvid: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[BulkJobSpec] = []

    def plan_it(spec: BulkJobSpec, *means: Any) -> sheet_plan.SheetPlan:
        planned.append(spec)
        return plan_sheet(spec, *means)

    monkeypatch.setattr(sheet_plan, "plan_sheet", plan_it)
    (folder / "good.csv").write_text(GOOD)
    (folder / "videos").mkdir()
    options = (
        "--output videos --level moderate --range A1:C9 --layout standard --template modern --style classic "
        "--voice male --captions off --resolution 4k --format mov --video-codec h265 --priority urgent --title Spring "
        "--prefix may --max-machines 4 --hidden-rows include --column B:B=script --json"
    )

    said = bulkvid("plan", "good.csv", *options.split())

    plan = Plan.model_validate(json.loads(said.out))
    assert said.code == 0
    assert plan.output.startswith(f"file://{folder}/videos/may/")
    (spec,) = planned
    assert (spec.title, spec.priority, spec.validation_level) == ("Spring", "urgent", "moderate")
    assert spec.max_machines == 4
    source, output, template = spec.input_source, spec.output, spec.template
    assert (source.range, source.format, source.hidden_rows) == ("A1:C9", "standard", "include")
    assert source.columns == {"B:B": "script_content"}
    assert (output.format, output.video_codec, output.resolution, output.prefix) == ("mov", "h265", "4k", "may")
    chosen = template.overrides
    assert (template.template_id, chosen.style, chosen.voice, chosen.captions) == ("modern", "classic", "male", "off")


def test_a_job_spec_is_planned_as_it_would_run(bulkvid: Command, folder: Path) -> None:
    (folder / "good.csv").write_text(GOOD)
    (folder / "job.yaml").write_text(f"input_source: {{path: {folder}/good.csv}}\noutput: {{prefix: may}}\n")

    plan = json.loads(bulkvid("plan", "job.yaml", "--json").out)

    assert plan["output"].rstrip("/").rpartition("/")[0].endswith("/output/may")


def test_a_job_over_several_machines_is_told_with_them(
    bulkvid: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_MACHINE_WORTH_S", "0.01")
    (folder / "good.csv").write_text(GOOD + "Two,Other words to say.\n")

    said = bulkvid("plan", "good.csv", "--max-machines", "2")

    assert "on 2 machines of the queue" in said.out
    assert "machines" not in bulkvid("plan", "good.csv").out


def all_files(folder: Path) -> list[tuple[str, int, int]]:
    """With the times of files alone: a database that is read keeps its locks beside it meanwhile."""
    return sorted(
        (str(path), 0 if path.is_dir() else path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")
    )


def test_nothing_is_written_where_there_is_no_installation_yet(
    bulkvid: Command, folder: Path, mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(folder / "not" / "there"))
    monkeypatch.setenv("BULKVID_WORK_DIR", str(folder / "work"))
    before = all_files(folder)

    assert bulkvid("plan", mixed.name).code == 3

    assert all_files(folder) == before


def test_nothing_is_written_into_an_installation(
    bulkvid: Command, folder: Path, mixed: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(new_home))
    before = (all_files(folder), all_files(new_home))
    new_home.chmod(0o555)
    try:
        assert bulkvid("plan", mixed.name).code == 3
    finally:
        new_home.chmod(0o755)

    assert (all_files(folder), all_files(new_home)) == before
