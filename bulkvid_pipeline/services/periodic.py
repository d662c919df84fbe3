"""Doing something again and again beside the work of a process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_log = logging.getLogger(__name__)


class Periodic:
    """Calls `action` from a thread of its own, each time `every_s` seconds after the last call ended.

    The first call comes after `every_s` seconds. An action that raises is logged and called again when its time comes.
    Use it as a context manager, or `start` and `stop` it.

    Args:
        action: what to do.
        every_s: seconds between two calls.
        name: of the thread, and in the log.
    """

    def __init__(self, action: Callable[[], object], every_s: float, name: str) -> None:
        self._action = action
        self._every_s = every_s
        self._name = name
        self._stopping = threading.Event()
        # A process that is to end does not wait for it.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin; once only."""
        self._thread.start()

    def stop(self, *, wait: bool = True) -> None:
        """Begin no other call, however long the pause was to last; `wait` for the one that is under way."""
        self._stopping.set()
        if wait and self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            try:
                self._action()
            except Exception:
                _log.exception("The periodic action %r failed; it is tried again in %g s", self._name, self._every_s)
