"""The pages of a job, as a browser without script reads and uses them."""

from __future__ import annotations

import json
import re
import time

import pytest
from dagster import DagsterRunStatus, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.jobs import job_index
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline_tests.api.house import dagster
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.dashboard.test_jobs import HOSTILE
from bulkvid_pipeline_tests.services.jobs import written_runs
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun, told_at_once
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import Workplace, idea

__all__ = ["dagster"]  # the fixture

PAGE = f"/jobs/{JOB}"


def told(workplace: Workplace, ends: JobState | None = None) -> TellingRun:
    """A job of ten rows: two finished, two failed, and ended if it is said how."""
    run = TellingRun.begun(workplace.instance)

    def tell(run: TellingRun) -> None:
        run.plan(range(2, 12))
        run.finish(2, "youtube", "tiktok", warnings="quiet")
        run.finish(3)
        run.fail(4, "no letter for it", attempts=3)
        run.fail(5, "disk full", code="STORAGE_FULL")

    told_at_once(run, tell)
    run.progress(40.0, 10, completed=2, failed=2)
    if ends is not None:
        run.end(ends)
    return run


def rows(page: str) -> list[str]:
    return re.findall(r'data-key="r-([^"]*)"', page)


def test_a_job_shows_its_rows_with_what_to_do_about_them(workplace: Workplace, visitor: Visitor) -> None:
    told(workplace)

    page = visitor.get(PAGE)
    text = words(page)

    assert rows(page.text) == [f"row-{number}" for number in range(2, 12)]
    assert "All 10 Waiting 6 Finished 2 Failed 2" in text
    assert "no letter for it What to do Remove it" in text
    assert "Row 4 · 3 tries" in text
    assert "1 warning quiet" in text
    assert f"/media/{JOB}/row-2/youtube/poster" in page.text
    assert f'action="{PAGE}/pause"' in page.text
    assert f'action="{PAGE}/retry"' not in text
    assert f'action="/new?from={JOB}"' in page.text


def test_rows_are_filtered_searched_sorted_and_paged(workplace: Workplace, visitor: Visitor) -> None:
    told(workplace)

    def shown(query: str) -> list[str]:
        answer = visitor.get(f"{PAGE}?{query}")
        assert answer.status_code == 200, words(answer)
        return rows(answer.text)

    assert shown("state=failed") == ["row-4", "row-5"]
    assert shown("platform=tiktok") == ["row-2"]
    assert shown("problem=STORAGE_FULL") == ["row-5"]
    assert shown("problem=WARNING&state=&platform=") == ["row-2"]
    assert shown("q=DISK&page=") == ["row-5"]
    assert shown("sort=attempts")[0] == "row-4"
    assert shown("page=9") == shown("")
    assert "No row is like that" in words(visitor.get(f"{PAGE}?q=nobody"))
    assert visitor.get(f"{PAGE}?state=nonsense").status_code == 400
    assert visitor.get(f"{PAGE}?page=0").status_code == 400


def test_all_parts_of_a_job_can_be_read(workplace: Workplace, visitor: Visitor) -> None:
    run = told(workplace, JobState.COMPLETED)

    log = visitor.get(f"{PAGE}/log?level=WARNING")
    assert "Failed: disk full" in words(log)
    assert "Row finished" not in words(log)
    about = words(visitor.get(f"{PAGE}/about"))
    assert run.run_id[:8] in about
    assert "Further tries 3" in about
    assert "The sheet was not checked yet" in words(visitor.get(f"{PAGE}/check"))
    row = words(visitor.get(f"{PAGE}/rows/4"))
    assert "no letter for it Remove it GLYPHS_MISSING" in row
    assert "Attempts Failed" in row
    assert words(visitor.get(f"{PAGE}/rows/row-2")).count("SRT") == 2
    page = words(visitor.get(PAGE))
    assert "Completed 2 rows are finished; 2 rows failed." in page
    assert "Once the cause is gone, retry what is left." in page
    table = visitor.get(f"{PAGE}/results.csv")
    assert table.headers["Content-Disposition"] == f'attachment; filename="{JOB}-results.csv"'
    assert "disk full" in table.text
    assert visitor.get(f"{PAGE}/rows/nobody").status_code == 404


def test_the_details_say_what_each_run_of_a_spread_job_does(workplace: Workplace, visitor: Visitor) -> None:
    planner = TellingRun.begun(workplace.instance)
    planner.plan(range(2, 6))
    planner.leave_to(2, 4)
    lost = planner.member(shard=0)
    lost.end(JobState.FAILED)
    shard = planner.member(shard=1)
    shard.finish(2)
    shard.fail(3)
    shard.progress(50.0, 3, completed=1, failed=1)
    planner.member(shard=0, begun=False)

    about = words(visitor.get(f"{PAGE}/about"))

    assert "A large job is spread over several runs" in about
    table = about.partition("What it does")[2]
    assert "checks the sheet, and leaves the rows to 2 shards 4 in all Completed" in table
    assert "makes rows, side by side with the other shards 1 finished, 1 failed Running" in table
    names = [table.index(name) for name in ("Planning", "Shard 1", "Shard 1, try 2", "Shard 2")]
    assert names == sorted(names)
    assert "Running Making videos" not in about
    assert words(visitor.get(f"{PAGE}/log?level=INFO")).count("Shard 1: run ended with a failure") == 1


