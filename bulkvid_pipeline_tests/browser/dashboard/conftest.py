"""The dashboard, served by uvicorn on a port of its own, and browsers that are logged in."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline.server.site import Site
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.browser.screen import Screen
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

AXE = Path(__file__).parents[1] / "vendored" / "axe-core" / "axe.min.js"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1500, "height": 950}
FAR_AWAY = 4e9
WITHOUT_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"
"""Makes a page as it is under an address without HTTPS."""


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that is being served. `screen` is a browser in which Ana is logged in; its requests are kept."""

    address: str
    services: OpenServices
    screen: Screen
    requests: list[str]

    @property
    def page(self) -> Page:
        return self.screen.page

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def log_in(
        self, page: Page, user: str = "ana", project: str = "default", scopes: Sequence[Scope] = DEFAULT_SCOPES
    ) -> None:
        """Log somebody in, in the page's browser."""
        secret = self.services.sessions.begin(Caller(user, project, frozenset(scopes), FAR_AWAY))
        page.context.add_cookies(
            [{"name": SESSION_COOKIE, "value": secret, "url": self.address, "httpOnly": True, "sameSite": "Strict"}]
        )

    def pictures(self, name: str) -> None:
        """A picture of the page as it is on a desktop, on a phone, and in the dark; nothing scrolls sideways."""
        page = self.page
        self.screen.picture(name)
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], f"{name} scrolls sideways"
        self.screen.picture(f"{name}-phone")
        page.set_viewport_size({"width": DESKTOP["width"], "height": DESKTOP["height"]})
        page.emulate_media(color_scheme="dark")
        self.screen.picture(f"{name}-dark")
        expect_accessible(page)
        page.emulate_media(color_scheme="light")
        expect_accessible(page)


@pytest.fixture
def dashboard(workplace: Workplace, screen: Screen) -> Iterator[Dashboard]:
    """The dashboard over the workplace's instance, and a page in which Ana is logged in; it is not open yet."""
    settings.cache_clear()
    site = Site(settings(), workplace.folder / "home")
    server = uvicorn.Server(uvicorn.Config(site, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the dashboard did not start")
    address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    found = Dashboard(address, site.services, screen, asked)
    found.log_in(screen.page)
    yield found
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert foreign == [], "requests left the host"
    site.services.end_streams()
    server.should_exit = True
    thread.join(30)


def other_browser(browser: Browser, dashboard: Dashboard, user: str = "ben") -> Page:
    """A second browser in which somebody of the same project is logged in. Close its `context` at the end."""
    page = browser.new_context(viewport={"width": 1200, "height": 800}).new_page()
    dashboard.log_in(page, user)
    return page


def expect_accessible(page: Page) -> None:
    """Axe finds nothing on the page, by the rules of WCAG 2.2 AA and its best practices."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
            (rule) => `${rule.id}: ${rule.help}\\n` + rule.nodes.slice(0, 5).map(
                (node) => `    ${node.html.slice(0, 200)}\\n    ${node.failureSummary.slice(0, 400)}`).join("\\n"))"""
    )
    assert found == [], "\n".join(found)
