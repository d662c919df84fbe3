"""Settings under which runs cannot be spread over machines are refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from dagster import DagsterInstance
from dagster._core.launcher import DefaultRunLauncher

from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.services.workers.broker import broker_url, require_workers_launcher
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.peers.postgres import PostgresServer

REDIS, POSTGRES = "redis://broker:6379/0", "postgresql://user:secret@database/bulkvid"


def settings(**values: str) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"postgres_url": POSTGRES}, "BULKVID_BROKER_URL is not set"),
        ({"postgres_url": POSTGRES, "broker_url": "http://broker"}, "not the URL of a broker"),
        ({"broker_url": REDIS}, "SQLite is a file of one machine"),
    ],
)
def test_what_cannot_be_is_refused(known: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidSettingsError, match=words):
        broker_url(settings(**known))


@pytest.mark.parametrize("url", [REDIS, "rediss://:secret@broker/1", "amqp://user:secret@broker//", "amqps://broker"])
def test_brokers_of_both_kinds_are_known(url: str) -> None:
    assert broker_url(settings(postgres_url=POSTGRES, broker_url=url)) == url


def test_one_dagster_yaml_serves_with_and_without_a_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_server: PostgresServer
) -> None:
    monkeypatch.setenv("BULKVID_POSTGRES_URL", postgres_server.create_database())
    with open_instance(tmp_path / "home") as instance:
        assert isinstance(instance.run_launcher, DefaultRunLauncher)

    monkeypatch.setenv("BULKVID_BROKER_URL", REDIS)
    with open_instance(tmp_path / "home") as instance:
        require_workers_launcher(instance, settings(broker_url=REDIS))
        # Code servers and runs get the instance as a reference.
        with DagsterInstance.from_ref(instance.get_ref()) as again:
            require_workers_launcher(again, settings(broker_url=REDIS))


def test_a_dagster_yaml_of_an_earlier_version_is_refused_where_a_broker_is_named(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with (
        open_instance(tmp_path) as instance,
        pytest.raises(InvalidSettingsError, match="another run launcher"),
    ):
        require_workers_launcher(instance, settings(broker_url=REDIS))


def test_an_instance_without_the_postgres_that_is_required_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_REQUIRE_POSTGRES", "true")
    monkeypatch.delenv("BULKVID_POSTGRES_URL", raising=False)

    with pytest.raises(InvalidSettingsError, match="BULKVID_REQUIRE_POSTGRES"):
        open_instance(tmp_path / "home").dispose()
