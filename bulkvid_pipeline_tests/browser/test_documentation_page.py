"""The API's documentation page in Chromium, served by uvicorn."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import expect

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES
from bulkvid_pipeline.services.access.tokens import mint
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.browser.screen import Screen
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.browser


@pytest.fixture
def address(workplace: Workplace) -> Iterator[str]:
    """The API, served on a port of its own."""
    app = create_app(settings(), workplace.folder / "home")
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, "the API did not start")
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)


def test_the_page_shows_every_route_and_tries_one_out_with_the_token_of_its_address(
    address: str, screen: Screen, workplace: Workplace
) -> None:
    token = mint(
        settings(),
        workplace.folder / "home",
        user_id="ana",
        project_id="default",
        scopes=DEFAULT_SCOPES,
        lifetime_s=600,
    )
    page = screen.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{address}/api/docs#token={token}")

    expect(page.get_by_role("heading", name="bulkvid")).to_be_visible()
    assert page.url == f"{address}/api/docs"
    screen.picture("routes")
    page.get_by_text("List templates").first.click()
    screen.picture("route")
    page.get_by_role("button", name="Try it out").first.click()
    page.get_by_role("button", name="Execute").first.click()
    expect(page.get_by_text('"default_template"').first).to_be_visible()
    screen.picture("answer")
    assert token not in page.url
    assert all(url.startswith((address, "data:")) for url in asked)
    assert not any(token in url for url in asked if "#" not in url)
    assert screen.faults == []
