"""A picture that no browser waits for any more is not made to its end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.dashboard.routes.wizard_look import while_connected

SCOPE: dict[str, Any] = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}


def test_a_browser_that_goes_away_stops_the_work() -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    stopped: list[bool] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            stopped.append(True)
            raise

    with pytest.raises(RenderCancelledError):
        asyncio.run(while_connected(Request(SCOPE, gone), work()))
    assert stopped == [True]


def test_a_browser_that_waits_gets_the_result() -> None:
    async def silent() -> dict[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    assert asyncio.run(while_connected(Request(SCOPE, silent), work())) == "done"
