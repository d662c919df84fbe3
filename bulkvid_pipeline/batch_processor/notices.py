"""Calling a script's callbacks beside its jobs: what they raise, and how long they take, is of no matter to those."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

_log = logging.getLogger("batch_processor")

Callback = Callable[..., Any]


class Notices:
    """Calls the callbacks one after the other, in the order of what they are told, in a thread of their own.

    Coroutines are awaited in the event loop that `use_loop` has named while that runs, else in one of the thread's own.
    Of the progress of a job that a slow callback has not been told yet, only the newest counts.
    """

    def __init__(self) -> None:
        self.progress: list[Callback] = []
        self.completion: list[Callback] = []
        self.error: list[Callback] = []
        self._told: deque[tuple[list[Callback], tuple[Any, ...]]] = deque()
        self._news = threading.Condition()
        self._busy = False
        self._closed = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._own_loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def use_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Where coroutines are awaited from now on."""
        self._loop = loop

    def tell(self, whom: list[Callback], *what: Any) -> None:
        """Call these callbacks with that, soon; an error is told as its text to those that ask for a `str`."""
        if not whom:
            return
        with self._news:
            if whom is self.progress:
                self._told = deque(each for each in self._told if each[0] is not whom or each[1][0] != what[0])
            self._told.append((whom, what))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def drain(self, within_s: float) -> bool:
        """Wait until all has been told; False where that takes longer, or where a callback asks for it."""
        if threading.current_thread() is self._thread:
            return False
        end = time.monotonic() + within_s
        with self._news:
            while self._told or self._busy:
                if not self._news.wait(end - time.monotonic()) and time.monotonic() >= end:
                    return False
        return True

    def close(self) -> None:
        """Tell nothing any more; a callback that never returns is left behind."""
        with self._news:
            self._closed = True
            self._told.clear()
            self._news.notify_all()

    def _run(self) -> None:
        while True:
            with self._news:
                self._busy = False
                self._news.notify_all()
                while not self._told and not self._closed:
                    self._news.wait()
                if self._closed:
                    if self._own_loop is not None:
                        self._own_loop.close()
                    return
                whom, what = self._told.popleft()
                self._busy = True
            for callback in list(whom):
                self._call(whom, callback, what)

    def _call(self, whom: list[Callback], callback: Callback, what: tuple[Any, ...]) -> None:
        try:
            answer = callback(*(_as_text(callback, what) if whom is self.error else what))
            if inspect.isawaitable(answer):
                self._await(answer)
        except BaseException:
            _log.exception("The callback %r failed", callback)

    def _await(self, answer: Awaitable[Any]) -> None:
        async def waited() -> Any:
            return await answer

        loop = self._loop
        if loop is not None and loop.is_running():
            asyncio.run_coroutine_threadsafe(waited(), loop).result()
            return
        if self._own_loop is None:
            self._own_loop = asyncio.new_event_loop()
        self._own_loop.run_until_complete(waited())


def _as_text(callback: Callback, what: tuple[Any, ...]) -> tuple[Any, ...]:
    """Job and error, the latter in words where the callback says so by its annotation: `error: str`."""
    try:
        parameters = list(inspect.signature(callback).parameters.values())
    except (TypeError, ValueError):  # some callables have no signature to look at
        return what
    wants_text = len(parameters) > 1 and parameters[1].annotation in (str, "str")
    return (what[0], str(what[1])) if wants_text else what
