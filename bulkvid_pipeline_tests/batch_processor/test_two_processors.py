"""Several processors over one database, and other doors over theirs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bulkvid_pipeline.batch_processor import BatchProcessor, VideoJob
from bulkvid_pipeline.core.errors import ActionNotAllowedError, JobNotFoundError
from bulkvid_pipeline.services.control.actions import pause_job
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.services.jobs.jobs import list_jobs
from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings
from bulkvid_pipeline_tests.batch_processor.scripts import QuickProcessor, ended
from bulkvid_pipeline_tests.peers.postgres import PostgresServer

pytestmark = pytest.mark.heavy


class Gated(BatchProcessor):
    """Makes videos while its gate is open."""

    is_open = False

    async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
        while not type(self).is_open:
            await asyncio.sleep(0.02)
        return {"output_url": f"https://videos.example/{video_job.row}.mp4"}


def test_one_steers_what_another_has_created(script: Surroundings) -> None:
    async def main() -> list[Any]:
        Gated.is_open = False
        one, two = (Gated(script.creds, db_path=script.home) for _ in range(2))
        job_id = one.create_bulk_job(script.sheet(), "user", title="Shared")
        found: list[Any] = [two.get_bulk_job_status(job_id)["status"], two.get_bulk_job(job_id).title]
        await two.process_sheet_ideas(job_id)
        with pytest.raises(ActionNotAllowedError):
            await one.process_sheet_ideas(job_id)
        found.append(one.pause_bulk_job(job_id))
        Gated.is_open = True
        await ended(one, job_id, "paused", "completed")
        one.resume_bulk_job(job_id)
        found.append((await ended(two, job_id))["status"])
        await one.cleanup()
        await two.cleanup()
        return found

    assert asyncio.run(main()) == ["queued", "Shared", True, "completed"]


def test_of_two_that_begin_a_job_at_once_one_does(script: Surroundings) -> None:
    async def main() -> tuple[list[Any], int]:
        one, two = (QuickProcessor(script.creds, db_path=script.home) for _ in range(2))
        job_id = one.create_bulk_job(script.sheet(), "user")
        begun = [processor.process_sheet_ideas(job_id) for processor in (one, two, one, two)]
        answers = await asyncio.gather(*begun, return_exceptions=True)
        status = await ended(one, job_id)
        await one.cleanup()
        await two.cleanup()
        return answers, status["statistics"]["completed"]

    answers, completed = asyncio.run(main())

    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert sum(isinstance(answer, ActionNotAllowedError) for answer in answers) == 3
    assert completed == 2


def test_other_doors_see_and_steer_the_jobs(script: Surroundings) -> None:
    async def main() -> tuple[str, str, str]:
        Gated.is_open = False
        async with Gated(script.creds, db_path=script.home) as processor:
            job_id = processor.create_bulk_job(script.sheet(), "user")
            await processor.process_sheet_ideas(job_id)
            with open_instance(script.home) as instance:
                (job,) = list_jobs(instance)
                pause_job(instance, job_id)
            status = processor.get_bulk_job_status(job_id)["status"]
            Gated.is_open = True
            await ended(processor, job_id, "paused", "completed")
            return job.job_id, job_id, status

    seen, job_id, status = asyncio.run(main())

    assert seen == job_id
    assert status == "pausing"


def test_jobs_that_nobody_knows_are_said_to_be_so(script: Surroundings) -> None:
    with BatchProcessor(db_path=script.home) as processor:
        with pytest.raises(JobNotFoundError):
            processor.get_bulk_job_status("job_x")
        with pytest.raises(JobNotFoundError):
            processor.get_job_events("job_x")


def test_a_processor_on_postgresql(script: Surroundings, postgres_server: PostgresServer) -> None:
    async def main() -> dict[str, Any]:
        async with QuickProcessor(script.creds, db_path=postgres_server.create_database()) as processor:
            job_id = processor.create_bulk_job(script.sheet(), "user")
            await processor.process_sheet_ideas(job_id)
            return await ended(processor, job_id)

    status = asyncio.run(main())

    assert (status["status"], status["statistics"]["completed"]) == ("completed", 2)
