"""The list of jobs, as a browser without script reads it."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future

import pytest
from dagster import DagsterInstance
from fastapi.testclient import TestClient

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.service_wire import DetailedHealth
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.dashboard.routes import jobs
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun
from bulkvid_pipeline_tests.workplace import Workplace

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def job(
    instance: DagsterInstance, name: str, title: str, ends: JobState | None = None, project: str = "default"
) -> None:
    run = TellingRun.of(instance, name, {tags.TITLE: title, tags.PROJECT: project})
    if ends is not None:
        run.progress(100.0, 4, completed=3, failed=1)
        run.end(ends)


def titles(page: str) -> list[str]:
    return [words(found) for found in re.findall(r"<h2><a [^>]*>(.*?)</a>", page)]


def test_an_empty_instance_says_how_to_begin(visitor: Visitor) -> None:
    page = visitor.get("/jobs")

    assert "Your first videos" in words(page)
    assert 'href="/new"' in page.text
    assert visitor.get("/").headers["Location"] == "/jobs"


def test_jobs_are_counted_filtered_searched_and_sorted(workplace: Workplace, visitor: Visitor) -> None:
    job(workplace.instance, "job_a", "Spring", JobState.COMPLETED)
    job(workplace.instance, "job_b", "نصائح الربيع", JobState.FAILED)
    job(workplace.instance, "job_c", "Spring again")
    job(workplace.instance, "job_d", "Not ours", project="sport")

    page = visitor.get("/jobs").text
    assert titles(page) == ["Spring again", "نصائح الربيع", "Spring"]
    assert "All 3 Running 1 Paused 0 Completed 1 Failed 1 Cancelled 0" in words(page)
    assert 'dir="auto">نصائح الربيع' in page
    assert "3 of 4 rows · 1 failed" in words(page)
    assert titles(visitor.get("/jobs?state=failed").text) == ["نصائح الربيع"]
    assert titles(visitor.get("/jobs?q=SPRING&sort=oldest&state=").text) == ["Spring", "Spring again"]
    assert "No job is like that" in words(visitor.get("/jobs?q=nobody"))
    assert visitor.get("/jobs?state=nonsense").status_code == 400
    assert visitor.get("/jobs?after=damaged").status_code == 400


def test_a_state_has_one_name_on_all_pages(workplace: Workplace, visitor: Visitor) -> None:
    job(workplace.instance, "job_a", "Spring", JobState.CANCELED)

    for path in ("/jobs", "/jobs/job_a", "/jobs/job_a/about", "/analytics/jobs?period=all"):
        page = words(visitor.get(path))
        assert ("Cancelled" in page, "Canceled" in page) == (True, False), path
    TellingRun.begun(workplace.instance, "job_b").plan([2])
    assert "Waiting" in words(visitor.get("/jobs/job_b/gallery?show=open"))


def test_pages_lead_on_and_keep_what_was_chosen(workplace: Workplace, visitor: Visitor) -> None:
    for number in range(27):
        TellingRun.of(workplace.instance, f"job_{number:02}", {tags.TITLE: f"Campaign {number}"})

    first = visitor.get("/jobs?q=campaign").text
    (next_url,) = re.findall(r'href="([^"]*)" rel="next"', first)
    second = visitor.get(next_url.replace("&amp;", "&")).text

    assert len(titles(first)) == 25
    assert titles(second) == ["Campaign 1", "Campaign 0"]
    assert "q=campaign" in next_url


def test_a_part_that_has_not_changed_is_not_sent_again(
    workplace: Workplace, visitor: Visitor, services: OpenServices
) -> None:
    job(workplace.instance, "job_a", "Spring")

    part = visitor.part("/jobs")
    assert "<html" not in part.text
    again = visitor.get("/jobs", {"HX-Request": "true", "If-None-Match": part.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    job(workplace.instance, "job_b", "Summer")
    services.see_own_writing()
    changed = visitor.get("/jobs", {"HX-Request": "true", "If-None-Match": part.headers["ETag"]})
    assert changed.status_code == 200
    assert "Summer" in changed.text


def test_the_stream_of_the_list_ends_with_the_session(visitor: Visitor, services: OpenServices) -> None:
    ends = time.time() + 1.5
    soon = services.sessions.begin(Caller("ana", "default", frozenset(DEFAULT_SCOPES), ends), ends_at=ends)

    answer = Visitor(visitor._client, soon).get("/jobs-stream")

    assert answer.headers["Content-Type"].startswith("text/event-stream")
    assert "token_expired" in answer.text
    visitor.log_out()
    assert visitor.get("/jobs-stream").status_code == 303


def test_titles_sheets_and_searches_are_shown_as_text(workplace: Workplace, visitors: Visitors) -> None:
    told = {tags.TITLE: HOSTILE, tags.SHEET: HOSTILE, tags.USER: HOSTILE}
    TellingRun.of(workplace.instance, "job_a", told)

    page = visitors(user=HOSTILE).get("/jobs", params={"q": "<script>alert(1)"}).text

    assert titles(page)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'value="&lt;script&gt;alert(1)"' in page


def test_a_look_at_the_health_that_takes_long_is_waited_for_and_not_taken_from_others(
    site: TestClient, visitor: Visitor, services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    look: Future[DetailedHealth] = Future()
    known = services.health.health().result(60)
    monkeypatch.setattr(services.health, "health", lambda: look)
    monkeypatch.setattr(jobs, "HEALTH_WITHIN_S", 0.01)

    slow = visitor.part("/jobs-health")

    assert (slow.status_code, "not known at the moment" in words(slow)) == (200, True)
    assert not look.cancelled()
    look.set_result(known)
    assert site.get("/api/v1/health").json()["version"] == known.version
    assert "not known" not in words(visitor.part("/jobs-health"))
