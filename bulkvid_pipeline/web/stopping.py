"""Hearing early that the server is to stop.

A server ends only once its responses have ended, and tells its app only after that, so that responses which stay open
would keep it from ending. The signals that stop it are heard first here.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def heard_before_the_server(stop: Callable[[], None]) -> Iterator[None]:
    """Have `stop` called on the running event loop at a signal that ends the process; the server's handler follows.

    Outside the main thread there are no signals: whoever runs a server there calls `stop` itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    handlers = {kind: signal.getsignal(kind) for kind in SIGNALS}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop)
        handler = handlers[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    heard_kinds = [kind for kind, handler in handlers.items() if callable(handler)]
    for kind in heard_kinds:
        signal.signal(kind, heard)
    try:
        yield
    finally:
        for kind in heard_kinds:
            if signal.getsignal(kind) is heard:
                signal.signal(kind, handlers[kind])
