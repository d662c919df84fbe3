from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard, other_browser
from bulkvid_pipeline_tests.media_files import disc, encoded
from bulkvid_pipeline_tests.services.templates.music import tone

pytestmark = pytest.mark.browser


def picture(page: Page) -> str:
    return page.locator("#picture img").get_attribute("src") or ""


def repainted(page: Page, before: str) -> str:
    """The picture, once it is another one than before."""
    page.wait_for_function(
        "src => { const i = document.querySelector('#picture img'); return i && i.getAttribute('src') !== src; }",
        arg=before,
    )
    page.wait_for_function("() => document.querySelector('#picture img').complete")
    return picture(page)


def test_a_brand_is_made_of_a_built_in_template(dashboard: Dashboard, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.open("/templates")
    expect(page.get_by_role("heading", name="No template of your own yet")).to_be_visible()
    page.wait_for_function("() => [...document.images].every(i => i.loading === 'lazy' || i.complete)")
    dashboard.pictures("templates")
    page.get_by_role("link", name="Begin with Modern").click()
    first = repainted(page, "")

    page.get_by_label("Name", exact=True).fill("شركة النور")
    page.get_by_label("Short name").fill("nour")
    page.get_by_label("Accent", exact=True).fill("#20203a")
    expect(page.locator("#settings-style-colors-0-verdict")).to_contain_text("is needed")
    second = repainted(page, first)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#settings-style-colors-0-verdict .is-error")).to_have_count(0)
    page.get_by_label("Background", exact=True).fill("#fff")
    third = repainted(page, second)
    (tmp_path / "logo.png").write_bytes(encoded(disc(200)))
    page.get_by_label("Upload a logo").set_input_files(tmp_path / "logo.png")
    expect(page.get_by_label("Logo", exact=True)).to_have_value("logo.png")
    expect(page.get_by_role("img", name="The logo")).to_be_visible()
    repainted(page, third)
    (tmp_path / "song.wav").write_bytes(tone(2))
    page.get_by_label("Upload music").set_input_files(tmp_path / "song.wav")
    expect(page.get_by_label("Background music")).to_have_value("song.wav")
    page.get_by_label("Font").select_option("Noto Serif")
    expect(page.get_by_role("img", name="The font in")).to_be_visible()
    page.get_by_label("Speed").fill("7")
    expect(page.locator("#settings-audio-voice_settings-speed-problem")).to_contain_text("less than or equal to 2")
    expect(page.get_by_label("Speed")).to_have_attribute("aria-invalid", "true")
    dashboard.pictures("editor")
    page.get_by_label("Speed").fill("1.1")
    expect(page.locator("#settings-audio-voice_settings-speed-problem")).to_be_hidden()
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("شركة النور is made")).to_be_visible()
    expect(page).to_have_url(f"{dashboard.address}/templates/nour")
    expect(page.get_by_role("link", name="Use in a new job")).to_have_attribute("href", "/new?template=nour")
    dashboard.pictures("saved")
    dashboard.open("/template-assets")
    expect(page.get_by_text("Used by nour")).to_have_count(2)
    dashboard.pictures("assets")
    dashboard.open("/templates")
    expect(page.get_by_role("heading", name="شركة النور")).to_be_visible()
    dashboard.pictures("own")


def test_two_browsers_that_edit_one_template_lose_nothing(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.open("/new-template")
    page.get_by_label("Name", exact=True).fill('<img src=x onerror="document.title=1">')
    page.get_by_label("Short name").fill("ours")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(f"{dashboard.address}/templates/ours")
    browser = page.context.browser
    assert browser is not None
    other = other_browser(browser, dashboard)
    try:
        other.goto(f"{dashboard.address}/templates/ours")
        other.get_by_label("Description").fill("Ben's")
        other.get_by_role("radio", name="Classic").check()
        other.get_by_role("button", name="Save").click()
        expect(other.get_by_text("is saved")).to_be_visible()
    finally:
        other.context.close()

    page.get_by_label("Description").fill("Ana's")
    page.get_by_role("button", name="Save").click()
    alert = page.get_by_role("alert").filter(has_text="Somebody else has saved this template meanwhile")
    expect(alert.get_by_role("row", name="Description Ben's Ana's")).to_be_visible()
    expect(alert.get_by_role("row", name="Style classic modern")).to_be_visible()
    dashboard.pictures("conflict")
    alert.get_by_role("button", name="Save mine over it").click()
    expect(page.get_by_label("Description")).to_have_value("Ana's")
    expect(page.get_by_text("is saved")).to_be_visible()
    assert "onerror" in page.get_by_role("heading", level=1).inner_text()
    (told,) = dashboard.screen.faults
    assert "412 (Precondition Failed)" in told, "the answer in which both are shown"


def test_the_editor_works_by_keyboard_and_asks_before_it_deletes(dashboard: Dashboard) -> None:
    page = dashboard.page
    dashboard.open("/templates/corporate")
    expect(page.get_by_text("This template is built in")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    dashboard.pictures("built-in")
    page.get_by_role("link", name="Make a copy").press("Enter")
    page.get_by_label("Name", exact=True).press_sequentially("Keys")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is made")).to_be_visible()
    page.get_by_role("link", name="Delete").press("Enter")
    expect(page.get_by_role("heading", name="Delete")).to_be_visible()
    dashboard.pictures("delete")
    page.get_by_role("button", name="Delete").press("Enter")
    expect(page.get_by_text("is deleted")).to_be_visible()
    assert dashboard.screen.faults == []
