"""When a row may start, beside the rows of other jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from bulkvid_pipeline.adapters.rate_limits import RateLimiter
from bulkvid_pipeline.core.planning import VideoPlan

LOOK_AFTER_S = 0.25


class Gate(Protocol):
    """Decides when a row may start, beside the rows of other jobs; see `adapters.dagster.run_slots.SlotGate`."""

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


@dataclass
class PacedGate:
    """A gate behind which rows also keep to the rate limit of their user and project.

    `on_wait` is told whether a row is waiting for the limit now.
    """

    gate: Gate
    limiter: RateLimiter
    user_id: str
    project_id: str
    on_wait: Callable[[bool], None]

    def __enter__(self) -> Self:
        self.gate.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.__exit__(kind, error, trace)

    @property
    def look_after_s(self) -> float:
        return self.gate.look_after_s

    def line_up(self, plans: Sequence[VideoPlan]) -> None:
        self.gate.line_up(plans)

    def try_enter(self, plan: VideoPlan) -> bool:
        """Whether the row has a slot and a turn; a slot without a turn goes to other jobs."""
        if not self.gate.try_enter(plan):
            return False
        may_go = self.limiter.can_proceed(self.user_id, self.project_id)
        self.on_wait(not may_go)
        if not may_go:
            self.gate.leave(plan)
        return may_go

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None:
        self.gate.leave(plan, upcoming)

    def withdraw(self) -> None:
        self.gate.withdraw()