def test_the_details_of_a_job_of_one_run_say_nothing_of_shards(workplace: Workplace, visitor: Visitor) -> None:
    told(workplace)

    about = words(visitor.get(f"{PAGE}/about"))

    assert "makes the rows 2 finished, 2 failed Running" in about
    assert "hard" not in about.partition("Runs")[2]


def test_the_details_lead_to_the_messages_of_this_job_alone(
    workplace: Workplace, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(written_runs.SPEC, "callback_url", "https://hooks.example.com/a")
    TellingRun.begun(workplace.instance)

    (messages,) = re.findall(r'href="([^"]*)">its webhook', visitor.get(f"{PAGE}/about").text)
    page = visitor.get(messages)

    assert (page.status_code, f'type="search" value="{JOB}"' in page.text) == (200, True)


def test_the_log_leads_to_older_and_newer_events(workplace: Workplace, visitor: Visitor) -> None:
    run = TellingRun.begun(workplace.instance)

    def tell(run: TellingRun) -> None:
        for number in range(2, 152):
            run.fail(number, f"failure {number}")

    told_at_once(run, tell)

    newest = visitor.get(f"{PAGE}/log").text
    (older,) = (url.replace("&amp;", "&") for url in re.findall(r'href="([^"]*before=[^"]*)"', newest))
    oldest = visitor.get(older).text

    assert "Newer" not in words(newest)
    assert words(newest).index("failure 151") < words(newest).index("failure 150")
    assert "failure 2" in words(oldest)
    assert "failure 151" not in words(oldest)
    (newer,) = (url.replace("&amp;", "&") for url in re.findall(r'href="([^"]*after=[^"]*)"', oldest))
    assert "failure 151" in words(visitor.get(newer))
    assert visitor.get(f"{PAGE}/log?before=damaged").status_code == 400


def test_rows_that_the_check_refused_are_seen_with_cell_and_fix(workplace: Workplace, visitor: Visitor) -> None:
    sheet = workplace.sheet([idea("One", style_override="baroque"), idea("Two", "")])
    job_id = workplace.run(sheet, title="Refused").run.tags[tags.JOB_ID]

    page = visitor.get(f"/jobs/{job_id}")
    assert "Nothing was made: the check of the sheet has refused it." in words(page)
    assert "Refused 2" in words(page)
    refused = words(visitor.get(f"/jobs/{job_id}?state=refused"))
    assert "baroque" in refused
    assert re.search(r"[A-Z]2 style_override", refused)
    assert "script" not in words(visitor.get(f"/jobs/{job_id}?state=refused&q=baroque")).partition("Cell ")[2]
    check = words(visitor.get(f"/jobs/{job_id}/check?severity=error"))
    assert "2 refused" in check
    assert "baroque" in check


def test_jobs_of_other_projects_do_not_exist(workplace: Workplace, visitors: Visitors) -> None:
    told(workplace)
    stranger = visitors(project="sport")

    for path in ("", "/check", "/log", "/about", "/rows/row-2", "/results.csv", "/stream", "/cancel"):
        assert stranger.get(PAGE + path).status_code == 404, path
        assert stranger.get(f"/jobs/job_of_nobody{path}").status_code == 404, path


def test_a_job_that_another_process_has_just_made_is_there_on_all_its_pages(
    workplace: Workplace, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.get("/jobs")
    monkeypatch.setattr(job_index, "FRESH_S", 1e9)  # what was seen is taken to be new

    for path in ("", "/check", "/log", "/about", "/gallery", "/report.html", "/results.csv", "/cancel"):
        job_id = f"job_new{path.strip('/')}"
        TellingRun.begun(workplace.instance, job_id)
        assert visitor.get(f"/jobs/{job_id}{path}").status_code in {200, 303}, path
    TellingRun.begun(workplace.instance, "job_zipped")
    assert "not found" not in words(visitor.get("/jobs/job_zipped/videos.zip")), "it has no videos yet"


def test_nobody_else_steers_a_job(workplace: Workplace, visitors: Visitors) -> None:
    told(workplace)
    stranger, reader, forger = visitors(project="sport"), visitors(scopes=[Scope.JOBS_READ]), visitors()

    for action in ("pause", "resume", "cancel", "retry"):
        path, sure = f"{PAGE}/{action}", {"sure": "yes"}
        assert stranger.post(path, sure).status_code == 404
        assert reader.post(path, sure).status_code == 403
        assert path not in reader.get(PAGE).text
        assert forger.post(path, {**sure, "csrf": "guessed"}).status_code == 403
    assert find_job(workplace.instance, JOB).state is JobState.RUNNING


def test_texts_of_users_are_shown_as_text(workplace: Workplace, visitor: Visitor) -> None:
    run = TellingRun.begun(workplace.instance, told={tags.TITLE: HOSTILE, tags.SHEET: HOSTILE})
    run.plan([2, 3, 4], {4: HOSTILE})
    run.finish(2, title=HOSTILE, warnings=HOSTILE)
    run.fail(3, HOSTILE, code=HOSTILE)
    told = {"total": 3, "in_work": [[HOSTILE, HOSTILE, 10]], "at": time.time() + 60}
    run.instance.add_run_tags(run.run_id, {tags.PROGRESS: json.dumps(told)})

    for path in ("", "/check", "/log", "/about", "/rows/row-2", "/rows/3", "/rows/4"):
        page = visitor.get(PAGE + path).text
        assert "alert(1)" in page
        assert "<script>alert" not in page
        assert not re.search(r"<img(?! src=\"/media/)", page)
    page = visitor.get(PAGE, params={"q": HOSTILE, "problem": HOSTILE, "platform": HOSTILE, "sort": HOSTILE}).text
    assert "<script>alert" not in page
    assert visitor.get(f"{PAGE}/rows/{HOSTILE}").status_code == 200  # a row in work that is in no sheet


def test_a_job_is_paused_and_cancelled_after_a_question(workplace: Workplace, visitor: Visitor) -> None:
    told(workplace)

    paused = visitor.post(f"{PAGE}/pause")
    assert (paused.status_code, paused.headers["Location"]) == (303, PAGE)
    assert find_job(workplace.instance, JOB).state is JobState.PAUSING
    again = visitor.post(f"{PAGE}/pause")
    assert again.status_code == 303  # somebody else may have been quicker
    assert visitor.post(f"{PAGE}/resume").status_code == 409

    workplace.instance.delete_run(find_job(workplace.instance, JOB).run_id)
    told(workplace)
    asked = visitor.post(f"{PAGE}/cancel")
    assert "Cancel this job?" in words(asked)
    assert words(visitor.get(f"{PAGE}/cancel")) == words(asked)
    assert find_job(workplace.instance, JOB).state is JobState.RUNNING
    assert visitor.post(f"{PAGE}/cancel", {"sure": "yes"}).status_code == 303
    assert find_job(workplace.instance, JOB).state is JobState.CANCELING


@pytest.mark.usefixtures("dagster")
def test_chosen_and_found_rows_are_retried(workplace: Workplace, visitor: Visitor) -> None:
    told(workplace, JobState.FAILED)
    page = visitor.get(f"{PAGE}?problem=STORAGE_FULL").text
    assert "Retry all found" in words(page)
    assert re.findall(r'name="row" value="([^"]*)"', visitor.get(f"{PAGE}?state=failed").text) == ["row-4", "row-5"]

    nothing = visitor.post(f"{PAGE}/retry", {"what": "chosen"})
    assert (nothing.status_code, "No row is chosen" in words(nothing)) == (400, True)
    assert visitor.post(f"{PAGE}/retry", {"what": "chosen", "row": "nobody"}).status_code == 400
    finished = visitor.post(f"{PAGE}/retry", {"what": "chosen", "row": ["row-2", "row-3"]})
    assert (finished.status_code, "No row is chosen" in words(finished)) == (400, True)
    assert visitor.post(f"{PAGE}/retry", {"what": "chosen", "row": ["row-5", "row-2", "row-4"]}).status_code == 303
    assert retried(workplace) == ["row-4", "row-5"]
    second = visitor.post(f"{PAGE}/retry", {"what": "all"})
    assert second.status_code == 303  # somebody else was quicker
    assert retried(workplace) == ["row-4", "row-5"]


@pytest.mark.usefixtures("dagster")
def test_all_rows_with_a_problem_are_retried_at_once(workplace: Workplace, visitor: Visitor) -> None:
    told(workplace, JobState.FAILED)

    assert visitor.post(f"{PAGE}/retry", {"what": "found", "problem": "STORAGE_FULL"}).status_code == 303
    assert retried(workplace) == ["row-5"]


def retried(workplace: Workplace) -> list[str]:
    """The rows of the run that waits."""
    (run,) = workplace.instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.QUEUED]))
    return sorted(set(re.findall(r"row-\d+", json.dumps([run.run_config, dict(run.tags)]))))


def test_the_stream_is_that_of_the_session(workplace: Workplace, visitor: Visitor, services: OpenServices) -> None:
    run = told(workplace)
    soon = services.sessions.begin(
        Caller("ana", "default", frozenset(DEFAULT_SCOPES), time.time() + 1.5), ends_at=time.time() + 1.5
    )
    visitor._client.cookies.set(SESSION_COOKIE, soon)
    broken = visitor._client.get(f"{PAGE}/stream")
    assert "event: progress" in broken.text
    assert "token_expired" in broken.text

    run.end()
    ended = visitor.get(f"{PAGE}/stream")
    assert ended.headers["Content-Type"].startswith("text/event-stream")
    last = re.findall(r"^id: (.*)$", ended.text, re.MULTILINE)[-1]
    assert '"reason":"ended"' in ended.text
    assert visitor.get(f"{PAGE}/stream", {"Last-Event-ID": last}).status_code == 204
    assert visitor.get(f"{PAGE}/stream?last_event_id={last}").status_code == 204
    assert visitor.get(f"{PAGE}/stream?last_event_id=damaged").status_code == 400
