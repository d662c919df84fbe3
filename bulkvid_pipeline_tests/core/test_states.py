from __future__ import annotations

import itertools

import pytest

from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.states import ItemState, JobAction, JobState, outcome_of, require_allowed

PAUSE, RESUME, CANCEL, RETRY = JobAction.PAUSE, JobAction.RESUME, JobAction.CANCEL, JobAction.RETRY

ALLOWED = {
    JobState.PENDING: {CANCEL},
    JobState.RUNNING: {PAUSE, CANCEL},
    JobState.PAUSED: {RESUME, CANCEL},
    JobState.FAILED: {RETRY, CANCEL},
    JobState.PAUSING: set(),
    JobState.COMPLETING: set(),
    JobState.COMPLETED: set(),
    JobState.CANCELING: set(),
    JobState.CANCELED: set(),
}


def test_the_states_and_actions_are_those_of_the_guide() -> None:
    assert {*ALLOWED} == {*JobState}
    assert {*itertools.chain(*ALLOWED.values())} == {*JobAction}


@pytest.mark.parametrize(("state", "action"), [*itertools.product(JobState, JobAction)])
def test_a_state_allows_the_actions_of_the_table_and_nothing_else(state: JobState, action: JobAction) -> None:
    if action in ALLOWED[state]:
        require_allowed(action, state)
        return
    with pytest.raises(ActionNotAllowedError) as refused:
        require_allowed(action, state)
    assert refused.value.http_status == 409
    assert refused.value.message == f"A job that is {state} cannot be told to {action}"
    allowed = ", ".join(sorted(ALLOWED[state])) or "none"
    assert refused.value.fix == f"Allowed actions now: {allowed}"


def test_a_refusal_reads_as_a_sentence() -> None:
    with pytest.raises(ActionNotAllowedError) as refused:
        require_allowed(RESUME, JobState.RUNNING)
    assert str(refused.value) == "A job that is running cannot be told to resume (Allowed actions now: cancel, pause)"


def test_jobs_end_completed_canceled_or_failed() -> None:
    assert {state.value for state in JobState if state.is_final} == {"completed", "canceled", "failed"}


def test_items_end_completed_failed_cancelled_or_skipped() -> None:
    final = {state.value for state in ItemState if state.is_final}
    assert final == {"completed", "failed", "cancelled", "skipped"}
    assert {state.value for state in ItemState} - final == {
        "queued",
        "rate_limited",
        "dispatched",
        "in_progress",
        "retried",
    }


@pytest.mark.parametrize(
    ("completed", "failed", "cancelled", "state"),
    [
        (3, 0, False, JobState.COMPLETED),
        (1, 99, False, JobState.COMPLETED),
        (0, 1, False, JobState.FAILED),
        (0, 0, False, JobState.COMPLETED),
        (3, 0, True, JobState.CANCELED),
        (0, 3, True, JobState.CANCELED),
    ],
)
def test_a_job_fails_only_when_rows_failed_and_none_succeeded(
    completed: int, failed: int, cancelled: bool, state: JobState
) -> None:
    assert outcome_of(completed, failed, cancelled) is state
