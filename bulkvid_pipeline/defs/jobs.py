"""The Dagster job: one run renders all videos of one sheet."""

from __future__ import annotations

import dagster as dg

from bulkvid_pipeline.core import tags

bulk_videos_job = dg.define_asset_job(
    name=tags.JOB,
    selection=dg.AssetSelection.assets("sheet_rows", "video_ideas", tags.BATCH_ASSET),
    description="Sheet in, videos out: reads and validates the sheet, renders its rows, writes a gallery beside them",
    # The row loop runs in the run's own process; its encoders are processes of their own.
    executor_def=dg.in_process_executor,
    tags={"dagster/max_retries": "0"},
)
