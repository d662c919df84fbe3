"""The job of a newcomer's first click."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import RunsFilter
from pydantic import SecretStr

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.launch.demo import start_demo
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller
from bulkvid_pipeline.services.intake.idempotency import KeyedRequests, Work, unkeyed
from bulkvid_pipeline.services.sheets.uploads import with_uploads_at
from bulkvid_pipeline.settings import Settings, settings
from bulkvid_pipeline_tests.api.house import dagster
from bulkvid_pipeline_tests.workplace import Workplace

__all__ = ["dagster"]  # the fixture

ANA = Caller("ana", "films", frozenset(DEFAULT_SCOPES), time.time() + 3600)


@pytest.fixture
def chosen(workplace: Workplace, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """The settings of the installation, with a queue where the test has one."""
    if "dagster" in request.fixturenames:
        request.getfixturevalue("dagster")
    settings.cache_clear()
    yield with_uploads_at(settings(), Path(workplace.instance.root_directory))
    settings.cache_clear()


def work(workplace: Workplace) -> Work:
    return Work(KeyedRequests(workplace.instance), unkeyed())


@pytest.mark.usefixtures("dagster")
def test_the_bundled_sheet_becomes_a_job_of_the_caller_in_small_pictures(
    workplace: Workplace, chosen: Settings
) -> None:
    job = start_demo(work(workplace), ANA, workplace.instance, chosen)

    assert (job.title, job.state, job.items_total, job.user_id) == ("Demo", "pending", 10, "ana")
    (run,) = workplace.instance.get_runs(RunsFilter(job_name=tags.JOB))
    config = run.run_config["resources"][tags.SPEC_RESOURCE]["config"]
    assert run.tags[tags.JOB_ID] == job.id
    assert (config["project_id"], config["output"]["resolution"]) == ("films", "720p")


def test_without_a_queue_it_is_said_and_there_is_no_job(workplace: Workplace, chosen: Settings) -> None:
    away = chosen.model_copy(update={"dagster_url": SecretStr("http://127.0.0.1:9")})

    with pytest.raises(ServiceUnavailableError):
        start_demo(work(workplace), ANA, workplace.instance, away)
    assert workplace.instance.get_runs(RunsFilter(job_name=tags.JOB)) == []
