"""Housekeeping: what of the past is of no use any more goes, part by part.

No part needs another's success, so a bucket that is out of reach keeps nothing else from being pruned. Nothing that is
"already done" is forgotten: that is read from the videos' own documents in storage, which no part touches; and the
newest event of each asset and of each row with a partition stays too, by which Dagster shows their state.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_history import NewestEvent, RunHistory, ids_by_run
from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
from bulkvid_pipeline.adapters.idempotency import Reservations
from bulkvid_pipeline.adapters.rate_limits import location_of, store_at
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.webhooks.outbox import Outbox
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BucketNotFoundError, BulkVideoError
from bulkvid_pipeline.core.pruning import partitions_to_forget, rows_to_prune, runs_to_prune
from bulkvid_pipeline.services.diagnostics.files import debug_folder, remove_older
from bulkvid_pipeline.services.drafts.drafts import AllDrafts
from bulkvid_pipeline.services.retention.kept_figures import keep_figures
from bulkvid_pipeline.services.retention.past_runs import KnownRun, known_runs
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.services.wiring.storage import open_place
from bulkvid_pipeline.settings import Settings

FRAMES = "bulkvid_frames"
"""Folder of the instance's storage in which runs hand frames from asset to asset; one folder for each run."""

SHORTEST_UPLOAD = timedelta(days=1)
"""Temporary objects that are younger may belong to an upload under way."""


@dataclass(frozen=True)
class Pruned:
    """What one part has removed, or would remove."""

    part: str
    count: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class PruneReport:
    """What was pruned; `faults` say which parts could not be, and why."""

    parts: tuple[Pruned, ...]
    faults: tuple[str, ...]
    dry_run: bool

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def as_dict(self) -> dict[str, object]:
        parts = {part.part: {"count": part.count, "bytes": part.bytes} for part in self.parts}
        return {"dry_run": self.dry_run, "bytes": self.bytes, "parts": parts, "faults": list(self.faults)}


def prune(
    instance: DagsterInstance,
    settings: Settings,
    *,
    older_than: timedelta | None = None,
    dry_run: bool = False,
    now: datetime | None = None,
) -> PruneReport:
    """Remove what is older than that (the settings' retention, if not given); `dry_run` only counts it."""
    moment = now or datetime.now(UTC)
    before = moment - (timedelta(days=settings.retention_days) if older_than is None else older_than)
    work = _Pruning(instance, settings, before, moment, dry_run)
    parts: list[Pruned] = []
    faults: list[str] = []
    steps: tuple[Callable[[], Iterable[Pruned]], ...] = (
        work.frames,
        work.history,
        work.unpublished,
        work.pieces,
        work.callbacks,
        work.rate_limits,
        work.idempotency_keys,
        work.drafts,
        work.uploads,
        work.debug_logs,
    )
    for step in steps:
        try:
            parts += step()
        except BulkVideoError as error:
            faults.append(str(error))
        except OSError as error:
            faults.append(f"{step.__name__}: {error.filename or ''} {error.strerror or error}. Check its permissions")
    return PruneReport(tuple(parts), (*faults, *work.faults), dry_run)


