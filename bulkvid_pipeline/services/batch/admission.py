"""When a row may start, beside the rows of other jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from bulkvid_pipeline.core.planning import VideoPlan

LOOK_AFTER_S = 0.25


class Admission(Protocol):
    """Decides when a row may start, beside the rows of other jobs; see `adapters.dagster.run_slots.SlotAdmission`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def look_after_s(self) -> float: ...

    def line_up(self, plans: Sequence[VideoPlan]) -> None: ...

    def enter_first(self, plans: Sequence[VideoPlan]) -> VideoPlan | None: ...

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None: ...

    def withdraw(self) -> None: ...


class OpenAdmission:
    """Lets every row start at once: for jobs that share their machine with no other."""

    look_after_s = LOOK_AFTER_S

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def line_up(self, plans: Sequence[VideoPlan]) -> None: ...

    def enter_first(self, plans: Sequence[VideoPlan]) -> VideoPlan | None:
        return plans[0] if plans else None

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None: ...

    def withdraw(self) -> None: ...


class TurnLimiter(Protocol):
    """Says whether one more row of a user and a project may begin now; see `adapters.rate_limits.RateLimiter`."""

    def can_proceed(self, user_id: str, project_id: str) -> bool: ...


@dataclass
class PacedAdmission:
    """An admission behind which rows also keep to the rate limit of their user and project.

    `on_wait` is told whether a row is waiting for the limit now.
    """

    admission: Admission
    limiter: TurnLimiter
    user_id: str
    project_id: str
    on_wait: Callable[[bool], None]

    def __enter__(self) -> Self:
        self.admission.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.admission.__exit__(kind, error, trace)

    @property
    def look_after_s(self) -> float:
        return self.admission.look_after_s

    def line_up(self, plans: Sequence[VideoPlan]) -> None:
        self.admission.line_up(plans)

    def enter_first(self, plans: Sequence[VideoPlan]) -> VideoPlan | None:
        """The first of the rows that has a slot, if it has a turn as well; a slot without a turn goes to other jobs."""
        entering = self.admission.enter_first(plans)
        if entering is None:
            return None
        may_go = self.limiter.can_proceed(self.user_id, self.project_id)
        self.on_wait(not may_go)
        if not may_go:
            self.admission.leave(entering)
            return None
        return entering

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None:
        self.admission.leave(plan, upcoming)

    def withdraw(self) -> None:
        self.admission.withdraw()
