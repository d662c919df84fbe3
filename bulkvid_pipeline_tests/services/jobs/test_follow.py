"""What a follower says of a run that ended before any of its steps began."""

from __future__ import annotations

from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.events import EngineEventData
from dagster._core.test_utils import create_run_for_test
from dagster_shared.error import SerializableErrorInfo

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.follow import JobWatch

JOB_ID = "job_that_never_began"


def test_code_that_cannot_be_loaded_is_the_reason() -> None:
    with DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, tags.JOB, tags={tags.JOB_ID: JOB_ID}, status=DagsterRunStatus.STARTING)
        error = SerializableErrorInfo("ImportError: No module named 'skia'\n", [], "ImportError")
        instance.report_engine_event("Could not load job definition.", run, EngineEventData.engine_error(error))
        instance.report_run_failed(run)
        watch = JobWatch(instance, JOB_ID)

        assert watch.poll() == []

        assert watch.failure == "Could not load job definition. ImportError: No module named 'skia'"


def test_what_ended_the_run_from_outside_is_the_reason_where_nothing_else_is() -> None:
    with DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, tags.JOB, tags={tags.JOB_ID: JOB_ID}, status=DagsterRunStatus.STARTED)
        instance.report_run_failed(run, message="The process that ran this job is gone.")
        watch = JobWatch(instance, JOB_ID)

        watch.poll()

        assert watch.failure == "The process that ran this job is gone."


def test_what_went_wrong_beside_a_run_that_goes_on_is_no_failure() -> None:
    with DagsterInstance.ephemeral() as instance:
        run = create_run_for_test(instance, tags.JOB, tags={tags.JOB_ID: JOB_ID}, status=DagsterRunStatus.STARTED)
        error = SerializableErrorInfo("OSError: disk full", [], "OSError")
        instance.report_engine_event("Logs are not captured.", run, EngineEventData.engine_error(error))
        watch = JobWatch(instance, JOB_ID)

        watch.poll()

        assert watch.failure == ""
