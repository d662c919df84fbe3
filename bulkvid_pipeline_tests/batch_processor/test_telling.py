"""What a processor tells of videos whose rows other processes make."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline.batch_processor import BatchProcessor
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline_tests.services.jobs.told_rows import SHEET, TellingRun
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB

OLD = {"platform": "youtube", "video": "", "url": "https://videos.example/old.mp4"}


@pytest.fixture
def processor(tmp_path: Path) -> Iterator[BatchProcessor]:
    with BatchProcessor(db_path=tmp_path / "jobs.db") as processor:
        yield processor


def test_while_a_video_is_made_again_its_old_one_is_not_told(processor: BatchProcessor) -> None:
    run = TellingRun.begun(processor.instance, told={tags.SHEET: SHEET})
    run.plan([2])
    run.finish(2, files=[OLD])
    run.end()
    (finished,) = processor.get_video_jobs(JOB)

    newer = TellingRun.begun(processor.instance, told={tags.SHEET: SHEET})
    newer.plan([2])
    working = {"total": 1, "counts": {}, "in_work": [["row-2", "encode", 10, 2]]}
    tell_tags(processor.instance, newer.run_id, {tags.PROGRESS: json.dumps(working)})
    (again,) = processor.get_video_jobs(JOB)

    assert (finished.status, finished.output_url) == ("completed", OLD["url"])
    assert (again.status, again.output_url, again.attempts) == ("in_progress", None, 1)


def test_the_newest_events_of_one_video_are_told_however_many_others_followed(processor: BatchProcessor) -> None:
    run = TellingRun.begun(processor.instance, told={tags.SHEET: SHEET})
    run.plan(range(2, 6))
    for number in range(2, 6):
        run.fail(number)

    (event,) = processor.get_job_events(f"{JOB}:row-2", limit=1)

    assert (event["row"], event["level"]) == ("row-2", "WARNING")
