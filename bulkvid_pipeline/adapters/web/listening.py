"""Whether a port of this machine can be listened on."""

from __future__ import annotations

import socket


def try_listening(host: str, port: int) -> None:
    """Listen there for a moment, as servers do it.

    Raises:
        OSError: nobody can listen there now; its `errno` is EADDRINUSE where somebody does.
    """
    family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
        0
    ]
    with socket.socket(family, kind, protocol) as probe:
        # Connections of before that are not forgotten yet are no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(place)
        probe.listen(1)
