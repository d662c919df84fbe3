"""Dynamic partitions: one for each row that is shown in Dagster's web UI, with the key `{sheet}:{row}`.

See `services.retention.row_partitions` for which rows these are.
"""

from __future__ import annotations

import dagster as dg

from bulkvid_pipeline.core import tags

video_rows = dg.DynamicPartitionsDefinition(name=tags.ROW_PARTITIONS)
