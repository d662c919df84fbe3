"""What a run's worker asks the database, and a database that is away for a while."""

from __future__ import annotations

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import OperationalError

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.services.batch import run_control
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.run_control import RunControl

AWAY = [
    DagsterPostgresException("too many retries for DB connection"),
    OperationalError("SELECT", {}, Exception("database is locked")),
]


class Restarted(DagsterInstance):
    """An instance whose database does not answer the first times."""

    def __init__(self, errors: list[Exception], status: DagsterRunStatus = DagsterRunStatus.STARTED) -> None:
        self.errors = errors
        self.status = status

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        if self.errors:
            raise self.errors.pop(0)
        return DagsterRun(tags.JOB, run_id=run_id, status=self.status)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, none of which is waited for."""
    found: list[float] = []
    monkeypatch.setattr(Stopping, "sleep", lambda _, seconds: found.append(seconds))
    return found


def control_of(instance: DagsterInstance) -> RunControl:
    return RunControl(instance, "run", JobProgress())


def test_a_finished_row_outlives_a_database_that_is_only_started_again(pauses: list[float]) -> None:
    assert control_of(Restarted(list(AWAY))).may_publish()
    assert len(pauses) == len(AWAY)


def test_a_run_that_was_ended_while_the_database_was_away_publishes_nothing(pauses: list[float]) -> None:
    assert not control_of(Restarted(list(AWAY), DagsterRunStatus.FAILURE)).may_publish()
    assert pauses


def test_a_database_that_stays_away_is_named(pauses: list[float]) -> None:
    for_ever = Restarted(AWAY * 10)

    with pytest.raises(ServiceUnavailableError, match="The database did not answer"):
        control_of(for_ever).may_publish()

    assert len(pauses) == run_control._PATIENCE.tries - 1
