from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard

pytestmark = pytest.mark.browser

DRAWN = """async ([character, family]) => {
  await document.fonts.ready;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [60, 60];
  const context = canvas.getContext("2d");
  context.font = `30px ${family}`;
  context.fillText(character, 10, 45);
  return canvas.toDataURL();
}"""


def test_what_the_machine_has_no_font_for_can_be_read_all_the_same(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.context.clear_cookies()
    dashboard.log_in(page, user="\u738b\u5c0f\u660e \u0639\u0645\u0631 \u0e01 \U0001f600")
    with page.expect_response(lambda answer: "/nowhere" in answer.url):
        dashboard.open("/nowhere")
    expect(page.get_by_text("\u738b\u5c0f\u660e")).to_be_visible()
    page.wait_for_load_state("networkidle")

    family = page.evaluate("getComputedStyle(document.body).fontFamily")
    box = page.evaluate(DRAWN, ["\u0378", family])
    for character in ("\u738b", "\u0639", "\u0e01", "\U0001f600"):
        assert page.evaluate(DRAWN, [character, family]) != box
    dashboard.screen.picture("scripts")
    fetched = {url for url in dashboard.requests if "/fonts/" in url}
    dashboard.open("/nowhere")
    page.wait_for_load_state("networkidle")
    assert {url for url in dashboard.requests if "/fonts/" in url} == fetched
