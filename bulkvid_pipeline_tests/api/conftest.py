"""The API over an instance of its own, and callers with tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Scope
from bulkvid_pipeline.services.access.tokens import mint
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.workplace import Workplace

Headers = dict[str, str]
Bearer = Callable[..., Headers]


@pytest.fixture
def api(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API over the workplace's instance. Its limits are out of the way."""
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_USER", "100000")
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_PROJECT", "100000")
    settings.cache_clear()
    with TestClient(create_app(settings(), home_of(workplace)), raise_server_exceptions=False) as client:
        yield client


def home_of(workplace: Workplace) -> Path:
    return workplace.folder / "home"


@pytest.fixture
def bearer(workplace: Workplace) -> Bearer:
    """Makes the headers of a caller with a token of this installation."""

    def headers(
        user: str = "ana", project: str = "default", scopes: Sequence[Scope] = DEFAULT_SCOPES, lifetime_s: float = 600
    ) -> Headers:
        token = mint(
            settings(), home_of(workplace), user_id=user, project_id=project, scopes=scopes, lifetime_s=lifetime_s
        )
        return {"Authorization": f"Bearer {token}"}

    return headers
