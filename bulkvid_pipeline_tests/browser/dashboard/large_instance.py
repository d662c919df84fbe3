"""An instance with many jobs, a job of many rows and a draft over a large sheet; and what pages of it weigh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser

from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline.services.drafts.drafts import Drafts
from bulkvid_pipeline.services.drafts.editing import with_source
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline_tests.dashboard.told_jobs import add_runs, told_run
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun, told_at_once

BIG = "job_big"
BARE = "/login"
PROJECT, USER = "default", "ana"


def fill(services: OpenServices, jobs: int, rows: int) -> list[str]:
    """Write the jobs of Ana down, the large one among them; returns the addresses of all pages."""
    now = datetime.now(UTC)
    add_runs(
        services.instance,
        [
            told_run(f"job_{number:012x}", title=f"Campaign {number}", created=now - timedelta(hours=number))
            for number in range(jobs - 1)
        ],
    )
    run = TellingRun.begun(services.instance, BIG)

    def told(run: TellingRun) -> None:
        run.plan(range(2, rows + 2))
        for number in range(2, rows + 2):
            if number % 10:
                run.finish(number, "youtube", "tiktok")
            else:
                run.fail(number)

    told_at_once(run, told)
    run.progress(100.0, rows, completed=rows - rows // 10, failed=rows // 10)
    run.end(JobState.FAILED)
    draft = _draft(services)
    return [
        BARE,
        *("/jobs", "/jobs?page=40", "/gallery", "/analytics", "/analytics/jobs", "/templates", "/deliveries"),
        *("/diagnostics", "/system", "/tokens", "/welcome", "/columns", "/new"),
        *(f"/new/{draft}/{step}" for step in ("sheet", "look", "details", "review")),
        *(f"/jobs/{BIG}{part}" for part in ("", "?state=failed", "/rows/row-99", "/check", "/log", "/about")),
        *(f"/jobs/{BIG}{part}" for part in ("/gallery", "/diagnostics")),
    ]


def _draft(services: OpenServices) -> str:
    """A draft over a sheet of a thousand rows and sixty columns."""
    names = ["Title", "Script", *(f"Internal {number}" for number in range(58))]
    ideas = ("\n" + ",".join([f"Idea {n}", f"Save the water. Day {n}.", *["noted"] * 58]) for n in range(1000))
    sheet = ",".join(names) + "".join(ideas)
    kept = Uploads(services.settings).add(PROJECT, "ideas.csv", sheet.encode())
    source = InputSource(path=kept.id)
    return Drafts(services.instance, PROJECT, USER).start(with_source({}, source), source_name="ideas.csv").id


@dataclass(frozen=True)
class Visited:
    """What a page needed that was opened for the first time, until it was loaded.

    `sent`: bytes over the wire, compressed, with headers; pictures of videos and drafts not counted. `answer_ms`: from
    the request for the page until its last byte. `painted_ms`: until something was seen.
    """

    sent: dict[str, int]
    answer_ms: float
    painted_ms: float

    @property
    def total(self) -> int:
        return sum(self.sent.values())


def visited(browser: Browser, address: str, secret: str, path: str) -> Visited:
    """Open a page in a browser that has nothing of ours yet."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    try:
        context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
        page = context.new_page()
        wire = context.new_cdp_session(page)
        urls: dict[str, str] = {}
        sent: dict[str, int] = {}
        wire.on("Network.responseReceived", lambda event: urls.update({event["requestId"]: event["response"]["url"]}))
        wire.on(
            "Network.loadingFinished",
            lambda event: sent.update({urls.get(event["requestId"], "?"): round(event["encodedDataLength"])}),
        )
        wire.send("Network.enable")
        answer = page.goto(address + path, wait_until="load")
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        page.wait_for_function("() => performance.getEntriesByName('first-contentful-paint').length > 0")
        times = page.evaluate(
            """() => {
                const [page] = performance.getEntriesByType("navigation");
                const [paint] = performance.getEntriesByName("first-contentful-paint");
                return [page.responseEnd - page.requestStart, paint.startTime];
            }"""
        )
    finally:
        context.close()
    ours = {url.removeprefix(address): size for url, size in sent.items() if "/media/" not in url}
    return Visited({url: size for url, size in ours.items() if "/picture" not in url}, *times)
