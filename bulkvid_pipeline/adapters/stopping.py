"""Waits that a stop ends at once, whatever is waited for: a store that never answers must not hold up a cancelled job.

A call that may hang runs in a thread of its own, which a stop leaves behind. Such threads are daemons, so that neither
the end of the job nor that of its process waits for them.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from bulkvid_pipeline.core.errors import NetworkError, RenderCancelledError

Result = TypeVar("Result")


def in_daemon_thread(call: Callable[[], Result], name: str = "call") -> Future[Result]:
    """Begin the call in a thread that nobody has to wait for; executors of the standard library join theirs at exit.

    The call has the caller's context variables.
    """
    future: Future[Result] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = context.run(call)
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def within(seconds: float, call: Callable[[], Result], doing: str) -> Result:
    """What the call gives, or raises; one that takes longer is left behind.

    Args:
        seconds: what it may take.
        call: what may hang.
        doing: what it does, for the error: "reading the sheet".

    Raises:
        NetworkError: it took longer.
    """
    future = in_daemon_thread(call)
    wait([future], seconds)
    if not future.done():
        raise NetworkError(f"There was no answer within {seconds:.0f} s {doing}", fix="Check address and network")
    return future.result()


class Stopping:
    """Whether work is to stop, for all that waits on its behalf; safe to use from many threads.

    Before the stop everything takes the time that it takes. After it nothing waits any more, until `conclude` gives
    what is left to be said and tidied up a little time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listening: set[threading.Event] = set()
        self._stopped = False
        self._concluding_s = 0.0
        self._ends = float("inf")

    @property
    def is_stopped(self) -> bool:
        """Whether the work is to stop."""
        return self._stopped

    def stop(self) -> None:
        """End all waits; a second time does nothing."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self._ends = time.monotonic() + self._concluding_s
            for woken in self._listening:
                woken.set()

    def conclude(self, seconds: float) -> None:
        """What waits from now on is the last that the work does: it gets so long from the stop on, or from now."""
        with self._lock:
            self._concluding_s = seconds
            if self._stopped:
                self._ends = time.monotonic() + seconds

    def run(self, call: Callable[[], Result], *, grace_s: float = 0.0) -> Result:
        """What the call gives, or raises; a stop leaves it behind, and does not begin it.

        Args:
            call: what may hang.
            grace_s: how much longer than others it may take after a stop: it tidies up.

        Raises:
            RenderCancelledError: the work was stopped.
        """
        self._check(time.monotonic(), grace_s)
        return self.result_of(in_daemon_thread(call), grace_s=grace_s)

    def result_of(self, future: Future[Result], *, grace_s: float = 0.0) -> Result:
        """What a call gives, or raises, that has begun elsewhere; a stop leaves it behind.

        Raises:
            RenderCancelledError: the work was stopped.
        """
        woken = threading.Event()
        future.add_done_callback(lambda _: woken.set())
        self._wait(woken, future.done, grace_s=grace_s)
        return future.result()

    def sleep(self, seconds: float) -> None:
        """A pause.

        Raises:
            RenderCancelledError: the work was stopped before it was over.
        """
        until = time.monotonic() + seconds
        self._wait(threading.Event(), lambda: time.monotonic() >= until, until=until)

    def _wait(
        self, woken: threading.Event, met: Callable[[], bool], *, until: float = float("inf"), grace_s: float = 0.0
    ) -> None:
        began = time.monotonic()
        with self._lock:
            self._listening.add(woken)
        try:
            while not met():
                ends = min(until, self._check(began, grace_s))
                woken.wait(None if ends == float("inf") else max(0.0, ends - time.monotonic()))
                woken.clear()
        finally:
            with self._lock:
                self._listening.discard(woken)

    def _check(self, began: float, grace_s: float) -> float:
        """Until when what began then may go on."""
        ends = self._ends
        if grace_s:
            ends = max(ends, began) + grace_s
        if time.monotonic() >= ends:
            raise RenderCancelledError("The job was stopped")
        return ends
