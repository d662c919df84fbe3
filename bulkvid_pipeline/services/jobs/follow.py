"""Following a job through the events of its runs: what every display reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from dagster import AssetMaterialization, AssetObservation, DagsterEvent, DagsterEventType, DagsterInstance

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.jobs import run_ids_of

_WATCHED = {
    DagsterEventType.STEP_START,
    DagsterEventType.ASSET_MATERIALIZATION,
    DagsterEventType.ASSET_OBSERVATION,
    DagsterEventType.ASSET_CHECK_EVALUATION,
    DagsterEventType.STEP_FAILURE,
    DagsterEventType.ENGINE_EVENT,
    DagsterEventType.RUN_FAILURE,
}
BATCH = 1000
WARNINGS_JOINT = " | "
"""What stands between the warnings of a row in its event."""
FILES = "files"
"""Metadata of a row's materialisation: its outputs, with the keys of their files."""
PLANNED = "planned"
"""Metadata of the materialisation of the validated rows: the rows that the run is about."""
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
    row_key: str = ""
    warnings: tuple[str, ...] = ()
    """What was noticed while it was rendered."""


@dataclass
class JobWatch:
    """Reads what is new in a job's runs each time it is asked; keeps what it has seen.

    Runs in `past` are left out; runs that join the job while it is watched are followed too.
    """

    instance: DagsterInstance
    job_id: str
    past: Collection[str] = ()
    step: str = ""
    report: dict[str, Any] | None = None
    """The validation report, once the sheet was validated."""
    failure: str = ""
    interrupted: bool = False
    _fault: str = ""
    _ended: dict[str, RowEnded] = field(default_factory=dict)
    _cursors: dict[str, str | None] = field(default_factory=dict)

    @property
    def has_begun(self) -> bool:
        """Whether there is a run to follow."""
        return bool(self._cursors)

    @property
    def rows(self) -> tuple[RowEnded, ...]:
        """How rows have ended, each one once and as its newest news has it, in the order in which they did."""
        return tuple(self._ended.values())

    def poll(self) -> list[RowEnded]:
        """The rows that ended since the last call."""
        for run_id in reversed(run_ids_of(self.instance, self.job_id)):
            if run_id not in self.past:
                self._cursors.setdefault(run_id, None)
        return [row for run_id in self._cursors for row in self._read(run_id)]

    def _read(self, run_id: str) -> Iterator[RowEnded]:
        while True:
            cursor = self._cursors[run_id]
            page = self.instance.get_records_for_run(run_id, cursor=cursor, of_type=_WATCHED, limit=BATCH)
            self._cursors[run_id] = page.cursor
            for record in page.records:
                event = record.event_log_entry.dagster_event
                if event is not None:
                    yield from self._take(event)
            if not page.has_more:
                return

    def _take(self, event: DagsterEvent) -> Iterator[RowEnded]:
        kind = event.event_type
        if kind is DagsterEventType.STEP_START:
            self.step = event.step_key or ""
        elif kind is DagsterEventType.ASSET_CHECK_EVALUATION:
            self.report = _plain(event.asset_check_evaluation_data.metadata).get("findings")
        elif kind is DagsterEventType.STEP_FAILURE:
            self._take_failure(event)
        elif kind is DagsterEventType.ENGINE_EVENT:
            error = event.engine_event_data.error
            if error is not None:  # it matters where the run fails: code that cannot be loaded, but no lost log
                self._fault = f"{event.message} {error.message}".strip()
        elif kind is DagsterEventType.RUN_FAILURE:
            self.failure = self.failure or self._fault or event.message or ""
        else:
            for row in _row_ended(event):
                key = event.partition or row.row_key
                self._ended.pop(key, None)
                self._ended[key] = row
                yield row

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
    _label, row_key = tags.split_partition_key(entry.partition)
    if isinstance(entry, AssetMaterialization):
        yield RowEnded(
            values["title"],
            values["sheet_row"],
            True,
            values["rendered_now"],
            values["duration_s"],
            values["render_seconds"],
            row_key=row_key,
            warnings=_warnings(values["warnings"]),
        )
    elif "reason" in values:
        reason, fix = values["reason"], values["fix"]
        yield RowEnded(values["title"], values["sheet_row"], False, reason=reason, fix=fix, row_key=row_key)


def _warnings(told: str) -> tuple[str, ...]:
    return () if told == "none" else tuple(told.split(WARNINGS_JOINT))


def _plain(metadata: Any) -> dict[str, Any]:
    return {name: getattr(value, "value", value) for name, value in metadata.items()}
