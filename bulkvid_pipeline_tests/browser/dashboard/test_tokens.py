from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from bulkvid_pipeline.services.access.minted import MintedTokens, NewToken
from bulkvid_pipeline_tests.browser.dashboard.conftest import WITHOUT_CLIPBOARD, Dashboard

pytestmark = pytest.mark.browser

ARABIC = "استيراد ليلي"


def test_a_token_is_made_copied_and_revoked_by_keyboard(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.open("/tokens")
    expect(page.get_by_role("heading", name="No valid tokens")).to_be_visible()
    dashboard.pictures("none")

    page.get_by_label("Name").fill(ARABIC)
    page.get_by_label("Valid for").select_option("7 days")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Make the token").press("Enter")
    token = page.get_by_label("The new token").input_value()
    assert token.count(".") == 2
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token
    dashboard.pictures("made")

    dashboard.open("/tokens")
    expect(page.get_by_role("heading", name=ARABIC)).to_be_visible()
    assert token not in page.content()
    page.get_by_role("link", name=f"Revoke {ARABIC}").press("Enter")
    expect(page.get_by_role("button", name="Revoke it")).to_be_focused()
    dashboard.pictures("asked")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Revoked: {ARABIC}")).to_be_visible()
    expect(page.get_by_role("heading", name="No valid tokens")).to_be_visible()
    page.get_by_text("Ended in the last days").click()
    dashboard.pictures("revoked")
    (told,) = MintedTokens(dashboard.services.instance).all()
    assert told.revoked_by == "ana"


def test_where_the_clipboard_is_not_given_the_token_is_selected(dashboard: Dashboard) -> None:
    page = dashboard.page
    page.add_init_script(WITHOUT_CLIPBOARD)
    dashboard.open("/tokens")
    page.get_by_role("button", name="Make the token").click()
    page.get_by_role("button", name="Copy").press("Enter")
    expect(page.get_by_text("Selected: copy it with Ctrl+C")).to_be_visible()
    expect(page.get_by_label("The new token")).to_be_focused()
    assert page.evaluate("getSelection().toString()") == page.get_by_label("The new token").input_value()
    dashboard.pictures("selected")


def test_a_form_that_is_wrong_comes_back_filled(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.open("/tokens")
    page.get_by_label("Name").fill("Kept <b>")
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_text("A token needs a permission")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Kept <b>")
    dashboard.pictures("wrong")


def test_a_second_click_while_the_token_is_made_does_not_lose_it(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, make = dashboard.page, MintedTokens.mint_for

    def made_slowly(*args: Any, **kwargs: Any) -> NewToken:
        time.sleep(1)  # a second click has the time to be made; whenever it is, this passes
        return make(*args, **kwargs)

    monkeypatch.setattr(MintedTokens, "mint_for", made_slowly)
    dashboard.open("/tokens")
    page.get_by_role("button", name="Make the token").evaluate(
        "(button) => { button.click(); setTimeout(() => button.click(), 300); }"
    )

    expect(page.get_by_label("The new token")).to_be_visible()
    assert len(MintedTokens(dashboard.services.instance).all()) == 1
