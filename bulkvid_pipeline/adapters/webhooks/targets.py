"""Where a callback may go: the URL is taken apart, its name resolved once, and every address of it judged."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bulkvid_pipeline.adapters.webhooks.failures import CallbackTargetRefusedError, CallbackTimeoutError
from bulkvid_pipeline.core.errors import InvalidRequestError, NetworkError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

Resolver = Callable[[str, int], Sequence[str]]
"""Addresses of a host as text, for connections to that port; raises OSError where there are none."""


def _networks(*names: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in names)


# Tables of our own, after the IANA special-purpose address registries: what `ipaddress.is_global` says differs between
# patch releases of Python.
PRIVATE = _networks(
    "10.0.0.0/8",
    "100.64.0.0/10",  # shared by a carrier's customers
    "127.0.0.0/8",
    "169.254.0.0/16",  # link-local: where clouds serve credentials
    "172.16.0.0/12",
    "192.168.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
"""Refused unless the installation allows them."""

_NOT_PUBLIC_V4 = _networks(
    "0.0.0.0/8",
    "192.0.0.0/24",
    "192.0.2.0/24",  # documentation
    "192.88.99.0/24",  # 6to4 relays
    "198.18.0.0/15",  # benchmarks
    "198.51.100.0/24",  # documentation
    "203.0.113.0/24",  # documentation
    "224.0.0.0/4",  # multicast
    "240.0.0.0/4",  # reserved, broadcast
)
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
"""All that IANA has given out as global unicast; v4-mapped, NAT64, unique-local, multicast ... lie outside."""
_NOT_PUBLIC_V6 = _networks(
    "2001::/23",  # Teredo, ORCHID and other protocols
    "2001:db8::/32",  # documentation
    "2002::/16",  # 6to4: holds an IPv4 address
    "3fff::/20",  # documentation
)
_SAFE_IN_PATH = "/%:@!$&'()*+,;=~-._"
_SAFE_IN_QUERY = _SAFE_IN_PATH + "?"
_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_URL_FIX = "Give a callback URL of the form https://host/path"


@dataclass(frozen=True)
class Target:
    """A callback URL taken apart: `host` is ASCII without brackets, `path` begins with / and holds the query."""

    https: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Value of the Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _DEFAULT_PORTS["https" if self.https else "http"] else f"{name}:{self.port}"


def parse_target(url: str) -> Target:
    """The parts of a callback URL.

    Raises:
        InvalidRequestError: no http(s) URL with a host, or one that holds a user or password.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise InvalidRequestError("The callback URL is not a web address", fix=_URL_FIX) from error
    host = host.rstrip(".")
    if scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or port == 0:
        raise InvalidRequestError("The callback URL is not a web address", fix=_URL_FIX)
    if "@" in parts.netloc:
        raise InvalidRequestError(
            "The callback URL holds a user or password", fix="Leave them out: messages are signed"
        )
    path = quote(parts.path or "/", safe=_SAFE_IN_PATH)
    query = f"?{quote(parts.query, safe=_SAFE_IN_QUERY)}" if parts.query else ""
    return Target(scheme == "https", host, port or _DEFAULT_PORTS[scheme], path + query)


def is_allowed(address: Address, *, allow_private: bool = False) -> bool:
    """Whether a callback may go to `address`: public unicast, or with `allow_private` the PRIVATE networks too."""
    if any(address in network for network in PRIVATE):
        return allow_private
    if isinstance(address, ipaddress.IPv6Address):
        return address in _PUBLIC_V6 and not any(address in network for network in _NOT_PUBLIC_V6)
    return not any(address in network for network in _NOT_PUBLIC_V4)


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the operating system finds, best first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def allowed_addresses(
    target: Target, *, allow_private: bool = False, timeout_s: float = 10.0, resolver: Resolver = system_resolver
) -> tuple[Address, ...]:
    """The target's addresses, resolved once: connect to these and resolve no more, or a name could change in between.

    Raises:
        CallbackTargetRefusedError: one of them is not allowed, though others may be.
        CallbackTimeoutError: the name was not resolved within `timeout_s`.
        NetworkError: the name has no address.
    """
    try:
        texts = _resolve_within(timeout_s, resolver, target)
        addresses = tuple(ipaddress.ip_address(text.partition("%")[0]) for text in texts)
    except (OSError, UnicodeError, ValueError) as error:
        raise NetworkError(f"The callback's host {target.host} could not be resolved", fix=_URL_FIX) from error
    if not addresses:
        raise NetworkError(f"The callback's host {target.host} has no address", fix=_URL_FIX)
    for address in addresses:
        if not is_allowed(address, allow_private=allow_private):
            raise CallbackTargetRefusedError(
                f"The callback's host {target.host} leads to {address}, which is not on the public internet"
            )
    return addresses


def check_target(
    url: str, *, allow_private: bool = False, timeout_s: float = 10.0, resolver: Resolver = system_resolver
) -> None:
    """Judge a callback URL before a job is started with it; each delivery judges it again.

    Raises:
        InvalidRequestError: it is no usable URL.
        CallbackTargetRefusedError, CallbackTimeoutError, NetworkError: see `allowed_addresses`.
    """
    allowed_addresses(parse_target(url), allow_private=allow_private, timeout_s=timeout_s, resolver=resolver)


def _resolve_within(timeout_s: float, resolver: Resolver, target: Target) -> Sequence[str]:
    """The resolver's answer. It runs in a thread that is left behind when time is up: getaddrinfo knows no timeout."""
    answers: list[Sequence[str]] = []
    faults: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(resolver(target.host, target.port))
        except Exception as fault:  # raised again in the thread that asked
            faults.append(fault)

    thread = threading.Thread(target=ask, name="callback-resolver", daemon=True)
    began = time.monotonic()
    thread.start()
    thread.join(max(0.0, timeout_s))
    if faults:
        raise faults[0]
    if not answers:
        waited = time.monotonic() - began
        raise CallbackTimeoutError(
            f"The callback's host {target.host} was not resolved within {waited:.1f} s", fix="Check its name server"
        )
    return answers[0]
