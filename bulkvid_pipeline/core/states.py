"""The states of jobs and of their items, and the actions that each state allows."""

from __future__ import annotations

from enum import StrEnum

from bulkvid_pipeline.core.errors import ActionNotAllowedError


class JobState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    COMPLETING = "completing"
    COMPLETED = "completed"
    CANCELING = "canceling"
    CANCELED = "canceled"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self in {JobState.COMPLETED, JobState.CANCELED, JobState.FAILED}


class ItemState(StrEnum):
    QUEUED = "queued"
    RATE_LIMITED = "rate_limited"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    RETRIED = "retried"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"

    @property
    def is_final(self) -> bool:
        return self in {ItemState.COMPLETED, ItemState.FAILED, ItemState.CANCELLED, ItemState.SKIPPED}

    @property
    def may_be_retried(self) -> bool:
        """Whether another run over the row may bring it further; what is finished or in work needs none."""
        return self not in {ItemState.COMPLETED, ItemState.IN_PROGRESS, ItemState.SKIPPED}


class JobAction(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"


class StopReason(StrEnum):
    """Why a run that is at work is to stop before its last row."""

    PAUSE = "pause"
    CANCEL = "cancel"
    DEADLINE = "deadline"
    """The job's time is over."""

    @property
    def kills_rows(self) -> bool:
        """Whether rows in work are stopped too; else they are finished, and no other row begins."""
        return self is not StopReason.PAUSE


ALLOWED_ACTIONS: dict[JobState, frozenset[JobAction]] = {
    JobState.PENDING: frozenset({JobAction.CANCEL}),
    JobState.RUNNING: frozenset({JobAction.PAUSE, JobAction.CANCEL}),
    JobState.PAUSED: frozenset({JobAction.RESUME, JobAction.CANCEL}),
    JobState.FAILED: frozenset({JobAction.RETRY, JobAction.CANCEL}),
}


def allowed_actions(state: JobState, failed: int = 0) -> frozenset[JobAction]:
    """What may be done with a job in that state, of which so many rows failed; a completed job's may be retried."""
    retry = {JobAction.RETRY} if state is JobState.COMPLETED and failed else set()
    return ALLOWED_ACTIONS.get(state, frozenset()) | retry


def require_allowed(action: JobAction, state: JobState, failed: int = 0) -> None:
    """Raises ActionNotAllowedError, naming the state and the allowed actions, unless `allowed_actions` has `action`."""
    allowed = allowed_actions(state, failed)
    if action not in allowed:
        names = sorted(action.value for action in allowed)
        raise ActionNotAllowedError(
            f"A job that is {state} cannot be told to {action}",
            fix=f"Allowed actions now: {', '.join(names) or 'none'}",
            details={"state": state.value, "actions": names},
        )


def outcome_of(completed: int, failed: int, cancelled: bool) -> JobState:
    """The final state of a job whose rows are done: failed only when rows failed and none succeeded."""
    if cancelled:
        return JobState.CANCELED
    return JobState.FAILED if failed and not completed else JobState.COMPLETED
