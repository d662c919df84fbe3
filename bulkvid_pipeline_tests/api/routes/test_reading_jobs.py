"""The routes that read jobs, as a client sees them."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline_tests.api.conftest import Bearer
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import Workplace

OF_A_JOB = ("", "/progress", "/metrics", "/events", "/items", "/items/2", "/results", "/report")


@pytest.fixture
def run(workplace: Workplace) -> TellingRun:
    """A run of the job: of three rows one is finished, one has failed, one waits."""
    run = TellingRun.begun(workplace.instance, told={tags.TITLE: "Frühling 春"})
    run.plan([2, 3, 4])
    run.finish(2, "youtube", "tiktok")
    run.fail(3)
    run.progress(60.0, total=3, completed=1, failed=1)
    return run


def data(api: TestClient, path: str, headers: dict[str, str], **parameters: Any) -> Any:
    answer = api.get(path, headers=headers, params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    return answer.json()["data"]


@pytest.mark.usefixtures("run")
def test_progress_is_as_the_reference_has_it(api: TestClient, bearer: Bearer) -> None:
    progress = data(api, f"/api/bulk-jobs/{JOB}/progress", bearer())

    assert progress.pop("in_work") == []
    assert progress == {
        "job_id": JOB,
        "percent_complete": 60.0,
        "items_status": {"total": 3, "completed": 1, "failed": 1, "cancelled": 0, "skipped": 0, "pending": 1},
        "timing": {
            "started_at": progress["timing"]["started_at"],
            "processing_time_ms": 0,
            "eta_ms": None,
        },
        "rate_limited": False,
    }
    assert progress["timing"]["started_at"].endswith("Z")


def test_a_job_changes_before_the_eyes_of_who_reads_it(run: TellingRun, api: TestClient, bearer: Bearer) -> None:
    path, headers = f"/api/bulk-jobs/{JOB}", bearer()
    first = api.get(path, headers=headers)
    same = api.get(path, headers={**headers, "If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")

    run.end(JobState.COMPLETED)
    api.app.state.context.reads.jobs.refresh(at_once=True)  # type: ignore[attr-defined]
    after = api.get(path, headers={**headers, "If-None-Match": first.headers["etag"]})

    assert (first.json()["data"]["state"], after.json()["data"]["state"]) == ("running", "completed")
    assert after.json()["data"]["actions"] == ["retry"]


def test_a_job_that_was_just_made_is_there_at_once(workplace: Workplace, api: TestClient, bearer: Bearer) -> None:
    headers = bearer()
    assert data(api, "/api/bulk-jobs", headers)["items"] == []
    TellingRun.of(workplace.instance, "job_new")

    assert data(api, "/api/bulk-jobs/job_new", headers)["state"] == "pending"


@pytest.mark.usefixtures("run")
def test_other_projects_learn_nothing_of_a_job(api: TestClient, bearer: Bearer) -> None:
    headers = bearer(project="other")
    assert data(api, "/api/bulk-jobs", headers) == {"items": [], "next_page_token": None}
    for path in OF_A_JOB:
        theirs = api.get(f"/api/bulk-jobs/{JOB}{path}", headers=headers)
        nobodys = api.get(f"/api/bulk-jobs/job_nope{path}", headers=headers)
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json()["error"]["message"] == f"Job '{JOB}' not found"
        assert theirs.json()["error"]["code"] == nobodys.json()["error"]["code"] == "JOB_NOT_FOUND"


@pytest.mark.usefixtures("run")
def test_reading_needs_a_token_with_the_scope(api: TestClient, bearer: Bearer) -> None:
    for path in OF_A_JOB:
        assert api.get(f"/api/bulk-jobs/{JOB}{path}").status_code == 401
        refused = api.get(f"/api/bulk-jobs/{JOB}{path}", headers=bearer(scopes=[Scope.JOBS_WRITE]))
        assert refused.status_code == 403


def test_jobs_are_listed_filtered_sorted_and_paged(workplace: Workplace, api: TestClient, bearer: Bearer) -> None:
    for number in range(5):
        made = TellingRun.begun(workplace.instance, f"job_{number}", {tags.TITLE: f"Übung {number}"})
        made.progress(10.0 * (4 - number), total=10)
        if number == 2:
            made.end(JobState.CANCELED)
    headers = bearer()

    def ids(**parameters: Any) -> list[str]:
        return [job["id"] for job in data(api, "/api/bulk-jobs", headers, **parameters)["items"]]

    assert ids() == [f"job_{number}" for number in (4, 3, 2, 1, 0)]
    assert ids(sort="percent_complete", order="asc", page_size=2) == ["job_4", "job_3"]
    assert ids(q="ÜBUNG 3") == ["job_3"]
    assert ids(state=["canceled", "failed"]) == ids(state="canceled,failed") == ["job_2"]
    first = data(api, "/api/bulk-jobs", headers, page_size=3)
    assert ids(page_size=3, page_token=first["next_page_token"]) == ["job_1", "job_0"]


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("", {"page_size": 0}, "page_size"),
    ("", {"page_size": 101}, "page_size"),
    ("", {"page_size": "many"}, "page_size"),
    ("", {"sort": "title"}, "sort"),
    ("", {"order": "up"}, "order"),
    ("", {"state": "sleeping"}, "state.0"),
    ("", {"page_token": "x"}, "page_token"),
    ("", {"q": "x" * 201}, "q"),
    (f"/{JOB}/items", {"state": "pending"}, "state.0"),
    (f"/{JOB}/items", {"page_token": "x"}, "page_token"),
    (f"/{JOB}/items", {"platform": "radio"}, "platform.0"),
    (f"/{JOB}/results", {"page_token": "x"}, "page_token"),
    (f"/{JOB}/results", {"format": "xml"}, "format"),
    (f"/{JOB}/events", {"level": "LOUD"}, "level"),
    (f"/{JOB}/events", {"limit": 0}, "limit"),
    (f"/{JOB}/events", {"cursor": "x"}, "cursor"),
    (f"/{JOB}/events", {"before": "x"}, "before"),
    (f"/{JOB}/report", {"level": "fatal"}, "level.0"),
]


@pytest.mark.usefixtures("run")
def test_a_wrong_parameter_is_named(api: TestClient, bearer: Bearer) -> None:
    headers = bearer()
    for path, parameters, field in WRONG:
        answer = api.get(f"/api/bulk-jobs{path}", headers=headers, params=parameters)
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["field"] == field
        assert answer.json()["error"]["fix"]


@pytest.mark.usefixtures("run")
def test_rows_events_and_figures_are_told(api: TestClient, bearer: Bearer) -> None:
    base, headers = f"/api/bulk-jobs/{JOB}", bearer()

    items = data(api, f"{base}/items", headers)["items"]
    assert [(item["row_key"], item["state"]) for item in items] == [
        ("row-2", "completed"),
        ("row-3", "failed"),
        ("row-4", "queued"),
    ]
    assert (items[1]["code"], items[1]["fix"], items[1]["attempts"]) == ("GLYPHS_MISSING", "Remove it", 2)
    assert [one["sheet_row"] for one in data(api, f"{base}/items", headers, state="queued,failed")["items"]] == [3, 4]
    assert [one["sheet_row"] for one in data(api, f"{base}/items", headers, platform="youtube,tiktok")["items"]] == [2]
    assert [one["sheet_row"] for one in data(api, f"{base}/items", headers, code="GLYPHS_MISSING")["items"]] == [3]
    assert data(api, f"{base}/items", headers, code="WARNING")["items"] == []
    assert data(api, f"{base}/items/row-3", headers)["history"][0]["error"] == "no font has this"
    assert data(api, f"{base}/metrics", headers)["errors"] == {"GLYPHS_MISSING": 1}
    of_row = data(api, f"{base}/events", headers, row="3", level="warning")["items"]
    assert [(event["row"], event["message"]) for event in of_row] == [("row-3", "Failed: no font has this")]
    assert api.get(f"{base}/report", headers=headers).status_code == 404  # it has not been validated
    for path in ("/items/77", "/events?row=77"):
        assert api.get(base + path, headers=headers).json()["error"]["code"] == "NOT_FOUND"


def test_events_go_on_after_the_last_one_that_was_met(run: TellingRun, api: TestClient, bearer: Bearer) -> None:
    path, headers = f"/api/bulk-jobs/{JOB}/events", bearer()
    page = data(api, path, headers)
    run.finish(4)

    for newer in (
        data(api, path, headers, cursor=page["next_cursor"]),
        data(api, path, {**headers, "Last-Event-ID": page["items"][-1]["id"]}),
        data(api, path, {**headers, "Last-Event-ID": f"{page['next_cursor']}.0123abcd.-"}),  # of the stream
    ):
        assert [event["row"] for event in newer["items"]] == ["row-4"]
    older = data(api, path, headers, before=page["items"][0]["id"])
    assert len(older["items"]) == 1
    both = api.get(path, headers=headers, params={"cursor": page["next_cursor"], "before": page["next_cursor"]})
    assert (both.status_code, both.json()["error"]["field"]) == (400, "before")


@pytest.mark.usefixtures("run")
def test_results_come_as_json_and_as_csv(api: TestClient, bearer: Bearer) -> None:
    path, headers = f"/api/bulk-jobs/{JOB}/results", bearer()
    listed = data(api, path, headers)["items"]
    assert [(one["sheet_row"], one["platform"]) for one in listed] == [(2, "youtube"), (2, "tiktok"), (3, "")]

    for answer in (
        api.get(path, headers=headers, params={"format": "csv"}),
        api.get(path, headers={**headers, "Accept": "text/csv"}),
    ):
        assert answer.headers["content-type"].startswith("text/csv")
        assert f'filename="{JOB}-results.csv"' in answer.headers["content-disposition"]
        table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["video_url"] for row in table] == [one["video_url"] or "" for one in listed]
    wide = api.get(path, headers={**headers, "Accept": "application/json, text/csv"})
    assert wide.headers["content-type"] == "application/json"


def test_a_video_is_downloaded_by_its_link_whole_and_in_parts(
    workplace: Workplace, run: TellingRun, api: TestClient, bearer: Bearer
) -> None:
    content = bytes(range(256)) * 40
    film = workplace.folder / "output" / "ideas" / "row-2" / "youtube.mp4"
    film.parent.mkdir(parents=True)
    film.write_bytes(content)
    film.with_suffix(".vtt").write_text("WEBVTT\n")
    video = data(api, f"/api/bulk-jobs/{JOB}/results", bearer())["items"][0]

    whole = api.get(video["video_url"])
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, content, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    part = api.get(video["video_url"], headers={"Range": "bytes=256-511"})
    assert (part.status_code, part.content) == (206, bytes(range(256)))
    assert part.headers["content-range"] == f"bytes 256-511/{len(content)}"
    assert api.get(video["video_url"], headers={"Range": "bytes=999999-"}).status_code == 416
    assert api.head(video["video_url"]).headers["content-length"] == str(len(content))
    assert api.get(video["vtt_url"]).headers["content-type"].startswith("text/vtt")
    assert api.get(video["poster_url"]).status_code == 404  # it is not there any more
    base, token, name = video["video_url"].rsplit("/", 2)
    for broken in (f"{token[:-2]}/{name}", f"{token}AA/{name}", f"x/{name}", "x", "..%2f..%2fetc", f"{name}/{token}"):
        assert api.get(f"{base}/{broken}").status_code == 404
    workplace.instance.delete_run(run.run_id)
    api.app.state.context.reads.jobs.refresh(at_once=True)  # type: ignore[attr-defined]
    assert api.get(video["video_url"]).status_code == 404


@pytest.mark.parametrize(
    ("report", "shown"),
    [("file:///srv/videos/report.html", ""), ("s3://my-videos/report.html", "s3://my-videos/report.html")],
)
def test_no_path_of_the_servers_disk_is_told(
    api: TestClient, bearer: Bearer, run: TellingRun, workplace: Workplace, report: str, shown: str
) -> None:
    tell_tags(workplace.instance, run.run_id, {tags.REPORT: report})

    assert data(api, f"/api/bulk-jobs/{JOB}", bearer())["report"] == shown
    assert "file:" not in api.get("/api/bulk-jobs", headers=bearer()).text
