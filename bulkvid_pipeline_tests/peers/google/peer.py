"""The peer as tests hold it: content, keys, faults and counters around a running server."""

from __future__ import annotations

import collections
import csv
import json
import secrets
import shlex
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bulkvid_pipeline_tests.peers.google.faults import Fault, Faults, Service, status_answer
from bulkvid_pipeline_tests.peers.google.identity import TOKEN_URI
from bulkvid_pipeline_tests.peers.google.server import ProxyServer
from bulkvid_pipeline_tests.peers.google.services import HOSTS, Google
from bulkvid_pipeline_tests.peers.google.wire import Answer, Request
from bulkvid_pipeline_tests.peers.google.workbook import Cell, Tab, Workbook

CERTIFIED_HOSTS = [*HOSTS, "*.googleusercontent.com"]


@dataclass(frozen=True)
class KeyFile:
    """A service account's JSON key file."""

    path: Path
    email: str
    info: dict[str, object] = field(repr=False)


class GooglePeer:
    """A running peer; use as a context manager.

    `env` holds the environment variables that lead unmodified clients here. All methods may be called while
    requests are being answered.

    Args:
        port: of the proxy on 127.0.0.1; 0 takes a free one.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._skew_s = 0.0
        self._lock = threading.RLock()
        self._faults = Faults()
        self._requests: collections.Counter[str] = collections.Counter()
        self.latency_s = 0.0
        self.google = Google(self._now)

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="google-peer-")
        self.folder = Path(self._folder.name)
        authority = trustme.CA(organization_name="Google peer for tests")
        bundle = self.folder / "authority.pem"
        authority.cert_pem.write_to_path(str(bundle))
        self._server = ProxyServer(self._handle, CERTIFIED_HOSTS, authority, self._port)
        self._server.start()
        url = self._server.url
        here = "localhost,127.0.0.1"
        self.env = {
            "HTTPS_PROXY": url,
            "https_proxy": url,
            "REQUESTS_CA_BUNDLE": str(bundle),
            "NO_PROXY": here,
            "no_proxy": here,
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._folder.cleanup()

    # Content

    def add_sheet(
        self,
        tabs: Mapping[str, Iterable[Sequence[Cell]]] | Iterable[Sequence[Cell]],
        *,
        title: str = "Ideas",
        public: bool = False,
        shared_with: Iterable[str] = (),
        writable_by: Iterable[str] = (),
        row_count: int = 1000,
        column_count: int = 26,
        sheet_id: str | None = None,
    ) -> str:
        """A new spreadsheet: rows of its only tab "Sheet1", or rows by tab. Returns its id."""
        by_title = tabs if isinstance(tabs, Mapping) else {"Sheet1": tabs}
        sheet_id = sheet_id or "1" + secrets.token_urlsafe(32)[:43]
        book = Workbook(
            sheet_id,
            title,
            [
                Tab(name, [list(row) for row in rows], row_count, column_count, number)
                for number, (name, rows) in enumerate(by_title.items())
            ],
            public=public,
            readers=set(shared_with),
            writers=set(writable_by),
            modified=self._now(),
        )
        with self._lock:
            self.google.workbooks[sheet_id] = book
        return sheet_id

    def add_csv(self, path: Path, *, public: bool = False, shared_with: Iterable[str] = ()) -> str:
        """A new spreadsheet with the rows of a UTF-8 CSV file, all of them text."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            return self.add_sheet(list(csv.reader(file)), title=path.stem, public=public, shared_with=shared_with)

    def workbook(self, sheet_id: str) -> Workbook:
        return self.google.workbooks[sheet_id]

    def edit(self, sheet_id: str, row: int, column: int, value: Cell, *, tab: int = 0) -> None:
        """Change one cell (0-based) as a person would: version and time of change move on."""
        with self._lock:
            book = self.google.workbooks[sheet_id]
            book.tabs[tab].put(row, column, value)
            book.version += 1
            book.modified = self._now()

    def revoke_sharing(self, sheet_id: str) -> None:
        with self._lock:
            book = self.google.workbooks[sheet_id]
            book.public = False
            book.readers.clear()
            book.writers.clear()

    def remove_sheet(self, sheet_id: str) -> None:
        with self._lock:
            del self.google.workbooks[sheet_id]

    # Credentials

    def service_account(self, name: str = "bulkvid", *, registered: bool = True) -> KeyFile:
        """A key file of a service account; one that is not `registered` is signed by a key that Google never saw."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        known = key if registered else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        email = f"{name}@bulkvid-tests.iam.gserviceaccount.com"
        key_id = secrets.token_hex(20)
        with self._lock:
            self.google.identities.keys.setdefault(email, {})[key_id] = known.public_key()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        info: dict[str, object] = {
            "type": "service_account",
            "project_id": "bulkvid-tests",
            "private_key_id": key_id,
            "private_key": pem.decode(),
            "client_email": email,
            "client_id": str(secrets.randbelow(10**21)),
            "token_uri": TOKEN_URI,
        }
        path = self.folder / f"{name}-{key_id[:8]}.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(info, indent=2))
        return KeyFile(path, email, info)

    def api_key(self) -> str:
        key = "AIza" + secrets.token_urlsafe(27)[:35]
        with self._lock:
            self.google.identities.api_keys.add(key)
        return key

    def delete_account(self, email: str) -> None:
        """As in the Cloud console: its keys and tokens are worth nothing from now on."""
        with self._lock:
            del self.google.identities.keys[email]
            self.expire_tokens()

    def expire_tokens(self) -> None:
        with self._lock:
            self.google.identities.tokens.clear()

    # Faults, time, and what was seen

    def fail_next(
        self, status: int, *, times: int = 1, service: Service = "sheets", retry_after: str | None = None
    ) -> None:
        """The next answers of a service are this status, with Google's body for it."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        self.answer_next(status_answer(status, service, headers), times=times, service=service)

    def answer_next(self, answer: Answer, *, times: int = 1, service: Service = "sheets") -> None:
        with self._lock:
            self._faults.waiting += [(service, Fault("answer", answer))] * times

    def reset_next(self, *, times: int = 1, service: Service = "sheets") -> None:
        """The next connections are reset before the answer."""
        with self._lock:
            self._faults.waiting += [(service, Fault("reset"))] * times

    def cut_next(self, *, times: int = 1, service: Service = "sheets") -> None:
        """The next answers break off in the middle of their body."""
        with self._lock:
            self._faults.waiting += [(service, Fault("cut"))] * times

    def recover(self) -> None:
        """Forget the faults that were not met and the quotas that were spent."""
        with self._lock:
            self._faults.waiting.clear()
            self.google.quota.refill()

    def pass_time(self, seconds: float) -> None:
        """Move the peer's clock, by which quotas refill and tokens expire."""
        self._skew_s += seconds

    def count(self, operation: str) -> int:
        """How many requests came so far for operations whose names begin so: "sheets.values.get", "sheets.", "".

        Those that an ordered fault met count as "sheets.fault" and so on.
        """
        with self._lock:
            return sum(count for name, count in self._requests.items() if name.startswith(operation))

    def _now(self) -> float:
        return time.time() + self._skew_s

    def _handle(self, request: Request) -> tuple[Answer, Fault | None]:
        if self.latency_s:
            time.sleep(self.latency_s)
        with self._lock:
            service = HOSTS[request.host]
            fault = self._faults.take(service, "reset", "answer")
            if fault is not None:
                self._requests[f"{service}.fault"] += 1
                return fault.answer or Answer(503), fault
            operation, answer = self.google.answer(request)
            self._requests[operation] += 1
            # Only the answer that matters is cut, not a redirect on the way to it.
            return answer, self._faults.take(service, "cut") if answer.status == 200 else None


def shell_lines(env: Mapping[str, str]) -> list[str]:
    """`export` lines for a shell."""
    return [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
