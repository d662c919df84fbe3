"""The Dagster web UI in a browser: what a person who makes videos sees and does there."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import TimeoutError as NotThereError
from playwright.sync_api import expect

from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline_tests.browser.web_ui import WebUI
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.browser

NO_FONT_HAS_THIS = "\U00012000"


def test_a_job_is_launched_watched_and_its_videos_looked_at(workplace: Workplace, web_ui: WebUI) -> None:
    screen, page = web_ui.screen, web_ui.screen.page
    sheet = workplace.sheet([idea("Save water today"), idea("A row without words", "", tone="")])

    web_ui.launch(run_config_of(workplace.spec(sheet)))
    web_ui.expect_run("Success")
    screen.picture("run")

    (row,) = web_ui.partitions()
    web_ui.open_partition(row)
    poster = web_ui.metadata("poster").locator("img")
    expect(poster).to_be_visible()
    assert poster.evaluate("picture => picture.naturalWidth") >= 80
    expect(web_ui.metadata("title")).to_have_text("Save water today")
    expect(web_ui.metadata("video")).to_contain_text(str(workplace.videos()[0]))
    (made,) = workplace.manifest()["rows"][0]["outputs"]
    expect(web_ui.metadata("duration_s")).to_have_text(f"{made['duration_s']:.2f}".rstrip("0"))
    expect(web_ui.metadata("loudness_lufs")).to_contain_text("-14")
    screen.picture("partition")

    web_ui.open("/assets/video_ideas?view=checks")
    expect(page.get_by_text("1 errors, 0 warnings at level moderate")).to_be_visible()
    screen.picture("check")
    page.get_by_text("[Show Markdown]").click()
    report = page.get_by_role("dialog").get_by_role("table")
    expect(report.get_by_role("cell", name="G3", exact=True)).to_be_visible()
    screen.picture("report")
    assert screen.faults == []


def test_a_failed_row_says_why_and_is_materialised_again_once_its_cell_is_mended(
    workplace: Workplace, web_ui: WebUI
) -> None:
    screen, page = web_ui.screen, web_ui.screen.page
    good, bad = idea("Save water today"), idea("Odd letters", f"Here is one: {NO_FONT_HAS_THIS}. It has no picture.")
    sheet = workplace.sheet([good, bad])
    web_ui.launch(run_config_of(workplace.spec(sheet, validation_level="permissive")))
    web_ui.expect_run("Failure")
    expect(page.get_by_text("1 of 2 rows failed").first).to_be_visible()
    screen.picture("run")

    (row,) = (key for key in web_ui.partitions() if "odd-letters" in key)
    web_ui.open_partition(row)
    expect(page.get_by_text("failed, and did not materialize this asset")).to_be_visible()
    screen.picture("failed")
    page.get_by_role("button", name="View all historical events").click()
    page.get_by_role("dialog").get_by_text(row).last.click()
    expect(page.get_by_text(f"No font has {NO_FONT_HAS_THIS}").first).to_be_visible()
    screen.picture("reason")
    page.get_by_role("button", name="OK").click()

    workplace.sheet([good, {**bad, "script_content": "Here is one. It has a picture."}])
    web_ui.materialise_failed()
    wait_until(lambda: len(workplace.videos()) == 2)
    web_ui.open_partition(row)
    expect(page.get_by_text("Materialized", exact=True)).to_be_visible()
    expect(web_ui.metadata("title")).to_have_text("Odd letters")
    screen.picture("mended")


def test_a_running_job_is_terminated(workplace: Workplace, web_ui: WebUI) -> None:
    screen, page = web_ui.screen, web_ui.screen.page
    script = " ".join(f"Sentence number {n} takes a while to say." for n in range(20))
    sheet = workplace.sheet([idea(f"Row {n}", script) for n in range(8)])
    web_ui.launch(run_config_of(workplace.spec(sheet)))
    wait_until(lambda: len(workplace.videos()) >= 1)
    screen.picture("running")

    page.get_by_role("button", name="Terminate").click()
    screen.picture("question")
    page.get_by_role("dialog").get_by_role("button", name="Terminate").click()
    with suppress(NotThereError):  # the dialog is gone by itself once the run has ended
        page.get_by_role("dialog").get_by_role("button", name="Done").click(timeout=5_000)

    web_ui.expect_run("Canceled")
    screen.picture("terminated")
    wait_until(lambda: not list((workplace.folder / "work" / "bulkvid-work").iterdir()))
    assert len(workplace.videos()) < 8