class _Pruning:
    """One pass; each method is a part."""

    def __init__(
        self, instance: DagsterInstance, settings: Settings, before: datetime, now: datetime, dry_run: bool
    ) -> None:
        self._instance = instance
        self._settings = settings
        self._before = before
        self._now = now
        self._dry_run = dry_run
        self._runs = known_runs(instance)
        self._files = Path(instance.storage_directory())
        self.faults: list[str] = []

    def history(self) -> Iterator[Pruned]:
        """Partitions of rows that are gone, runs that are over, and events of those that must stay."""
        history, before = RunHistory(self._instance), self._before.timestamp()
        keys = self._instance.get_dynamic_partitions(tags.ROW_PARTITIONS)
        past = [run.past for run in self._runs]
        busy = {run.sheet for run in past if not run.over}
        gone = rows_to_prune(keys, history.row_traces(tags.VIDEO_ASSET), past, before=before, busy=busy)
        vanished = set(gone)
        stay = [key for key in keys if key not in vanished]
        over = partitions_to_forget(stay, self._settings.row_partitions, busy)
        left = set(stay).difference(over)
        holders = ids_by_run(event for event in history.newest_events() if _stays(event, left))
        sheets = {tags.split_partition_key(key)[0] for key in left}
        doomed = runs_to_prune(past, holding=holders.keys(), sheets=sheets, before=before)
        if not self._dry_run:
            keep_figures(self._instance, self._runs, doomed)
        yield self._rows(history, gone)
        yield self._partitions(history, over)
        yield self._old_runs(history, [run.run_id for run in doomed.delete])
        yield self._old_events(history, {run.run_id: holders.get(run.run_id, set()) for run in doomed.thin})

    def _rows(self, history: RunHistory, gone: tuple[str, ...]) -> Pruned:
        if self._dry_run or not gone:
            return Pruned("rows", len(gone))
        cut = history.remove_partitions(tags.ROW_PARTITIONS, tags.VIDEO_ASSET, gone)
        return Pruned("rows", len(gone), cut.bytes)

    def _partitions(self, history: RunHistory, over: tuple[str, ...]) -> Pruned:
        """Partitions of the oldest rows, where there are too many; their events stay as long as their runs."""
        if not self._dry_run:
            history.forget_partitions(tags.ROW_PARTITIONS, over)
        return Pruned("partitions", len(over))

    def _old_runs(self, history: RunHistory, run_ids: list[str]) -> Pruned:
        size = 0
        for run_id in run_ids:
            size += self._removed(self._files / run_id)
            size += (history.measure(run_id) if self._dry_run else history.delete(run_id)).bytes
        return Pruned("runs", len(run_ids), size)

    def _old_events(self, history: RunHistory, to_keep: dict[str, set[int]]) -> Pruned:
        count = size = 0
        for run_id, keep in to_keep.items():
            if self._dry_run:
                cut = history.measure(run_id, keep)
            else:
                cut = history.thin(run_id, keep)
                change_tags(self._instance, run_id, partial(_thinned, run_id))
            count += cut.events
            size += cut.bytes + self._removed(self._files / run_id)
        return Pruned("events", count, size)

    def frames(self) -> Iterator[Pruned]:
        """Frames of runs that are over. Runs that failed keep theirs for the retention: Dagster can go on from them."""
        root, runs = self._files / FRAMES, {run.past.run_id: run for run in self._runs}
        folders = [folder for folder in root.iterdir() if folder.is_dir()] if root.is_dir() else []
        useless = [folder for folder in folders if self._needs_no_frames(runs.get(folder.name), folder)]
        yield Pruned("frames", len(useless), sum(map(self._removed, useless)))

    def _needs_no_frames(self, run: KnownRun | None, folder: Path) -> bool:
        if run is None:
            # Of a run that was deleted, or of another code location's.
            known = self._instance.get_run_by_id(folder.name)
            return known is None and folder.stat().st_mtime <= self._before.timestamp()
        return run.succeeded or (run.past.over and run.past.ended_at <= self._before.timestamp())

    def unpublished(self) -> Iterator[Pruned]:
        """What crashed uploads left in storage; of no place that cannot be reached."""
        places = {run.spec.output.output_bucket for run in self._runs if run.spec} | {None}
        count = size = 0
        for place in sorted(place or self._settings.output_url for place in places):
            try:
                removed, freed = RetryPolicy().call(partial(self._swept, place))
            except BucketNotFoundError:
                continue  # nothing is left there
            except BulkVideoError as error:
                self.faults.append(str(error))
                continue
            count, size = count + removed, size + freed
        yield Pruned("unpublished", count, size)

    def _swept(self, place: str) -> tuple[int, int]:
        storage = open_place(place, self._settings)
        before = self._uploads_before(place)
        old = storage.temporaries(before)
        size = sum(stored.size for stored in old)
        if self._dry_run:
            return len(old), size
        return storage.sweep_temporaries(datetime.now(UTC) - before), size

    def _uploads_before(self, place: str) -> datetime:
        """What was uploaded there before then is of no run that is at work now."""
        began = [
            datetime.fromtimestamp(run.past.started_at, UTC)
            for run in self._runs
            if not run.past.over and run.spec and (run.spec.output.output_bucket or self._settings.output_url) == place
        ]
        return min([self._now - SHORTEST_UPLOAD, *began])

    def pieces(self) -> Iterator[Pruned]:
        """Pieces of videos over what this machine's cache may hold; those in use were touched last."""
        pieces = local_cache(self._settings)
        if pieces is None:
            return
        if self._dry_run:
            yield Pruned("pieces", 0, max(0, pieces.statistics().bytes - self._settings.cache_max_bytes))
            return
        gone = pieces.shrink(self._settings.cache_max_bytes)
        yield Pruned("pieces", len(gone), sum(piece.bytes for piece in gone))

    def callbacks(self) -> Iterator[Pruned]:
        """Messages that were delivered, or given up."""
        before_ms = round(self._before.timestamp() * 1000)
        yield Pruned("callbacks", *Outbox(self._instance).forget_ended(before_ms, dry_run=self._dry_run))

    def rate_limits(self) -> Iterator[Pruned]:
        """Counts of users and projects that have asked for nothing for longer than a window."""
        store = store_at(location_of(self._instance))
        try:
            yield Pruned("rate_limits", store.forget_idle(dry_run=self._dry_run))
        finally:
            store.close()

    def idempotency_keys(self) -> Iterator[Pruned]:
        """Answers that are kept for requests that are sent again, for a day."""
        now_ms = round(self._now.timestamp() * 1000)
        found = Reservations(self._instance).forget_expired(now_ms, dry_run=self._dry_run)
        yield Pruned("idempotency_keys", *found)

    def drafts(self) -> Iterator[Pruned]:
        """Drafts of jobs that nobody has touched for a month."""
        now_ms = round(self._now.timestamp() * 1000)
        yield Pruned("drafts", *AllDrafts(self._instance).forget_expired(now_ms, dry_run=self._dry_run))

    def uploads(self) -> Iterator[Pruned]:
        """Uploaded sheets that no unfinished job reads, and no draft names."""
        sources = (run.spec.input_source.path for run in self._runs if run.spec and not run.past.over)
        in_drafts = AllDrafts(self._instance).uploads(round(self._now.timestamp() * 1000))
        in_use = {*in_drafts, *(path for path in sources if path is not None)}
        yield Pruned("uploads", *Uploads(self._settings).prune(self._before, in_use, dry_run=self._dry_run))

    def debug_logs(self) -> Iterator[Pruned]:
        """Logs of diagnostics that nobody writes to any more."""
        folder = debug_folder(self._settings, Path(self._instance.root_directory))
        age_days = (self._now - self._before) / timedelta(days=1)
        gone = remove_older(folder, age_days, now=self._now.timestamp(), dry_run=self._dry_run)
        yield Pruned("debug_logs", len(gone), sum(log.size for log in gone))

    def _removed(self, folder: Path) -> int:
        """Remove a folder; what it held in bytes."""
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        if not self._dry_run and folder.is_dir():
            shutil.rmtree(folder)
        return size


def _thinned(run_id: str, _tags: Mapping[str, str]) -> dict[str, str]:
    return {tags.THINNED: run_id}


def _stays(event: NewestEvent, rows: set[str]) -> bool:
    """Whether the event's subject still exists."""
    return event.partition is None or event.asset != tags.VIDEO_ASSET or event.partition in rows
