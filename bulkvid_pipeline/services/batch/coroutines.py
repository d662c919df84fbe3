"""Coroutines of somebody else's program, run from threads that wait for them.

Each coroutine has an event loop to itself while it runs, in a thread of its own, so that one that blocks holds up no
other. Loops are kept from one coroutine to the next, for clients that are opened once and used again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.errors import RenderCancelledError

Result = TypeVar("Result")

_log = logging.getLogger(__name__)

_EXITS = (SystemExit, KeyboardInterrupt)

CLOSE_S = 2.0
"""What coroutines that were cancelled may take to tidy up."""


class EventLoops:
    """As many event loops as there are coroutines at once; safe to use from many threads. `close` ends them.

    Their threads are daemons: nobody waits for a coroutine that blocks and never returns.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[_Loop] = []
        self._idle: list[_Loop] = []
        self._closed = False

    def run(self, coroutine: Coroutine[Any, Any, Result], stopping: Stopping) -> Result:
        """What the coroutine gives, or raises. A stop cancels it, and does not wait until it has tidied up.

        Raises:
            RenderCancelledError: the work was stopped, or the loops are closed.
        """
        with self._lock:
            if self._closed or stopping.is_stopped:
                coroutine.close()
                raise RenderCancelledError("The job was stopped")
            if self._idle:
                loop = self._idle.pop()
            else:
                loop = _Loop()
                self._all.append(loop)
        future = loop.begin(coroutine)
        try:
            return stopping.result_of(future).value()
        finally:
            if future.done():
                with self._lock:
                    self._idle.append(loop)
            else:
                future.cancel()  # which may take a while, so nothing else is begun in this loop

    def close(self, within_s: float = CLOSE_S) -> None:
        """Cancel what is under way, and end all loops; those that are blocked are left behind after so long."""
        with self._lock:
            self._closed = True
            loops = list(self._all)
        for loop in loops:
            loop.end()
        end = time.monotonic() + within_s
        for loop in loops:
            loop.thread.join(max(0.0, end - time.monotonic()))


@dataclass(frozen=True)
class _End(Generic[Result]):
    """How a coroutine ended. An exit is carried past asyncio, which would end the loop by it."""

    result: Result | None = None
    exit: BaseException | None = None

    def value(self) -> Result:
        if self.exit is not None:
            raise self.exit
        return self.result  # type: ignore[return-value]  # None only where that is what the coroutine gave


async def _ended(coroutine: Coroutine[Any, Any, Result]) -> _End[Result]:
    try:
        return _End(await coroutine)
    except _EXITS as error:
        return _End(exit=error)


class _Loop:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="event-loop", daemon=True)
        self.thread.start()

    def begin(self, coroutine: Coroutine[Any, Any, Result]) -> Future[_End[Result]]:
        return asyncio.run_coroutine_threadsafe(_ended(coroutine), self._loop)

    def end(self) -> None:
        if self.thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            while not self._ran_until_stopped():
                pass
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        finally:
            self._loop.close()

    def _ran_until_stopped(self) -> bool:
        """False where a task that a coroutine has begun wanted to exit, which is no reason to leave the others."""
        try:
            self._loop.run_forever()
        except _EXITS as error:
            _log.warning("%s in a task does not end this process", type(error).__name__)
            return False
        return True
