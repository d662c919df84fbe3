"""Saved jobs: launched when their sheet changes, and at their times."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import dagster as dg
import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.defs import sensors
from bulkvid_pipeline.defs.sensors import saved_jobs_schedule, sheet_changes_sensor
from bulkvid_pipeline_tests.workplace import Workplace, idea


@pytest.fixture
def saved(workplace: Workplace) -> Path:
    """A folder with one saved job over `ideas.csv`."""
    folder = workplace.folder / "jobs"
    folder.mkdir()
    (folder / "spring.yaml").write_text(
        'title: Spring\ninput_source: {path: ../ideas.csv}\nwatch: true\nschedule: "30 9 * * *"\n'
    )
    return folder


class Watching:
    """The sensor with its cursor, tick after tick."""

    def __init__(self, workplace: Workplace) -> None:
        self.instance = workplace.instance
        self.cursor: str | None = None

    def tick(self) -> tuple[list[dg.RunRequest], str]:
        """The launches of one tick, and what it said besides."""
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor, definitions=defs)
        result = sheet_changes_sensor.evaluate_tick(context)
        self.cursor = result.cursor
        return list(result.run_requests or []), result.skip_message or ""


def test_new_and_changed_rows_launch_the_job_and_nothing_else_does(workplace: Workplace, saved: Path) -> None:
    assert saved.is_dir()
    workplace.sheet([idea("One"), idea("Two")])
    watching = Watching(workplace)

    (first,), _ = watching.tick()
    assert first.tags["bulkvid/saved_job"] == "spring"
    assert cast(dict[str, dict[str, object]], first.run_config["resources"])[tags.SPEC_RESOURCE]
    assert watching.tick()[0] == []

    workplace.sheet([idea("Two"), idea("One")])
    assert watching.tick()[0] == []  # another order is no change

    workplace.sheet([idea("Two", "Another script."), idea("One")])
    (changed,), _ = watching.tick()
    assert changed.run_key != first.run_key


def test_a_sheet_that_cannot_be_read_changes_nothing(workplace: Workplace, saved: Path) -> None:
    assert saved.is_dir()
    sheet = workplace.sheet([idea("One")])
    watching = Watching(workplace)
    watching.tick()
    remembered = json.loads(watching.cursor or "{}")
    sheet.unlink()

    requests, said = watching.tick()

    assert requests == []
    assert "not found" in said
    assert json.loads(watching.cursor or "{}") == remembered


def test_a_removed_row_is_marked_and_keeps_its_video(workplace: Workplace, saved: Path) -> None:
    assert saved.is_dir()
    sheet = workplace.sheet([idea("One"), idea("Two")])
    watching = Watching(workplace)
    watching.tick()
    workplace.run(sheet)
    workplace.sheet([idea("One")])

    requests, _ = watching.tick()

    assert requests == []
    assert len(workplace.videos()) == 2
    marks = workplace.instance.fetch_observations(dg.AssetKey(tags.VIDEO_ASSET), limit=5).records
    assert ["removed_from_sheet" in m.asset_observation.metadata for m in marks if m.asset_observation] == [True]


def test_a_broken_saved_job_is_named_and_the_others_go_on(workplace: Workplace, saved: Path) -> None:
    workplace.sheet([idea("One")])
    (saved / "broken.yaml").write_text("input_source: {path: x.csv}\npriority: asap\n")

    watching = Watching(workplace)

    assert len(watching.tick()[0]) == 1
    assert "asap" in watching.tick()[1]


def test_sheets_that_never_answer_hold_up_no_others_and_a_tick_goes_on_where_the_last_one_stopped(
    workplace: Workplace, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.sheet([idea("One")])
    for name in ("dead_1", "dead_2", "zebra"):
        (saved / f"{name}.yaml").write_text(f"input_source: {{path: ../{name}.csv}}\nwatch: true\n")
    (workplace.folder / "zebra.csv").write_bytes((workplace.folder / "ideas.csv").read_bytes())
    over = threading.Event()
    looks: list[str] = []
    clock = [0.0]

    def look(source: InputSource, _google: object) -> None:
        looks.append(Path(source.path or "").stem)
        if looks[-1].startswith("dead"):
            clock[0] += sensors.LOOK_S
            over.wait(60)

    monkeypatch.setattr(sensors, "LOOK_S", 0.05)
    monkeypatch.setattr(sensors, "TICK_S", 0.08)
    monkeypatch.setattr(sensors, "cheap_version", look)
    monkeypatch.setattr(sensors, "monotonic", lambda: clock[0])
    watching = Watching(workplace)

    first, said = watching.tick()

    assert looks == ["dead_1", "dead_2"]
    assert first == []
    assert "dead_1: There was no answer within" in said
    assert "2 sheets are left to the next tick, from spring on" in said
    second, _ = watching.tick()
    assert [request.tags["bulkvid/saved_job"] for request in second] == ["spring", "zebra"]
    assert looks == ["dead_1", "dead_2", "ideas", "zebra", "dead_1", "dead_2"]
    over.set()


@pytest.mark.parametrize(("minute", "due"), [("09:29", 0), ("09:30", 1), ("09:31", 0)])
def test_a_saved_job_is_launched_at_its_time_alone(workplace: Workplace, saved: Path, minute: str, due: int) -> None:
    assert saved.is_dir()
    workplace.sheet([idea("One")])
    at = datetime.fromisoformat(f"2026-11-20T{minute}:00").replace(tzinfo=UTC)

    context = dg.build_schedule_context(instance=workplace.instance, scheduled_execution_time=at)
    result = saved_jobs_schedule.evaluate_tick(context)

    assert len(result.run_requests or []) == due
