"""The site (dashboard and API) over an instance of its own, and browsers that are logged in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from bulkvid_pipeline.dashboard.visits import SESSION_COOKIE
from bulkvid_pipeline.server.site import Site
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.access.sessions import csrf_of
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.workplace import Workplace

FAR_AWAY = 4e9
"""Epoch seconds at which nothing has ended."""


class Visitor:
    """A browser without script that is logged in. Redirects are not followed."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self._client = client
        self._secret = secret

    @property
    def csrf(self) -> str:
        return csrf_of(self._secret)

    def get(self, path: str, headers: Mapping[str, str] = {}, **options: Any) -> Response:
        self._become()
        return self._client.get(path, headers={"Host": "testserver", **headers}, follow_redirects=False, **options)

    def head(self, path: str, headers: Mapping[str, str] = {}) -> Response:
        self._become()
        return self._client.head(path, headers={"Host": "testserver", **headers}, follow_redirects=False)

    def part(self, path: str, **options: Any) -> Response:
        """A part of a page, as htmx asks for it."""
        return self.get(path, {"HX-Request": "true"}, **options)

    def post(
        self, path: str, fields: Mapping[str, Any] = {}, headers: Mapping[str, str] = {}, **options: Any
    ) -> Response:
        """Send a form with its CSRF token."""
        self._become()
        data = {"csrf": self.csrf, **fields}
        return self._client.post(path, data=data, headers=dict(headers), follow_redirects=False, **options)

    def log_out(self) -> None:
        self._secret = ""

    def _become(self) -> None:
        self._client.cookies.clear()
        self._client.cookies.set(SESSION_COOKIE, self._secret)


Visitors = Callable[..., Visitor]


@pytest.fixture
def site(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Dashboard and API over the workplace's instance. The API's limits are out of the way."""
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_USER", "100000")
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_PROJECT", "100000")
    settings.cache_clear()
    home = workplace.folder / "home"
    with TestClient(Site(settings(), home), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def services(site: TestClient) -> OpenServices:
    """What the site works with."""
    found: OpenServices = site.app.services  # type: ignore[attr-defined]
    return found


@pytest.fixture
def visitors(site: TestClient, services: OpenServices) -> Visitors:
    """Logs somebody in."""

    def visitor(user: str = "ana", project: str = "default", scopes: Sequence[Scope] = DEFAULT_SCOPES) -> Visitor:
        caller = Caller(user, project, frozenset(scopes), FAR_AWAY)
        return Visitor(site, services.sessions.begin(caller))

    return visitor


@pytest.fixture
def visitor(visitors: Visitors) -> Visitor:
    """Ana of the project `default`, who may read and write jobs and templates."""
    return visitors()


def words(page: Response | str) -> str:
    """The text of a page without its tags, in one line."""
    text = page if isinstance(page, str) else page.text
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def home_of(workplace: Workplace) -> Path:
    return workplace.folder / "home"
