"""How spread jobs end: their report, results, counts and callback, once, whatever has become of their shards."""

from __future__ import annotations

import base64
import csv
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterRunStatus

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError, EncoderError
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.spread import Ending
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.batch import run_control
from bulkvid_pipeline.services.batch.job_means import means_of
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job
from bulkvid_pipeline.services.jobs.run_config import spec_of_run
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.reports.job_report import write_report
from bulkvid_pipeline.services.shards import conclusion, upkeep
from bulkvid_pipeline.services.shards.conclusion import Conclusion
from bulkvid_pipeline.services.webhooks.callbacks import send_due
from bulkvid_pipeline.services.wiring import rendering
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.liveness.test_orphans import a_dead_process
from bulkvid_pipeline_tests.services.shards.hall import JOB, Hall, setup_of
from bulkvid_pipeline_tests.services.shards.test_upkeep import Clock
from bulkvid_pipeline_tests.waiting import PATIENCE_S
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

pytestmark = ON_BOTH_DATABASES

TITLES = [f"Row {n}" for n in range(4)]
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def receiver(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookReceiver]:
    """A receiver that the hall may send to."""
    assert hall.workplace.folder.is_dir()
    monkeypatch.setenv("BULKVID_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("BULKVID_WEBHOOK_ALLOW_PRIVATE", "true")
    settings_module.settings.cache_clear()
    with HookReceiver() as server:
        yield server


def spec_of(hall: Hall, **fields: Any) -> BulkJobSpec:
    return hall.workplace.spec(hall.workplace.sheet([idea(title) for title in TITLES]), **fields)


def told(hall: Hall, receiver: HookReceiver) -> list[str]:
    """The states that the callback was told, after everything due was sent."""
    send_due(hall.instance, settings_module.settings())
    assert len({message.id for message in receiver.received}) == len(receiver.received)
    return [message.verified(SECRET)["state"] for message in receiver.received]


def on_render(hall: Hall, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], object]) -> None:
    """Let `act` be called with each row's title before it is made; what is wanted of the job is seen at once."""

    def meet(title: str) -> None:
        act(title)

    studio = replace(hall.studio, on_render=meet)
    monkeypatch.setattr(rendering, "render_setup", setup_of(studio))
    monkeypatch.setattr(run_control, "LOOK_EVERY_S", 0.0)


def conclude(hall: Hall, plan_id: str, run_id: str) -> Ending | None:
    """As the run does; it is at work."""
    run = hall.instance.get_run_by_id(plan_id)
    assert run is not None
    return Conclusion(spec_of_run(run), means_of(JOB), hall.instance, run_id, plan_id, Stopping()).conclude()


def states_in_report(hall: Hall) -> dict[str, str]:
    return {row["title"]: row["state"] for row in hall.report()}


def plans_left(hall: Hall) -> list[Path]:
    return [path for path in (hall.workplace.folder / "output").rglob("plans/*") if path.is_file()]


def test_a_spread_job_comes_to_what_one_run_would_have_come_to(hall: Hall, receiver: HookReceiver) -> None:
    plan_id = hall.plan(spec_of(hall, callback_url=receiver.url()))
    assert len(plans_left(hall)) == 1

    runs = hall.execute_all()

    assert [run.tags[tags.ROLE] for run in runs] == ["shard", "shard", "conclusion"]
    assert {run.status for run in runs} == {DagsterRunStatus.SUCCESS}
    assert sorted(hall.studio.rendered) == sorted(hall.made(run.run_id for run in runs)) == TITLES
    job = hall.job
    assert (job.run_id, job.state, job.percent) == (plan_id, JobState.COMPLETED, 100.0)
    assert (job.items["total"], job.items["completed"], job.items["pending"]) == (4, 4, 0)
    assert job.report.endswith("report.html")
    assert states_in_report(hall) == dict.fromkeys(TITLES, "completed")
    with next((hall.workplace.folder / "output").rglob("results.csv")).open(encoding="utf-8-sig") as file:
        assert [row["title"] for row in csv.DictReader(file)] == TITLES
    assert told(hall, receiver) == ["running", "completed"]
    assert receiver.received[-1].verified(SECRET)["items_completed"] == 4
    assert plans_left(hall) == []
    assert RowClaims(hall.instance, plan_id).left() == 0
    assert hall.wanted() == []


