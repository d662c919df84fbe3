"""What is typed for a job on the command line."""

from __future__ import annotations

import pytest
from dagster import DagsterInstance, DagsterRun

from bulkvid_pipeline.cli.job_ids import whole_id
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError


@pytest.fixture
def instance() -> DagsterInstance:
    """An instance with three jobs, one of two runs."""
    instance = DagsterInstance.ephemeral()
    for job_id in ("job_abc1", "job_abd2", "job_abd2", "jobXfoo"):
        instance.run_storage.add_run(DagsterRun(job_name=tags.JOB, tags={tags.JOB_ID: job_id}))
    return instance


@pytest.mark.parametrize(("typed", "meant"), [("job_abc1", "job_abc1"), ("job_abd", "job_abd2"), ("jobX", "jobXfoo")])
def test_a_beginning_that_only_one_job_has_is_enough(instance: DagsterInstance, typed: str, meant: str) -> None:
    assert whole_id(instance, typed) == meant


def test_several_jobs_that_begin_so_are_named(instance: DagsterInstance) -> None:
    with pytest.raises(InvalidRequestError, match="Several jobs begin with 'job_a'") as refused:
        whole_id(instance, "job_a")

    assert "job_abc1, job_abd2" in refused.value.fix


@pytest.mark.parametrize("typed", ["job_zzz", "job", "job__bc1"])
def test_what_no_job_begins_with_stays_as_it_is(instance: DagsterInstance, typed: str) -> None:
    assert whole_id(instance, typed) == typed
