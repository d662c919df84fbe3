"""What `bulkvid serve` decides to start."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.core.serving import Part
from bulkvid_pipeline.server.plan import Address, Plan, Role, Service, planned, services_of, workspace_of

FOLDER = Path("/shared")


def plan(*only: Part, host: str | None = None, code_server: Address | None = None) -> Plan:
    return planned(frozenset(only), host, 8000, 3000, code_server)


def services(of: Plan) -> dict[Role, Service]:
    return {service.role: service for service in services_of(of, FOLDER)}


def test_without_a_choice_all_is_served_over_one_code_server_on_loopback() -> None:
    everything = plan()
    assert list(services(everything)) == [Role.CODE, Role.API, Role.DAGSTER, Role.DAEMON]
    assert {address.host for address in everything.listening.values()} == {"127.0.0.1"}
    assert workspace_of(everything, FOLDER) == {
        "load_from": [{"grpc_server": {"socket": "/shared/code.sock", "location_name": "bulkvid_pipeline.definitions"}}]
    }


def test_the_api_is_sent_to_the_web_server_that_is_started_with_it() -> None:
    assert services(plan())[Role.API].environment == {"BULKVID_DAGSTER_URL": "http://127.0.0.1:3000"}


def test_alone_the_api_needs_no_code_and_the_settings_name_its_web_server() -> None:
    (api,) = services(plan(Part.API)).values()
    assert api.role is Role.API
    assert api.environment == {}


@pytest.mark.parametrize("part", [Part.DAGSTER, Part.DAEMON])
def test_web_server_and_daemon_have_a_code_server_of_their_own_or_one_elsewhere(part: Part) -> None:
    assert list(services(plan(part))) == [Role.CODE, Role(part)]

    elsewhere = plan(part, code_server=Address("code", 4000))
    assert list(services(elsewhere)) == [Role(part)]
    (location,) = workspace_of(elsewhere, FOLDER)["load_from"]
    assert location == {"grpc_server": {"host": "code", "port": 4000, "location_name": "bulkvid_pipeline.definitions"}}


def test_other_hosts_reach_the_web_server_which_asks_nobody_who_he_is_only_if_it_is_served_for_them() -> None:
    assert plan(host="0.0.0.0").api.host == "0.0.0.0"
    assert plan(host="0.0.0.0").dagster.host == "127.0.0.1"
    assert plan(Part.DAGSTER, Part.API, host="0.0.0.0").dagster.host == "127.0.0.1"
    assert plan(Part.DAGSTER, host="0.0.0.0").dagster.host == "0.0.0.0"


def test_jobs_go_on_without_their_code_server_and_what_others_have_started_ends_with_them() -> None:
    assert [role for role, service in services(plan()).items() if not service.ends_whole] == [Role.CODE]


@pytest.mark.parametrize(
    ("host", "url", "loopback"),
    [
        ("127.0.0.1", "http://127.0.0.1:80", True),
        ("localhost", "http://localhost:80", True),
        ("::1", "http://[::1]:80", True),
        ("0.0.0.0", "http://127.0.0.1:80", False),
        ("::", "http://[::1]:80", False),
        ("10.0.0.7", "http://10.0.0.7:80", False),
        ("box.example", "http://box.example:80", False),
    ],
)
def test_an_address_is_told_as_this_machine_reaches_it(host: str, url: str, loopback: bool) -> None:
    assert Address(host, 80).url == url
    assert Address(host, 80).is_loopback is loopback
