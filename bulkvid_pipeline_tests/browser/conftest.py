"""A real Chromium, and a running `bulkvid ui`. Screenshots go to `test-output/browser/` for a person to look at."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline_tests.browser.screen import Screen
from bulkvid_pipeline_tests.browser.web_ui import WebUI
from bulkvid_pipeline_tests.defs.web_server import running_web_ui
from bulkvid_pipeline_tests.workplace import Workplace

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = Path(__file__).parents[2] / "test-output" / "browser"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def screen(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Screen]:
    """A page of its own, with what its console said; a last picture is taken however the test ends."""
    folder = SCREENSHOTS / request.node.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = browser.new_context(viewport={"width": 1500, "height": 950})
    page: Page = context.new_page()
    screen = Screen(page, folder)
    yield screen
    screen.picture("end")
    context.close()


@pytest.fixture
def web_ui(workplace: Workplace, screen: Screen) -> Iterator[WebUI]:
    home = workplace.folder / "ui_home"
    home.mkdir()
    (home / "dagster.yaml").write_bytes(INSTANCE_CONFIG.read_bytes())
    with running_web_ui(workplace.folder, {**os.environ, "DAGSTER_HOME": str(home)}) as server:
        yield WebUI(server, screen)
