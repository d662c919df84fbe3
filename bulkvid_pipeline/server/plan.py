"""What `bulkvid serve` is to start, as programs with their arguments: decisions, nothing is started here."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from bulkvid_pipeline.adapters.dagster.daemon_signs import DAEMON_MODULE
from bulkvid_pipeline.core.serving import Part
from bulkvid_pipeline.core.tags import DEFINITIONS_MODULE

LOOPBACK = "127.0.0.1"
WORKSPACE = "workspace.yaml"
SOCKET = "code.sock"


class Role(StrEnum):
    """The children; a code server goes with Dagster's web server and daemon, which share it."""

    CODE = "code-server"
    API = "api"
    DAGSTER = "dagster"
    DAEMON = "daemon"

    @property
    def called(self) -> str:
        """As people call it."""
        return _TITLES[self]


_TITLES = {
    Role.CODE: "The code server",
    Role.API: "The API",
    Role.DAGSTER: "Dagster's web server",
    Role.DAEMON: "Dagster's daemon",
}


@dataclass(frozen=True)
class Address:
    """A host and port; the host is a name or an address without brackets."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Where it is reached from this machine: what listens everywhere is reached on loopback."""
        host = LOOPBACK if self.host in ("", "0.0.0.0") else "::1" if self.host == "::" else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True)
class Service:
    """A child to be started as `python -m module arguments`.

    Args:
        role: what it is.
        module: its full name.
        arguments: what follows.
        environment: what it gets besides the supervisor's own.
        log: name of its log file.
    """

    role: Role
    module: str
    arguments: tuple[str, ...]
    log: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends_whole(self) -> bool:
        """Whether what it has started ends with it. Jobs go on without their code server."""
        return self.role is not Role.CODE


@dataclass(frozen=True)
class Plan:
    """What is to be served.

    Args:
        parts: what was asked for; all of them if empty.
        api: where the API listens.
        dagster: where Dagster's web server listens.
        code_server: one that runs elsewhere; one of our own if None.
        api_processes: how many processes share the API's port.
        logs_to_stderr: whether children write to our stderr, and not to files.
    """

    parts: frozenset[Part]
    api: Address
    dagster: Address
    code_server: Address | None = None
    api_processes: int = 1
    logs_to_stderr: bool = False

    @property
    def has_code_server(self) -> bool:
        """Whether a code server of our own is needed."""
        return self.code_server is None and bool(self.parts & {Part.DAGSTER, Part.DAEMON})

    @property
    def listening(self) -> Mapping[Role, Address]:
        """The addresses that must be free."""
        found = {Role.API: self.api} if Part.API in self.parts else {}
        return {**found, Role.DAGSTER: self.dagster} if Part.DAGSTER in self.parts else found


def planned(
    only: frozenset[Part],
    host: str | None,
    port: int,
    dagster_port: int,
    code_server: Address | None = None,
    api_processes: int = 1,
    logs_to_stderr: bool = False,
) -> Plan:
    """The plan for what a user asked for.

    Dagster's web server asks nobody who he is: other hosts reach it only where it is served without the API and a host
    is named.
    """
    parts = only or frozenset(Part)
    dagster_host = host if host and Part.API not in parts else LOOPBACK
    return Plan(
        parts,
        api=Address(host or LOOPBACK, port),
        dagster=Address(dagster_host, dagster_port),
        code_server=code_server,
        api_processes=api_processes,
        logs_to_stderr=logs_to_stderr,
    )


def services_of(plan: Plan, folder: Path) -> tuple[Service, ...]:
    """The children, in the order in which they are started; `folder` holds what they share (see `workspace_of`)."""
    workspace = str(folder / WORKSPACE)
    found = []
    if plan.has_code_server:
        arguments = ("api", "grpc", "-s", str(folder / SOCKET), "-m", DEFINITIONS_MODULE)
        found.append(Service(Role.CODE, "dagster", arguments, log="code-server.log"))
    if Part.API in plan.parts:
        found.append(_api(plan))
    if Part.DAGSTER in plan.parts:
        place = ("-h", plan.dagster.host, "-p", str(plan.dagster.port), "-w", workspace)
        found.append(Service(Role.DAGSTER, "dagster_webserver", place, log=f"dagster-{plan.dagster.port}.log"))
    if Part.DAEMON in plan.parts:
        found.append(Service(Role.DAEMON, DAEMON_MODULE, ("run", "-w", workspace), log="daemon.log"))
    return tuple(found)


def _api(plan: Plan) -> Service:
    # Without a web server of ours, the settings name one.
    environment = {"BULKVID_DAGSTER_URL": plan.dagster.url} if Part.DAGSTER in plan.parts else {}
    place = ("--host", plan.api.host, "--port", str(plan.api.port), "--processes", str(plan.api_processes))
    module = "bulkvid_pipeline.server.api_process"
    return Service(Role.API, module, place, log=f"api-{plan.api.port}.log", environment=environment)


def workspace_of(plan: Plan, folder: Path) -> dict[str, Any]:
    """The content of the workspace file that tells web server and daemon where the code is."""
    place: dict[str, Any] = {"socket": str(folder / SOCKET)}
    if plan.code_server is not None:
        place = {"host": plan.code_server.host, "port": plan.code_server.port}
    return {"load_from": [{"grpc_server": {**place, "location_name": DEFINITIONS_MODULE}}]}
