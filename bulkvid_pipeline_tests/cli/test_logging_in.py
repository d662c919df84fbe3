"""`bulkvid login-link`, and the line of `bulkvid serve`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.dagster.kept_values import KeptValues
from bulkvid_pipeline.cli.serving import _ready_line
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.serving import Part
from bulkvid_pipeline.server.plan import planned
from bulkvid_pipeline.services.access.login_links import tell_address
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.access.sessions import Sessions
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline_tests.cli.conftest import Command


@pytest.fixture
def instance(home: Path, folder: Path) -> Iterator[DagsterInstance]:
    assert folder.is_dir()
    with open_instance(home) as opened:
        yield opened


def caller_of(link: str, instance: DagsterInstance) -> Caller:
    """Who is logged in by the link, which is used up."""
    parts = urlsplit(link)
    assert parts.path == "/login"
    return Sessions(instance).redeem(parse_qs(parts.query)["code"][0])


def test_a_link_is_an_administrators_unless_it_is_said_for_whom(bulkvid: Command, instance: DagsterInstance) -> None:
    own = caller_of(bulkvid("login-link").out.strip(), instance)
    anas = caller_of(bulkvid("login-link", "--user", "ana", "--project", "films").out.strip(), instance)
    readers = caller_of(bulkvid("login-link", "--scope", "jobs:read").out.strip(), instance)

    assert (own.user_id, own.project_id, own.is_admin) == ("local", "default", True)
    assert (anas.user_id, anas.project_id, anas.scopes) == ("ana", "films", frozenset(DEFAULT_SCOPES))
    assert readers.scopes == {Scope.JOBS_READ}


def test_a_link_leads_to_where_the_dashboard_is_served(
    bulkvid: Command, instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_address(instance, "http://127.0.0.1:9123")
    assert bulkvid("login-link").out.startswith("http://127.0.0.1:9123/login?code=")

    monkeypatch.setenv("BULKVID_API_URL", "https://videos.example/")
    settings_module.settings.cache_clear()
    assert bulkvid("login-link").out.startswith("https://videos.example/login?code=")


@pytest.mark.parametrize("minutes", ["0", "-5", "99999999", "nan"])
def test_a_time_that_is_none_is_refused(bulkvid: Command, minutes: str) -> None:
    said = bulkvid("login-link", f"--minutes={minutes}")
    assert (said.code, said.out) == (2, "")
    assert "minutes" in said.err


@pytest.mark.parametrize("name", ["--user=", "--project=", "--user=a\nb"])
def test_a_name_that_nobody_has_is_refused(bulkvid: Command, name: str) -> None:
    said = bulkvid("login-link", name)
    assert (said.code, said.out) == (2, "")


def line(instance: DagsterInstance, host: str | None = None, *only: Part) -> str:
    return _ready_line(planned(frozenset(only), host, 8000, 3000, None, 1, False), instance, "http://127.0.0.1:8000")


def test_who_serves_for_this_machine_is_given_a_link_that_logs_in(instance: DagsterInstance) -> None:
    told = line(instance)
    assert told.startswith("bulkvid serves: http://127.0.0.1:8000/login?code=")
    assert "http://127.0.0.1:3000" in told
    assert caller_of(told.split()[2], instance).is_admin


def test_what_is_open_to_other_machines_writes_no_login_into_logs_but_shows_it_to_a_person(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "code=" not in line(instance, "0.0.0.0", Part.API)
    assert "bulkvid login-link" in line(instance, "0.0.0.0", Part.API)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert "code=" in line(instance, "0.0.0.0", Part.API)


def test_without_the_dashboard_there_is_no_login(instance: DagsterInstance) -> None:
    assert line(instance, None, Part.DAGSTER) == "bulkvid serves: Dagster's web server: http://127.0.0.1:3000"
    assert line(instance, None, Part.DAEMON) == "bulkvid serves: Dagster's daemon runs"


def test_a_database_that_is_away_in_that_moment_stops_nothing(
    instance: DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ServiceUnavailableError("The database did not answer")

    monkeypatch.setattr(KeptValues, "write", away)
    assert "bulkvid login-link" in line(instance)
