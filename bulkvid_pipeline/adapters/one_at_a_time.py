"""Heavy work that a process does once at a time, so that its other work goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bulkvid_pipeline.core.errors import ServiceUnavailableError


class OneAtATime:
    """Lets one caller work and a few wait; others are told to come again, so that they do not hold threads.

    Args:
        what: the work, e.g. "Painting previews".
        most_waiting: how many callers may wait.
    """

    def __init__(self, what: str, most_waiting: int) -> None:
        self._what = what
        self.places_left = most_waiting + 1
        """How many callers may come now: to work, or to wait."""
        self._counting = threading.Lock()
        self._working = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Inside the block nobody else does this work.

        Raises:
            ServiceUnavailableError: too many wait for it already.
        """
        with self._counting:
            if self.places_left == 0:
                raise ServiceUnavailableError(
                    f"{self._what} is busy with what others have asked for",
                    fix="Try again in a few seconds",
                    retry_after=2,
                )
            self.places_left -= 1
        try:
            with self._working:
                yield
        finally:
            with self._counting:
                self.places_left += 1
