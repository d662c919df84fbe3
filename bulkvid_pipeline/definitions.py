"""The Dagster table of contents: everything that this code location offers."""

from __future__ import annotations

import dagster as dg

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.defs.assets import sheet_rows, video, video_batch, video_ideas
from bulkvid_pipeline.defs.jobs import bulk_videos_job
from bulkvid_pipeline.defs.pruning import prune_job, prune_schedule
from bulkvid_pipeline.defs.resources import bulk_job, run_folder
from bulkvid_pipeline.defs.sensors import (
    callbacks_sensor,
    job_end_sensors,
    lost_workers_sensor,
    saved_jobs_schedule,
    sheet_changes_sensor,
)
from bulkvid_pipeline.defs.shards import conclusion_job, open_jobs_sensor, shard_job

defs = dg.Definitions(
    assets=[sheet_rows, video_ideas, video_batch, video],
    jobs=[bulk_videos_job, shard_job, conclusion_job, prune_job],
    sensors=[sheet_changes_sensor, open_jobs_sensor, lost_workers_sensor, callbacks_sensor, *job_end_sensors],
    schedules=[saved_jobs_schedule, prune_schedule],
    resources={tags.SPEC_RESOURCE: bulk_job, "io_manager": run_folder},
    executor=dg.in_process_executor,
)
