"""Both clients with one face, so that what is true of one is tested of the other too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from types import TracebackType
from typing import Any, Self

from bulkvid_pipeline.client import AsyncBulkJobsClient, BulkJobsClient

TOKEN = "eyJhbGciOiJIUzI1NiJ9.c2VjcmV0.c2lnbmF0dXJl"


def blocking(url: str, **options: Any) -> Any:
    return BulkJobsClient(TOKEN, url, **{"backoff": 0.01, **options})


def asynchronous(url: str, **options: Any) -> Any:
    return Driven(lambda: AsyncBulkJobsClient(TOKEN, url, **{"backoff": 0.01, **options}))


class Driven:
    """An asynchronous client, or a part of it, whose methods are called as those of the blocking one."""

    def __init__(self, make: Any, runner: asyncio.Runner | None = None) -> None:
        self._runner = runner or asyncio.Runner()
        self._owner = runner is None
        self.target = make()

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.target, name)
        if not callable(attribute):
            return attribute if isinstance(attribute, str) else Driven(lambda: attribute, self._runner)

        def call(*arguments: Any, **named: Any) -> Any:
            result = attribute(*arguments, **named)
            if isinstance(result, AsyncGenerator):
                return self._values(result)
            return self._runner.run(result)

        return call

    def _values(self, values: AsyncGenerator[Any, None]) -> Iterator[Any]:
        try:
            while True:
                try:
                    yield self._runner.run(_next(values))
                except StopAsyncIteration:
                    return
        finally:
            self._runner.run(values.aclose())

    def __repr__(self) -> str:
        return repr(self.target)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._runner.run(self.target.close())
        self._runner.close()


async def _next(values: AsyncGenerator[Any, None]) -> Any:
    return await anext(values)
