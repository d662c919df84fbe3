"""What published files are called, and that files of before keep their names and links."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.output import RenderedOutput
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS, PublishedOutput
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OutputStore

MADE = {"video.mp4": b"film", "poster.jpg": b"poster", "captions.srt": b"1\n", "captions.vtt": b"WEBVTT\n"}


@pytest.fixture
def store(tmp_path: Path) -> OutputStore:
    return OutputStore(open_storage(f"file://{tmp_path}/output"), "", "ideas", RetryPolicy(tries=1))


def plan(title: str, *platforms: Platform) -> VideoPlan:
    idea = VideoIdea("17", 2, title, "Save the water.", platforms=platforms or (Platform.YOUTUBE,))
    return plan_video(idea, BulkJobSpec.for_input("ideas.csv"), BUILT_IN_TEMPLATES["default_template"])


def publish(store: OutputStore, planned: VideoPlan, folder: Path) -> tuple[PublishedOutput, ...]:
    rendered = []
    for output in planned.outputs:
        place = folder / output.platform.value
        place.mkdir(parents=True)
        for name, content in MADE.items():
            (place / name).write_bytes(content)
        video, poster, srt, vtt = MADE
        rendered.append(
            RenderedOutput(
                output.platform, place, video, poster, "", srt, vtt,
                width=1280, height=720, duration_s=6.0, frames=180, size_bytes=4, loudness_lufs=-14.0,
                true_peak_dbtp=-1.0, render_seconds=0.1, cpu_seconds=0.1,
            )
        )  # fmt: skip
    return store.publish(planned, planned.outputs, RenderedRow(tuple(rendered), "en", 1.0, 0.1))


def names(output: PublishedOutput) -> list[str]:
    return [key.rsplit("/", 1)[1] for key in (output.video, output.poster, output.srt, output.vtt, output.document)]


def test_the_files_of_a_video_are_called_by_its_title_and_platform(store: OutputStore, tmp_path: Path) -> None:
    wide, tall = publish(store, plan("Morning tea", Platform.YOUTUBE, Platform.TIKTOK), tmp_path / "made")

    stem = "morning-tea-youtube"
    assert names(wide) == [f"{stem}.mp4", f"{stem}.jpg", f"{stem}.srt", f"{stem}.vtt", "video.json"]
    assert names(tall)[0] == "morning-tea-tiktok.mp4"
    kept = [store.storage.read_bytes(key) for key in (wide.video, wide.poster, wide.srt, wide.vtt)]
    assert kept == list(MADE.values())


@pytest.mark.parametrize("title", ["早茶 50% #1", "شاي الصباح", "Ça va? <b>"])
def test_the_link_of_a_title_in_any_script_opens_its_file(store: OutputStore, tmp_path: Path, title: str) -> None:
    (output,) = publish(store, plan(title), tmp_path / "made")

    assert output.url.isascii()
    assert Path(url2pathname(urlsplit(output.url).path)).read_bytes() == b"film"
    assert unquote(output.url).endswith(output.video)


def test_a_name_that_two_rows_would_share_has_the_rows_key(store: OutputStore, tmp_path: Path) -> None:
    (output,) = publish(store, replace(plan("Morning tea"), name_is_shared=True), tmp_path / "made")
    assert names(output)[0] == "morning-tea-17-youtube.mp4"


def test_an_output_with_the_names_of_before_is_found_by_its_document_and_not_made_again(store: OutputStore) -> None:
    tea = plan("Morning tea")
    folder = store.key(tea, tea.outputs[0], DOCUMENT).removesuffix(DOCUMENT)
    keys = {name: folder + name for name in (*MADE, DOCUMENT)}
    old = PublishedOutput(
        tea.row_key, tea.title, "youtube", tea.output_fingerprint(store.engine, tea.outputs[0]), store.engine,
        store.storage.url(keys["video.mp4"]), keys["video.mp4"], keys["poster.jpg"], keys["captions.srt"],
        keys["captions.vtt"], keys[DOCUMENT], 1280, 720, 6.0, 180, 4, -14.0, -1.0, 0.1, 0.1, "female", "modern", "en",
        1.0, "2026-11-01T00:00:00+00:00",
    )  # fmt: skip
    for name, content in MADE.items():
        store.storage.write_bytes(keys[name], content)
    store.storage.write_bytes(keys[DOCUMENT], OUTPUTS.dump_json(old))

    assert store.missing_outputs(tea, store.published_documents()) == ()
    (found,) = store.read_outputs(tea)
    assert found == old
    assert found is not None
    assert store.storage.read_bytes(found.video) == b"film"
    assert store.missing_outputs(replace(tea, name_is_shared=True), store.published_documents()) == ()


def test_a_file_made_anew_leaves_the_file_of_an_older_name_where_links_point_to(
    store: OutputStore, tmp_path: Path
) -> None:
    tea = plan("Morning tea")
    (first,) = publish(store, tea, tmp_path / "first")
    (second,) = publish(store, replace(tea, name_is_shared=True), tmp_path / "second")

    assert first.document == second.document
    assert store.storage.read_bytes(first.video) == store.storage.read_bytes(second.video)
