"""Whole jobs over rows with pictures and videos from a real server."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.adapters.media.library import medium_of
from bulkvid_pipeline.core.errors import MediumNotFoundError
from bulkvid_pipeline.core.planning import plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.services.media.policy import media_policy
from bulkvid_pipeline.services.media.prefetch import MediaPrefetch, with_known_media
from bulkvid_pipeline.services.previews.row_preview import preview_row
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.validation import validate_for_spec
from bulkvid_pipeline_tests import media_files
from bulkvid_pipeline_tests.peers.hook_receiver import Reply, Silence
from bulkvid_pipeline_tests.peers.media_server import MediaServer
from bulkvid_pipeline_tests.waiting import PATIENCE_S
from bulkvid_pipeline_tests.workplace import FinishedJob, Workplace, idea

pytestmark = pytest.mark.heavy

RED = media_files.encoded(media_files.flat(640, 480, (230, 20, 20)))
BLUE = media_files.encoded(media_files.flat(640, 480, (20, 20, 230)))


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as running:
        yield running


@pytest.fixture
def open_workplace(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """One that may fetch from servers of its own machine, and has a media folder."""
    monkeypatch.setenv("BULKVID_MEDIA_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("BULKVID_MEDIA_ALLOW_HTTP", "true")
    monkeypatch.setenv("BULKVID_MEDIA_TIMEOUT_S", "2")
    (workplace.folder / "media").mkdir()
    monkeypatch.setenv("BULKVID_MEDIA_FOLDER", str(workplace.folder / "media"))
    settings_module.settings.cache_clear()
    return workplace


def sheet(workplace: Workplace, *rows: dict[str, str]) -> Path:
    path = workplace.folder / "ideas.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["idea_title", "script_content", "Image URL", "Background"], restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def run(workplace: Workplace, path: Path) -> FinishedJob:
    return workplace.run(path)


def colours(video: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Mean colour of the middle of the last frame."""
    with av.open(str(video)) as file:
        *_, last = file.decode(video=0)
        pixels = last.to_ndarray(format="rgb24")
    return np.asarray(pixels[:40, -40:].reshape(-1, 3).mean(axis=0))


def test_only_rows_whose_media_changed_are_rendered_again(open_workplace: Workplace, server: MediaServer) -> None:
    picture, other = server.serve("/a.png", RED), server.serve("/b.png", RED)
    path = sheet(
        open_workplace,
        idea("Changing", Background=picture),
        idea("Same", **{"Image URL": other}),
        idea("Plain"),
    )
    first = run(open_workplace, path)
    assert sorted(first.rendered) == ["Changing", "Plain", "Same"]
    assert sorted(server.answered) == ["/a.png 200", "/b.png 200"]
    again = run(open_workplace, path)
    assert again.rendered == []
    assert sorted(server.answered[2:]) == ["/a.png 304", "/b.png 304"]
    before = {video: colours(video) for video in open_workplace.videos()}
    server.serve("/a.png", BLUE)
    assert run(open_workplace, path).rendered == ["Changing"]
    (new,) = set(open_workplace.videos()) - set(before)
    red, _, blue = colours(new)
    assert blue > red + 20


def test_the_same_content_at_another_address_is_the_same_video(open_workplace: Workplace, server: MediaServer) -> None:
    run(open_workplace, sheet(open_workplace, idea("One", Background=server.serve("/a.png", RED))))
    (open_workplace.folder / "media" / "b.png").write_bytes(RED)
    assert run(open_workplace, sheet(open_workplace, idea("One", Background="b.png"))).rendered == []


def test_a_row_whose_medium_cannot_be_had_fails_alone_and_says_why(
    open_workplace: Workplace, server: MediaServer, tmp_path: Path
) -> None:
    slow = server.misbehave("/slow.png?token=SECRET", Silence())
    cut = media_files.encoded(media_files.scenery(640, 480), "jpeg")[:9000]
    rows = [
        idea("Gone", **{"Image URL": server.url("/none.png?token=SECRET")}),
        idea("Drawing", **{"Image URL": server.serve("/a.svg", b"<svg/>")}),
        idea("Truncated", Background=server.serve("/cut.jpg", cut)),
        idea("Moving", **{"Image URL": server.serve("/a.mp4", media_files.clip(tmp_path / "a.mp4", seconds=0.2))}),
        idea("Slow", Background=slow),
        idea("Good", Background=server.serve("/good.png", RED)),
        idea("Plain"),
    ]
    job = run(open_workplace, sheet(open_workplace, *rows))
    assert sorted(job.rendered) == ["Good", "Plain"]
    said = {row.title: row.reason for row in job.rows if not row.completed}
    assert said.keys() == {"Gone", "Drawing", "Truncated", "Moving", "Slow"}
    assert "none.png?... answered 404" in said["Gone"]
    assert "an SVG drawing" in said["Drawing"]
    assert "cannot be decoded" in said["Truncated"]
    assert "is a video" in said["Moving"]
    assert "not fetched within 2 s" in said["Slow"]
    assert all(row.fix for row in job.rows if not row.completed)
    assert job.rows[-1].title == "Slow", "the others did not wait for it"
    written = [
        file.read_text() for file in (open_workplace.folder / "output").rglob("*.[hjc]*") if file.suffix != ".jpg"
    ]
    assert not any("SECRET" in text for text in written)


