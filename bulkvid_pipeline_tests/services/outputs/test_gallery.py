"""Walls of posters: which rows they show, in which order, and page after page without a gap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row, RowEnd
from bulkvid_pipeline.services.outputs.gallery import GalleryQuery, Shown, document_of, job_wall, neighbours_of
from bulkvid_pipeline.services.outputs.job_files import videos_of
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.services.jobs.test_job_list import a_job
from bulkvid_pipeline_tests.services.outputs.stored_job import StoredJob


def a_row(number: int, *platforms: str, state: ItemState = ItemState.COMPLETED, warnings: tuple[str, ...] = ()) -> Row:
    """A row with videos for the platforms, or without any, in that state."""
    files = tuple({"platform": platform, "document": f"s/{number}/{platform}-1/video.json"} for platform in platforms)
    title = f"Straße {number}"
    ended = state in (ItemState.COMPLETED, ItemState.FAILED)
    end = RowEnd(f"row-{number}", number, title, state, 1.0, "run", warnings=warnings, files=files) if ended else None
    return Row(f"row-{number}", number, title, state, end)


ROWS = JobRows(
    a_job(1),
    (
        a_row(2, "youtube", "tiktok"),
        a_row(3, "youtube", warnings=("quick",)),
        a_row(4, state=ItemState.FAILED),
        a_row(5, state=ItemState.QUEUED),
        *(a_row(number, "tiktok") for number in range(6, 30)),
    ),
)


def shown(query: GalleryQuery) -> list[tuple[int, str]]:
    """Sheet row and platform of the entries of all pages."""
    found: list[tuple[int, str]] = []
    while True:
        wall = job_wall(ROWS, query)
        assert len(wall.entries) <= query.page_size
        found += [(entry.row.sheet_row, entry.video.platform if entry.video else "") for entry in wall.entries]
        if wall.next_page_token is None:
            return found
        query = replace(query, page_token=wall.next_page_token)


@pytest.mark.parametrize("page_size", [1, 2, 5, 27, 100])
def test_pages_follow_each_other_without_a_gap(page_size: int) -> None:
    everything = [(2, "youtube"), (2, "tiktok"), (3, "youtube"), *((number, "tiktok") for number in range(6, 30))]
    assert shown(GalleryQuery(page_size=page_size)) == everything
    assert shown(GalleryQuery(platform="youtube", page_size=page_size)) == [(2, "youtube"), (3, "youtube")]


def test_rows_are_shown_by_what_became_of_them_and_counted() -> None:
    assert shown(GalleryQuery(Shown.WARNED)) == [(3, "youtube")]
    assert shown(GalleryQuery(Shown.FAILED)) == [(4, "")]
    assert shown(GalleryQuery(Shown.OPEN)) == [(5, "")]
    assert shown(GalleryQuery(q="STRASSE 2", platform="youtube")) == [(2, "youtube")]
    wall = job_wall(ROWS, GalleryQuery(q="nothing"))
    assert wall.counts == {Shown.READY: 27, Shown.WARNED: 1, Shown.FAILED: 1, Shown.OPEN: 1}
    assert wall.platforms == {"youtube": 2, "tiktok": 25}


def test_a_page_token_is_good_for_its_own_query_alone() -> None:
    token = job_wall(ROWS, GalleryQuery(page_size=2)).next_page_token
    with pytest.raises(InvalidRequestError, match="does not belong to this list"):
        job_wall(ROWS, GalleryQuery(platform="tiktok", page_token=token))


def test_a_video_knows_those_beside_it() -> None:
    first, second = videos_of(ROWS.rows[0])
    (third,) = videos_of(ROWS.rows[1])
    around = neighbours_of(ROWS, second)
    assert around.entry.video == second
    assert around.previous is not None
    assert around.previous.video == first
    assert around.next is not None
    assert around.next.video == third
    assert neighbours_of(ROWS, first).previous is None


def test_what_a_video_tells_of_itself_is_none_where_it_cannot_be_read(tmp_path: Path) -> None:
    job = StoredJob(Links(Settings(output_url=f"file://{tmp_path}"), b"k" * 32), a_job(1, output=f"file://{tmp_path}"))
    (video,) = videos_of(job.finish(2))
    assert document_of(job.files, video) is None, "noise is no document"
