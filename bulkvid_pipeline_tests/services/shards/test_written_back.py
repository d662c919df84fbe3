"""What a spread job tells its Google sheet: of all rows, whichever shard has made them, and once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core.errors import EncoderError
from bulkvid_pipeline.services.wiring import rendering
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.services.shards.hall import Hall, setup_of
from bulkvid_pipeline_tests.workplace import SHORT_SCRIPT

pytestmark = pytest.mark.heavy

WRITES = "sheets.values.batchUpdate"
MEDIA = Path(__file__).parents[3] / "samples" / "media"


@pytest.fixture
def google(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Iterator[GooglePeer]:
    assert hall.workplace.folder.is_dir()
    with GooglePeer() as peer:
        for name, value in {**peer.env, "BULKVID_GOOGLE_CREDENTIALS": str(peer.service_account().path)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("BULKVID_MEDIA_FOLDER", str(MEDIA))
        settings_module.settings.cache_clear()
        yield peer


def test_all_rows_are_written_once_those_with_media_and_failed_ones_too(
    hall: Hall, google: GooglePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = ["idea_title", "script_content", "image_url"]
    rows = [
        ["One", SHORT_SCRIPT, ""],
        ["Two", SHORT_SCRIPT, "valley.jpg"],
        ["Bad", SHORT_SCRIPT, ""],
        ["", SHORT_SCRIPT, ""],
    ]
    sheet_id = google.add_sheet([header, *rows], writable_by=[google.service_account().email])

    def fail_one(title: str) -> None:
        if title == "Bad":
            raise EncoderError("It broke")

    studio = replace(hall.studio, on_render=fail_one)
    monkeypatch.setattr(rendering, "render_setup", setup_of(studio))
    hall.plan(hall.workplace.spec(Path(sheet_id), write_back=True, validation_level="moderate"))
    assert google.count(WRITES) == 1, "what was refused is told at once"

    hall.execute_all()

    assert google.count(WRITES) == 2
    told, *cells = [list(row) for row in google.workbook(sheet_id).tabs[0].rows]
    by_title = {row[0]: dict(zip(told, map(str, row), strict=False)) for row in cells}
    assert {title: row["video_status"] for title, row in by_title.items()} == {
        "One": "completed",
        "Two": "completed",
        "Bad": "failed",
        "": "rejected",
    }
    assert all(by_title[title]["video_url"].startswith("file://") for title in ("One", "Two"))
    assert "It broke" in by_title["Bad"]["video_error"]
    assert "failed" not in hall.job.write_back
