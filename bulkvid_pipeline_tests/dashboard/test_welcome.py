"""The first pages that somebody new sees."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from dagster import RunsFilter
from openpyxl import load_workbook

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.columns import COLUMNS, OPTIONAL
from bulkvid_pipeline.dashboard.rendering import rendered
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.demo.sample_sheet import SAMPLE_COLUMNS, sample_csv
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.house import dagster
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words

__all__ = ["dagster"]  # the fixture


@pytest.fixture
def _copied(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BULKVID_SAMPLE_SHEET_URL", "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZ/edit")
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_the_welcome_leads_to_demo_own_sheet_samples_and_columns(visitor: Visitor) -> None:
    page = visitor.get("/welcome")

    assert page.status_code == 200
    for target in ("/welcome/demo", "/welcome/draft", "/new", "/samples/ideas.xlsx", "/samples/ideas.csv", "/columns"):
        assert f'"{target}"' in page.text
    assert "https://sheets.new" in page.text


@pytest.mark.usefixtures("_copied")
def test_a_sheet_of_the_installation_is_offered_for_copying(visitor: Visitor) -> None:
    page = visitor.get("/welcome").text

    assert '"https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZ/copy"' in page
    assert "https://sheets.new" not in page


def test_who_may_only_look_is_offered_nothing_that_he_may_not_do(visitors: Visitors) -> None:
    reader = visitors("bo", scopes=[Scope.JOBS_READ])

    assert "/welcome/demo" not in reader.get("/welcome").text
    assert reader.post("/welcome/demo", {"once": "x"}).status_code == 403
    assert reader.post("/welcome/draft").status_code == 403


def test_every_column_is_explained(visitor: Visitor) -> None:
    page = visitor.get("/columns")

    assert page.status_code == 200
    for column in (*COLUMNS, *OPTIONAL, "id", "approved", "status"):
        assert f'id="{column}"' in page.text
    assert "45 seconds, the middle of 30 to 60" in words(page)
    assert "video_status" in page.text


def test_samples_are_files_to_download(visitor: Visitor) -> None:
    text, book = visitor.get("/samples/ideas.csv"), visitor.get("/samples/ideas.xlsx")

    assert text.content == sample_csv()
    assert text.headers["Content-Disposition"] == 'attachment; filename="ideas.csv"'
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert sheet.max_column == len(SAMPLE_COLUMNS)
    assert visitor.get("/samples/ideas.exe").status_code == 404


@pytest.mark.usefixtures("dagster")
def test_one_click_makes_one_job_however_often_it_is_pressed(visitor: Visitor, services: OpenServices) -> None:
    first = visitor.post("/welcome/demo", {"once": "click"})
    again = visitor.post("/welcome/demo", {"once": "click"})
    (run,) = services.instance.get_runs(RunsFilter(job_name=tags.JOB))

    assert first.status_code == 303
    assert first.headers["Location"] == again.headers["Location"] == f"/jobs/{run.tags[tags.JOB_ID]}"
    resources: Any = run.run_config["resources"]
    config = resources[tags.SPEC_RESOURCE]["config"]
    assert (config["title"], config["user_id"], config["output"]["resolution"]) == ("Demo", "ana", "720p")
    job = find_job(services.instance, run.tags[tags.JOB_ID], project_id="default").view_from_afar()
    assert (job.state, job.items_total) == ("pending", 10)


def test_without_a_queue_it_is_said_and_there_is_no_job(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("BULKVID_DAGSTER_URL", "http://127.0.0.1:9")
    visitor: Visitor = request.getfixturevalue("visitor")
    services: OpenServices = request.getfixturevalue("services")
    refused = visitor.post("/welcome/demo", {"once": "click"})

    assert refused.status_code == 503
    assert services.instance.get_runs(RunsFilter(job_name=tags.JOB)) == []


def test_the_demo_can_be_looked_at_step_by_step(visitor: Visitor) -> None:
    draft = visitor.post("/welcome/draft").headers["Location"]

    assert draft.startswith("/new/draft_")


def test_the_start_of_an_empty_project_can_be_put_into_any_page() -> None:
    class Somebody:
        csrf = "c"

        def __init__(self, *scopes: str) -> None:
            self._scopes = scopes

        def may(self, scope: str) -> bool:
            return scope in self._scopes

    assert 'action="/welcome/demo"' in rendered("welcome/_empty.html", {"visit": Somebody("jobs:write")})
    assert "<form" not in rendered("welcome/_empty.html", {"visit": Somebody("jobs:read")})
