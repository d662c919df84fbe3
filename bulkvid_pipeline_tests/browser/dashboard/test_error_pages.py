"""Pages of errors, and what a reader keeps when something ends or changes meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from bulkvid_pipeline.core.errors import KeyInUseError, ServiceUnavailableError, UploadTooLargeError
from bulkvid_pipeline.dashboard.routes import tokens
from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard, expect_accessible

pytestmark = pytest.mark.browser


def test_errors_are_pages_that_say_what_to_do(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    page, answers = dashboard.page, [None]

    def fails(*_: Any, **__: Any) -> None:
        raise answers[0] or AssertionError

    def look(name: str, path: str, told: str, error: Any = None) -> None:
        answers[0] = error
        dashboard.open(path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(told)
        expect_accessible(page)
        dashboard.screen.picture(name)

    monkeypatch.setattr(tokens, "_page", fails)
    look("403", "/diagnostics", "You do not have the permission")
    look("404", "/jobs/job_none", "not found")
    look("409", "/tokens", "This is being done already", KeyInUseError("x"))
    look("413", "/tokens", "The file is too large", UploadTooLargeError("The file is too large"))
    look("500", "/tokens", "Something went wrong", RuntimeError("a secret"))
    assert "a secret" not in page.content()
    look("503", "/tokens", "No answer", ServiceUnavailableError("No answer"))
    dashboard.pictures("503")
    dashboard.screen.faults.clear()  # the browser tells of each status


def test_a_form_survives_another_colour_and_the_end_of_its_session(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.open("/tokens?page=1")
    page.get_by_label("Name").fill("Kept")
    with page.expect_response("**/theme") as chosen:
        page.get_by_role("button", name="Dark").click()
    assert chosen.value.ok
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Name")).to_have_value("Kept")
    assert page.url.endswith("/tokens?page=1")

    page.context.clear_cookies(name=SESSION_COOKIE)
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("heading", name="Your session has ended")).to_be_visible()
    dashboard.pictures("ended")
    dashboard.log_in(page)
    page.go_back()
    expect(page.get_by_label("Name")).to_have_value("Kept")
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_label("The new token")).to_be_visible()
    dashboard.screen.faults.clear()
