"""Addresses on the web that users give: taken apart, resolved once, and every address of a name judged.

Who asks a server on a user's behalf resolves its name here, connects to what was found (`connection.PinnedConnection`)
and resolves no more, or the name could lead elsewhere in between.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bulkvid_pipeline.core.errors import InvalidRequestError

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


@dataclass(frozen=True)
class Target:
    """A web address taken apart: `host` is ASCII without brackets, `path` begins with / and holds the query."""

    https: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Value of the Host header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == _DEFAULT_PORTS["https" if self.https else "http"] else f"{name}:{self.port}"


class BadAddressError(InvalidRequestError):
    """The text is no address that we would ask; the message says why, in a clause."""


def target_of(url: str) -> Target:
    """The parts of an http(s) address; its fragment is left out.

    Raises:
        BadAddressError: it is none with a host, or it holds a user or password.
    """
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise BadAddressError("is not a web address") from error
    host = host.rstrip(".")
    if scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or port == 0:
        raise BadAddressError("is not a web address")
    if "@" in parts.netloc:
        raise BadAddressError("holds a user or password")
    path = quote(parts.path or "/", safe=_SAFE_IN_PATH)
    query = f"?{quote(parts.query, safe=_SAFE_IN_QUERY)}" if parts.query else ""
    return Target(scheme == "https", host, port or _DEFAULT_PORTS[scheme], path + query)


def is_allowed(address: Address, *, allow_private: bool = False) -> bool:
    """Whether users may send us to `address`: public unicast, or with `allow_private` the PRIVATE networks too."""
    if any(address in network for network in PRIVATE):
        return allow_private
    if isinstance(address, ipaddress.IPv6Address):
        return address in _PUBLIC_V6 and not any(address in network for network in _NOT_PUBLIC_V6)
    return not any(address in network for network in _NOT_PUBLIC_V4)


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses that the operating system finds, best first."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def resolved(target: Target, *, timeout_s: float, resolver: Resolver = system_resolver) -> tuple[Address, ...]:
    """All addresses of the target's host, at least one.

    Raises:
        TimeoutError: the name was not resolved within `timeout_s`.
        OSError: it has no address.
    """
    try:
        texts = _resolve_within(timeout_s, resolver, target)
        addresses = tuple(ipaddress.ip_address(text.partition("%")[0]) for text in texts)
    except (UnicodeError, ValueError) as error:
        raise OSError("no name of a host") from error
    if not addresses:
        raise OSError("the host has no address")
    return addresses


def _resolve_within(timeout_s: float, resolver: Resolver, target: Target) -> Sequence[str]:
    """The resolver's answer. It runs in a thread that is left behind when time is up: getaddrinfo knows no timeout."""
    answers: list[Sequence[str]] = []
    faults: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(resolver(target.host, target.port))
        except Exception as fault:  # raised again in the thread that asked
            faults.append(fault)

    thread = threading.Thread(target=ask, name="resolver", daemon=True)
    thread.start()
    thread.join(max(0.0, timeout_s))
    if faults:
        raise faults[0]
    if not answers:
        raise TimeoutError(f"{target.host} was not resolved in time")
    return answers[0]
