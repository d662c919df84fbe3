"""Results are read as attributes with types and as what was sent, and cannot be changed."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime

import pytest

from bulkvid_pipeline.client.errors import UnexpectedAnswerError
from bulkvid_pipeline.client.models import CreatedJob, Job, SheetPreview, Timing
from bulkvid_pipeline_tests.client import samples


def test_a_field_is_an_attribute_and_a_key() -> None:
    job = Job(samples.job())

    assert job.id == job["id"] == "job_1"
    assert dict(job)["percent_complete"] == job.percent_complete == 0.0


def test_times_are_datetimes_as_attributes_and_text_in_the_mapping() -> None:
    job = Job(samples.job())

    assert job.created_at == datetime(2025, 10, 30, 12, tzinfo=UTC)
    assert job["created_at"] == "2025-10-30T12:00:00Z"
    assert json.loads(json.dumps(dict(job))) == samples.job()


def test_parts_are_shapes_and_lists_are_tuples_of_shapes() -> None:
    job = Job({**samples.job(), "in_work": [{"row_key": "s:2", "stage": "encode", "percent": 40}]})

    assert isinstance(job.timing, Timing)
    assert job.timing.processing_time_ms == 1000
    assert job.timing.eta_ms is None
    [row] = job.in_work
    assert row.percent == 40


def test_values_of_a_mapping_are_shapes_too() -> None:
    validation = {"level": "strict", "stops_job": True, "findings_total": 0, "findings": []}
    preview = SheetPreview({"validation": {"strict": {**validation, "rows": {"accepted": 3}}}})

    assert preview.validation["strict"].rows.accepted == 3


def test_fields_of_a_newer_server_can_be_read_both_ways() -> None:
    job = Job({**samples.job(), "mood": "fine"})

    assert job["mood"] == getattr(job, "mood") == "fine"  # noqa: B009
    assert "mood" in dir(job)
    assert "mood='fine'" in repr(job)


def test_what_an_older_server_leaves_out_has_its_default_or_says_so() -> None:
    job = Job({"id": "job_1"})

    assert job.report == ""
    assert job.started_at is None
    assert "report" not in job
    with pytest.raises(AttributeError, match="sent no 'title'"):
        _ = job.title
    assert not hasattr(job, "no_such_field")


def test_null_stays_none_where_the_sheet_could_not_be_counted() -> None:
    assert CreatedJob({**samples.job(), "items_total": None}).items_total is None


def test_a_result_cannot_be_changed() -> None:
    job = Job(samples.job())

    for name in ("id", "mood"):
        with pytest.raises(AttributeError, match="cannot be changed"):
            setattr(job, name, "job_2")
        with pytest.raises(AttributeError, match="cannot be changed"):
            delattr(job, name)
    with pytest.raises(TypeError):
        job["id"] = "job_2"  # type: ignore[index]
    assert job.id == "job_1"


def test_results_are_equal_by_content_and_survive_copies() -> None:
    job = Job(samples.job())

    assert job == samples.job() == Job(samples.job())
    assert pickle.loads(pickle.dumps(job)) == copy.deepcopy(job) == job


def test_a_time_that_is_none_is_named() -> None:
    for text in ("yesterday", "2025-10-30T12:00:00", 17):
        with pytest.raises(ValueError, match=r"Job\.created_at: cannot read"):
            _ = Job({"created_at": text}).created_at


def test_what_is_no_object_is_no_result() -> None:
    with pytest.raises(UnexpectedAnswerError, match="No Job was sent"):
        Job.read(["job_1"])
