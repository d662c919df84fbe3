"""When a row may start, beside the rows of other jobs."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from bulkvid_pipeline.core.planning import VideoPlan

LOOK_AFTER_S = 0.25


class Gate(Protocol):
    """Decides when a row may start, beside the rows of other jobs; see `adapters.run_slots.SlotGate`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def look_after_s(self) -> float: ...

    def line_up(self, plans: Sequence[VideoPlan]) -> None: ...

    def try_enter(self, plan: VideoPlan) -> bool: ...

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None: ...

    def withdraw(self) -> None: ...


class OpenGate:
    """Lets every row start at once: for jobs that share their machine with no other."""

    look_after_s = LOOK_AFTER_S

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def line_up(self, plans: Sequence[VideoPlan]) -> None: ...

    def try_enter(self, plan: VideoPlan) -> bool:  # noqa: ARG002
        return True

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None: ...

    def withdraw(self) -> None: ...
