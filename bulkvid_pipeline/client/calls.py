"""Calls: a request goes out, is repeated where that is safe, and its answer is read."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx2

from .errors import (
    BulkJobsError,
    RequestTimeoutError,
    UnexpectedAnswerError,
    described,
    error_of_answer,
)
from .requests import USER_AGENT, Request, Secret, origin_of
from .retries import RetryPolicy, retry_after_s
from .transport import Incoming, Outgoing, Transport

_MOST_REDIRECTS = 5
_MOST_BYTES_OF_AN_ERROR = 64 * 1024


@dataclass(frozen=True)
class Answer:
    """A complete answer without an error; status 304 means that what the client has still holds."""

    status: int
    headers: httpx2.Headers
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnexpectedAnswerError: it is none.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise self._unexpected() from error

    @property
    def data(self) -> Any:
        """What stands under `data` in the API's JSON.

        Raises:
            UnexpectedAnswerError: the body is not the API's JSON.
        """
        answer = self.json
        if not isinstance(answer, dict) or answer.get("success") is not True or "data" not in answer:
            raise self._unexpected()
        return answer["data"]

    def _unexpected(self) -> UnexpectedAnswerError:
        return UnexpectedAnswerError(
            f"The answer is not this API's JSON but {described(self.body)}", fix="Check base_url", status=self.status
        )


class Caller:
    """Sends requests to one server, with its token."""

    def __init__(
        self, transport: Transport, base_url: str, token: str, policy: RetryPolicy, timeout: httpx2.Timeout
    ) -> None:
        self.transport = transport
        self.base_url = base_url
        self.policy = policy
        self.timeout = timeout
        self._token = Secret(token)

    async def call(self, request: Request) -> Answer:
        """The answer to a request, repeated where that is safe and helps.

        Raises:
            BulkJobsError: of the type that tells what went wrong.
        """
        started = time.monotonic()
        failures = 0
        while True:
            try:
                return await self._once(request, started)
            except BulkJobsError as error:
                failures += 1
                pause = self.policy.pause_after(
                    error, failures=failures, elapsed_s=time.monotonic() - started, repeatable=request.repeatable
                )
                if pause is None:
                    raise
            await self.transport.sleep(pause)

    async def data(self, request: Request) -> Any:
        """What the answer holds under `data`."""
        return (await self.call(request)).data

    @asynccontextmanager
    async def open(self, request: Request, timeout: httpx2.Timeout | None = None) -> AsyncIterator[Incoming]:
        """The answer to a request, once and with its body to be read; redirects are followed on this server alone.

        Raises:
            BulkJobsError: the answer has an error's status, or leads to another server.
        """
        url = self.base_url + request.path
        for _ in range(_MOST_REDIRECTS):
            async with self.transport.open(self._outgoing(request, url, timeout)) as incoming:
                target = incoming.headers.get("location")
                if target is None or incoming.status // 100 != 3 or incoming.status == 304:
                    if incoming.status >= 300 and incoming.status not in {304, *request.accepted}:
                        raise await error_in(incoming)
                    yield incoming
                    return
            url = urljoin(url, target)
            if origin_of(url) != origin_of(self.base_url):
                scheme, host, _ = origin_of(url)
                raise UnexpectedAnswerError(
                    f"The server sends us on to {scheme}://{host}, which does not get the token",
                    fix="Give the API's own address as base_url",
                    status=incoming.status,
                )
        raise UnexpectedAnswerError(f"More than {_MOST_REDIRECTS} redirects", fix="Check base_url")

    @asynccontextmanager
    async def fetch(self, url: str, headers: Mapping[str, str]) -> AsyncIterator[Incoming]:
        """The file at a link, once and with its body to be read; links need no token, and do not get it.

        Raises:
            BulkJobsError: the answer has an error's status other than 416.
        """
        for _ in range(_MOST_REDIRECTS):
            kept = {"accept-encoding": "identity", "user-agent": USER_AGENT, **headers}
            async with self.transport.open(Outgoing("GET", url, kept)) as incoming:
                target = incoming.headers.get("location")
                if target is None or incoming.status // 100 != 3:
                    if incoming.status not in {200, 206, 416}:
                        raise await error_in(incoming, "the file")
                    yield incoming
                    return
            url = urljoin(url, target)
        raise UnexpectedAnswerError(f"More than {_MOST_REDIRECTS} redirects to a file")

    async def _once(self, request: Request, started: float) -> Answer:
        total_s = self.policy.total_s
        async with self.open(request) as incoming:
            body = bytearray()
            async for chunk in incoming.chunks():
                body += chunk
                if total_s is not None and time.monotonic() - started > total_s:
                    raise RequestTimeoutError(f"The answer was not complete after {total_s:g} s")
            return Answer(incoming.status, incoming.headers, bytes(body))

    def _outgoing(self, request: Request, url: str, timeout: httpx2.Timeout | None) -> Outgoing:
        headers = {"accept": "application/json", "user-agent": USER_AGENT, **request.headers}
        upload = request.upload
        return Outgoing(
            method=request.method,
            url=url,
            headers=headers,
            token=self._token,
            parameters=request.parameters if url == self.base_url + request.path else (),
            json=request.json,
            form_file=(upload.name, upload.content) if upload else None,
            timeout=timeout,
        )


async def error_in(incoming: Incoming, asked_for: str = "the API's JSON") -> BulkJobsError:
    """The error that an answer tells of, where something else was asked for."""
    body = bytearray()
    async for chunk in incoming.chunks():
        body += chunk
        if len(body) > _MOST_BYTES_OF_AN_ERROR:
            break
    return error_of_answer(
        incoming.status,
        bytes(body),
        asked_for=asked_for,
        request_id=incoming.headers.get("x-request-id"),
        retry_after=retry_after_s(incoming.headers.get("retry-after")),
    )
