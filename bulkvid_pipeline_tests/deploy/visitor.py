"""Somebody who reaches an installation through its proxy alone, as browsers and `curl` do."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Visitor:
    """Believes the authority's certificates; all names lead to the proxy's address."""

    address: tuple[str, int]
    authority: Path

    def ask(
        self, url: str, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises:
            OSError: nobody answers, or the certificate is not the proxy's.
        """
        parts = urlsplit(url)
        trusted = ssl.create_default_context(cafile=str(self.authority))
        with socket.create_connection(self.address, PATIENCE_S) as plain:
            connection = http.client.HTTPConnection(parts.hostname or "", timeout=PATIENCE_S)
            connection.sock = trusted.wrap_socket(plain, server_hostname=parts.hostname)
            with connection.sock:
                path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
                connection.request(method, path, body, {"Host": parts.netloc, **(headers or {})})
                answer = connection.getresponse()
                return answer.status, answer.read()

    def ask_json(self, url: str, token: str, method: str = "GET", body: object = None) -> Any:
        """The data of an answer of the API, which must be a success."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, answer = self.ask(url, method, None if body is None else json.dumps(body).encode(), headers)
        assert status < 300, f"{status} {answer.decode(errors='replace')}"
        return json.loads(answer)["data"]
