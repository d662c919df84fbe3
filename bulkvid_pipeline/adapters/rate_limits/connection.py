"""One database connection for all threads of a process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


Connection = TypeVar("Connection", bound=Closable)


class _Session(Generic[Connection]):
    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.connection: Connection | None = None


class ProcessConnection(Generic[Connection]):
    """Opens a connection when it is first needed, lends it to one thread at a time, and drops it after an error.

    A forked child opens its own: two processes on one connection would mix up PostgreSQL's responses and break SQLite's
    locks. The inherited connection is kept unused, as closing it would end the parent's.
    """

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open = open_connection
        self._session: _Session[Connection] = _Session()
        self._inherited: list[_Session[Connection]] = []

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """The connection, for this thread alone; closed if the block raises, as its transaction may be incomplete."""
        session = self._own_session()
        with session.lock:
            if session.connection is None:
                session.connection = self._open()
            try:
                yield session.connection
            except BaseException:
                connection, session.connection = session.connection, None
                connection.close()
                raise

    def close(self) -> None:
        """Close the connection if it is open."""
        session = self._own_session()
        with session.lock:
            connection, session.connection = session.connection, None
            if connection is not None:
                connection.close()

    def _own_session(self) -> _Session[Connection]:
        session = self._session
        if session.pid != os.getpid():
            self._inherited.append(session)
            session = self._session = _Session()
        return session
