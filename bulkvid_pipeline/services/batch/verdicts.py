"""What is done about an error of a row whose job has a generation: what that says, within bounds."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.errors import BulkVideoError, GenerationError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.services.batch.generation import MOST_TRIES, Attempt, Generation, Verdict
from bulkvid_pipeline.services.outputs.outcomes import Failure

_log = logging.getLogger(__name__)

LONGEST_TEXT = 300
"""Characters of somebody else's error, or answer, that are told."""


@dataclass(frozen=True)
class RowError:
    """An error of a row: as it was raised, for whoever decides about it, and as it is told."""

    raised: Exception
    told: BulkVideoError

    @classmethod
    def of_engine(cls, error: Exception) -> RowError:
        """An error while the row was rendered or published by us."""
        if isinstance(error, BulkVideoError):
            return cls(error, error)
        return cls(error, BulkVideoError(f"Unexpected {said(error)}", fix="Report the row; see the log"))

    @classmethod
    def of_generation(cls, error: BaseException) -> RowError:
        """An error that a generation has raised, whatever it is."""
        if isinstance(error, BulkVideoError) and isinstance(getattr(error, "message", None), str):
            return cls(error, error)
        told = GenerationError(f"The generation failed: {said(error)}")
        return cls(error if isinstance(error, Exception) else told, told)


class RowFailedError(BulkVideoError):
    """The row has failed; `beside` is what went wrong after its error, if anything did."""

    def __init__(self, error: RowError, beside: str = "") -> None:
        super().__init__(error.told.message)
        self.error = error
        self.beside = beside

    @property
    def failure(self) -> Failure:
        """Both errors, in words for the user."""
        known = Failure.of(self.error.told)
        return Failure(known.code, f"{known.message}; {self.beside}", known.fix) if self.beside else known


@dataclass(frozen=True)
class Verdicts:
    """Asks a generation about errors; called from the threads of the workers.

    Args:
        generation: what decides.
        waits: ends its answer, and the wait that comes before it, when the row is not to be tried again now.
    """

    generation: Generation
    waits: Stopping

    def on(self, attempt: Attempt, error: RowError, *, may_use_default: bool) -> Verdict:
        """`RETRY` or `USE_DEFAULT_TEMPLATE`: what else there is, is raised.

        Raises:
            RenderCancelledError: the job is being paused or cancelled.
            RowFailedError: so it was decided; or what was asked for cannot be done, or is no verdict.
        """
        verdict = self._answered(attempt, error)
        if verdict is Verdict.FAIL:
            raise RowFailedError(error)
        if verdict is Verdict.USE_DEFAULT_TEMPLATE and not may_use_default:
            raise RowFailedError(error, f"'{verdict}' was asked for, but it was made with that template already")
        most = self.generation.max_tries or MOST_TRIES
        if attempt.number >= most:
            raise RowFailedError(error, f"'{verdict}' was asked for, but no row is tried more than {most} times")
        return verdict

    def _answered(self, attempt: Attempt, error: RowError) -> Verdict:
        try:
            answer = self.waits.run(lambda: self.generation.verdict_on(attempt, error.raised))
        except BaseException as second:
            if self.waits.is_stopped:
                raise
            _log.error("The verdict on an error of row %d failed", attempt.plan.sheet_row, exc_info=second)
            raise RowFailedError(error, f"deciding what to do about it failed too: {said(second)}") from second
        verdict = next((verdict for verdict in Verdict if isinstance(answer, str) and answer == verdict.value), None)
        if verdict is None:
            expected = ", ".join(f"'{verdict}'" for verdict in Verdict)
            raise RowFailedError(error, f"what to do about it was answered by {shown(answer)}; expected: {expected}")
        return verdict


def said(error: BaseException) -> str:
    """`TypeError: ...`; an error that cannot even be printed is told by its type."""
    return f"{type(error).__name__}: {_shortened(lambda: str(error))}".removesuffix(": ")


def shown(value: object) -> str:
    """The value as Python writes it."""
    return _shortened(lambda: repr(value))


def _shortened(text: Callable[[], str]) -> str:
    try:
        return shortened(text(), LONGEST_TEXT)
    except Exception as error:
        return f"(it cannot be printed: {type(error).__name__})"
