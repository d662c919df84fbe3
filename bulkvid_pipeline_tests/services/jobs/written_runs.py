"""Runs of a job that are written by hand: their records, their tags and their events, as workers write them."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import dagster as dg
from dagster import DagsterEventType, DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.events import AssetObservationData, StepMaterializationData

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import id_of
from bulkvid_pipeline.services.jobs.run_state import OPEN, tell_tags

JOB = "job_written"
SPEC = {"input_source": {"type": "file", "path": "ideas.csv"}, "title": "Written by hand"}


@dataclass(frozen=True)
class WrittenRun:
    """A run of the job `JOB`."""

    instance: DagsterInstance
    run_id: str

    @classmethod
    def of(
        cls,
        instance: DagsterInstance,
        job_id: str = JOB,
        told: Mapping[str, str] | None = None,
        *,
        status: DagsterRunStatus = DagsterRunStatus.NOT_STARTED,
    ) -> Self:
        """A run without events: one that has not begun, unless another status is given."""
        run = DagsterRun(
            job_name=tags.JOB,
            run_config={"resources": {tags.SPEC_RESOURCE: {"config": SPEC}}},
            tags={tags.JOB_ID: job_id, tags.PROJECT: "default", **(told or {})},
            status=status,
        )
        instance.run_storage.add_run(run)
        return cls(instance, run.run_id)

    @classmethod
    def begun(cls, instance: DagsterInstance, job_id: str = JOB, told: Mapping[str, str] | None = None) -> Self:
        """A run at work."""
        run = cls.of(instance, job_id, told)
        run.report(DagsterEventType.RUN_START)
        return run

    def leave_to(self, shards: int, total: int, **counts: int) -> Self:
        """The run has planned the job's rows, found so many of them finished, and leaves the others to shards."""
        self.progress(0.0, total, **counts)
        tell_tags(self.instance, self.run_id, {tags.SHARDS: str(shards), tags.OPEN: OPEN})
        self.report(DagsterEventType.RUN_SUCCESS)
        return self

    def member(self, role: Role = Role.SHARD, shard: int = 0, *, begun: bool = True) -> Self:
        """A run that works for this one, which has planned."""
        told = {tags.PLANNED_BY: self.run_id, tags.ROLE: role.value, tags.SHARD: str(shard)}
        planner = self.instance.get_run_by_id(self.run_id)
        assert planner is not None
        job_id = id_of(planner)
        return self.begun(self.instance, job_id, told) if begun else self.of(self.instance, job_id, told)

    def report(self, kind: DagsterEventType) -> None:
        """An event about the run as a whole."""
        event = dg.DagsterEvent(event_type_value=kind.value, job_name=tags.JOB)
        self.instance.report_dagster_event(event, self.run_id)

    def finish_row(self, name: str, timestamp: float | None = None) -> None:
        """The event of a row that is rendered; its writer read the clock now, or then, in epoch seconds."""
        self._report_asset(
            dg.AssetMaterialization(
                tags.VIDEO_ASSET,
                description=f"Title of {name}",
                partition=tags.partition_key("ideas", name),
                metadata={
                    "title": f"Title of {name}",
                    "video": dg.MetadataValue.url(f"https://videos.example/{name}.mp4"),
                    "warnings": "none",
                    "sheet_row": 2,
                    "duration_s": dg.MetadataValue.float(6.5),
                    "render_seconds": dg.MetadataValue.float(1.0),
                    "rendered_now": True,
                    "cost": dg.MetadataValue.float(0.25),
                    "attempts": 1,
                },
            ),
            timestamp,
        )

    def fail_row(self, name: str) -> None:
        """The event of a row that has failed."""
        self._report_asset(
            dg.AssetObservation(
                tags.VIDEO_ASSET,
                description="Failed: no font has this",
                partition=tags.partition_key("ideas", name),
                metadata={
                    "reason": "no font has this",
                    "fix": "Remove it",
                    "title": f"Title of {name}",
                    "sheet_row": 3,
                    "state": "failed",
                    "code": "GLYPHS_MISSING",
                    "attempts": 2,
                },
            )
        )

    def progress(self, percent: float, total: int = 10, **counts: int) -> None:
        """What the run's worker tells of its rows."""
        told = {"total": total, "counts": counts, "percent": percent}
        tell_tags(self.instance, self.run_id, {tags.PROGRESS: json.dumps(told)})

    def end(self, state: JobState = JobState.COMPLETED) -> None:
        """The worker says how it ended; then Dagster ends the run."""
        tell_tags(self.instance, self.run_id, {tags.STATE: state})
        success = state is JobState.COMPLETED
        self.report(DagsterEventType.RUN_SUCCESS if success else DagsterEventType.RUN_FAILURE)

    def _report_asset(
        self, made: dg.AssetMaterialization | dg.AssetObservation, timestamp: float | None = None
    ) -> None:
        event = (
            dg.DagsterEvent(
                event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
                job_name=tags.JOB,
                step_key=tags.BATCH_ASSET,
                event_specific_data=StepMaterializationData(made, []),
            )
            if isinstance(made, dg.AssetMaterialization)
            else dg.DagsterEvent(
                event_type_value=DagsterEventType.ASSET_OBSERVATION.value,
                job_name=tags.JOB,
                step_key=tags.BATCH_ASSET,
                event_specific_data=AssetObservationData(made),
            )
        )
        self.instance.report_dagster_event(event, self.run_id, timestamp=timestamp)


class Writer:
    """Rows that end one after the other, written by a thread until it is stopped."""

    def __init__(self, run: WrittenRun, pause_s: float = 0.02, prefix: str = "row") -> None:
        self.names: list[str] = []
        self.prefix = prefix
        self._run = run
        self._pause_s = pause_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns once the last row is written."""
        self._stopping.set()
        self._thread.join()

    def _write(self) -> None:
        while not self._stopping.wait(self._pause_s):
            name = f"{self.prefix}-{len(self.names)}"
            self._run.finish_row(name)
            self.names.append(name)
            self._run.progress(min(99.0, len(self.names) / 10), total=10_000, completed=len(self.names))
