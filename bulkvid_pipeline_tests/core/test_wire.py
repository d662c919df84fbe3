"""What programs read: the API reference's names, in a module that clients can import without the rest."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from bulkvid_pipeline.core.wire import ErrorBody, Event, ItemsStatus, JobView, Page, Progress, Timing

AT = datetime(2025, 10, 30, 3, 0, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))


def test_it_is_imported_without_the_machinery() -> None:
    heavy = "{'dagster', 'pandas', 'skia', 'sqlalchemy', 'numpy', 'av'}"
    asked = f"import sys, bulkvid_pipeline.core.wire; print(sorted({heavy} & set(sys.modules)))"

    answer = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)

    assert answer.stdout.strip() == "[]"


def test_progress_has_the_shape_of_the_reference() -> None:
    progress = Progress(
        job_id="job_123",
        percent_complete=45.5,
        items_status=ItemsStatus(total=150, completed=68, failed=2, pending=80),
        timing=Timing(started_at=AT, processing_time_ms=1_800_000, eta_ms=1_200_000),
    )

    assert progress.as_json() == {
        "job_id": "job_123",
        "percent_complete": 45.5,
        "items_status": {"total": 150, "completed": 68, "failed": 2, "pending": 80, "skipped": 0, "cancelled": 0},
        "timing": {"started_at": "2025-10-30T01:00:00Z", "processing_time_ms": 1_800_000, "eta_ms": 1_200_000},
        "rate_limited": False,
        "in_work": [],
    }


def test_a_job_has_the_fields_of_the_reference() -> None:
    documented = {"id", "state", "percent_complete", "created_at"}
    documented |= {"items_total", "items_completed", "items_failed", "items_pending"}

    assert documented <= set(JobView.model_fields)


def test_events_keep_their_milliseconds_and_both_times() -> None:
    event = Event(timestamp=AT, created_at=AT.timestamp(), level="INFO", message="Started", run_id="r")

    assert event.as_json()["timestamp"] == "2025-10-30T01:00:00.250Z"
    assert event.as_json()["created_at"] == AT.timestamp()


def test_what_is_said_comes_back_as_it_was() -> None:
    page = Page[ErrorBody](items=(ErrorBody(code="NOT_FOUND", message="Job 'x' not found"),), next_page_token="n")

    assert Page[ErrorBody].model_validate_json(page.model_dump_json()) == page


def test_a_newer_server_may_say_more() -> None:
    assert ErrorBody.model_validate({"code": "A", "message": "b", "news": 1}) == ErrorBody(code="A", message="b")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError):
        Timing(started_at=datetime(2025, 10, 30))
