from __future__ import annotations

import pytest

from bulkvid_pipeline.batch_processor import (
    AuthenticationError,
    NetworkError,
    QuotaExceededError,
    RetryTemplate,
    ServerError,
    SheetsErrorHandler,
    TemplateError,
)
from bulkvid_pipeline.core.errors import InvalidRequestError


def test_waits_grow_up_to_the_longest() -> None:
    template = RetryTemplate(initial_delay=1.0, max_delay=60.0, max_retries=5, multiplier=3.0)

    assert [template.delay(attempt) for attempt in (1, 2, 3, 4, 5, 6, 10_000)] == [1, 3, 9, 27, 60, 60, 60]


def test_a_multiplier_of_one_waits_the_same_each_time() -> None:
    assert {RetryTemplate(2.0, 60.0, 5, 1.0).delay(attempt) for attempt in (1, 7, 100_000)} == {2.0}


def test_the_policy_of_adapters_makes_as_many_retries() -> None:
    waits: list[float] = []
    policy = RetryTemplate(initial_delay=2.0, max_delay=5.0, max_retries=3, multiplier=2.0).policy
    patient = type(policy)(**{**vars(policy), "sleep": waits.append, "uniform": lambda _, ceiling: ceiling})

    def fail() -> None:
        raise NetworkError("The line is dead")

    with pytest.raises(NetworkError):
        patient.call(fail)
    assert waits == [2.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("initial_delay", -1.0),
        ("max_delay", float("nan")),
        ("max_retries", -1),
        ("max_retries", 1.5),
        ("multiplier", 0.5),
        ("multiplier", "3"),
    ],
)
def test_a_figure_out_of_bounds_is_named(field: str, value: object) -> None:
    with pytest.raises(InvalidRequestError, match=field):
        RetryTemplate(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [QuotaExceededError("x"), NetworkError("x"), ServerError("x"), TimeoutError("x"), ConnectionResetError("x")],
    ids=lambda error: type(error).__name__,
)
def test_what_may_go_away_by_itself_is_tried_as_often_as_the_template_says(error: Exception) -> None:
    handler = SheetsErrorHandler(name="batch_processor", retry_template=RetryTemplate(max_retries=2))

    assert [handler.should_retry(error, attempt) for attempt in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize("error", [AuthenticationError("x"), TemplateError("x"), ValueError("x"), KeyError("x")])
def test_what_stays_wrong_is_not_tried_again(error: Exception) -> None:
    assert not SheetsErrorHandler().should_retry(error, 1)
