"""What begins a job in the processor, when others end, cancel or launch it at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bulkvid_pipeline.batch_processor import BatchProcessor, launching
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import find_job, spec_of
from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings


@pytest.fixture
def processor(script: Surroundings) -> BatchProcessor:
    return BatchProcessor(db_path=script.home)


def created(processor: BatchProcessor, folder: Path) -> str:
    (folder / "ideas.csv").write_text("idea_title,script_content\nTap,Hello.\n")
    return processor.create_bulk_job("ideas.csv", "user")


def begin(processor: BatchProcessor, job_id: str) -> launching.RunningJob:
    job = find_job(processor.instance, job_id)
    return processor._launches.begin(spec_of(processor.instance, job), job, None)


def before_claiming(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once a begin has seen that it may."""
    claim = launching.claim_launch

    def acting(*arguments: object) -> object:
        act()
        return claim(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(launching, "claim_launch", acting)


def test_nothing_begins_that_a_cleanup_would_not_find(
    script: Surroundings, processor: BatchProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = created(processor, script.folder)
    before_claiming(monkeypatch, processor.close)

    with pytest.raises(ActionNotAllowedError, match="cleaned up"):
        begin(processor, job_id)

    assert processor._launches.running() == []
    assert find_job(processor.instance, job_id).state is JobState.PENDING
