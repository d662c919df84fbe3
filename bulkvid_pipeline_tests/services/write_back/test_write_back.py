"""Results written back into a Google sheet: whole jobs against the TLS peer, and what people do to sheets meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster import AssetKey, materialize
from typer.testing import CliRunner

from bulkvid_pipeline.adapters.rate_limits import Budget
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.google_writing import SheetWriter
from bulkvid_pipeline.cli.app import app
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.columns import REPORT_COLUMNS
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.defs.assets import video
from bulkvid_pipeline.defs.sensors import sheet_changes_sensor
from bulkvid_pipeline.services.jobs.events import job_events
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.validation import validate_for_spec
from bulkvid_pipeline.services.wiring.limits import limiter_of
from bulkvid_pipeline.services.write_back import background as sheet_reporting
from bulkvid_pipeline.services.write_back.background import writing_back
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import SHORT_SCRIPT, FinishedJob, Workplace

pytestmark = pytest.mark.heavy

HEADER = ["idea_title", "script_content", "platform_preferences"]
ONE, TWO = ["One", SHORT_SCRIPT], ["Two", SHORT_SCRIPT]
WRITES, READS = "sheets.values.batchUpdate", "sheets.values.get"


@pytest.fixture(scope="module")
def running_peer() -> Iterator[GooglePeer]:
    with GooglePeer() as peer:
        yield peer


@pytest.fixture(scope="module")
def account(running_peer: GooglePeer) -> KeyFile:
    return running_peer.service_account()


@pytest.fixture
def peer(
    running_peer: GooglePeer, account: KeyFile, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> GooglePeer:
    """The peer, in a workplace with a service account."""
    assert workplace.folder.is_dir()
    for name, value in running_peer.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BULKVID_GOOGLE_CREDENTIALS", str(account.path))
    settings.cache_clear()
    running_peer.recover()
    return running_peer


class Sheet:
    """A sheet that our account may edit."""

    def __init__(self, peer: GooglePeer, account: KeyFile, *rows: list[str], columns: int = 26) -> None:
        self.peer = peer
        self.id = peer.add_sheet([HEADER, *rows], writable_by=[account.email], column_count=columns)

    @property
    def rows(self) -> list[list[object]]:
        return [list(row) for row in self.peer.workbook(self.id).tabs[0].rows]

    def told(self) -> dict[object, dict[str, object]]:
        """What stands in our columns, by title."""
        header, *rows = self.rows
        places = {name: header.index(name) for name in REPORT_COLUMNS}
        return {row[0]: {name: row[at] if at < len(row) else "" for name, at in places.items()} for row in rows}

    def sort(self) -> None:
        """As a person would: rows change places, the header stays."""
        tab = self.peer.workbook(self.id).tabs[0]
        tab.rows[1:] = tab.rows[:0:-1]

    def remove(self, row: int) -> None:
        del self.peer.workbook(self.id).tabs[0].rows[row]


def run(workplace: Workplace, sheet: Sheet, **fields: Any) -> FinishedJob:
    return workplace.run(Path(sheet.id), write_back=True, **fields)


def warnings_of(workplace: Workplace, job: FinishedJob) -> list[str]:
    events = job_events(workplace.instance, job.run.tags[tags.JOB_ID], level="WARNING")
    return [event.message for event in events if event.message.startswith("Write-back")]


def test_finished_failed_and_rejected_rows_are_told_in_the_sheet(
    workplace: Workplace, peer: GooglePeer, account: KeyFile
) -> None:
    sheet = Sheet(peer, account, [*ONE, "youtube,tiktok"], ["No script", ""], TWO)

    job = run(workplace, sheet)

    told = sheet.told()
    assert [told[title]["video_status"] for title in ("One", "No script", "Two")] == [
        "completed",
        "rejected",
        "completed",
    ]
    links = str(told["One"]["video_url"]).splitlines()
    assert sorted([*links, str(told["Two"]["video_url"])]) == sorted(path.as_uri() for path in workplace.videos())
    assert told["Two"]["video_duration"] == pytest.approx(job.rows[0].duration_s, abs=3)
    assert "B3" in str(told["No script"]["video_error"])
    assert str(told["One"]["video_updated_at"]).endswith("UTC")
    assert sheet.rows[0] == [*HEADER, *REPORT_COLUMNS]
    assert warnings_of(workplace, job) == []


def test_a_second_run_says_the_same_and_writes_nothing(
    workplace: Workplace, peer: GooglePeer, account: KeyFile
) -> None:
    sheet = Sheet(peer, account, ONE, columns=3)
    run(workplace, sheet)
    before, writes = sheet.rows, peer.count(WRITES)
    turns = limiter_of(workplace.instance, settings(), Budget.SHEETS_WRITE).usage("local", "default").user_used
    assert turns == 2  # the sheet was widened, then written

    again = run(workplace, sheet)

    assert again.rendered == []
    assert peer.count(WRITES) == writes
    assert sheet.rows == before
    assert again.watch.report is not None
    assert again.watch.report["findings"] == []  # our columns are nobody's unknown columns


def test_our_own_writing_launches_nothing_and_a_changed_idea_does(
    workplace: Workplace, peer: GooglePeer, account: KeyFile
) -> None:
    sheet = Sheet(peer, account, ONE, TWO)
    folder = workplace.folder / "jobs"
    folder.mkdir()
    (folder / "spring.yaml").write_text(
        f"write_back: true\nwatch: true\ninput_source: {{sheet_id: {sheet.id}}}\noutput: {{resolution: 720p}}\n"
    )
    cursor: str | None = None

    def tick() -> int:
        nonlocal cursor
        context = dg.build_sensor_context(instance=workplace.instance, cursor=cursor, definitions=defs)
        result = sheet_changes_sensor.evaluate_tick(context)
        cursor = result.cursor
        return len(result.run_requests or [])

    assert tick() == 1
    run(workplace, sheet)
    reads = peer.count(READS)

    assert tick() == 0
    assert peer.count(READS) == reads + 1  # the version had changed, so the rows were looked at
    assert tick() == 0
    assert peer.count(READS) == reads + 1
    peer.edit(sheet.id, 1, sheet.rows[0].index("video_status"), "seen by me")
    assert tick() == 0
    peer.edit(sheet.id, 1, 1, "Another script.")
    assert tick() == 1


@pytest.mark.parametrize(("how", "names"), [("API key", "API key"), ("link", "public links")])
def test_without_a_service_account_the_job_ends_before_anything_is_rendered(
    workplace: Workplace, peer: GooglePeer, monkeypatch: pytest.MonkeyPatch, how: str, names: str
) -> None:
    monkeypatch.delenv("BULKVID_GOOGLE_CREDENTIALS")
    if how == "API key":
        monkeypatch.setenv("BULKVID_GOOGLE_API_KEY", peer.api_key())
    settings.cache_clear()
    sheet_id = peer.add_sheet([HEADER, ONE], public=True)
    asked = peer.count("sheets.")

    job = workplace.run(Path(sheet_id), write_back=True)

    assert not job.success
    assert names in job.watch.failure
    assert "BULKVID_GOOGLE_CREDENTIALS" in job.watch.failure
    assert workplace.videos() == []
    assert peer.count("sheets.") == asked


def test_a_sheet_that_we_may_only_read_ends_the_job_before_anything_is_rendered(
    workplace: Workplace, peer: GooglePeer, account: KeyFile
) -> None:
    sheet_id = peer.add_sheet([HEADER, ONE], shared_with=[account.email])

    job = workplace.run(Path(sheet_id), write_back=True)

    assert "as an Editor" in job.watch.failure
    assert account.email in job.watch.failure
    assert workplace.videos() == []
    result = CliRunner().invoke(app, ["validate", sheet_id])
    assert result.exit_code == 0, result.output  # without write_back reading is enough


def test_a_file_is_never_changed(workplace: Workplace) -> None:
    path = workplace.sheet([{"idea_title": "One", "script_content": SHORT_SCRIPT}])
    before = path.read_bytes()

    job = workplace.run(path, write_back=True)

    assert "results.csv" in job.watch.failure
    assert path.read_bytes() == before
    assert workplace.videos() == []


def test_what_cannot_be_written_fails_no_row_and_can_be_written_again(
    workplace: Workplace, peer: GooglePeer, account: KeyFile
) -> None:
    sheet = Sheet(peer, account, ONE, ["No script", ""])
    peer.workbook(sheet.id).protected_columns.update(range(3, 26))

    job = run(workplace, sheet)

    job_id = job.run.tags[tags.JOB_ID]
    assert job.success
    assert job.rendered == ["One"]
    (warning,) = warnings_of(workplace, job)
    assert "protected" in warning
    assert f"bulkvid jobs write-back {job_id}" in warning
    assert job.run.tags[tags.WRITE_BACK].startswith(sheet_reporting.FAILED)
    assert sheet.rows[1:] == [ONE, ["No script", ""]]

    peer.workbook(sheet.id).protected_columns.clear()
    result = CliRunner(env={"DAGSTER_HOME": str(workplace.folder / "home")}).invoke(app, ["jobs", "write-back", job_id])

    assert result.exit_code == 0, result.output
    assert "2 rows written" in result.output
    assert {title: told["video_status"] for title, told in sheet.told().items()} == {
        "One": "completed",
        "No script": "rejected",
    }
    assert sheet.told()["One"]["video_url"] == workplace.videos()[0].as_uri()


def test_writing_again_tells_why_rows_failed(workplace: Workplace, peer: GooglePeer, account: KeyFile) -> None:
    sheet = Sheet(peer, account, ONE, ["Bad \U00012000", SHORT_SCRIPT])
    job = workplace.run(Path(sheet.id), validation_level="permissive")
    assert sheet.rows[0] == HEADER  # write_back is off unless asked for

    result = CliRunner(env={"DAGSTER_HOME": str(workplace.folder / "home")}).invoke(
        app, ["jobs", "write-back", job.run.tags[tags.JOB_ID]]
    )

    assert result.exit_code == 0, result.output
    told = sheet.told()
    assert told["One"]["video_status"] == "completed"
    assert told["Bad \U00012000"]["video_status"] == "failed"
    assert "\U00012000" in str(told["Bad \U00012000"]["video_error"])


def test_rows_that_are_made_again_one_by_one_are_told_too(
    workplace: Workplace, peer: GooglePeer, account: KeyFile
) -> None:
    sheet = Sheet(peer, account, ONE, TWO)
    run(workplace, sheet)
    peer.edit(sheet.id, 1, sheet.rows[0].index("video_status"), "overwritten")
    peer.edit(sheet.id, 2, sheet.rows[0].index("video_status"), "overwritten")
    (key,) = (k for k in workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS) if k.endswith(":two"))

    assert materialize([video], partition_key=key, instance=workplace.instance, selection=[video]).success

    assert [told["video_status"] for told in sheet.told().values()] == ["overwritten", "completed"]
    assert workplace.instance.get_latest_materialization_event(AssetKey(tags.VIDEO_ASSET)) is not None


# What happens while a job runs


@pytest.fixture
def job(workplace: Workplace, peer: GooglePeer, account: KeyFile) -> Job:
    return Job(workplace, Sheet(peer, account, ONE, TWO))


class Job:
    """A run over a sheet whose rows end when a test says so."""

    def __init__(self, workplace: Workplace, sheet: Sheet) -> None:
        self.instance, self.sheet = workplace.instance, sheet
        self.spec = BulkJobSpec.for_input(sheet.id, write_back=True)
        run = self.instance.create_run_for_job(
            defs.resolve_job_def(tags.JOB), run_config=run_config_of(self.spec), tags={tags.JOB_ID: "job_by_hand"}
        )
        self.run_id = run.run_id
        validated = validate_for_spec(
            load_sheet(self.spec.input_source, settings(), self.spec.project_id), self.spec, settings()
        )
        self.ended = [RowOutcome(plan, ItemState.COMPLETED, "f" * 32) for plan in validated.plans]

    def writing(self, every_s: float = 60.0):  # type: ignore[no-untyped-def]
        return writing_back(self.instance, self.run_id, "job_by_hand", self.spec, settings(), every_s=every_s)

    def log(self) -> list[str]:
        return [event.message for event in job_events(self.instance, "job_by_hand")]

    def statuses(self) -> dict[object, object]:
        return {title: told["video_status"] for title, told in self.sheet.told().items()}


def test_rows_are_told_in_the_middle_of_the_job(job: Job) -> None:
    with job.writing(every_s=0.05) as take:
        take(job.ended[0])
        wait_until(lambda: len(job.sheet.rows[1]) > 3)
        assert job.statuses() == {"One": "completed", "Two": ""}
        writes = job.sheet.peer.count(WRITES)
        time.sleep(0.2)
        assert job.sheet.peer.count(WRITES) == writes  # nothing new, nothing written
        take(job.ended[1])

    assert job.statuses() == {"One": "completed", "Two": "completed"}
    assert "Write-back: 2 rows written into the sheet" in job.log()


def test_rows_that_were_sorted_meanwhile_are_found_by_their_keys(job: Job) -> None:
    with job.writing() as take:
        take(job.ended[0])
        job.sheet.sort()

    assert job.statuses() == {"Two": "", "One": "completed"}
    assert job.sheet.rows[2][0] == "One"


def test_a_sheet_that_is_sorted_between_reading_and_writing_is_put_right(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, sorts = SheetWriter.write, iter([job.sheet.sort])

    def write_later(writer: SheetWriter, *args: Any, **more: Any) -> None:
        next(sorts, lambda: None)()
        write(writer, *args, **more)

    monkeypatch.setattr(SheetWriter, "write", write_later)
    with job.writing() as take:
        take(job.ended[0])

    assert job.statuses() == {"Two": "", "One": "completed"}
    assert job.log()[-1] == "Write-back: 1 row written into the sheet"


def test_a_row_that_vanished_meanwhile_is_told_on_the_job_and_written_nowhere(job: Job) -> None:
    with job.writing() as take:
        take(job.ended[0])
        take(job.ended[1])
        job.sheet.remove(1)

    assert job.statuses() == {"Two": "completed"}
    assert any("1 row not found in the sheet any more: 'One'" in line for line in job.log())


def test_a_spent_quota_in_mid_job_is_made_up_for_later(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_reporting, "RetryPolicy", partial(RetryPolicy, tries=1))
    with job.writing(every_s=0.05) as take:
        job.sheet.peer.fail_next(429)
        take(job.ended[0])
        wait_until(lambda: job.sheet.rows[0] != HEADER)

    assert job.statuses() == {"One": "completed", "Two": ""}
    assert any("could not be written" in line and "rate limit" in line for line in job.log())
    assert job.log()[-1] == "Write-back: 1 row written into the sheet"


def test_a_refusal_in_mid_job_is_tried_once_more_at_its_end(job: Job) -> None:
    with job.writing(every_s=0.05) as take:
        job.sheet.peer.fail_next(403)
        take(job.ended[0])
        wait_until(lambda: any("could not be written" in line for line in job.log()))
        reads = job.sheet.peer.count(READS)
        time.sleep(0.2)
        assert job.sheet.peer.count(READS) == reads

    assert job.statuses() == {"One": "completed", "Two": ""}


def test_an_interrupt_leaves_at_once_and_says_what_is_left(job: Job) -> None:
    def interrupted() -> None:
        with job.writing() as take:
            take(job.ended[0])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert job.sheet.rows[0] == HEADER
    assert any("1 row not written" in line and "jobs write-back job_by_hand" in line for line in job.log())


def test_a_row_that_was_stopped_says_nothing(job: Job) -> None:
    stopped = RowOutcome(job.ended[0].plan, ItemState.CANCELLED, "f" * 32)
    with job.writing() as take:
        take(stopped)

    assert job.sheet.rows[0] == HEADER
