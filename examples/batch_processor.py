"""Make videos out of a sheet in this process: `python batch_processor.py ideas.csv`.

The jobs are kept in batch_processing.db; a job that was interrupted goes on with `--resume`.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bulkvid_pipeline.batch_processor import BatchProcessor, BulkVideoError

ENDS = ("completed", "failed", "cancelled")


async def main(sheet: str, *, resume: str = "") -> int:
    async with BatchProcessor() as processor:
        processor.add_progress_callback(lambda _job_id, progress, message: print(f"{progress:3d} % {message}"))
        processor.add_completion_callback(lambda _job_id, result: print(f"  {result['title']}: {result['output_url']}"))
        processor.add_error_callback(lambda _job_id, error: print(f"  {error}"))
        job_id = resume or processor.create_bulk_job(sheet, "me", output={"resolution": "720p"})
        print(f"The job is {job_id}")
        if not resume:
            await processor.process_sheet_ideas(job_id)
        elif not processor.resume_bulk_job(job_id):
            return 1
        status: dict[str, Any] = processor.get_bulk_job_status(job_id)
        while status["status"] not in ENDS:
            await asyncio.sleep(0.5)
            status = processor.get_bulk_job_status(job_id)
        return 0 if status["status"] == "completed" else 1


if __name__ == "__main__":
    try:
        if sys.argv[1] == "--resume":
            sys.exit(asyncio.run(main("", resume=sys.argv[2])))
        sys.exit(asyncio.run(main(sys.argv[1])))
    except BulkVideoError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted; go on with --resume and the job's id")
