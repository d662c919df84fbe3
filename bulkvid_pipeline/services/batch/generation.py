"""Making rows by somebody else's means: what takes the engine's place in the row loop, and decides about errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.planning import VideoPlan


class Verdict(StrEnum):
    """What is done about a row's error; the values are those that `handle_error` returns."""

    RETRY = "retry"
    USE_DEFAULT_TEMPLATE = "use_default_template"
    """The row is made again with the built-in default template."""
    FAIL = "fail"


@dataclass(frozen=True)
class Generated:
    """A video that was made elsewhere.

    `output_url` is where it can be seen, or a path on this machine, whose file is then published like our own.
    """

    output_url: str
    cost: float = 0.0
    duration_s: float | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    """All that the generation has answered, as JSON."""


@dataclass(frozen=True)
class Attempt:
    """One try at a row: `number` counts from 1 over all tries of this turn."""

    job_id: str
    plan: VideoPlan
    number: int
    stopping: Stopping
    """Stopped when the job is: whatever the try waits for should end then."""


class Generation(Protocol):
    """Makes rows in place of the engine, or only decides about the errors of rows that the engine makes.

    Its methods are called from the threads of the row loop's workers, for several rows at once.
    """

    @property
    def name(self) -> str | None:
        """Part of every fingerprint, since others make other videos; None where the engine makes them."""

    @property
    def max_workers(self) -> int | None:
        """Rows made at once; as the settings say where None."""

    def generate(self, attempt: Attempt) -> Generated:
        """Make the row's video. Whatever it raises goes to `verdict_on`; never called where `name` is None."""

    def verdict_on(self, attempt: Attempt, error: Exception) -> Verdict:
        """What to do about an error of the row, after any wait that a retry should come after."""
