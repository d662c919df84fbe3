"""The names that scripts import, and what they stand for."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime

import pytest

from bulkvid_pipeline import batch_processor
from bulkvid_pipeline.adapters.rate_limits import RateLimiter as LimiterOfJobs
from bulkvid_pipeline.batch_processor import (
    AuthenticationError,
    BatchProcessor,
    JobPriority,
    JobStatus,
    NetworkError,
    PermissionError,  # noqa: A004
    QuotaExceededError,
    RateLimiter,
    RateLimitError,
    ServerError,
    StorageError,
    TemplateError,
    VideoJob,
)
from bulkvid_pipeline.batch_processor.errors import error_of
from bulkvid_pipeline.batch_processor.records import JobEvent, status_of
from bulkvid_pipeline.core import errors
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.core.wire import Event


def test_every_public_name_is_there() -> None:
    assert [name for name in batch_processor.__all__ if not hasattr(batch_processor, name)] == []


def test_the_rate_limiter_is_the_class_that_jobs_use() -> None:
    assert RateLimiter is LimiterOfJobs


@pytest.mark.parametrize(
    ("ours", "kind"),
    [
        (errors.QuotaExceededError, RateLimitError),
        (errors.QuotaExceededError, QuotaExceededError),
        (errors.CallbackTimeoutError, NetworkError),
        (errors.AuthenticationError, AuthenticationError),
        (errors.SheetAccessDeniedError, PermissionError),
        (errors.ServiceUnavailableError, ServerError),
        (errors.TemplateNotFoundError, TemplateError),
        (errors.StorageAccessDeniedError, StorageError),
        (errors.BucketNotFoundError, StorageError),
        (errors.StorageQuotaExceededError, StorageError),
    ],
)
def test_errors_are_of_the_kinds_that_scripts_know(ours: type[errors.BulkVideoError], kind: type[Exception]) -> None:
    assert issubclass(ours, kind)
    assert str(kind("What went wrong")).startswith("What went wrong")


def test_an_error_is_made_again_out_of_its_code() -> None:
    again = error_of("RATE_LIMITED", "Too many requests", "Wait")

    assert type(again) is QuotaExceededError
    assert str(again) == "Too many requests (Wait)"
    assert type(error_of("NEVER_HEARD_OF", "Odd")) is errors.BulkVideoError


def test_the_statuses_are_eight() -> None:
    names = "queued rate_limited dispatched in_progress retried completed failed cancelled"

    assert [status.value for status in JobStatus] == names.split()
    assert all(JobStatus.of(state) for state in ItemState)


def test_bulk_jobs_end_in_words_that_loops_wait_for() -> None:
    ends = [JobState.COMPLETED, JobState.FAILED, JobState.CANCELED]

    assert [status_of(state) for state in ends] == ["completed", "failed", "cancelled"]
    assert status_of(JobState.PENDING) == JobStatus.QUEUED
    assert status_of(JobState.RUNNING, rate_limited=True) == JobStatus.RATE_LIMITED


def test_video_jobs_are_made_as_scripts_make_them() -> None:
    urgent = VideoJob(..., priority=JobPriority.URGENT)
    low = VideoJob(..., priority=JobPriority.LOW)
    named = VideoJob("v1", "job_1", {"script": "Hello"}, ai_provider="openai")

    assert urgent.priority.rank < VideoJob(...).priority.rank < low.priority.rank
    assert urgent.id != low.id
    assert (named.id, named.idea_data["script"], named.status) == ("v1", "Hello", JobStatus.QUEUED)
    assert named.idea_data.get("voice") is None


def test_events_have_level_and_time() -> None:
    event = Event(timestamp=datetime(2025, 10, 30, 1, tzinfo=UTC), created_at=1, level="error", message="m", run_id="r")

    told = JobEvent.of("job_1", event).as_dict()

    assert (told["level"], told["message"], told["job_id"]) == ("ERROR", "m", "job_1")
    assert told["timestamp"] == told["created_at"] == "2025-10-30T01:00:00.000Z"


def test_the_constructor_has_the_documented_arguments_and_defaults() -> None:
    parameters = inspect.signature(BatchProcessor).parameters

    assert list(parameters) == ["credentials_path", "db_path", "max_workers", "rate_limiter", "debug_mode"]
    assert parameters["db_path"].default == "batch_processing.db"
    assert (parameters["max_workers"].default, parameters["debug_mode"].default) == (4, False)
