from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.demo.sample_sheet import SAMPLE_ROWS
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.house import dagster
from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard

__all__ = ["dagster"]  # the fixture

pytestmark = pytest.mark.browser


def test_somebody_new_finds_the_demo_the_samples_and_the_columns(dashboard: Dashboard, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.open("/welcome")
    expect(page.get_by_role("button", name="Make the demo videos")).to_be_visible()
    page.get_by_text("Use it in Google Sheets").click()
    dashboard.pictures("welcome")

    for name in ("Excel", "CSV"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        saved = tmp_path / download.value.suggested_filename
        download.value.save_as(saved)
        table = load_sheet(BulkJobSpec.for_input(str(saved)).input_source, settings(), "default").table
        assert len(table.frame) == len(SAMPLE_ROWS)

    page.get_by_role("link", name="What the columns mean").click()
    expect(page.get_by_role("heading", name="Script content")).to_be_visible()
    dashboard.pictures("columns")
    page.get_by_role("link", name="Priority").click()
    expect(page.locator("#priority")).to_be_in_viewport()
    page.locator("#priority").get_by_text("Other names for this column").click()
    dashboard.screen.picture("priority")


@pytest.mark.usefixtures("dagster")
def test_an_empty_project_makes_the_demo_with_one_click(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.open("/jobs")
    expect(page.get_by_role("heading", name="Your first videos")).to_be_visible()
    dashboard.pictures("empty")
    page.get_by_role("button", name="Make the demo videos").click()
    expect(page.get_by_role("heading", name="Demo")).to_be_visible()
    expect(page.get_by_text("The demo is on its way")).to_be_visible()
    dashboard.screen.picture("demo")
    dashboard.open("/jobs")
    expect(page.get_by_role("link", name="Demo")).to_be_visible()
    expect(page.get_by_role("heading", name="Your first videos")).not_to_be_visible()


def test_the_welcome_reads_without_script(dashboard: Dashboard, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    dashboard.log_in(page)
    for path, heading in (
        ("/welcome", "Try it with a sheet of ours"),
        ("/columns", "Idea title"),
        ("/tokens", "New token"),
    ):
        page.goto(dashboard.address + path)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    context.close()
