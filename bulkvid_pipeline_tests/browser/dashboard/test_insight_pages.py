"""Analytics, diagnostics, deliveries and system in a browser: as they look, by keyboard, and without script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bulkvid_pipeline.core.diagnostics.exchange import Fault, Peer
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.doctor import examinations
from bulkvid_pipeline_tests.browser.dashboard.conftest import WITHOUT_CLIPBOARD, Dashboard
from bulkvid_pipeline_tests.core.diagnostics.exchanges import asked, broken, healthy, speech_error
from bulkvid_pipeline_tests.dashboard.test_system import REPORT
from bulkvid_pipeline_tests.dashboard.told_jobs import add_runs, told_run
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.diagnostics.recorded import known_job, recorded
from bulkvid_pipeline_tests.services.webhooks.test_deliveries import put
from bulkvid_pipeline_tests.services.webhooks.test_dispatch import send
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.browser
TEMPLATES = [
    "corporate",
    "spring_campaign_2026_for_all_the_markets_of_the_north_and_the_south",
    "قالب العلامة التجارية",
    "tpl_" + "x" * 90,
]


def whole(dashboard: Dashboard, name: str) -> None:
    """Pictures of all of the page, also of what lies below the fold."""
    page = dashboard.page
    dashboard.screen.picture(f"{name}-whole", whole=True)
    page.set_viewport_size({"width": 360, "height": 740})
    dashboard.screen.picture(f"{name}-whole-phone", whole=True)
    page.set_viewport_size({"width": 1500, "height": 950})


def test_analytics_are_charts_and_tables(dashboard: Dashboard, workplace: Workplace, browser: Browser) -> None:
    page, now = dashboard.page, datetime.now(UTC)
    add_runs(
        workplace.instance,
        [
            told_run(
                f"job_{number}",
                3 + number * 7 % 11,
                number % 3,
                created=now - timedelta(hours=8 * number),  # within the 30 days, whatever time it is
                template=TEMPLATES[number % 4],
                title=f"Job {number}",
            )
            for number in range(80)
        ],
    )
    dashboard.open("/analytics")
    expect(page.get_by_role("img", name="Videos by day", exact=True)).to_be_visible()
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(page.get_by_text(f"days of the time zone {zone}")).to_be_visible()
    dashboard.pictures("analytics")
    page.emulate_media(media="print")
    dashboard.screen.picture("analytics-printed", whole=True)
    page.emulate_media(media="screen")
    whole(dashboard, "analytics")

    page.get_by_label("By", exact=True).select_option(label="User")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_role("heading", name="By user", exact=True)).to_be_visible()
    page.get_by_role("link", name="ana", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Jobs of user ana")).to_be_visible()
    dashboard.pictures("jobs-behind")
    page.locator(".kicker").get_by_role("link", name="Analytics").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    assert download.value.suggested_filename == "analytics-by-user.csv"
    assert "\r\nana,80," in Path(download.value.path()).read_bytes().decode()

    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    plain = context.new_page()
    dashboard.log_in(plain)
    plain.goto(dashboard.address + "/analytics")
    expect(plain.get_by_role("heading", name="By template", exact=True)).to_be_visible()
    expect(plain.get_by_text("The figures as a table").first).to_be_visible()
    plain.get_by_text("The figures as a table").first.click()
    expect(plain.get_by_role("cell", name="2.5 s").first).to_be_visible()
    context.close()
    assert dashboard.screen.faults == []


def test_diagnostics_tell_what_is_wrong(dashboard: Dashboard, workplace: Workplace) -> None:
    page, services = dashboard.page, dashboard.services
    dashboard.log_in(page, "ada", scopes=[Scope.ADMIN])
    job = known_job(workplace.instance, "job_00000000aaaa")
    diagnostics = Diagnostics(services.instance, services.settings, services.home)
    evil = "<img src=x onerror=\"document.title='broken in'\">"
    recorded(
        diagnostics,
        job,
        *healthy(),
        *(speech_error(429, f"Rate limit reached {evil}", at=9 + n, row="row-2") for n in range(3)),
        broken(Peer.MEDIA, Fault.DNS, 12, url=f"https://nowhere.example/{'long/' * 40}{evil}"),
        asked(Peer.SHEET, 403, evil, 13, request_headers={"X-Evil": evil}, response_headers={"Server": evil}),
        environment={"python": "3.11", "workers": 2},
    )
    dashboard.open("/diagnostics")
    dashboard.pictures("diagnostics")
    page.get_by_label("Minutes").fill("12")
    page.get_by_label("Minutes").press("Enter")
    expect(page.get_by_text("Diagnostics are on for 12 minutes.").first).to_be_visible()
    page.get_by_role("button", name="Turn off").press("Enter")
    expect(page.get_by_text("Diagnostics are off.").first).to_be_visible()

    page.get_by_role("link", name=job, exact=True).press("Enter")
    expect(page.get_by_role("heading", name="What is wrong, and what to do")).to_be_visible()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copying = page.get_by_role("button", name="Copy BULKVID_").first
    setting = str(copying.get_attribute("data-copy"))
    said = copying.locator("..").get_by_role("status")
    copying.press("Enter")
    expect(said).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == setting
    dashboard.pictures("job-diagnostics")
    page.evaluate(WITHOUT_CLIPBOARD)
    copying.press("Enter")
    expect(said).to_have_text(setting)
    whole(dashboard, "job")
    page.get_by_label("Ended").select_option(label="Failed")
    expect(page.get_by_text("5 requests", exact=True)).to_be_visible()
    page.get_by_label("Text").fill("nowhere.example")
    expect(page.get_by_text("1 request", exact=True)).to_be_visible()
    page.locator("details.exchange summary").press("Enter")
    expect(page.get_by_text("ConnectionError (dns): It failed")).to_be_visible()
    dashboard.pictures("request")
    assert page.title() != "broken in"

    dashboard.open("/diagnostics")
    page.get_by_label("Remove logs older").fill("0")
    page.get_by_role("button", name="Clean up").press("Enter")
    dashboard.pictures("clean-up")
    page.get_by_role("button", name="Remove 1 log").press("Enter")
    expect(page.get_by_text("1 log removed.")).to_be_visible()
    dashboard.open(f"/jobs/{job}/diagnostics")
    dashboard.pictures("nothing-recorded")
    assert dashboard.screen.faults == []


def test_deliveries_are_sent_again(dashboard: Dashboard, workplace: Workplace) -> None:
    page, instance = dashboard.page, workplace.instance
    with HookReceiver() as receiver:
        put(instance, "job_1", project="default", url=receiver.url(), title="<b>Spring</b>")
        send(instance)
    for number in range(3):
        put(instance, f"job_{number + 2}", project="default", url=f"ftp://nowhere.example/{'x' * 80}", minute=number)
    send(instance, now=datetime.now(UTC) + timedelta(minutes=5))
    put(instance, "job_8", project="default", state=JobState.RUNNING, minute=9)

    dashboard.open("/deliveries")
    dashboard.pictures("deliveries")
    whole(dashboard, "deliveries")
    page.get_by_label("All failed ones of this page").check()
    page.get_by_role("button", name="Send the chosen again").press("Enter")
    expect(page.get_by_role("heading", name="Send 3 messages again?")).to_be_visible()
    dashboard.pictures("send-again")
    page.get_by_role("button", name="Send again").press("Enter")
    expect(page.get_by_text("3 messages will be sent again within seconds")).to_be_visible()
    page.get_by_role("link", name="Delivered").click()
    page.get_by_role("link", name="Job completed").click()
    expect(page.get_by_text('"title": "<b>Spring</b>"')).to_be_visible()
    dashboard.pictures("delivery")
    assert dashboard.screen.faults == []


def test_the_system_page_is_live_and_runs_the_doctor(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    page = dashboard.page
    dashboard.log_in(page, "ada", scopes=[Scope.ADMIN])
    monkeypatch.setattr(examinations, "examined_apart", lambda _home: REPORT)
    dashboard.open("/system")
    expect(page.get_by_text("Something does not work")).to_be_visible()
    dashboard.pictures("system")
    with page.expect_response(lambda response: response.url.endswith("/system/live")):
        pass
    page.get_by_role("button", name="Run the doctor").press("Enter")
    expect(page.get_by_text("Set BULKVID_S3_SECRET.")).to_be_visible()
    whole(dashboard, "doctor")
    dashboard.pictures("doctor")

    dashboard.log_in(page)
    dashboard.open("/system")
    expect(page.get_by_role("heading", name="Rate limits")).to_be_visible()
    expect(page.get_by_role("heading", name="Doctor")).to_have_count(0)
    dashboard.pictures("system-of-others")
    assert dashboard.screen.faults == []
