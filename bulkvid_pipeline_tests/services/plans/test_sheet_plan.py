"""What a plan says of each row, over a storage that holds what earlier runs have made."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core.media import PlannedMedium
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.outputs.generated import Generated
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OutputStore, engine_of_generation
from bulkvid_pipeline.services.plans.plan_view import why_in_words
from bulkvid_pipeline.services.plans.sheet_plan import SheetPlan, plan_sheet
from bulkvid_pipeline.services.reports.manifest import manifest_json
from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowReport, RowState
from bulkvid_pipeline.services.reports.standing import MANIFEST
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.services.plans.made import publish

SCRIPT = "Turn off the tap. Save the water."
Row = Mapping[str, str]


def idea(title: str, **cells: str) -> Row:
    return {"idea_title": title, "script_content": SCRIPT, **cells}


@dataclass
class Desk:
    """A sheet and the storage of its videos."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def write(self, *rows: Row) -> None:
        columns = list(dict.fromkeys(name for row in rows for name in row))
        with (self.folder / "ideas.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(rows)

    def plan(self, *rows: Row, **fields: Any) -> SheetPlan:
        """The plan of a job over these rows."""
        self.write(*rows)
        here = Settings(output_url=f"file://{self.folder}/output", **self.settings)
        return plan_sheet(BulkJobSpec.for_input(str(self.folder / "ideas.csv"), **fields), here)

    def make(self, *rows: Row, **fields: Any) -> SheetPlan:
        """Publish what the plan says, as a run would."""
        found = self.plan(*rows, **fields)
        for row in found.to_render:
            publish(found.store, row.plan, self.folder / "work")
        return found

    def documents(self) -> list[Path]:
        return sorted((self.folder / "output").rglob(DOCUMENT))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def why(plan: SheetPlan) -> dict[str, str]:
    """The reasons of the rows to render, by title."""
    return {row.plan.title: why_in_words(row) for row in plan.to_render}


def kept(plan: SheetPlan) -> list[str]:
    return [row.plan.title for row in plan.up_to_date]


def test_the_rows_of_a_first_run_are_new(desk: Desk) -> None:
    assert why(desk.plan(idea("One"), idea("Two"))) == {"One": "new", "Two": "new"}


def test_rows_that_are_published_are_up_to_date_with_their_videos(desk: Desk) -> None:
    desk.make(idea("One"))

    found = desk.plan(idea("One"), idea("Two"))

    assert (kept(found), why(found)) == (["One"], {"Two": "new"})
    ((video,),) = (row.videos for row in found.up_to_date)
    assert video.url.endswith("one-youtube.mp4")


CHANGES = {
    "script": ({"script_content": "Turn off the tap. Save the lake."}, "changed cell: script_content"),
    "description": ({"description": "All of it"}, "changed cell: description"),
    "length": ({"duration_seconds": "12"}, "changed cell: duration_seconds (none, now 12 s)"),
    "voice": ({"voice_preference": "male"}, "changed cell: voice (female, now male)"),
    "silence": ({"voice_preference": "silent"}, "changed cell: voice (female, now silent, else female)"),
    "style": ({"style_override": "minimal"}, "changed cell: style (modern, now minimal)"),
    "captions": ({"captions": "off"}, "changed cell: captions (burned, now off)"),
    "say_as": ({"say_as": "tap = tapp"}, "changed cell: say_as"),
    "picture": ({"image_url": "https://example.com/a.png"}, "changed cell: image_url"),
    "platform": ({"platform_preferences": "youtube, tiktok"}, "new"),
    "two cells": (
        {"script_content": "Other words. Save the lake.", "voice_preference": "male"},
        "changed cell: script_content, voice (female, now male)",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_cell_is_named(desk: Desk, change: str) -> None:
    cells, reason = CHANGES[change]
    desk.make(idea("One"), idea("Two"))

    found = desk.plan({**idea("One"), **cells}, idea("Two"))

    assert (why(found), kept(found)) == ({"One": reason}, ["Two"])


@pytest.mark.parametrize("cells", [{"priority": "urgent"}, {"tone": "calm"}, {"target_audience": "all"}])
def test_a_cell_that_makes_no_difference_renders_nothing(desk: Desk, cells: Row) -> None:
    desk.make(idea("One"))
    assert kept(desk.plan({**idea("One"), **cells})) == ["One"]


def test_only_the_platform_that_is_missing_is_rendered(desk: Desk) -> None:
    desk.make(idea("One"))

    (row,) = desk.plan(idea("One", platform_preferences="youtube, tiktok")).rows

    assert [(video.output.platform.value, bool(video.reasons)) for video in row.videos] == [
        ("youtube", False),
        ("tiktok", True),
    ]
    assert row.videos[0].url.endswith("one-youtube.mp4")


def test_a_kept_video_is_that_of_the_cells_as_they_are_and_not_the_newest(desk: Desk) -> None:
    first = {**idea("One"), "voice_preference": "female"}
    desk.make(first)
    (wanted,) = desk.documents()
    desk.make({**first, "voice_preference": "male"})
    wanted.write_text(json.dumps({**json.loads(wanted.read_text()), "created_at": "2001-01-01T00:00:00Z"}))
    (whole,) = desk.plan(first).rows

    (row,) = desk.plan({**first, "platform_preferences": "youtube, tiktok"}).rows

    assert not whole.work
    assert row.videos[0].url == whole.videos[0].url != ""


def test_rows_in_another_order_are_the_same_rows(desk: Desk) -> None:
    desk.make(idea("One"), idea("Two"))
    assert kept(desk.plan(idea("Two"), idea("One"))) == ["Two", "One"]


OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "resolution": ({"output": {"resolution": "720p"}}, "changed options: resolution (1080p, now 720p)"),
    "codec": ({"output": {"video_codec": "h265"}}, "changed options: video_codec (h264, now h265)"),
    "container": ({"output": {"format": "mov"}}, "changed options: format (mp4, now mov)"),
    "voice": ({"template": {"overrides": {"voice": "male"}}}, "changed options: voice (female, now male)"),
    "style": ({"template": {"overrides": {"style": "classic"}}}, "changed options: style (modern, now classic)"),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_a_changed_option_of_the_job_is_named(desk: Desk, option: str) -> None:
    fields, reason = OPTIONS[option]
    desk.make(idea("One"))

    assert why(desk.plan(idea("One"), **fields)) == {"One": reason}


def test_a_changed_template_is_named(desk: Desk) -> None:
    desk.settings["templates_folder"] = desk.folder / "templates"
    desk.settings["templates_folder"].mkdir()
    brand = desk.settings["templates_folder"] / "brand.json"
    brand.write_text(json.dumps({"settings": {"style": {"colors": ["#1E90FF"]}}}))
    desk.make(idea("One"), template={"template_id": "brand"})
    assert kept(desk.plan(idea("One"), template={"template_id": "brand"})) == ["One"]

    brand.write_text(json.dumps({"settings": {"style": {"colors": ["#FF901E"]}}}))

    assert why(desk.plan(idea("One"), template={"template_id": "brand"})) == {"One": "changed template"}


def test_the_template_is_what_has_changed_where_neither_cell_nor_job_decides(desk: Desk) -> None:
    folder = desk.settings["templates_folder"] = desk.folder / "templates"
    folder.mkdir()
    loud = {"base": "classic"}, {"voice": "male", "pronunciations": {"tap": "tapp"}}
    (folder / "loud.json").write_text(json.dumps({"settings": {"style": loud[0], "audio": loud[1]}}))
    desk.make(idea("One"), idea("Two", style_override="modern"))

    found = why(desk.plan(idea("One"), idea("Two", style_override="modern"), template={"template_id": "loud"}))

    assert found == {
        "One": "changed template: voice (female, now male), style (modern, now classic), say_as, "
        "template (default_template, now loud)",
        "Two": "changed template: voice (female, now male), say_as, template (default_template, now loud)",
    }


def test_a_template_that_is_edited_is_what_has_changed(desk: Desk) -> None:
    folder = desk.settings["templates_folder"] = desk.folder / "templates"
    folder.mkdir()
    fields = {"template": {"template_id": "brand"}}
    (folder / "brand.json").write_text(json.dumps({"voice": "male"}))
    desk.make(idea("One"), **fields)

    (folder / "brand.json").write_text(json.dumps({"voice": "neutral"}))

    assert why(desk.plan(idea("One"), **fields)) == {"One": "changed template: voice (male, now neutral)"}


MALE: dict[str, Any] = {"template": {"overrides": {"voice": "male"}}}
SOURCES: dict[str, tuple[Row, dict[str, Any], Row, dict[str, Any], str]] = {
    "cell is filled": ({}, {}, {"voice_preference": "male"}, {}, "changed cell: voice (female, now male)"),
    "cell is emptied": ({"voice_preference": "male"}, {}, {}, {}, "changed cell: voice (male, now female)"),
    "cell is emptied, job says": (
        {"voice_preference": "female"},
        MALE,
        {},
        MALE,
        "changed cell: voice (female, now male)",
    ),
    "cell wins over the job": (
        {},
        MALE,
        {"voice_preference": "female"},
        MALE,
        "changed cell: voice (male, now female)",
    ),
    "job says it": ({}, {}, {}, MALE, "changed options: voice (female, now male)"),
    "job says it no more": ({}, MALE, {}, {}, "changed options: voice (male, now female)"),
    "language by job": (
        {},
        {},
        {},
        {"template": {"overrides": {"language": "de"}}},
        "changed options: language (none, now de)",
    ),
    "language in a cell": ({}, {}, {"language": "de"}, {}, "changed cell: language (none, now de)"),
}


@pytest.mark.parametrize("case", SOURCES)
def test_who_has_changed_a_choice_is_told(desk: Desk, case: str) -> None:
    cells, fields, cells_now, fields_now, reason = SOURCES[case]
    desk.make(idea("One", **cells), **fields)

    assert why(desk.plan(idea("One", **cells_now), **fields_now)) == {"One": reason}


def test_a_video_by_a_generation_of_the_users_own_names_it(desk: Desk) -> None:
    found = desk.plan(idea("One"), idea("Two"))
    own = with_engine(found.store, engine_of_generation("shop.films.Processor"))
    for row in found.rows:
        made = Generated("https://films.example/1.mp4")
        own.publish_generated(row.plan, row.plan.outputs, made, seconds=1.0, warnings=())

    now = desk.plan(idea("One"), idea("Two", style_override="minimal"))

    by = "made by another program (shop.films.Processor; a run from here makes it anew, with the engine)"
    assert why(now) == {"One": by, "Two": f"changed cell: style (modern, now minimal); {by}"}
    assert now.gone == ()
    desk.make(idea("One"), idea("Two"))
    assert kept(desk.plan(idea("One"), idea("Two"))) == ["One", "Two"]


def test_another_provider_of_voices_is_named(desk: Desk) -> None:
    desk.make(idea("One"))
    desk.settings |= {"speech_provider": "openai", "speech_api_key": "key"}

    found = desk.plan(idea("One"))

    assert why(found)["One"].startswith("changed voice (another provider of voices")
    assert found.estimate.voice_cost > 0


def with_engine(store: OutputStore, engine: str) -> OutputStore:
    return replace(store, engine=engine)


def test_another_version_of_the_engine_is_named(desk: Desk) -> None:
    found = desk.plan(idea("One"))
    publish(with_engine(found.store, "bulkvid-3"), found.rows[0].plan, desk.folder / "work")

    assert why(desk.plan(idea("One"))) == {"One": "engine changed"}


def test_a_video_of_before_that_does_not_say_what_it_was_made_of(desk: Desk) -> None:
    desk.make(idea("One"))
    (document,) = desk.documents()
    told = json.loads(document.read_text())
    del told["ingredients"]
    document.write_text(json.dumps(told))
    assert kept(desk.plan(idea("One"))) == ["One"]

    found = desk.plan(idea("One", script_content="Other words. Save the lake."))

    assert why(found)["One"].startswith("changed (what has changed is not known")


def test_the_newest_of_several_versions_is_compared(desk: Desk) -> None:
    desk.make(idea("One"))
    desk.make(idea("One", style_override="classic"))
    later = desk.plan(idea("One", style_override="classic"))
    for document in desk.documents():
        told = json.loads(document.read_text())
        told["created_at"] = f"2026-11-0{2 if told['style'] == 'classic' else 1}T00:00:00+00:00"
        document.write_text(json.dumps(told))

    assert kept(later) == ["One"]
    assert why(desk.plan(idea("One", style_override="minimal"))) == {
        "One": "changed cell: style (classic, now minimal)"
    }


def test_a_document_that_cannot_be_read_is_a_missing_file(desk: Desk) -> None:
    desk.make(idea("One"))
    desk.documents()[0].write_text("{ truncated")

    assert why(desk.plan(idea("One"))) == {"One": "missing file (its video.json cannot be read)"}


def report_of(plan: SheetPlan, state: RowState, **known: Any) -> None:
    """Leave the manifest of a job in which each row ended so."""
    rows = tuple(RowReport(row.plan.row_key, row.plan.sheet_row, row.plan.title, state, **known) for row in plan.rows)
    plan.store.write_text(MANIFEST, manifest_json(JobReport("job_1", "t", "s", "", "", 1.0, rows)))


def test_a_row_that_failed_last_time_says_why(desk: Desk) -> None:
    report_of(desk.plan(idea("One")), RowState.FAILED, reason="The voice did not answer")

    assert why(desk.plan(idea("One"))) == {"One": "failed last time (The voice did not answer)"}


def test_a_row_whose_files_were_deleted_is_missing(desk: Desk) -> None:
    found = desk.make(idea("One"))
    output = found.rows[0].plan.outputs[0].platform
    report_of(found, RowState.COMPLETED, outputs=(RowOutput(output, "a.mp4", document="gone/video.json"),))
    desk.documents()[0].unlink()

    assert why(desk.plan(idea("One"))) == {"One": "missing file"}


def test_rows_that_the_sheet_has_no_more_are_told_and_keep_their_videos(desk: Desk) -> None:
    desk.make(idea("One"), idea("Two", platform_preferences="youtube, tiktok"))

    found = desk.plan(idea("One"))

    ((gone,), rows) = (found.gone, found.rows)
    assert (gone.title, gone.videos) == ("Two", 2)
    assert gone.url.startswith(f"file://{desk.folder}/output/")
    assert [row.plan.title for row in rows] == ["One"]


def test_a_new_title_makes_a_new_row_unless_the_row_has_an_id(desk: Desk) -> None:
    desk.make(idea("One"), idea("Two"))
    renamed = desk.plan(idea("One"), idea("Second"))
    assert (why(renamed), [row.title for row in renamed.gone]) == ({"Second": "new"}, ["Two"])

    desk.make(idea("Three", id="3"))
    found = desk.make(idea("Three", id="3"))
    documents = tuple(
        RowOutput(video.output.platform, "v.mp4", document=found.store.key(row.plan, video.output, DOCUMENT))
        for row in found.rows
        for video in row.videos
    )
    inside = len(found.store.folder) + 1
    report_of(
        found, RowState.COMPLETED, outputs=tuple(replace(one, document=one.document[inside:]) for one in documents)
    )

    assert why(desk.plan(idea("Third", id="3"))) == {"Third": "changed cell: idea_title"}


def test_a_refused_row_with_videos_is_not_gone(desk: Desk) -> None:
    desk.make(idea("One", id="1"), idea("Two", id="2"))

    found = desk.plan(idea("One", id="1"), idea("Two", id="2", script_content=""))

    assert found.sheet.report.rejected == (3,)
    assert found.gone == ()


def test_a_picture_is_not_looked_at(desk: Desk) -> None:
    pictured = idea("One", image_url="https://example.com/a.png")
    found = desk.plan(pictured)
    (row,) = found.rows
    publish(
        found.store, replace(row.plan, image=PlannedMedium("https://example.com/a.png", "1" * 40)), desk.folder / "w"
    )

    same = desk.plan(pictured)
    moved = desk.plan(idea("One", image_url="https://example.com/b.png"))

    assert kept(same) == ["One"]
    assert "is not looked at" in same.rows[0].videos[0].note
    assert why(moved) == {"One": "changed cell: image_url"}
    assert "is not looked at" in moved.rows[0].videos[0].note
    assert why(desk.plan(idea("One"))) == {"One": "media changed: image"}


def test_the_estimate_is_of_what_would_be_rendered(desk: Desk) -> None:
    both = idea("One", platform_preferences="youtube, tiktok")
    whole = desk.plan(both, idea("Two")).estimate
    desk.make(idea("One"), idea("Two"))

    part = desk.plan(both, idea("Two")).estimate

    assert (whole.videos, part.videos) == (3, 1)
    assert 0 < part.bytes < whole.bytes
    assert 0 < part.work_s < whole.work_s
    nothing = desk.plan(idea("One"), idea("Two")).estimate
    assert (nothing.videos, nothing.bytes, nothing.work_s) == (0, 0, 0.0)


def test_where_validation_stops_the_job_nothing_would_be_rendered(desk: Desk) -> None:
    found = desk.plan(idea("One"), validation_level="strict")

    assert found.sheet.report.stops_job
    assert (found.rows, found.estimate.videos) == ((), 0)


def all_files(folder: Path) -> Sequence[tuple[str, float, int]]:
    return sorted((str(path), path.stat().st_mtime, path.stat().st_size) for path in folder.rglob("*"))


def test_nothing_is_written(desk: Desk) -> None:
    desk.make(idea("One"), idea("Two"))
    rows = (idea("One", script_content="Other words."), idea("Two"), idea("Three"))
    desk.plan(*rows)
    before = all_files(desk.folder)

    here = Settings(output_url=f"file://{desk.folder}/output")
    plan_sheet(BulkJobSpec.for_input(str(desk.folder / "ideas.csv")), here)

    assert all_files(desk.folder) == before
