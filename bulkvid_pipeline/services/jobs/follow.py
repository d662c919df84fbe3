"""Following a job through its run's tags and events: what every display reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dagster import AssetMaterialization, AssetObservation, DagsterEvent, DagsterEventType, DagsterInstance

from bulkvid_pipeline.core import tags

_WATCHED = {
    DagsterEventType.STEP_START,
    DagsterEventType.ASSET_MATERIALIZATION,
    DagsterEventType.ASSET_OBSERVATION,
    DagsterEventType.ASSET_CHECK_EVALUATION,
    DagsterEventType.STEP_FAILURE,
}
BATCH = 1000
INTERRUPTION = "DagsterExecutionInterruptedError"
"""What a step fails with when its process gets SIGINT or SIGTERM."""


@dataclass(frozen=True)
class RowEnded:
    """A row that has ended, as its event says."""

    title: str
    sheet_row: int
    completed: bool
    rendered: bool = False
    duration_s: float = 0.0
    render_seconds: float = 0.0
    reason: str = ""
    fix: str = ""


@dataclass
class JobWatch:
    """Reads what is new in a run each time it is asked; keeps what it has seen."""

    instance: DagsterInstance
    run_id: str
    step: str = ""
    rows: list[RowEnded] = field(default_factory=list)
    report: dict[str, Any] | None = None
    """The validation report, once the sheet was validated."""
    failure: str = ""
    interrupted: bool = False
    _cursor: str | None = None

    def poll(self) -> list[RowEnded]:
        """The rows that ended since the last call."""
        before = len(self.rows)
        while True:
            page = self.instance.get_records_for_run(self.run_id, cursor=self._cursor, of_type=_WATCHED, limit=BATCH)
            self._cursor = page.cursor
            for record in page.records:
                event = record.event_log_entry.dagster_event
                if event is not None:
                    self._take(event)
            if not page.has_more:
                return self.rows[before:]

    def progress(self) -> dict[str, Any]:
        """The run's progress tag: percent, total, counts, eta_ms, in_work; empty before the rows begin."""
        run = self.instance.get_run_by_id(self.run_id)
        text = run.tags.get(tags.PROGRESS) if run else None
        found: dict[str, Any] = json.loads(text) if text else {}
        return found

    def _take(self, event: DagsterEvent) -> None:
        kind = event.event_type
        if kind is DagsterEventType.STEP_START:
            self.step = event.step_key or ""
        elif kind is DagsterEventType.ASSET_CHECK_EVALUATION:
            self.report = _plain(event.asset_check_evaluation_data.metadata).get("findings")
        elif kind is DagsterEventType.STEP_FAILURE:
            self._take_failure(event)
        else:
            self.rows.extend(_row_ended(event))

    def _take_failure(self, event: DagsterEvent) -> None:
        data = event.step_failure_data
        if data.user_failure_data is not None:
            self.failure = data.user_failure_data.description or ""
        elif data.error is not None:
            error = data.error.cause or data.error
            self.failure = error.message.strip()
            self.interrupted = INTERRUPTION in {error.cls_name, data.error.cls_name}


def _row_ended(event: DagsterEvent) -> Iterator[RowEnded]:
    entry: AssetMaterialization | AssetObservation
    if event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
        entry = event.step_materialization_data.materialization
    else:
        entry = event.asset_observation_data.asset_observation
    if entry.asset_key.to_user_string() != tags.VIDEO_ASSET or entry.partition is None:
        return
    values = _plain(entry.metadata)
    if isinstance(entry, AssetMaterialization):
        yield RowEnded(
            values["title"],
            values["sheet_row"],
            True,
            values["rendered_now"],
            values["duration_s"],
            values["render_seconds"],
        )
    elif "reason" in values:
        yield RowEnded(values["title"], values["sheet_row"], False, reason=values["reason"], fix=values["fix"])


def _plain(metadata: Any) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in metadata.items()}
