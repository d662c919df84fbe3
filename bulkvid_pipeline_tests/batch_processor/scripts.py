"""What scripts write again and again: a processor with a quick generation of its own, and a loop that waits."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bulkvid_pipeline.batch_processor import BatchProcessor, VideoJob
from bulkvid_pipeline_tests.waiting import PATIENCE_S

ENDS = ["completed", "failed", "cancelled"]


class QuickProcessor(BatchProcessor):
    """Makes videos by saying that they are there."""

    async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:
        return {"output_url": f"https://videos.example/{video_job.row}.mp4", "cost": 0.5, "duration": 3.0}


async def ended(processor: BatchProcessor, job_id: str, *statuses: str) -> dict[str, Any]:
    """The job's status once it has ended, or is one of those."""
    end = time.monotonic() + PATIENCE_S
    while (status := processor.get_bulk_job_status(job_id))["status"] not in (statuses or ENDS):
        assert time.monotonic() < end, status
        await asyncio.sleep(0.1)
    return status
