"""Finding out before anything is started whether the ports are free."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from bulkvid_pipeline.adapters.web.listening import try_listening
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.server.plan import Address, Role

_OPTIONS = {Role.API: "--port", Role.DAGSTER: "--dagster-port"}


def require_free(listening: Mapping[Role, Address]) -> None:
    """Raises InvalidRequestError, naming the port and what to do, unless every address can be listened on."""
    ports = [address.port for address in listening.values()]
    if len(set(ports)) < len(ports):
        raise InvalidRequestError(
            f"API and Dagster's web server cannot both have port {ports[0]}",
            fix="Give them different ports with --port and --dagster-port",
        )
    for role, address in listening.items():
        _require_free(role, address)


def _require_free(role: Role, address: Address) -> None:
    option = _OPTIONS[role]
    try:
        try_listening(address.host, address.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InvalidRequestError(
                f"Port {address.port} on {address.host} is in use, so {_small(role.called)} cannot have it",
                fix=f"End what listens there (another `bulkvid serve` or `bulkvid ui`?), or give {option} another port",
            ) from error
        raise InvalidRequestError(
            f"{role.called} cannot listen on {address.host} port {address.port}: {error.strerror or error}",
            fix=f"Give --host an address of this machine and {option} a port that you may use",
        ) from error


def _small(title: str) -> str:
    return title[0].lower() + title[1:] if title.startswith("The ") else title
