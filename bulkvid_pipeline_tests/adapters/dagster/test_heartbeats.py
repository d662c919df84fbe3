"""How long runs were silent, by the database's clock, while somebody listened."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.heartbeats import LISTENER, PREFIX, Heartbeats
from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace


def shift(instance: DagsterInstance, key: str, seconds: float) -> None:
    """Make what is noted so much older."""
    storage = run_database(instance)
    assert storage is not None
    with storage.connect() as connection:
        value = connection.execute(sa.text("SELECT value FROM kvs WHERE key = :key"), {"key": key}).scalar_one()
        older = " ".join(str(float(part) - seconds) for part in str(value).split(" "))
        connection.execute(sa.text("UPDATE kvs SET value = :older WHERE key = :key"), {"key": key, "older": older})


@ON_BOTH_DATABASES
def test_silence_begins_when_a_run_is_first_looked_for_and_ends_with_each_beat(workplace: Workplace) -> None:
    heartbeats = Heartbeats(workplace.instance)

    assert heartbeats.silences(["run"]) == {"run": 0.0}
    time.sleep(0.05)
    silent = heartbeats.silences(["run"])["run"]
    assert silent >= 0.04
    heartbeats.beat("run")
    assert heartbeats.silences(["run"])["run"] < silent


@ON_BOTH_DATABASES
def test_a_run_that_is_forgotten_begins_anew(workplace: Workplace) -> None:
    heartbeats = Heartbeats(workplace.instance)
    heartbeats.beat("run")
    heartbeats.forget("run")

    assert heartbeats.silences(["run"]) == {"run": 0.0}


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_hosts_whose_clocks_are_hours_apart_agree_about_silence(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeats = Heartbeats(workplace.instance)
    real = time.time
    heartbeats.silences([])
    monkeypatch.setattr(time, "time", lambda: real() - 7200)
    heartbeats.beat("run")
    monkeypatch.setattr(time, "time", lambda: real() + 7200)

    assert heartbeats.silences(["run"])["run"] < 60


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_silence_counts_only_while_somebody_listens(workplace: Workplace) -> None:
    heartbeats = Heartbeats(workplace.instance)
    heartbeats.beat("run")
    heartbeats.silences(["run"])
    shift(workplace.instance, f"{PREFIX}run", 100)
    shift(workplace.instance, LISTENER, 100)  # as after a database that was away

    assert heartbeats.silences(["run"]) == {"run": 0.0}

    shift(workplace.instance, f"{PREFIX}run", 10)
    shift(workplace.instance, LISTENER, 10)
    assert 10 <= heartbeats.silences(["run"])["run"] < 100
