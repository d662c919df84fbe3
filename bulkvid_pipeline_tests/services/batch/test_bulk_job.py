"""Whole jobs over real sheets, real voices, real encoders and a real Dagster instance."""

from __future__ import annotations

import av
import pytest
from dagster import AssetKey, DagsterRunStatus, RunsFilter, materialize

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.defs.assets import video
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = ON_BOTH_DATABASES

VIDEO = AssetKey(tags.VIDEO_ASSET)
NO_FONT_HAS_THIS = "\U00012000"
"""A cuneiform sign."""


def test_every_row_becomes_a_video_with_poster_captions_and_document(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One", platform_preferences="youtube,tiktok"), idea("Two")]))

    assert job.success
    assert sorted(job.rendered) == ["One", "Two"]
    names = sorted(path.name for path in workplace.videos())
    assert names == ["one-tiktok.mp4", "one-youtube.mp4", "two-youtube.mp4"]
    for path in workplace.videos():
        files = {path.name, *(f"{path.stem}{suffix}" for suffix in (".jpg", ".srt", ".vtt")), "video.json"}
        assert {p.name for p in path.parent.iterdir()} == files
        with av.open(str(path)) as file:
            frames = sum(1 for _ in file.decode(video=0))
            assert frames == pytest.approx(float(file.duration or 0) / av.time_base * 30, abs=1.5)


def test_the_gallery_the_table_and_the_manifest_stand_beside_the_videos(workplace: Workplace) -> None:
    untitled = idea("", script="No title here.")
    workplace.run(workplace.sheet([idea("One"), untitled, idea("Three", voice_preference="loud")]))

    folder = workplace.videos()[0].parents[2]
    assert {"report.html", "results.csv", "manifest.json"} <= {path.name for path in folder.iterdir()}
    rows = [(row["sheet_row"], row["title"], row["state"]) for row in workplace.manifest()["rows"]]
    assert rows == [(2, "One", "completed"), (3, "Row 3", "rejected"), (4, "Three", "rejected")]


def test_a_second_run_of_an_unchanged_sheet_renders_nothing(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One"), idea("Two")])
    workplace.run(sheet)
    before = {path: path.stat().st_mtime_ns for path in workplace.videos()}

    second = workplace.run(sheet)

    assert second.success
    assert second.rendered == []
    assert {path: path.stat().st_mtime_ns for path in workplace.videos()} == before


def test_after_one_changed_row_exactly_that_row_is_rendered(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two")]))

    changed = workplace.run(workplace.sheet([idea("Two", "Every drop counts."), idea("One")]))

    assert changed.rendered == ["Two"]


def test_a_lost_file_is_made_again(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One")])
    workplace.run(sheet)
    (workplace.videos()[0].parent / "video.json").write_text("{ truncated")

    assert workplace.run(sheet).rendered == ["One"]


def test_urgent_rows_go_first(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_WORKERS", "1")
    rows = [idea("Low", priority="low"), idea("Normal"), idea("Urgent", priority="urgent")]

    assert workplace.run(workplace.sheet(rows)).rendered == ["Urgent", "Normal", "Low"]


def test_a_row_fails_alone_and_its_partition_says_so(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("Good"), idea(f"Bad {NO_FONT_HAS_THIS}")])

    job = workplace.run(sheet, validation_level="permissive")

    assert job.rendered == ["Good"]
    assert job.failed == [f"Bad {NO_FONT_HAS_THIS}"]
    assert NO_FONT_HAS_THIS in job.rows[-1].reason or NO_FONT_HAS_THIS in job.rows[0].reason
    assert job.run.status is DagsterRunStatus.FAILURE
    assert job.run.tags[tags.STATE] == "completed"
    materialised = workplace.instance.get_materialized_partitions(VIDEO)
    assert len(materialised) == 1


def test_strict_stops_before_anything_is_rendered_and_keeps_the_whole_report(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One"), idea("Two", tone="calm")]), validation_level="strict")

    assert not job.success
    assert workplace.videos() == []
    assert job.watch.report is not None
    assert {finding["sheet_row"] for finding in job.watch.report["findings"]} == {2, 3}
    assert "did not pass validation" in job.watch.failure


def test_a_place_that_cannot_be_written_ends_the_job_before_the_first_row(workplace: Workplace) -> None:
    job = workplace.run(
        workplace.sheet([idea("One")]), output={"output_bucket": f"file://{workplace.folder}/ideas.csv/sub"}
    )

    assert not job.success
    assert job.rows == ()
    assert "Choose another folder" in job.watch.failure


def test_a_missing_template_is_named(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One")]), template={"template_id": "no_such_template"})

    assert "no_such_template" in job.watch.failure
    assert "default_template" in job.watch.failure


def test_chosen_rows_are_materialised_by_the_spec_of_their_job(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One"), idea("Two")])
    workplace.run(sheet)
    one, _two = sorted(workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS))
    for path in workplace.videos():
        path.unlink()
    for document in (workplace.folder / "output").rglob("video.json"):
        document.unlink()

    result = materialize([video], instance=workplace.instance, partition_key=one, selection=[video])

    assert result.success
    assert workplace.materialised(result.run_id) == [one]
    assert len(workplace.videos()) == 1
    (made,) = workplace.videos()
    with av.open(str(made)) as file:
        assert file.streams.video[0].height == 720


def test_jobs_are_found_by_their_tags(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One")]), title="Spring", priority="high", user_id="ann")

    (found,) = workplace.instance.get_runs(RunsFilter(tags={tags.TITLE: "Spring", tags.USER: "ann"}))
    assert found.run_id == job.run.run_id
    assert found.tags[tags.PRIORITY] == "high"
    assert found.tags[tags.STATE] == "completed"
