"""Ports that cannot be had are told before anything is started."""

from __future__ import annotations

import socket

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.server.plan import Address, Role
from bulkvid_pipeline.server.ports import require_free
from bulkvid_pipeline_tests.peers.ports import free_port


def test_free_ports_pass_and_stay_free() -> None:
    address = Address("127.0.0.1", free_port())
    require_free({Role.API: address})
    require_free({Role.API: address})


def test_a_port_in_use_is_named_with_who_wants_it_and_the_option_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(InvalidRequestError, match=f"Port {port} on 127.0.0.1 is in use, so Dagster's web") as told:
            require_free({Role.DAGSTER: Address("127.0.0.1", port)})
    assert told.value.fix is not None
    assert "--dagster-port" in told.value.fix


def test_one_port_cannot_serve_both() -> None:
    address = Address("127.0.0.1", free_port())
    with pytest.raises(InvalidRequestError, match="cannot both have port"):
        require_free({Role.API: address, Role.DAGSTER: address})


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid", "not a host"])
def test_an_address_that_is_not_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises(InvalidRequestError, match="cannot listen on") as told:
        require_free({Role.API: Address(host, free_port())})
    assert told.value.fix is not None
    assert "--host" in told.value.fix
