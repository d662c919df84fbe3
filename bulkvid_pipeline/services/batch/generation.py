"""Making rows by somebody else's means: what takes the engine's place in the row loop, and decides about errors."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.services.batch.admission import TurnLimiter
from bulkvid_pipeline.services.outputs.generated import Generated as Generated

MOST_TRIES = 10
"""Tries of a row after which no other is made, whatever the generation decides: one that always asks for another would
never end."""


class Verdict(StrEnum):
    """What is done about a row's error; the values are those that `handle_error` returns."""

    RETRY = "retry"
    USE_DEFAULT_TEMPLATE = "use_default_template"
    """The row is made again with the built-in default template; once only."""
    FAIL = "fail"


@dataclass(frozen=True)
class Attempt:
    """One try at a row: `number` counts from 1 over all tries of this turn."""

    job_id: str
    plan: VideoPlan
    number: int
    stopping: Stopping
    """Stopped when the try is not wanted any more: whatever it waits for should end then.

    That of a verdict is stopped when the job is paused, too: a row that waits for its next try is left to the resume.
    """


class Generation(Protocol):
    """Makes rows in place of the engine, or only decides about the errors of rows that the engine makes.

    Its methods are called from threads of their own, for several rows at once. A stop of the job leaves a call behind
    that does not heed `Attempt.stopping`: a thread cannot be killed, but neither the job nor its process waits for it.
    """

    @property
    def name(self) -> str | None:
        """Part of every fingerprint, since others make other videos; None where the engine makes them.

        It has to be the same in each process that goes on with the job: see `adapters.python_classes.name_of`.
        """

    @property
    def max_workers(self) -> int | None:
        """Rows made at once, read before each row; as the settings say where None. Render slots count all the same."""

    @property
    def max_tries(self) -> int | None:
        """Tries of a row after which no other is made; `MOST_TRIES` where None."""

    @property
    def limiter(self) -> TurnLimiter | None:
        """At which pace rows begin in this process; None: the installation's own limits."""

    def generate(self, attempt: Attempt) -> object:
        """Make the row's video; never called where `name` is None.

        Returns a mapping with `output_url`, and perhaps `cost`, `duration` in seconds and other values of JSON, or a
        `Generated`. Whatever it raises goes to `verdict_on`, as does an error about what it returns.
        """

    def verdict_on(self, attempt: Attempt, error: Exception) -> object:
        """What to do about an error of the row, after any wait that a retry should come after.

        Returns a `Verdict`, or its text. Any other answer fails the row, and so does an error that is raised here.
        """


@runtime_checkable
class Resumable(Protocol):
    """A class whose jobs go on in processes that know nothing but its name."""

    def generation_for_resume(self, instance: DagsterInstance, job_id: str) -> AbstractContextManager[Generation]:
        """What makes the rows of the job, for one run of it (a class method).

        Raises:
            BulkVideoError: it cannot be made here; the run fails with this error before any row.
        """
