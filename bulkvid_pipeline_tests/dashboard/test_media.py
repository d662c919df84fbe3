"""Videos, posters and captions through the dashboard's own host: whole, in parts, and only for whom they are."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.dashboard.filmed_job import SRT, VTT, FilmedJob
from bulkvid_pipeline_tests.workplace import Workplace

FILM = bytes(range(256)) * 40


@pytest.fixture
def job(workplace: Workplace) -> FilmedJob:
    job = FilmedJob(workplace)
    job.finish(2, ["youtube", "tiktok"], contents={"video": FILM, "srt": SRT.encode(), "vtt": VTT.encode()})
    return job


TYPES = {
    "video": "video/mp4",
    "poster": "image/jpeg",
    "captions.srt": "application/x-subrip",
    "captions.vtt": "text/vtt; charset=utf-8",
    "video.json": "application/json",
}


def test_every_file_of_a_video_has_an_address_type_size_and_tag(visitor: Visitor, job: FilmedJob) -> None:
    for kind, content_type in TYPES.items():
        page = visitor.get(job.media(2, kind), {"Accept-Encoding": "gzip"})
        assert page.status_code == 200
        assert page.headers["content-type"] == content_type
        assert page.headers["content-length"] == str(len(page.content))
        assert page.headers["accept-ranges"] == "bytes"
        assert page.headers["cache-control"] == "private, no-cache"
        assert page.headers["content-security-policy"].endswith("sandbox")
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["content-disposition"].startswith("inline; filename=")
        assert "content-encoding" not in page.headers
        again = visitor.get(job.media(2, kind), {"If-None-Match": page.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", page.headers["etag"])
        head = visitor.head(job.media(2, kind), {"Range": "bytes=0-1"})
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == page.headers["content-length"]


PARTS: dict[str, tuple[int, bytes | None, str | None]] = {
    "bytes=0-0": (206, FILM[:1], "bytes 0-0/10240"),
    "bytes=100-": (206, FILM[100:], "bytes 100-10239/10240"),
    "bytes=-5": (206, FILM[-5:], "bytes 10235-10239/10240"),
    "bytes=10230-99999": (206, FILM[10230:], "bytes 10230-10239/10240"),
    "bytes=-99999": (206, FILM, "bytes 0-10239/10240"),
    "bytes=5-4": (200, FILM, None),
    "lines=1-2": (200, FILM, None),
    "bytes=0-,0-,0-": (200, FILM, None),
    "bytes=10240-": (416, None, "bytes */10240"),
}


def test_parts_are_sent_as_they_are_asked_for(visitor: Visitor, job: FilmedJob) -> None:
    for asked, (status, content, told) in PARTS.items():
        page = visitor.get(job.media(2, "video"), {"Range": asked})
        assert (page.status_code, page.headers.get("content-range")) == (status, told), asked
        assert content is None or page.content == content, asked


def test_several_parts_come_in_one_answer(visitor: Visitor, job: FilmedJob) -> None:
    page = visitor.get(job.media(2, "video"), {"Range": "bytes=0-1, 10238-"})
    boundary = page.headers["content-type"].removeprefix("multipart/byteranges; boundary=")
    parts = page.content.split(f"--{boundary}".encode())
    assert page.status_code == 206
    assert page.headers["content-length"] == str(len(page.content))
    assert b"Content-Range: bytes 0-1/10240\r\n\r\n" + FILM[:2] in parts[1]
    assert b"Content-Range: bytes 10238-10239/10240\r\n\r\n" + FILM[-2:] in parts[2]
    assert parts[3] == b"--\r\n"


def test_a_part_is_of_the_file_that_the_client_knows_or_the_whole_is_sent(visitor: Visitor, job: FilmedJob) -> None:
    path, part = job.media(2, "video"), {"Range": "bytes=0-9"}
    known = visitor.get(path)
    assert visitor.get(path, {**part, "If-Range": known.headers["etag"]}).status_code == 206
    assert visitor.get(path, {**part, "If-Match": known.headers["etag"]}).status_code == 206
    other = FILM[::-1]
    job.finish(2, contents={"video": other})
    again = visitor.get(path, {**part, "If-Range": known.headers["etag"]})
    assert (again.status_code, again.content) == (200, other)
    assert visitor.get(path, {**part, "If-Range": f"W/{again.headers['etag']}"}).status_code == 200
    assert visitor.get(path, {**part, "If-Range": again.headers["last-modified"]}).status_code == 200, "too new to tell"
    assert visitor.get(path, {**part, "If-Match": known.headers["etag"]}).status_code == 412
    since = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    assert visitor.get(path, {"If-Unmodified-Since": since}).status_code == 412
    assert visitor.get(path, {"If-Modified-Since": since}).status_code == 200
    assert visitor.get(path, {"If-Modified-Since": again.headers["last-modified"]}).status_code == 304
    assert visitor.get(path, {"If-Modified-Since": "no date"}).status_code == 200


def test_browsers_keep_a_version_that_our_pages_name_and_save_what_is_downloaded(
    visitor: Visitor, job: FilmedJob
) -> None:
    kept = visitor.get(job.media(2, "poster") + "?v=000000000002&download")
    assert kept.headers["cache-control"] == "private, max-age=86400, immutable"
    assert kept.headers["vary"] == "Cookie"
    assert kept.headers["content-disposition"].startswith('attachment; filename="row-2-youtube.jpg"')
    older = visitor.get(job.media(2, "poster") + "?v=000000000001")
    assert older.headers["cache-control"] == "private, no-cache"


def test_what_is_not_there_is_told_by_a_page(visitor: Visitor, job: FilmedJob) -> None:
    for path in (
        "/media/job_none/row-2/youtube/video",
        job.media(3, "video"),
        job.media(2, "video", "reels"),
        job.media(2, "secret"),
        "/media/job_filmed/row-2/youtube/..%2f..%2fvideo",
        "/media/job_filmed/..%2f..%2fetc/youtube/video",
    ):
        page = visitor.get(path)
        assert page.status_code == 404, path
        assert "<h1" in page.text
    files = job.finish(4)
    files["video"].unlink()
    page = visitor.get(job.media(4, "video"))
    assert (page.status_code, "not in storage any more" in page.text) == (404, True)


def test_no_file_outside_the_videos_own_folder_is_sent(visitor: Visitor, job: FilmedJob, workplace: Workplace) -> None:
    secret = workplace.folder / "secret.txt"
    secret.write_text("secret")
    files = job.finish(5)
    files["video"].unlink()
    files["video"].symlink_to(secret)
    job.finish(6, about={"video": "../secret.txt", "poster": "job_filmed/row-2/youtube-000000000002/row-2-youtube.jpg"})
    for path in (job.media(5, "video"), job.media(6, "video"), job.media(6, "poster")):
        page = visitor.get(path)
        assert (page.status_code, "secret" in page.text) == (404, False), path
    assert "secret" not in visitor.get(f"/jobs/{job.job_id}/videos.zip?row=5&row=6").text


def test_a_page_in_the_place_of_a_video_is_no_page_of_ours(
    visitor: Visitor, job: FilmedJob, workplace: Workplace
) -> None:
    folder = f"{job.job_id}/row-7/youtube-000000000007"
    job.finish(7, about={"video": f"{folder}/film.html"})
    (workplace.folder / "output" / folder / "film.html").write_text("<script>alert(1)</script>")
    page = visitor.get(job.media(7, "video"))
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-security-policy"].endswith("sandbox")


def test_files_are_for_those_who_are_logged_in_to_the_project(
    visitors: Visitors, visitor: Visitor, job: FilmedJob
) -> None:
    archive = f"/jobs/{job.job_id}/videos.zip"
    paths = (
        job.media(2, "video"),
        archive,
        f"/jobs/{job.job_id}/report.html",
        job.gallery,
        f"{job.gallery}/row-2/youtube",
    )
    stranger = visitors("eve", "another")
    for path in paths:
        assert stranger.get(path).status_code == 404, path
    assert job.job_id not in stranger.get("/gallery").text
    visitor.log_out()
    for path in paths:
        assert visitor.get(path).headers["location"].startswith("/login?next="), path


def test_an_archive_is_sent_whole_in_parts_and_with_chosen_rows(visitor: Visitor, job: FilmedJob) -> None:
    job.finish(3)
    path = f"/jobs/{job.job_id}/videos.zip"
    page = visitor.get(path, {"Accept-Encoding": "gzip"})
    assert page.headers["content-type"] == "application/zip"
    assert page.headers["content-length"] == str(len(page.content))
    assert page.headers["content-disposition"].startswith('attachment; filename="spring-launch.zip"')
    assert visitor.head(path).headers["content-length"] == str(len(page.content))
    with zipfile.ZipFile(io.BytesIO(page.content)) as archive:
        assert archive.testzip() is None
        assert archive.read("row-2/youtube-000000000002/row-2-youtube.mp4") == FILM
        assert len(archive.namelist()) == 3 + 3 * 5
    rest = visitor.get(path, {"Range": "bytes=5000-", "If-Range": page.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, page.content[5000:])
    chosen = visitor.get(f"{path}?row=3&row=row-3")
    with zipfile.ZipFile(io.BytesIO(chosen.content)) as archive:
        assert sum(name.startswith("row-3/") for name in archive.namelist()) == 5
        assert not any(name.startswith("row-2/") for name in archive.namelist())
    assert visitor.get(f"{path}?row=99").status_code == 404
    job.finish(4)
    changed = visitor.get(path, {"Range": "bytes=5000-", "If-Range": page.headers["etag"]})
    assert changed.status_code == 200, "the archive has another file now"


def test_a_published_report_is_shown_with_its_own_rules_and_its_files(
    visitor: Visitor, job: FilmedJob, workplace: Workplace
) -> None:
    assert visitor.get(f"/jobs/{job.job_id}/report/report.html").status_code == 404
    (job.folder / "report.html").write_text("<script>alert(1)</script>Report")
    (job.folder / "results.csv").write_text("a,b")
    led = visitor.get(f"/jobs/{job.job_id}/report.html")
    assert (led.status_code, led.headers["location"]) == (303, f"/jobs/{job.job_id}/report/report.html")
    page = visitor.get(led.headers["location"])
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert "script-src 'sha256-" in policy
    assert "sandbox allow-same-origin" in policy
    assert "frame-ancestors 'none'" in policy
    assert visitor.get(led.headers["location"] + "?download").headers["content-disposition"].startswith("attachment")
    assert visitor.get(f"/jobs/{job.job_id}/report/results.csv").headers["content-disposition"].startswith("attachment")
    film = visitor.get(f"/jobs/{job.job_id}/report/row-2/youtube-000000000002/row-2-youtube.mp4")
    assert film.content == FILM
    other = Path(workplace.folder) / "output" / job.job_id / "other.txt"
    other.write_text("not of the job's videos")
    for path in ("other.txt", "../secret.txt", "row-2/youtube-000000000002/none.mp4", ""):
        assert visitor.get(f"/jobs/{job.job_id}/report/{path}").status_code == 404, path


def test_a_job_without_videos_has_no_archive(visitor: Visitor, workplace: Workplace) -> None:
    job = FilmedJob(workplace, "job_empty")
    job.run.fail(2)
    page = visitor.get("/jobs/job_empty/videos.zip")
    assert (page.status_code, "no finished videos" in words(page)) == (404, True)
