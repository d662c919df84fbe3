"""A new job in Chromium: from a file that is dropped to the job, with what is chosen seen in a picture at once."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard
from bulkvid_pipeline_tests.browser.screen import Screen
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # pictures and sheets come from other processes, which may have much to do

SCRIPT = "Turn off the tap while you brush. It saves twelve litres a minute. Then tell a friend about it."
ARABIC = "أغلق الصنبور أثناء تنظيف أسنانك. هذا يوفر اثني عشر لترا من الماء."
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, {type: "text/csv"}));
  const form = document.querySelector("form[data-drop]");
  for (const kind of ["dragover", "drop"])
    form.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def dagster(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstanceDagster]:
    """A web server that queues what is launched; it stands before the dashboard is served."""
    with InstanceDagster(instance=workplace.instance) as server:
        monkeypatch.setenv("BULKVID_DAGSTER_URL", server.url)
        settings.cache_clear()
        yield server


@pytest.fixture
def sheet(workplace: Workplace) -> Path:
    return workplace.sheet(
        [
            idea("Save water at home", SCRIPT, platform_preferences="youtube,tiktok"),
            idea("ترشيد استهلاك المياه في المنزل", ARABIC, platform_preferences="reels"),
            idea("", SCRIPT),
            idea("Walk more", SCRIPT, duration_seconds="soon"),
        ],
        name="أفكار الربيع ideas.csv",
    )


def still_of(page: Page) -> str:
    """The address of the large picture, once the picture is up to date."""
    expect(page.locator("#picture.htmx-request")).to_have_count(0)
    return page.locator("#still").get_attribute("src") or ""


def test_four_steps_from_a_dropped_file_to_a_job(dagster: InstanceDagster, dashboard: Dashboard, sheet: Path) -> None:
    page = dashboard.page
    dashboard.open("/new")
    dashboard.pictures("start")
    page.evaluate(DROP, ["notes.csv", ""])
    expect(page.get_by_label("CSV, Excel")).to_be_focused()
    expect(page.locator("#file-problem")).to_be_visible()
    dashboard.pictures("start-refused")
    page.evaluate(DROP, [sheet.name, sheet.read_text(encoding="utf-8")])

    expect(page.get_by_role("heading", name="Connect sheet")).to_be_visible()
    expect(page.locator("#columns table")).to_be_visible()
    dashboard.pictures("sheet")
    page.get_by_role("button", name="Continue").last.click()

    expect(page.locator("#still")).to_be_visible()
    dashboard.pictures("look")
    before = still_of(page)
    with page.expect_response(lambda answer: "/picture" in answer.url):
        page.get_by_label("Style").select_option("classic")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    expect(page.locator("#still")).not_to_have_attribute("src", before)
    page.get_by_label("Row", exact=True).select_option("3")
    expect(page.locator("figcaption")).to_contain_text("ترشيد")
    page.get_by_text("Play the first 5 seconds").click()
    video = page.locator(".wizard-draft video")
    wait_until(lambda: video.evaluate("video => video.currentTime") > 0.3, "the draft does not play")
    assert 4 < video.evaluate("video => video.duration") < 6
    dashboard.pictures("look-arabic")
    page.get_by_label("Row", exact=True).select_option("4")
    expect(page.get_by_text("no video would be made of it")).to_be_visible()
    dashboard.pictures("look-refused")
    page.get_by_label("Format").select_option("webm")
    page.get_by_text("Codecs and storage").click()
    assert page.get_by_label("Video codec").locator("option[value=h264]").is_disabled()
    page.reload()
    expect(page.get_by_label("Style")).to_have_value("classic")
    expect(page.get_by_label("Format")).to_have_value("webm")
    page.get_by_role("button", name="Continue").click()

    page.get_by_label("Title").fill("حملة الربيع · Spring campaign")
    page.get_by_label("Deadline in minutes").fill("100000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Deadline in minutes")).to_be_focused()
    expect(page.get_by_label("Title")).to_have_value("حملة الربيع · Spring campaign")
    dashboard.pictures("details-wrong")
    page.get_by_label("Deadline in minutes").fill("60")
    page.keyboard.press("Enter")

    expect(page.get_by_text("rows will be refused").or_(page.get_by_text("row will be refused"))).to_be_visible()
    expect(page.locator("#still")).to_be_visible()
    dashboard.pictures("review")
    page.get_by_role("link", name="Change look").click()
    page.go_back()
    expect(page.get_by_role("heading", name="Review and create")).to_be_visible()
    page.get_by_role("button", name="Create job").dblclick(no_wait_after=True)
    page.wait_for_url("**/jobs/job_*")
    assert len(dagster.runs) == 1
    dashboard.open("/new")
    expect(page.get_by_text("Go on with a draft")).to_have_count(0)
    # What was refused on purpose, and the page of the job, which is another room's.
    expected = ("status of 400", "status of 404", "status of 422")
    assert [fault for fault in dashboard.screen.faults if not any(each in fault for each in expected)] == []


def test_without_a_run_queue_nothing_is_lost(dashboard: Dashboard, sheet: Path) -> None:
    page = dashboard.page
    dashboard.open("/new")
    page.get_by_label("CSV, Excel").set_input_files(sheet)
    page.get_by_role("button", name="Continue").first.click()
    expect(page.get_by_role("heading", name="Connect sheet")).to_be_visible()
    page.goto(page.url.replace("/sheet", "/review"))
    page.get_by_role("button", name="Create job").click()
    expect(page.get_by_text("Processing service unavailable")).to_be_visible()
    expect(page.get_by_text("Nothing is lost")).to_be_visible()
    dashboard.pictures("unavailable")
    dashboard.open("/new")
    expect(page.get_by_role("link", name="Continue with")).to_be_visible()
    dashboard.pictures("drafts")


def test_a_text_that_is_being_typed_survives_a_reload(dashboard: Dashboard, sheet: Path) -> None:
    page = dashboard.page
    dashboard.open("/new")
    page.get_by_label("CSV, Excel").set_input_files(sheet)
    page.get_by_role("button", name="Continue").first.click()
    expect(page.get_by_role("heading", name="Connect sheet")).to_be_visible()
    page.goto(page.url.replace("/sheet", "/details"))
    page.get_by_label("Title").press_sequentially("Spring")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.get_by_label("Title").press_sequentially(" campaign")

    def is_there_again() -> bool:
        page.reload()
        return page.get_by_label("Title").input_value() == "Spring campaign"

    wait_until(is_there_again, "what was typed last is lost")


def test_from_a_file_to_finished_videos_as_it_is_served(tmp_path: Path, screen: Screen) -> None:
    place = Installation(tmp_path)
    sheet = place.sheet([idea("Save water", SCRIPT), idea("Walk more", SCRIPT)])
    page = screen.page
    with closing(place), Served(place) as served:
        (link,) = re.findall(r"http\S+/login\S+", served.wait_for_line())
        page.goto(link)
        page.keyboard.press("Enter")
        page.wait_for_url("**/jobs*")
        page.goto(served.url + "/new")
        page.get_by_label("CSV, Excel").set_input_files(sheet)
        page.get_by_role("button", name="Continue").first.click()
        page.wait_for_url("**/sheet")
        page.get_by_role("button", name="Continue").last.click()
        expect(page.locator("#still")).to_be_visible()
        began = time.monotonic()
        page.get_by_label("Style").select_option("minimal")
        before = still_of(page)
        expect(page.locator("#still")).not_to_have_attribute("src", before)
        screen.note(f"a picture after a choice: {time.monotonic() - began:.1f} s")
        page.get_by_label("Resolution").select_option("720p")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("from 2 rows")).to_be_visible()
        page.get_by_role("button", name="Create job").click()
        page.wait_for_url("**/jobs/job_*")
        job_id = page.url.rpartition("/")[2].partition("?")[0]
        with place.instance() as instance:
            wait_until(lambda: find_job(instance, job_id).state is JobState.COMPLETED)
        assert len(list((tmp_path / "output").rglob("*.mp4"))) == 2
        page.goto(f"{served.url}/new?from={job_id}")
        page.get_by_role("button", name="Again with changes").click()
        expect(page.get_by_text("again with changes from")).to_be_visible()
        expect(page.locator("dd", has_text="Minimal")).to_be_visible()
