"""The API with a queue behind it that starts nothing: what is created can be looked at before it runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from dagster import RunsFilter
from fastapi.testclient import TestClient

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.launch import queue
from bulkvid_pipeline_tests.api.conftest import Bearer, Headers
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.workplace import Workplace, idea

NOBODY: Headers = {}
ROWS = [idea("One"), idea("Two"), idea("Three", style_override="baroque"), idea("Four", "")]


@pytest.fixture
def dagster(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[InstanceDagster]:
    monkeypatch.setattr(queue, "APPEARS_WITHIN_S", 0.3)
    monkeypatch.setattr(queue, "LOOK_EVERY_S", 0.05)
    with InstanceDagster(instance=workplace.instance) as server:
        monkeypatch.setenv("BULKVID_DAGSTER_URL", server.url)
        yield server


@dataclasses.dataclass
class House:
    """The API with a queue behind it, and a caller."""

    api: TestClient
    workplace: Workplace
    dagster: InstanceDagster
    bearer: Bearer

    def upload(self, rows: list[dict[str, str]] = ROWS, name: str = "ideas.csv", **who: str) -> str:
        path = self.workplace.sheet(rows, name)
        answer = self.api.post("/api/sheets", files={"file": (name, path.read_bytes())}, headers=self.bearer(**who))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def create(self, body: Any, *, headers: Headers = NOBODY, who: Headers = NOBODY, query: str = "") -> Any:
        return self.api.post(f"/api/bulk-jobs{query}", json=body, headers={**self.bearer(**who), **headers})

    def post(self, path: str, body: Any = None, *, headers: Headers = NOBODY, who: Headers = NOBODY) -> Any:
        return self.api.post(path, json=body, headers={**self.bearer(**who), **headers})

    def runs(self) -> list[Any]:
        return list(self.workplace.instance.get_runs(RunsFilter(job_name=tags.JOB)))


@pytest.fixture
def house(workplace: Workplace, dagster: InstanceDagster, api: TestClient, bearer: Bearer) -> House:
    return House(api, workplace, dagster, bearer)


def refused(house: House, body: Any, **how: Any) -> dict[str, Any]:
    """The error; nothing was created."""
    answer = house.create(body, **how)
    assert answer.status_code >= 400, answer.text
    assert house.runs() == []
    error: dict[str, Any] = answer.json()["error"]
    assert error["fix"]
    return {**error, "status": answer.status_code}
