"""What diagnostics cost: nothing while they are off, some milliseconds of CPU a request while they are on.

    .venv/bin/python benchmarks/diagnostics.py [REQUESTS]

Off: the same requests (uploads to a folder, callbacks to a server on loopback) with the hooks as they are and with the
hooks patched out, in pairs that alternate within one run; the ratio of their CPU times, as the median of the pairs. A
row takes about 30 such requests. On: CPU seconds of the same requests while a recording takes, redacts and writes them,
less those of the bare requests, for each request; with 40 secrets known, as an installation has them.
"""

from __future__ import annotations

import http.server
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.adapters.storage import recorded as recorded_storage
from bulkvid_pipeline.adapters.webhooks import delivery
from bulkvid_pipeline.core.diagnostics.exchange import Exchange
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.services.diagnostics.job_record import JobRecord

PAIRS = 60
SECRETS = frozenset(f"secret-number-{number}-of-this-installation" for number in range(40))


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes every message, and says so in a document of 2 kB."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"status": "taken", "details": "' + b"all is well " * 160 + b'"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Taker:
    """Keeps a job's log in memory, and writes it as often as a recording would."""

    def __init__(self, path: Path) -> None:
        self.redactor = Redactor(SECRETS)
        self._path = path
        self._record = JobRecord("job_1", time.time(), {"pid": 1}, {})
        self._written = time.monotonic()

    def wants(self, _: str | None) -> str:
        return "job_1"

    def take(self, _: str, exchange: Exchange) -> None:
        self._record.take(exchange)
        if time.monotonic() - self._written > 1:
            self._written = time.monotonic()
            self._path.write_bytes(self._record.content()[1] or b"")


@contextmanager
def without_hooks() -> Iterator[None]:
    """The same code, with a hook that costs no more than making the block."""
    nobody = exchanges.Outgoing()
    with (
        patch.object(recorded_storage, "outgoing", lambda *_, **__: nobody),
        patch.object(delivery, "outgoing", lambda *_, **__: nobody),
    ):
        yield


def cpu_of(work: Callable[[], None]) -> float:
    began = time.thread_time()
    work()
    return time.thread_time() - began


def main(requests: int) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/hook?key=value-of-the-query"
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(folder)

        def work() -> None:
            for number in range(requests // 4):
                storage.write_text(f"{number % 10}.txt", "words " * 200)  # two requests
                storage.exists(f"{number % 10}.txt")
                delivery.deliver(
                    url,
                    {"job": "job_1", "text": "words " * 100},
                    secret="whsec_" + "YWJj" * 8,
                    message_id="msg_1",
                    timestamp=datetime.now(UTC),
                    allow_private=True,
                )

        work()
        off, bare, on = [], [], []
        for pair in range(PAIRS):
            if pair % 2:
                off.append(cpu_of(work))
            with without_hooks():
                bare.append(cpu_of(work))
            if not pair % 2:
                off.append(cpu_of(work))
            taker = Taker(Path(folder) / "log.json")
            exchanges.listen(taker)
            on.append(cpu_of(work))
            exchanges.ignore(taker)
    ratios = [first / second for first, second in zip(off, bare, strict=True)]
    spread = statistics.quantiles(ratios, n=4)
    extra = [(first - second) / requests * 1000 for first, second in zip(on, off, strict=True)]
    began = time.perf_counter()
    for _ in range(100_000):
        exchanges.outgoing(exchanges.Peer.STORAGE, "write", "file:///x")
    each_ns = (time.perf_counter() - began) * 1e4
    ratio = statistics.median(ratios)
    print(f"off: {ratio:.4f} x the requests without hooks (quartiles {spread[0]:.4f} to {spread[2]:.4f})")
    print(f"off: {each_ns:.0f} ns a request, {statistics.median(bare) / requests * 1e6:.0f} us of CPU without hooks")
    print(f"on:  {statistics.median(extra):.2f} ms of CPU more a request (goal: at most 10 ms)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
