from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller
from bulkvid_pipeline_tests.browser.dashboard.conftest import FAR_AWAY, Dashboard

pytestmark = pytest.mark.browser


def test_a_link_logs_in_by_keyboard_and_error_pages_lead_back(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.context.clear_cookies()
    dashboard.open("/login")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    dashboard.pictures("login")

    code = dashboard.services.sessions.new_code(Caller("ana", "default", frozenset(DEFAULT_SCOPES), FAR_AWAY))
    dashboard.open(f"/login?code={code}&next=/nowhere")
    expect(page.get_by_role("button", name="Log in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="There is no such page")).to_be_visible()
    dashboard.pictures("nowhere")
    (cookie,) = (cookie for cookie in page.context.cookies() if cookie["name"] == SESSION_COOKIE)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"

    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    dashboard.open(f"/login?code={code}")
    expect(page.get_by_role("button", name="Log in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("has been used or has expired")).to_be_visible()
    dashboard.pictures("used")
