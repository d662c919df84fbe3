"""The list of jobs and the page of a job in a real browser: live, by keyboard, on a phone, with ten thousand rows."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from dagster import DagsterEventType
from PIL import Image
from playwright.sync_api import Browser, expect

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard, expect_accessible, other_browser
from bulkvid_pipeline_tests.cpu_time import least_cpu_seconds
from bulkvid_pipeline_tests.peers.cutting_proxy import CuttingProxy
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun, told_at_once
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.browser

PAGE = f"/jobs/{JOB}"
HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"

SEARCH_COSTS = 40
"""A search in ten thousand rows may cost as much as so many pages without any."""


def tell(run: TellingRun, percent: float, *in_work: tuple[int, str, int], **counts: int) -> None:
    rows = [[f"row-{number}", stage, done] for number, stage, done in in_work]
    told = {"total": 8, "counts": counts, "percent": percent, "in_work": rows, "eta_ms": 90_000, "at": time.time()}
    tell_tags(run.instance, run.run_id, {tags.PROGRESS: json.dumps(told)})


def cpu_seconds_of(dashboard: Dashboard, path: Callable[[int], str]) -> float:
    """What a page costs the server, which is in this process."""

    def ask(number: int) -> None:
        answer = dashboard.page.request.get(dashboard.address + path(number))
        assert answer.ok

    return least_cpu_seconds(ask, 5)


def test_two_browsers_see_a_job_live_until_it_ends(
    workplace: Workplace, dashboard: Dashboard, browser: Browser
) -> None:
    run = TellingRun.begun(workplace.instance, told={tags.TITLE: "نصائح الربيع"})
    run.plan(range(2, 10), {5: HOSTILE})
    tell(run, 5.0, (2, "voice", 20))
    page = dashboard.page
    dashboard.open(PAGE)
    other = other_browser(browser, dashboard)
    other.goto(dashboard.address + PAGE)
    expect(page.get_by_text("Speaking the script").first).to_be_visible()
    page.get_by_role("searchbox").focus()
    page.get_by_role("searchbox").press_sequentially("row-")
    expect(page).to_have_url(re.compile("q=row-"))

    poster = workplace.folder / "output" / "ideas" / "row-2" / "youtube.jpg"
    poster.parent.mkdir(parents=True)
    Image.new("RGB", (320, 180), "#3546e0").save(poster)
    run.finish(2, title="Ready")
    run.fail(5, HOSTILE)
    tell(run, 62.0, (3, "youtube", 50), completed=1, failed=1)
    for each in (page, other):
        expect(each.get_by_text("62 %").first).to_be_visible()
        expect(each.locator(".rowcard", has_text="Ready").get_by_text("Finished")).to_be_visible()
        expect(each.locator(".rowcard.is-failed .reason")).to_have_text(HOSTILE)
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("row-")
    assert "hacked" not in page.title()
    dashboard.pictures("live")

    other.get_by_role("button", name="Pause").click()
    expect(other.get_by_text("Pausing: the rows in work are finished first").first).to_be_visible()
    expect(page.locator(".jobhead .badge")).to_have_text("Pausing")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)

    tell(run, 62.0, completed=1, failed=1)
    run.end(JobState.PAUSED)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Cancel this job?")
    expect_accessible(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator(".jobhead .badge")).to_have_text("Paused")
    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the job").click()
    for each in (page, other):
        expect(each.locator(".jobhead .badge")).to_have_text("Cancelled")
    other.context.close()
    assert dashboard.screen.faults == []


def test_a_question_that_is_open_while_the_job_changes_is_answered_for_what_was_asked(
    workplace: Workplace, dashboard: Dashboard
) -> None:
    run = TellingRun.of(workplace.instance)
    page = dashboard.page
    dashboard.open(PAGE)
    page.get_by_role("button", name="Cancel", exact=True).click()
    run.report(DagsterEventType.RUN_START)
    run.plan(range(2, 10))
    tell(run, 5.0)
    expect(page.locator("#job-actions").get_by_text("Pause")).to_be_attached()
    with page.expect_request(lambda request: request.method == "POST") as asked:
        page.get_by_role("button", name="Cancel the job").click()
    assert asked.value.url.endswith("/cancel")
    expect(page.locator(".said")).to_have_text("The job is being cancelled")

    again = TellingRun.begun(workplace.instance, "job_again")
    again.plan(range(2, 10))
    dashboard.open("/jobs/job_again")
    page.get_by_role("button", name="Cancel", exact=True).click()
    again.end()
    expect(page.locator(".jobhead .badge")).to_have_text("Completed")
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was done")


def test_a_page_says_that_the_connection_is_lost_and_is_right_afterwards(
    workplace: Workplace, dashboard: Dashboard
) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 10))
    tell(run, 5.0)
    page = dashboard.page
    with CuttingProxy(urlsplit(dashboard.address).port or 0) as proxy:
        page.goto(proxy.endpoint_url + PAGE)
        expect(page.get_by_text("5 %").first).to_be_visible()

        proxy.refuse()
        expect(page.get_by_text("The connection is lost")).to_be_visible()
        dashboard.screen.picture("lost")
        run.finish(4, title="Meanwhile")
        run.end()
        proxy.heal()

        expect(page.locator(".rowcard", has_text="Meanwhile").get_by_text("Finished")).to_be_visible(timeout=15_000)
        expect(page.locator(".jobhead .badge")).to_have_text("Completed")
        expect(page.get_by_text("The connection is lost")).to_be_hidden()
        assert all(url.startswith(proxy.endpoint_url) for url in dashboard.requests)
        dashboard.requests.clear()


def test_ten_thousand_rows_stay_quick_and_chosen_ones_are_remembered(
    workplace: Workplace, dashboard: Dashboard
) -> None:
    run = TellingRun.begun(workplace.instance, told={tags.TITLE: "Ten thousand tips"})

    def told(run: TellingRun) -> None:
        run.plan(range(2, 10_002))
        for number in range(2, 302):
            if number % 3:
                run.finish(number, "youtube", "tiktok")
            else:
                run.fail(number, f"the font has no letter for {number}")

    told_at_once(run, told)
    run.progress(3.0, 10_000, completed=200, failed=100)
    run.end(JobState.FAILED)
    page = dashboard.page
    dashboard.open(PAGE)
    expect(page.get_by_text("10,000 rows · page 1 of 200")).to_be_visible()
    dashboard.screen.picture("ten-thousand")

    page.get_by_role("navigation", name="Rows by state").get_by_text("Failed").click()
    expect(page.get_by_text("100 rows of 10,000 · page 1 of 2")).to_be_visible()
    bare = cpu_seconds_of(dashboard, lambda _: "/tokens")
    searched = cpu_seconds_of(dashboard, lambda number: f"{PAGE}?state=failed&q={number}")
    dashboard.screen.note(f"a search in 10,000 rows costs {searched:.3f} s of CPU, a bare page {bare:.3f} s")
    assert searched < SEARCH_COSTS * bare
    page.get_by_role("checkbox", name="Choose row 3", exact=True).check()
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_text("page 2 of 2")).to_be_visible()
    page.get_by_role("checkbox", name="Choose row 300").check()
    expect(page.get_by_role("button", name="Retry chosen (2)")).to_be_enabled()
    page.go_back()
    expect(page.get_by_text("page 1 of 2")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Choose row 3", exact=True)).to_be_checked()
    dashboard.pictures("chosen")

    page.get_by_label("Problem").select_option("GLYPHS_MISSING")
    page.get_by_role("searchbox").fill("letter for 99")
    expect(page.get_by_text("1 row of 10,000")).to_be_visible()
    page.get_by_role("link", name="Title 99").click()
    expect(page.get_by_role("heading", name="Title 99")).to_be_visible()
    dashboard.pictures("row")
    for place in ("Check of the sheet", "Log", "Details"):
        page.get_by_role("navigation", name="Parts of the job").get_by_text(place).click()
        expect(page.get_by_role("heading", name=place)).to_be_visible()
        dashboard.pictures(place.lower().replace(" ", "-"))


def test_the_list_of_jobs_is_live_and_read_without_script(
    workplace: Workplace, dashboard: Dashboard, browser: Browser
) -> None:
    page = dashboard.page
    dashboard.open("/jobs")
    expect(page.get_by_role("heading", name="Your first videos")).to_be_visible()
    dashboard.pictures("no-jobs")
    runs = [
        TellingRun.begun(workplace.instance, f"job_{number}", {tags.TITLE: title})
        for number, title in enumerate(("Spring", "نصائح لتوفير المياه في المنزل", HOSTILE))
    ]
    runs[0].progress(10.0, 8)
    expect(page.get_by_role("link", name="Spring")).to_be_visible()
    runs[0].progress(60.0, 8, completed=4)
    expect(page.get_by_text("4 of 8 rows")).to_be_visible()
    runs[1].end(JobState.FAILED)
    expect(page.locator(".jobrow .badge", has_text="Failed")).to_be_visible()
    assert f"{dashboard.address}/jobs-stream" in dashboard.requests
    expect(page.locator("#health > *").first).to_be_visible()
    assert page.title() == "Jobs · bulkvid"
    dashboard.pictures("jobs")
    page.get_by_role("searchbox").fill("spring")
    expect(page.get_by_text("1 job", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"q=spring"))

    plain = browser.new_context(java_script_enabled=False).new_page()
    dashboard.log_in(plain)
    plain.goto(f"{dashboard.address}/jobs?q=spring")
    plain.get_by_role("link", name="Spring").click()
    plain.get_by_role("button", name="Cancel", exact=True).click()
    plain.get_by_role("button", name="Cancel the job").click()
    expect(plain.get_by_text("The job is being cancelled")).to_be_visible()
    plain.context.close()
