"""A PostgreSQL that is restarted, and kills on PostgreSQL."""

from __future__ import annotations

import signal

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]


@pytest.mark.parametrize("crash", [False, True], ids=["orderly", "crash"])
@pytest.mark.parametrize("edge", ["during render", "before materialisation", "before the report"])
def test_a_job_outlives_a_restart_of_the_database_or_is_finished_by_one_retry(
    place_on_postgres: Installation, database: PostgresServer, edge: str, crash: bool
) -> None:
    place = place_on_postgres
    sheet = place.sheet([idea(title) for title in TITLES])
    job = place.start_job(sheet, strike=Strike(edge, Deed.HOLD, nth=1 if edge == "before the report" else 2))
    job.wait_for_strike()
    database.restart(crash=crash)
    job.let_go()
    job.wait()

    if place.job().state is not JobState.COMPLETED:
        place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)


@pytest.mark.parametrize("edge", ["reading the sheet", "during upload", "after upload", "before the state"])
def test_a_killed_job_on_postgresql_is_finished_by_one_retry(place_on_postgres: Installation, edge: str) -> None:
    place = place_on_postgres
    first = place.start_job(place.sheet([idea(title) for title in TITLES]), strike=Strike(edge))
    assert first.wait() == -signal.SIGKILL, first.output

    place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)
