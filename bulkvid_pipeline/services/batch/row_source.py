"""Where a row loop gets its rows from, besides those that it is given at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bulkvid_pipeline.core.planning import VideoPlan


class RowSource(Protocol):
    """Rows that several runs share; each row is given to one of them."""

    def take(self, count: int) -> Sequence[VideoPlan]:
        """The next rows, at most `count`, in the order in which they are to be made; none: there are none left.

        Raises:
            ServiceUnavailableError: who knows the rows does not answer.
        """
        ...
