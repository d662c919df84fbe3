"""The checker: what must hold of a job's history and of its output once it has been through a fault and a resume.

1. In no run does a row have two ends; in the last run of a job each row has exactly one, and it is the right one.
2. No row is lost: partitions, counts and manifest name all of them once.
3. A row that was published is never rendered again, and none is rendered again unless a fault took the first render.
4. Each completed row has exactly one whole set of objects, which decodes fully and is what `video.json` says; nothing
   else stands in the output but the report and what the sweep of unfinished uploads removes.
5. Nothing is left behind: no process, claim on a render slot, temporary file, lock, or run that seems to go on.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

import av
import psycopg2  # type: ignore[import-untyped]
from dagster import AssetMaterialization, AssetObservation, DagsterEventType, DagsterInstance, RunsFilter

from bulkvid_pipeline.adapters.dagster.run_slots import POOL
from bulkvid_pipeline.adapters.storage.store import TEMPORARY_PREFIX
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.outputs.outcomes import OUTPUTS, PublishedOutput
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.waiting import wait_until

REPORT = {"report.html", "results.csv", "manifest.json"}


@dataclass(frozen=True)
class End:
    """A row's end in one run, as the event log tells it."""

    title: str
    completed: bool
    rendered: bool


def check(
    place: Installation,
    job_id: str,
    *,
    completed: Collection[str],
    failed: Collection[str] = (),
    faults: int = 1,
    objects_lost: bool = False,
    shared: bool = False,
) -> None:
    """Assert all of the above.

    Args:
        place: where the job ran, at rest now.
        job_id: the job; each of its runs counts.
        completed: titles of the rows that must have been made.
        failed: titles of the rows that must have failed.
        faults: how often something was killed or cut, each of which excuses one more render of the rows in work.
        objects_lost: the fault took published objects away, so that rows may be rendered again.
        shared: other jobs worked on the same rows at the same time, so that the journal mixes several jobs'.
    """
    with place.instance() as instance:
        _check_ends(instance, job_id, completed, failed, objects_lost=objects_lost)
        _check_no_row_lost(place, instance, job_id, completed, failed)
        _check_nothing_left(place, instance)
    _check_renders(place, faults, objects_lost=objects_lost, shared=shared)
    check_objects(place, completed)


def ends_of(instance: DagsterInstance, run_id: str) -> list[End]:
    """The rows that ended in a run."""
    kinds = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION}
    found = []
    for record in instance.get_records_for_run(run_id, of_type=kinds).records:
        event = record.event_log_entry.dagster_event
        assert event is not None
        told: AssetMaterialization | AssetObservation
        if event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
            told = event.step_materialization_data.materialization
        else:
            told = event.asset_observation_data.asset_observation
        if told.asset_key.path == [tags.VIDEO_ASSET]:
            title = str(told.metadata["title"].value)
            made = isinstance(told, AssetMaterialization)
            found.append(End(title, made, made and bool(told.metadata["rendered_now"].value)))
    return found


def _check_ends(
    instance: DagsterInstance,
    job_id: str,
    completed: Collection[str],
    failed: Collection[str],
    *,
    objects_lost: bool,
) -> None:
    runs = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}))
    histories = [ends_of(instance, run.run_id) for run in reversed(runs)]
    for ends in histories:
        _assert_once(end.title for end in ends)
    last = {end.title: end.completed for end in histories[-1]}
    assert last == {**dict.fromkeys(completed, True), **dict.fromkeys(failed, False)}
    if not objects_lost:
        _assert_once(end.title for ends in histories for end in ends if end.rendered)


