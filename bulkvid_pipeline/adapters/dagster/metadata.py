"""What may stand in the metadata of events; Dagster has no public name for it."""

from __future__ import annotations

from dagster._core.definitions.metadata import RawMetadataValue as RawMetadataValue
