"""The gallery: what the wall shows, in which pages, and the page of one video."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bulkvid_pipeline.services.outputs import gallery as outputs_gallery
from bulkvid_pipeline.services.outputs.gallery import PAGE_SIZE
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, words
from bulkvid_pipeline_tests.dashboard.filmed_job import FilmedJob
from bulkvid_pipeline_tests.workplace import Workplace

HOSTILE = "<img src=x onerror=alert(1)>\"'{{ 7*7 }}"


@pytest.fixture
def job(workplace: Workplace) -> FilmedJob:
    job = FilmedJob(workplace)
    job.finish(2, ["youtube", "tiktok"], title="Save water")
    job.finish(3, title="كيف تحافظ على الماء", warnings="The voice is quick")
    job.run.fail(4)
    job.run.plan([2, 3, 4, 5])
    return job


def played(text: str) -> list[str]:
    """Where the posters of a page lead to."""
    return re.findall(r'<a class="poster[^"]*" href="([^"]*)"', text)


def test_the_wall_has_a_poster_for_each_video_and_filters_with_their_numbers(visitor: Visitor, job: FilmedJob) -> None:
    page = visitor.get(job.gallery)
    root = job.gallery
    assert played(page.text) == [f"{root}/row-2/youtube", f"{root}/row-2/tiktok", f"{root}/row-3/youtube"]
    assert re.search(
        r'<img src="/media/job_filmed/row-2/tiktok/poster\?v=000000000002"[^>]*width="720" height="1280"', page.text
    )
    assert "Videos 3" in words(page)
    assert "With notes 1" in words(page)
    assert "No video 1" in words(page)
    assert "Not finished 1" in words(page)
    assert f"/jobs/{job.job_id}/videos.zip" in page.text


def test_the_wall_is_filtered_by_state_platform_and_search(visitor: Visitor, job: FilmedJob) -> None:
    assert len(played(visitor.get(f"{job.gallery}?platform=tiktok").text)) == 1
    assert played(visitor.get(f"{job.gallery}?q=الماء").text) == [f"{job.gallery}/row-3/youtube"]
    assert len(played(visitor.get(f"{job.gallery}?q=SAVE+WATER&platform=youtube").text)) == 1
    assert len(played(visitor.get(f"{job.gallery}?show=warned").text)) == 1
    failed = visitor.get(f"{job.gallery}?show=failed")
    assert played(failed.text) == []
    assert "no font has this Remove it" in words(failed)
    assert "Waiting" in words(visitor.get(f"{job.gallery}?show=open"))
    assert "Nothing matches" in words(visitor.get(f"{job.gallery}?q=nobody+has+this"))
    assert visitor.get(f"{job.gallery}?show=nonsense").status_code == 400


@pytest.mark.heavy
def test_pages_are_cut_on_the_server_and_htmx_gets_only_what_it_adds(visitor: Visitor, workplace: Workplace) -> None:
    job = FilmedJob(workplace)
    for number in range(2, PAGE_SIZE + 12):
        job.finish(number)
    first = visitor.get(job.gallery)
    seen = played(first.text)
    assert len(seen) == PAGE_SIZE
    following = next_of(first.text)
    second = visitor.get(following)
    assert len(seen + played(second.text)) == len({*seen, *played(second.text)}) == PAGE_SIZE + 10
    assert next_of(second.text) == ""
    part = visitor.part(following)
    assert played(part.text) == played(second.text)
    assert "<html" not in part.text
    assert 'id="wall"' not in part.text
    assert 'hx-swap-oob="true"' in part.text
    assert visitor.get(f"{job.gallery}?after=made-up").status_code == 400


def next_of(text: str) -> str:
    found = re.search(r'rel="next" href="([^"]*)"', text)
    return found[1].replace("&amp;", "&") if found else ""


def test_the_gallery_of_all_jobs_has_the_newest_first_and_only_the_projects_own(
    visitor: Visitor, workplace: Workplace
) -> None:
    for number, project in enumerate(("default", "another", "default")):
        FilmedJob(workplace, f"job_{number}", project, f"Job number {number}").finish(2)
    page = visitor.get("/gallery")
    assert played(page.text) == ["/jobs/job_2/gallery/row-2/youtube", "/jobs/job_0/gallery/row-2/youtube"]
    assert "Job number 1" not in page.text


@pytest.mark.heavy
def test_all_jobs_are_paged_through_without_a_gap(visitor: Visitor, workplace: Workplace) -> None:
    for number in range(3):
        job = FilmedJob(workplace, f"job_{number}")
        for row in range(2, 32):
            job.finish(row)

    def pages() -> Iterator[list[str]]:
        path = "/gallery"
        while path:
            text = visitor.get(path).text
            yield played(text)
            path = next_of(text)

    found = list(pages())
    everything = [address for page in found for address in page]
    assert [len(page) for page in found] == [PAGE_SIZE, 90 - PAGE_SIZE]
    assert len(set(everything)) == 90


def test_a_page_of_all_jobs_looks_through_few_rows_and_leads_on(
    visitor: Visitor, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs_gallery, "MOST_ROWS", 5)
    for number in range(4):
        job = FilmedJob(workplace, f"job_{number}")
        job.finish(2, title="Wanted" if number == 0 else "Other")
        job.run.progress(100.0, 2, completed=1)

    def pages() -> Iterator[list[str]]:
        path = "/gallery?q=wanted"
        while path:
            text = visitor.get(path).text
            yield played(text)
            path = next_of(text)

    assert list(pages()) == [[], ["/jobs/job_0/gallery/row-2/youtube"]]


def test_an_empty_gallery_says_what_to_do(visitor: Visitor, workplace: Workplace) -> None:
    FilmedJob(workplace, "job_new")
    assert "New job" in words(visitor.get("/gallery"))
    assert "They appear here one by one" in words(visitor.get("/jobs/job_new/gallery"))
    assert visitor.get("/jobs/job_none/gallery").status_code == 404


def test_the_page_of_a_video_plays_it_without_script_and_leads_on(visitor: Visitor, job: FilmedJob) -> None:
    page = visitor.get(f"{job.gallery}/row-2/tiktok")
    text = page.text
    assert "<video" in text
    assert 'src="/media/job_filmed/row-2/tiktok/video?v=000000000002"' in text
    assert '<track kind="captions"' in text
    assert "-14.0 LUFS" in text
    assert "48 checks passed" in text
    assert f'rel="prev" href="{job.gallery}/row-2/youtube"' in text
    assert f'rel="next" href="{job.gallery}/row-3/youtube"' in text
    for kind in ("video", "captions.srt", "captions.vtt"):
        assert f"/media/job_filmed/row-2/tiktok/{kind}?v=000000000002&amp;download=yes" in text
    part = visitor.part(f"{job.gallery}/row-2/tiktok")
    assert "<html" not in part.text
    assert 'id="player-title"' in part.text
    assert visitor.get(f"{job.gallery}/row-4/youtube").status_code == 404


def test_a_video_that_lies_elsewhere_is_linked_to_and_nothing_else_is(visitor: Visitor, job: FilmedJob) -> None:
    elsewhere = {"video": "", "poster": "", "srt": "", "vtt": "", "width": 0, "height": 0, "loudness_lufs": None}
    job.finish(6, about={**elsewhere, "url": "https://films.example/a.mp4"})
    job.finish(7, about={**elsewhere, "url": "javascript:alert(1)"})
    assert (
        'href="https://films.example/a.mp4" target="_blank" rel="noopener noreferrer"'
        in visitor.get(f"{job.gallery}/row-6/youtube").text
    )
    assert "javascript:" not in visitor.get(f"{job.gallery}/row-7/youtube").text
    page = visitor.get(job.gallery)
    assert len(played(page.text)) == 5
    assert visitor.get(job.media(6, "video")).status_code == 404


def test_hostile_titles_stay_words(visitor: Visitor, workplace: Workplace) -> None:
    job = FilmedJob(workplace, title=HOSTILE)
    job.finish(2, title=HOSTILE, warnings=HOSTILE, about={"quality": HOSTILE})
    job.run.fail(3, HOSTILE)
    for path in ("/gallery", job.gallery, f"{job.gallery}?show=failed", f"{job.gallery}/row-2/youtube"):
        text = visitor.get(path).text
        assert "<img src=x" not in text, path
        assert "&lt;img src=x onerror=alert(1)&gt;" in text, path
    searched = visitor.get(job.gallery, params={"q": HOSTILE, "platform": HOSTILE[:39]})
    assert "<img src=x" not in searched.text
