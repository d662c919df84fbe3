"""A whole OpenStack Swift cluster with its S3 API in one process, on loopback, without privileges.

Started by `bulkvid_pipeline_tests.peers.s3.SwiftS3`, as a process of its own because Swift patches sockets and threads
for eventlet. Proxy, account, container and object server are the unmodified ones of the `swift` package; only the
memcached that holds login tokens is replaced by a dictionary.

Usage: `python swift_server.py FOLDER`, with proxy-server.conf, account-server.conf, ... and swift.conf in FOLDER.
Prints the proxy's port on a line of its own once it serves, and ends when its standard input is closed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

BACKENDS = ("account", "container", "object")


class TokenMemory:
    """What tempauth needs of memcached: its tokens.

    Everything else is forgotten at once, so that quotas and permissions are always judged by the present state.
    """

    def __init__(self) -> None:
        self._entries: dict[str, Any] = {}

    def get(self, key: str, **_options: object) -> Any:
        return self._entries.get(key)

    def set(self, key: str, value: Any, **_options: object) -> None:
        if "/token/" in key or "/user/" in key:
            self._entries[key] = value

    def delete(self, key: str, **_options: object) -> None:
        self._entries.pop(key, None)

    def incr(self, _key: str, delta: int = 1, **_options: object) -> int:
        return delta


def with_cache(app: WsgiApp, cache: TokenMemory) -> WsgiApp:
    """The app with the cache where Swift's cache middleware would put it."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["swift.cache"] = cache
        return app(environ, start_response)

    return serve


def build_ring(folder: Path, name: str, port: int) -> None:
    """Write the ring that says where all of one kind is kept: on our one device, behind `port`."""
    from swift.common.ring import RingBuilder

    builder = RingBuilder(2, 1, 0)
    builder.add_dev(
        {"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0, "meta": ""}
    )
    builder.rebalance()
    builder.get_ring().save(str(folder / f"{name}.ring.gz"))


def main(folder: Path) -> None:
    """Serve until standard input is closed."""
    from swift.common import utils, wsgi

    utils.monkey_patch()
    import eventlet  # type: ignore[import-untyped]
    import eventlet.wsgi  # type: ignore[import-untyped]

    utils.set_swift_dir(str(folder))
    utils.validate_hash_conf()
    listeners = {name: eventlet.listen(("127.0.0.1", 0)) for name in (*BACKENDS, "proxy")}
    for name in BACKENDS:
        build_ring(folder, name, listeners[name].getsockname()[1])
    for name, listener in listeners.items():
        app = wsgi.loadapp(str(folder / f"{name}-server.conf"), global_conf={"log_name": name})
        if name == "proxy":
            app = with_cache(app, TokenMemory())
        eventlet.spawn(
            eventlet.wsgi.server,
            listener,
            app,
            utils.NullLogger(),
            protocol=wsgi.SwiftHttpProtocol,
            capitalize_response_headers=False,
            socket_timeout=20,
        )
    sys.stdout.write(f"{listeners['proxy'].getsockname()[1]}\n")
    sys.stdout.flush()
    eventlet.tpool.execute(sys.stdin.read)
    # An orderly end would wait for the servers' threads, which never end.
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
