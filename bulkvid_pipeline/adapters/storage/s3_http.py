"""The HTTP of S3's client, told to diagnostics as requests leave and as their answers come."""

from __future__ import annotations

from typing import Any

from aiobotocore.httpsession import AIOHTTPSession  # type: ignore[import-untyped]

from bulkvid_pipeline.adapters.exchanges import current


class RecordedSession(AIOHTTPSession):  # type: ignore[misc]
    """What aiobotocore sends all its requests with."""

    async def send(self, request: Any) -> Any:
        exchange = current()
        if not exchange.is_recorded:
            return await super().send(request)
        headers = {str(name): _text(value) for name, value in request.headers.items()}
        length = headers.get("Content-Length", "")
        body = request.body if isinstance(request.body, str | bytes) else None
        exchange.sent(request.url, headers, body, size=int(length) if length.isdigit() else None)
        answer = await super().send(request)
        told = {str(name): _text(value) for name, value in answer.headers.items()}
        body = await answer.content if not request.stream_output or answer.status_code >= 300 else None
        exchange.answered(answer.status_code, told, body)
        return answer

    async def _create_connector(self, proxy_url: str | None) -> Any:
        """The connector; its one method that is called for new connections alone tells of them."""
        connector = await super()._create_connector(proxy_url)
        create = connector._create_connection

        async def told(*args: Any, **options: Any) -> Any:
            connection = await create(*args, **options)
            current().connected()
            return connection

        connector._create_connection = told
        return connector


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
