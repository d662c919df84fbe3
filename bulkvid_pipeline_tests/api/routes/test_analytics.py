from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline_tests.api.conftest import Bearer
from bulkvid_pipeline_tests.workplace import Workplace, idea

PATH = "/api/analytics"


@pytest.mark.heavy
def test_the_figures_are_those_of_the_guide_and_of_the_caller_s_project_alone(
    api: TestClient, bearer: Bearer, workplace: Workplace
) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two")]), project_id="acme", user_id="ana")
    workplace.run(workplace.sheet([idea("Three")], name="other.csv"), project_id="other")
    query = {"start_date": "2020-01-01", "end_date": "2100-01-01", "group_by": "template_id"}

    answer = api.get(PATH, params=query, headers=bearer(project="acme"))
    figures = answer.json()["data"]

    assert answer.status_code == 200
    assert (figures["total_jobs"], figures["total_items"], figures["success_rate"]) == (1, 2, 1.0)
    assert figures["avg_processing_time"] > 0
    assert figures["cost_summary"] == {"total": 0.0, "by_template": {"default_template": 0.0}}
    assert api.get(PATH, headers=bearer(project="nobody")).json()["data"]["total_jobs"] == 0
    again = api.get(PATH, params=query, headers={**bearer(project="acme"), "If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"start_date": "yesterday"}, "start_date"),
        ({"end_date": "2025-02-30"}, "end_date"),
        ({"start_date": "2025-10-02", "end_date": "2025-10-01"}, "end_date"),
        ({"group_by": "weather"}, "group_by"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
    ],
)
def test_what_cannot_be_asked_is_told_by_field(
    api: TestClient, bearer: Bearer, query: dict[str, str], field: str
) -> None:
    answer = api.get(PATH, params=query, headers=bearer())

    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
