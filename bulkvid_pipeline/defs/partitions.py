"""Dynamic partitions: one for each row that was ever planned, with the key `{sheet}:{row}`."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from bulkvid_pipeline.core import tags

video_rows = dg.DynamicPartitionsDefinition(name=tags.ROW_PARTITIONS)


def ensure_partitions(instance: dg.DagsterInstance, keys: Iterable[str]) -> None:
    """Add those keys that the instance does not have yet."""
    known = set(instance.get_dynamic_partitions(tags.ROW_PARTITIONS))
    new = [key for key in keys if key not in known]
    if new:
        instance.add_dynamic_partitions(tags.ROW_PARTITIONS, new)
