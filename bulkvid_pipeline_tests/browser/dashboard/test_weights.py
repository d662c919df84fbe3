"""What the first visit of each page brings over the wire, on an instance with 2,000 jobs and a job of 10,000 rows."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from bulkvid_pipeline.services.access.scopes import Caller, Scope
from bulkvid_pipeline_tests.browser.dashboard.conftest import FAR_AWAY, Dashboard
from bulkvid_pipeline_tests.browser.dashboard.large_instance import BARE, fill, visited

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000


def test_every_page_of_a_large_instance_is_light(dashboard: Dashboard, browser: Browser) -> None:
    secret = dashboard.services.sessions.begin(Caller("ana", "default", frozenset(Scope), FAR_AWAY))
    paths = fill(dashboard.services, jobs=2000, rows=10_000)
    found = {path: visited(browser, dashboard.address, secret, path) for path in paths}
    assert found[BARE].total > 5000, "the browser has counted"
    heavy = {path: page.sent for path, page in found.items() if page.total >= MOST_BYTES}
    assert heavy == {}
