"""The sheet's table in Chromium: columns named by hand, levels, findings, a range; pictures of it in all shapes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard

pytestmark = pytest.mark.browser

SHEET = (
    "Hook line,VO,Vibe?,Secs,Wo posten,Notes,,Notes\n"
    'Save water,"Turn off the tap while you brush. It saves eight litres a minute.",calm,20,youtube,ask Ben,x,\n'
    'Walk more,"Take the stairs. Your heart will thank you.",bright,soon,tik tok,"=SUM(A1:A9)",,later\n'
    ",A script without a title.,calm,30,myspace,,,\n"
    f'"Long one","{"A very long sentence about nothing at all. " * 110}",calm,,youtube,"{"n" * 5000}",,\n'
    'فكرة قصيرة 🎬,"أغلق الصنبور أثناء تنظيف أسنانك.",هادئ,15,instagram,ملاحظة,,\n'
)
ARABIC = (
    "العنوان,النص,المدة,المنصة,ملاحظات\n"
    'توفير المياه,"أغلق الصنبور أثناء تنظيف أسنانك. هذا يوفر ثمانية لترات في الدقيقة.",20,يوتيوب,اسأل ليلى\n'
    ',"اصعد السلالم كل يوم.",قريبا,تيك توك,\n'
)


def upload(dashboard: Dashboard, text: str, name: str = "ideas.csv") -> Page:
    """A draft over a sheet, at the step with its table."""
    page = dashboard.page
    dashboard.open("/new")
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "text/csv", "buffer": text.encode()})
    page.locator("form[data-drop] button").click()
    expect(page.locator("#columns .sheet")).to_be_visible()
    return page


def choose(page: Page, column: str, name: str) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/sheet/columns")):
        page.locator(f"#as-{column}").focus()
        page.locator(f"#as-{column}").select_option(name)


def test_columns_are_named_by_hand_and_cells_are_judged_at_all_levels(dashboard: Dashboard) -> None:
    page = upload(dashboard, SHEET)
    expect(page.get_by_text("Say below which column holds the Idea title")).to_be_visible()
    dashboard.pictures("sheet-unknown")

    choose(page, "A", "idea_title")
    choose(page, "B", "script_content")
    choose(page, "D", "duration_seconds")
    choose(page, "E", "platform_preferences")
    expect(page.locator("#as-E")).to_be_focused()
    expect(page.locator("#at-D3")).to_contain_text("Error")
    expect(page.locator("#at-A4")).to_contain_text("Empty cell")
    dashboard.pictures("sheet-findings")

    asked = len(dashboard.requests)
    page.get_by_role("radio", name=re.compile("^Permissive")).check()
    expect(page.locator("#at-A4 .is-error")).to_be_hidden()
    expect(page.locator("#at-A4 .is-warning")).to_be_visible()
    page.wait_for_timeout(300)
    assert all(url.endswith("/sheet/level") for url in dashboard.requests[asked:])
    page.reload()
    expect(page.get_by_role("radio", name=re.compile("^Permissive"))).to_be_checked()

    page.get_by_role("radio", name=re.compile("^Moderate")).check()
    mark = page.locator("#at-A4 .mark:visible")
    mark.focus()
    fix = page.locator(f"#{mark.get_attribute('aria-describedby')}")
    expect(fix).to_contain_text("Fill it in")
    page.keyboard.press("Enter")
    expect(page.locator("li:target")).to_contain_text("Empty cell")
    page.locator("li:target [data-to-cell]").click()
    expect(page.locator("#at-A4")).to_be_in_viewport()


def test_a_range_is_picked_from_lists_and_the_sheet_is_read_so(dashboard: Dashboard) -> None:
    page = upload(dashboard, ARABIC)
    expect(page.locator("#at-A1, #at-A2")).to_have_count(1)
    dashboard.pictures("sheet-arabic")

    page.locator("[data-last-column]").select_option("B")
    page.locator("[data-first-row]").fill("1")
    page.locator("[data-last-row]").fill("2")
    page.get_by_role("button", name="Read only these").click()
    expect(page.get_by_text("1 row of ideas, all checked here.")).to_be_visible()
    expect(page.locator("#as-C")).to_have_count(0)
    expect(page.get_by_label("Range", exact=True)).to_have_value("A1:B2")

    page.get_by_role("button", name="Read all of the sheet").click()
    expect(page.locator("#as-E")).to_be_visible()


def test_a_sheet_of_sixty_columns_scrolls_inside_the_page(dashboard: Dashboard) -> None:
    headers = ["Title", "Script", *(f"Extra {n}" for n in range(58))]
    rows = [[f"Idea {n}", "Turn off the tap.", *("cell" for _ in range(58))] for n in range(30)]
    page = upload(dashboard, "\n".join(",".join(row) for row in (headers, *rows)))
    scroll = page.locator("[data-scroll]")
    page.locator("#as-AC").focus()
    before = scroll.evaluate("element => element.scrollLeft")
    choose(page, "AC", "tone")
    expect(page.locator("#at-AC")).to_contain_text("Chosen by hand")
    assert scroll.evaluate("element => element.scrollLeft") == before > 1000
    dashboard.pictures("sheet-wide")
