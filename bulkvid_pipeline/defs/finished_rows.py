"""Telling Dagster of rows that a job has found finished: many at a time, since most runs find nearly all of them so."""

from __future__ import annotations

import dagster as dg

from bulkvid_pipeline.adapters.dagster.row_events import report_materialised
from bulkvid_pipeline.core import tags

AT_ONCE = 500
"""Rows that are told in one transaction: about 2 MB."""


class FinishedRows:
    """Rows of the step `video_batch` that wait to be told."""

    def __init__(self, context: dg.AssetExecutionContext | dg.OpExecutionContext) -> None:
        self._context = context
        self._waiting: list[dg.AssetMaterialization] = []

    def add(self, materialisation: dg.AssetMaterialization) -> None:
        """Another row; with many waiting, all are told."""
        self._waiting.append(materialisation)
        if len(self._waiting) >= AT_ONCE:
            self.tell()

    def tell(self) -> None:
        """Tell all that wait.

        Raises:
            ServiceUnavailableError: the instance's database does not answer.
        """
        waiting, self._waiting = self._waiting, []
        report_materialised(self._context.instance, self._context.run, tags.BATCH_ASSET, waiting)