def _check_no_row_lost(
    place: Installation,
    instance: DagsterInstance,
    job_id: str,
    completed: Collection[str],
    failed: Collection[str],
) -> None:
    job = find_job(instance, job_id)
    assert job.state is (JobState.COMPLETED if completed else JobState.FAILED)
    counts = {name: job.items[name] for name in ("total", "completed", "failed", "pending")}
    total = len(completed) + len(failed)
    assert counts == {"total": total, "completed": len(completed), "failed": len(failed), "pending": 0}
    assert len(instance.get_dynamic_partitions(tags.ROW_PARTITIONS)) >= total
    (manifest,) = (key for key in place.objects.all_keys() if key.endswith("/manifest.json"))
    rows = json.loads(place.objects.read(manifest))["rows"]
    assert {row["title"]: row["state"] for row in rows} == {
        **dict.fromkeys(completed, "completed"),
        **dict.fromkeys(failed, "failed"),
    }
    _assert_once(row["title"] for row in rows)


def _check_renders(place: Installation, faults: int, *, objects_lost: bool, shared: bool) -> None:
    journal = place.journal()
    renders = Counter(entry.row for entry in journal if entry.what == "render")
    for row, times in renders.items():
        assert times <= 1 + faults, f"{row} was rendered {times} times"
    if objects_lost or shared:
        return
    published: set[str] = set()
    for entry in journal:
        assert entry.row not in published, f"{entry.row} was published, and then there was a {entry.what}"
        if entry.what == "published":
            published.add(entry.row)


def check_objects(place: Installation, completed: Collection[str]) -> None:
    """Exactly one whole set of objects for each title, and nothing beside them that the sweep leaves."""
    place.objects.storage().sweep_temporaries(timedelta(0))
    keys = place.objects.all_keys()
    assert not [key for key in keys if key.startswith(TEMPORARY_PREFIX)]
    documents = [OUTPUTS.validate_json(place.objects.read(key)) for key in keys if key.endswith("/video.json")]
    _assert_once((document.title, document.platform) for document in documents)
    assert {document.title for document in documents} == set(completed)
    named = {
        key for d in documents for key in (d.video, d.poster, d.srt, d.vtt, d.document)
    }  # fmt: skip
    beside = {key for key in keys if key.rpartition("/")[2] in REPORT}
    assert keys == named | beside
    for document in documents:
        _check_video(document, place.objects.read(document.video))
        assert place.objects.read(document.srt).strip()
        assert place.objects.read(document.vtt).startswith(b"WEBVTT")
        assert place.objects.read(document.poster).startswith(b"\xff\xd8")


def _check_video(document: PublishedOutput, content: bytes) -> None:
    assert len(content) == document.size_bytes
    with av.open(io.BytesIO(content), mode="r", options={"err_detect": "explode"}) as file:
        picture = file.streams.video[0]
        assert (picture.width, picture.height) == (document.width, document.height)
        assert sum(1 for _ in file.decode(picture)) == document.frames
    with av.open(io.BytesIO(content), mode="r", options={"err_detect": "explode"}) as file:
        sound = file.streams.audio[0]
        samples = sum(frame.samples for frame in file.decode(sound))
        assert abs(samples / sound.rate - document.duration_s) < 0.1


def _check_nothing_left(place: Installation, instance: DagsterInstance) -> None:
    wait_until(lambda: not place.processes())
    assert [run.status for run in instance.get_runs() if not run.is_finished] == []
    pool = instance.event_log_storage.get_concurrency_info(POOL)
    assert pool.pending_steps == []
    assert pool.claimed_slots == []
    folders = (place.folder / "work" / "bulkvid-work", place.temporary, place.folder / "cache" / "making")
    assert [path for folder in folders if folder.exists() for path in folder.iterdir()] == []
    instance.dispose()
    _check_no_lock(place)


def _check_no_lock(place: Installation) -> None:
    if place.postgres_url:
        connection = psycopg2.connect(place.postgres_url)
        cursor = connection.cursor()
        cursor.execute(
            "SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        left = cursor.fetchall()
        connection.close()
        assert left == []
        return
    databases = [path for path in place.home.rglob("*.db") if path.is_file()]
    assert databases
    for path in databases:
        connection = sqlite3.connect(path, timeout=0)
        connection.execute("BEGIN IMMEDIATE")  # fails where anybody holds a lock
        connection.rollback()
        connection.close()


def _assert_once(names: Iterable[object]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    assert twice == []
