"""Methods that scripts put in the place of ours, however they write them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bulkvid_pipeline.adapters.python_classes import ClassNotLoadedError, load_class
from bulkvid_pipeline.batch_processor import BatchProcessor, NetworkError, RetryTemplate, SheetsErrorHandler, VideoJob
from bulkvid_pipeline.batch_processor.own_generation import generation_class
from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings
from bulkvid_pipeline_tests.batch_processor.scripts import QuickProcessor, ended

pytestmark = pytest.mark.heavy


async def made_by(processor: BatchProcessor, sheet: str) -> dict[str, Any]:
    async with processor:
        job_id = processor.create_bulk_job(sheet, "user", output={"resolution": "720p"})
        await processor.process_sheet_ideas(job_id)
        return await ended(processor, job_id)


def test_plain_methods_do_as_well_as_coroutines(script: Surroundings) -> None:
    class Plain(BatchProcessor):
        def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:  # type: ignore[override]
            if video_job.attempts < 3:
                raise KeyError("an error of the script's own")
            return {"output_url": f"https://videos.example/{video_job.row}.mp4"}

        def handle_error(self, _job_id: str, _error: Exception, context: Mapping[str, Any]) -> str:  # type: ignore[override]
            return "retry" if context["attempt"] < 3 else "fail"

    status = asyncio.run(made_by(Plain(script.creds, db_path=script.home), script.sheet()))

    assert status["statistics"]["completed"] == 2


def test_a_function_on_the_object_makes_its_videos_in_this_process_alone(script: Surroundings) -> None:
    async def function(video_job: VideoJob) -> dict[str, Any]:
        return {"output_url": f"https://videos.example/{video_job.row}.mp4"}

    processor = BatchProcessor(script.creds, db_path=script.home)
    processor._execute_video_generation = function  # type: ignore[method-assign]
    with pytest.raises(ClassNotLoadedError):
        load_class(generation_class(processor))

    status = asyncio.run(made_by(processor, script.sheet()))

    assert status["statistics"]["completed"] == 2


def test_errors_are_tried_again_as_the_template_says_where_the_script_does_not_decide(script: Surroundings) -> None:
    tries: list[int] = []

    class Unlucky(QuickProcessor):
        async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
            tries.append(video_job.attempts)
            raise NetworkError("The line is dead")

    processor = Unlucky(script.creds, db_path=script.home)
    processor.error_handler = SheetsErrorHandler("mine", RetryTemplate(0.0, 0.0, max_retries=2, multiplier=1.0))

    status = asyncio.run(made_by(processor, script.sheet([["Tap", "Turn off the tap."]])))

    assert tries == [1, 2, 3]
    assert status["status"] == "failed"


def test_the_engine_makes_the_videos_where_only_errors_are_handled(script: Surroundings) -> None:
    class OnlyErrors(BatchProcessor):
        async def handle_error(self, _job_id: str, _error: Exception, _context: Mapping[str, Any]) -> str:
            return "fail"

    processor = OnlyErrors(script.creds, db_path=script.home)
    status = asyncio.run(made_by(processor, script.sheet([["Tap", "Turn off the tap."]])))

    assert status["statistics"]["completed"] == 1
    assert list((script.folder / "output").rglob("*.mp4"))
