"""Requests of the requests library, told to diagnostics as they leave and as their answers come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter

from bulkvid_pipeline.adapters.exchanges import current, outgoing
from bulkvid_pipeline.core.diagnostics.exchange import Peer


class _PlainConnection(urllib3.connection.HTTPConnection):
    def connect(self) -> None:
        super().connect()
        current().connected()


class _SecureConnection(urllib3.connection.HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        current().connected()


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class TellingAdapter(HTTPAdapter):
    """Tells the request in whose block it is used whether a connection was made for it."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        return manager


class RecordedAdapter(TellingAdapter):
    """Records each request of a session whose answers are read whole, every hop of a redirect on its own.

    Args:
        peer: whom the session talks to.
        operation: what a request is called, from its method and address.
        fault: the error that an answer means, None for one that is no failure.
        max_retries: how often a connection that cannot be made is tried again.
    """

    def __init__(
        self,
        peer: Peer,
        operation: Callable[[str, str], str],
        fault: Callable[[requests.Response], Exception | None],
        max_retries: int = 0,
    ) -> None:
        self._peer, self._operation, self._fault = peer, operation, fault
        super().__init__(max_retries=max_retries)

    def send(
        self, request: requests.PreparedRequest, stream: bool = False, *args: Any, **options: Any
    ) -> requests.Response:
        method, url = request.method or "GET", request.url or ""
        with outgoing(
            self._peer, self._operation(method, url), url, headers=request.headers, body=request.body, pooled=True
        ) as exchange:
            response = super().send(request, stream, *args, **options)
            if exchange.is_recorded:
                exchange.answered(response.status_code, response.headers)
                exchange.answered(response.status_code, response.headers, response.content)
                error = self._fault(response)
                if error is not None:
                    exchange.failed(error)
            return response

    def mount_on(self, session: requests.Session) -> None:
        """Let it carry all requests of the session."""
        session.mount("https://", self)
        session.mount("http://", self)