def test_of_two_conclusions_at_once_one_concludes(
    hall: Hall, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_id = hall.plan(spec_of(hall, callback_url=receiver.url()))
    for shard in hall.wanted():
        hall.execute(shard)
    (wanted,) = hall.wanted()
    runs = [hall.begin(wanted), hall.begin(replace(wanted, key="another"))]
    written: list[str] = []

    def counted(*arguments: Any) -> str:
        written.append(write_report(*arguments))
        return written[-1]

    monkeypatch.setattr(conclusion, "write_report", counted)
    with ThreadPoolExecutor(2) as pool:
        endings = list(pool.map(lambda run_id: conclude(hall, plan_id, run_id), runs, timeout=PATIENCE_S))

    assert [ending.completed for ending in endings if ending is not None] == [4]
    assert len(written) == 1
    assert told(hall, receiver) == ["running", "completed"]
    for run_id in runs:
        assert conclude(hall, plan_id, run_id) is None


def test_rows_that_fail_are_told_and_fail_no_job_that_has_others(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_one(title: str) -> None:
        if title == "Row 1":
            raise EncoderError("It broke", fix="Change the row")

    on_render(hall, monkeypatch, fail_one)
    hall.plan(spec_of(hall))

    runs = hall.execute_all()

    assert [run.tags[tags.ROLE] for run in runs] == ["shard", "shard", "conclusion"], "a failed row is no lost shard"
    job = hall.job
    assert (job.state, job.items["completed"], job.items["failed"]) == (JobState.COMPLETED, 3, 1)
    (row,) = (row for row in hall.report() if row["title"] == "Row 1")
    assert (row["state"], row["error"]["reason"], row["error"]["fix"]) == ("failed", "It broke", "Change the row")


def test_a_job_all_of_whose_rows_fail_has_failed(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(title: str) -> None:
        raise EncoderError(f"{title} broke")

    on_render(hall, monkeypatch, fail)
    hall.plan(spec_of(hall))
    hall.execute_all()

    assert (hall.job.state, hall.job.items["failed"]) == (JobState.FAILED, 4)
    assert set(states_in_report(hall).values()) == {"failed"}


@pytest.mark.parametrize(("act", "state"), [(pause_job, JobState.PAUSED), (cancel_job, JobState.CANCELED)])
def test_a_job_that_is_stopped_on_the_way_is_concluded_as_that_and_can_go_on(
    hall: Hall,
    receiver: HookReceiver,
    act: Callable[..., object],
    state: JobState,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    on_render(hall, monkeypatch, lambda title: act(hall.instance, JOB) if title == "Row 1" else None)
    spec = spec_of(hall, callback_url=receiver.url())
    hall.plan(spec)
    hall.execute(hall.wanted()[0])
    made = [title for title, it in states_so_far(hall).items() if it == "completed"]
    assert 0 < len(made) < 4

    (last,) = hall.execute_all()

    assert last.tags[tags.ROLE] == Role.CONCLUSION
    job = hall.job
    # What was published in the moment of a cancel is in the report, and may not have been told any more.
    completed = job.items["completed"]
    assert len(made) - (state is JobState.CANCELED) <= completed <= len(made)
    stopped = "cancelled" if state is JobState.CANCELED else "pending"
    assert (job.state, job.items[stopped]) == (state, 4 - completed)  # type: ignore[literal-required]
    assert [title for title, it in states_in_report(hall).items() if it == "completed"] == made
    ing = "pausing" if state is JobState.PAUSED else "canceling"
    assert told(hall, receiver) == ["running", ing, state.value]

    on_render(hall, monkeypatch, lambda _: None)
    hall.plan(spec)
    hall.execute_all()

    assert (hall.job.state, hall.job.items["completed"]) == (JobState.COMPLETED, 4)
    assert states_in_report(hall) == dict.fromkeys(TITLES, "completed")
    assert {*hall.made(run.run_id for run in hall.job.runs), *made} == set(TITLES)
    assert told(hall, receiver)[3:] == ["running", "completed"]


def test_a_paused_spread_job_is_cancelled_as_a_whole(hall: Hall) -> None:
    hall.plan(spec_of(hall))
    pause_job(hall.instance, JOB)
    hall.execute_all()
    assert hall.job.state is JobState.PAUSED

    assert cancel_job(hall.instance, JOB).state is JobState.CANCELED
    assert hall.wanted() == []


def states_so_far(hall: Hall) -> dict[str, str]:
    """The states of rows by title, as far as files of theirs are published."""
    published = (hall.workplace.folder / "output").rglob("video.json")
    names = {path.parent.parent.name for path in published} | {path.parent.name for path in published}
    return {title: "completed" for title in TITLES if any(title.lower().replace(" ", "-") in name for name in names)}


def test_a_job_whose_time_is_over_has_failed_and_keeps_its_rows(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    plan_id = hall.plan(spec_of(hall, processing_deadline_ms=60_000))
    first, _ = hall.wanted()
    shard = hall.begin(first)
    RowClaims(hall.instance, plan_id).take(shard, 2)
    hall.lose(shard)
    monkeypatch.setattr(upkeep, "time", Clock(time.time() + 120))
    (wanted,) = hall.wanted()

    ending = conclude(hall, plan_id, hall.begin(wanted))

    assert ending is not None
    assert (ending.state, ending.left) == (JobState.FAILED, 4)
    assert hall.job.state is JobState.FAILED
    assert set(states_in_report(hall).values()) == {"pending"}


def test_while_a_shard_is_at_work_nothing_is_concluded(hall: Hall) -> None:
    plan_id = hall.plan(spec_of(hall))
    first, second = hall.wanted()
    hall.begin(first)

    with pytest.raises(ActionNotAllowedError, match="still at work"):
        conclude(hall, plan_id, hall.begin(second))

    assert hall.tags_of(plan_id)[tags.OPEN] == "yes"
    assert list((hall.workplace.folder / "output").rglob("manifest.json")) == []


def test_a_row_that_a_lost_shard_has_published_is_counted_once(hall: Hall) -> None:
    plan_id = hall.plan(spec_of(hall))
    first, second = hall.wanted()
    ended = hall.execute(first)
    # As if it had died before its claims were given up: its rows are free again, and the other one takes them.
    RowClaims(hall.instance, plan_id).open(4)
    hall.execute(second)
    hall.execute_all()

    assert hall.studio.rendered == hall.made([ended.run_id])
    assert len(hall.studio.rendered) == 4
    assert (hall.job.items["total"], hall.job.items["completed"]) == (4, 4)
    assert hall.job.state is JobState.COMPLETED


def test_the_report_tells_of_rows_of_runs_before_too(hall: Hall) -> None:
    hall.plan(hall.workplace.spec(hall.workplace.sheet([idea("Row 0")])))
    plan_id = hall.plan(spec_of(hall))
    hall.execute_all()

    assert states_in_report(hall) == dict.fromkeys(TITLES, "completed")
    assert sorted(hall.studio.rendered) == TITLES
    assert (hall.job.run_id, hall.job.items["completed"]) == (plan_id, 4)


def test_rows_with_media_are_in_the_report_as_they_were_made_last(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = Path(__file__).parents[3] / "samples"
    sheet = hall.workplace.folder / "ideas_media.csv"
    sheet.write_bytes((samples / "ideas_media.csv").read_bytes())
    monkeypatch.setenv("BULKVID_MEDIA_FOLDER", str(samples / "media"))
    settings_module.settings.cache_clear()

    def fail(title: str) -> None:
        raise EncoderError(f"{title} broke")

    on_render(hall, monkeypatch, fail)
    hall.plan(hall.workplace.spec(sheet))
    hall.execute_all()
    assert set(states_in_report(hall).values()) == {"failed"}

    on_render(hall, monkeypatch, lambda _: None)
    hall.plan(hall.workplace.spec(sheet))
    hall.execute_all()

    assert set(states_in_report(hall).values()) == {"completed"}


def test_a_conclusion_that_dies_before_the_callback_is_told_is_made_up_for(
    hall: Hall, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_id = hall.plan(spec_of(hall, callback_url=receiver.url()))
    for shard in hall.wanted():
        hall.execute(shard)
    run_id = hall.begin(hall.wanted()[0])

    def die(*_: object, **__: object) -> None:
        raise SystemExit

    monkeypatch.setattr(conclusion, "tell_state", die)
    with pytest.raises(SystemExit):
        conclude(hall, plan_id, run_id)
    assert told(hall, receiver) == ["running"]

    hall.tell(run_id, PROCESS=a_dead_process())
    assert run_id in close_orphans(hall.instance)

    assert told(hall, receiver) == ["running", "completed"]
    assert hall.job.state is JobState.COMPLETED
    assert hall.wanted() == []
