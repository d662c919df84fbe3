"""A picture that no browser waits for any more is not made to its end."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.dashboard.routes.wizard_look import while_connected
from bulkvid_pipeline.services.drafts.drafts import Drafts
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline_tests.dashboard.conftest import Visitor

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


@pytest.mark.parametrize("path", ["/new", "/new/{draft_id}/sheet", "/new/{draft_id}/sheet/table"])
def test_slow_work_leaves_the_threads_free_in_which_sessions_are_looked_up(
    visitor: Visitor, services: OpenServices, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    upload = Uploads(services.settings).add("default", "ideas.csv", b"Title,Script\nOne,Turn it off.\n")
    draft = Drafts(services.instance, "default", "ana").start({"input_source": {"path": upload.id}})
    used: list[CapacityLimiter | str | None] = []
    run_sync = to_thread.run_sync

    async def noted(work: Any, *args: Any, limiter: CapacityLimiter | None = None, **options: Any) -> Any:
        def watched(*given: Any) -> Any:
            here.limiter = limiter
            return work(*given)

        return await run_sync(watched, *args, limiter=limiter, **options)

    here = threading.local()
    opened = Uploads.__init__

    def opening(self: Uploads, *args: Any) -> None:
        used.append("the event loop" if is_on_loop() else getattr(here, "limiter", "a thread of its own"))
        opened(self, *args)

    monkeypatch.setattr(to_thread, "run_sync", noted)
    monkeypatch.setattr(Uploads, "__init__", opening)
    assert visitor.get(path.format(draft_id=draft.id)).status_code == 200
    assert used
    assert all(isinstance(each, CapacityLimiter) or each == "a thread of its own" for each in used), used


def is_on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def test_a_browser_that_waits_gets_the_result() -> None:
    async def silent() -> dict[str, str]:
        await asyncio.Event().wait()
        raise AssertionError

    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    assert asyncio.run(while_connected(Request(SCOPE, silent), work())) == "done"