def test_a_transient_fault_of_the_server_costs_no_row(open_workplace: Workplace, server: MediaServer) -> None:
    server.serve("/a.png", RED)
    picture = server.misbehave("/a.png", Reply(503), Reply(503))
    assert run(open_workplace, sheet(open_workplace, idea("One", **{"Image URL": picture}))).rendered == ["One"]
    assert server.answered == ["/a.png 503", "/a.png 503", "/a.png 200"]


def test_without_a_cache_a_job_fetches_each_medium_once(
    open_workplace: Workplace, server: MediaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_CACHE", "false")
    settings_module.settings.cache_clear()
    picture = server.serve("/a.png", RED)
    rows = [idea(f"Row {number}", Background=picture) for number in range(2)]
    assert len(run(open_workplace, sheet(open_workplace, *rows)).rendered) == 2
    assert server.answered == ["/a.png 200"]


def test_private_servers_are_refused_by_validation(workplace: Workplace, server: MediaServer) -> None:
    source = server.serve("/a.png", RED).replace("http:", "https:")
    job = run(workplace, sheet(workplace, idea("Inside", Background=source), idea("Plain")))
    assert job.rendered == ["Plain"]
    (report,) = (workplace.folder / "output").rglob("report.html")
    assert "not on the public internet" in report.read_text()
    assert server.received == []


def test_a_video_plays_behind_the_words(open_workplace: Workplace, tmp_path: Path) -> None:
    source = "nullsrc=size=320x180:rate=25,geq=lum='128+90*sin(X/15+N*0.7)':cb=128:cr=128"  # wandering stripes
    (open_workplace.folder / "media" / "sea.mp4").write_bytes(media_files.clip(tmp_path / "s.mp4", source, 2.0))
    job = run(open_workplace, sheet(open_workplace, idea("Sea", Background="sea.mp4")))
    assert job.rendered == ["Sea"]
    (video,) = open_workplace.videos()
    with av.open(str(video)) as file:
        # At the right edge no words stand.
        edges = [frame.to_ndarray(format="gray")[:, -60:].astype(np.int16) for frame in file.decode(video=0)]
    steps = np.array([np.abs(after - before).mean() for before, after in pairwise(edges)])
    moving = np.flatnonzero(steps > 0.5)
    assert len(moving) > len(edges) / 4, "ten times a second"
    assert moving[-1] > len(edges) * 0.9, "to the end"


def test_a_preview_shows_the_rows_media_and_says_what_is_wrong_with_them(
    open_workplace: Workplace, server: MediaServer
) -> None:
    picture = server.serve("/a.png", RED)
    path = sheet(
        open_workplace, idea("Red", Background=picture), idea("Gone", **{"Image URL": server.url("/none.png")})
    )
    folder = open_workplace.folder / "preview"
    made = preview_row(open_workplace.spec(path), settings_module.settings(), 2, folder)
    with av.open(str(made.stills[0])) as file:
        (frame,) = file.decode(video=0)
    red, green, _ = frame.to_ndarray(format="rgb24")[:40, -40:].mean(axis=(0, 1))
    assert red > green + 60
    with pytest.raises(MediumNotFoundError, match="answered 404"):
        preview_row(open_workplace.spec(path), settings_module.settings(), 3, folder)


def test_plans_are_known_again_by_the_content_of_their_media(
    open_workplace: Workplace, server: MediaServer, tmp_path: Path
) -> None:
    path = sheet(
        open_workplace,
        idea("Red", Background=server.serve("/a.png", RED)),
        idea("Gone", Background=server.url("/none.png")),
        idea("Plain"),
    )
    spec, configured = open_workplace.spec(path), settings_module.settings()
    plans = validate_for_spec(load_sheet(spec.input_source, configured, spec.project_id), spec, configured).plans
    known = with_known_media(plans, media_policy(configured), FolderCache(tmp_path / "pieces", 10**8))
    assert [plan.title for plan in known] == ["Red", "Gone", "Plain"]
    assert known[0].background is not None
    assert known[0].background.digest == medium_of(RED, "it").digest
    assert known[1:] == plans[1:]


def test_a_stopped_desk_leaves_nobody_waiting(server: MediaServer) -> None:
    policy = MediaPolicy(allow_http=True, allow_private=True, deadline_s=3600)
    source = server.misbehave("/a.png", Silence())
    spec = BulkJobSpec.for_input("sheet.csv")
    plan = plan_video(
        VideoIdea("key", 2, "Title", "Script.", image=source), spec, BUILT_IN_TEMPLATES["default_template"]
    )
    began = time.monotonic()
    with MediaPrefetch(policy, None) as prefetch:
        prefetch.ask([plan])
        prefetch.wait(0.2)
        assert prefetch.answers() == []
        assert prefetch.pending == 1
    assert time.monotonic() - began < PATIENCE_S, "not as long as the server is silent"
