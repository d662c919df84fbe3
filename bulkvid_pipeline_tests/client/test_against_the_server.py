"""The clients and all that users copy, against `bulkvid serve` with everything behind it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.client import (
    AsyncBulkJobsClient,
    AuthenticationError,
    BulkJobsClient,
    ConflictError,
    IdempotencyError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
)
from bulkvid_pipeline_tests.client.served import Served
from bulkvid_pipeline_tests.client.texts import EXAMPLE, documented_blocks, reference_snippet
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until

pytestmark = pytest.mark.heavy

SHEET_ID = "1A2B3C4D5E6F7G8H9I0J"
HEADER = ["idea_title", "platform_preferences", "script_content"]
ROWS = [["Water", "youtube", "Turn off the tap. Save the water."], ["Bread", "tiktok", "Bake the bread. Eat it warm."]]
IDEAS = "\n".join(",".join(row) for row in [HEADER, *ROWS]).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose Google and S3 are peers, with the sheet, bucket and template of the API reference."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "templates").mkdir()
    (folder / "templates" / "tpl_abc123.json").write_text('{"style": "minimal", "voice": "male"}')
    with GooglePeer() as google, SwiftS3() as s3:
        google.add_sheet([HEADER, *ROWS], sheet_id=SHEET_ID, public=True)
        s3.create_bucket("my-videos")
        allowed = {"*": {"sheets": [SHEET_ID], "outputs": ["my-videos"], "templates": ["*"]}}
        environment = {
            **google.env,
            "BULKVID_GOOGLE_API_KEY": google.api_key(),
            "BULKVID_S3_ENDPOINT_URL": s3.endpoint_url,
            "BULKVID_S3_KEY": OWNER.key,
            "BULKVID_S3_SECRET": OWNER.secret,
            "BULKVID_S3_REGION": REGION,
            "BULKVID_TEMPLATES_FOLDER": str(folder / "templates"),
            "BULKVID_API_ALLOWED": json.dumps(allowed),
        }
        with Served(folder, environment) as running:
            yield running


@pytest.fixture(scope="module")
def token(served: Served) -> str:
    return served.token("--admin")


@pytest.fixture
def client(served: Served, token: str) -> Iterator[BulkJobsClient]:
    with BulkJobsClient(token, served.url) as connected:
        yield connected


@pytest.fixture(scope="module")
def done(served: Served, token: str) -> str:
    """The id of a job that has made two videos."""
    with BulkJobsClient(token, served.url) as connected:
        job = connected.create_job(title="Two of them", file=("ideas.csv", IDEAS), resolution="720p")
        *_, last = connected.monitor_job(job.id)
    assert (last.state, last.percent_complete) == ("completed", 100)
    return job.id


def run_script(text: str, folder: Path, **environment: str) -> str:
    """The output of a script that imports the client as the house has it."""
    script = folder / "script.py"
    script.write_text(text)
    here = str(Path(__file__).parents[2])
    finished = subprocess.run(
        [sys.executable, script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": here, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_the_snippet_of_the_reference_runs(served: Served, token: str, tmp_path: Path) -> None:
    printed = run_script(
        reference_snippet(module="bulkvid_pipeline.client", url=served.url, token=token), tmp_path
    ).splitlines()

    assert printed[0] == "Progress: 0.0%"
    assert printed[-2:] == ["Progress: 100.0%", "Job completed!"]


def test_every_block_of_the_documentation_runs(served: Served, token: str, tmp_path: Path) -> None:
    (tmp_path / "ideas.csv").write_bytes(IDEAS)
    text = "\n".join(documented_blocks())
    for theirs, ours in (
        ("bulkvid_client", "bulkvid_pipeline.client"),
        ("https://api.example.com", served.url),
        ("your_api_key", token),
    ):
        assert theirs in text
        text = text.replace(theirs, ours)

    printed = run_script(text, tmp_path)
    assert "100.0 % completed" in printed
    assert "input_source.range" in printed
    assert len(list((tmp_path / "videos").glob("*.mp4"))) == 2


def test_the_example_runs(served: Served, token: str, tmp_path: Path) -> None:
    (tmp_path / "ideas.csv").write_bytes(IDEAS)
    text = EXAMPLE.read_text().replace("bulkvid_client", "bulkvid_pipeline.client")
    text = text.replace("sys.argv[1:3]", "['ideas.csv', 'videos']")

    printed = run_script(text, tmp_path, BULKVID_API_KEY=token, BULKVID_API_URL=served.url)
    assert printed.splitlines()[-1].endswith(".mp4")


def test_what_a_job_has_made_is_read_and_downloaded(client: BulkJobsClient, done: str, tmp_path: Path) -> None:
    job = client.get_job(done)
    assert (job.state, job.items_completed, job.items_status.completed) == ("completed", 2, 2)
    assert client.get_job_progress(done).percent_complete == 100
    assert client.get_job_metrics(done).videos == 2
    assert client.get_report(done).rows.accepted == 2
    assert [item.title for item in client.get_items(done, page_size=1)] == ["Water", "Bread"]
    assert client.get_item(done, 3).outputs[0].platform == "tiktok"
    assert [result.platform for result in client.get_results(done, page_size=1)] == ["youtube", "tiktok"]
    events = list(client.get_job_events(done))
    later = [(event.timestamp, event.message) for event in client.get_job_events(done, after=events[0].id)]
    assert later == [(event.timestamp, event.message) for event in events[1:]]
    kinds = [event.type for event in client.stream_job(done, replay=True)]
    assert kinds[-1] == "end"
    assert kinds.count("item") == 2

    files = client.download_results(done, tmp_path, kinds=["video", "srt"])
    assert sorted(file.path.name for file in files) == [
        "bread-tiktok.mp4",
        "bread-tiktok.srt",
        "water-youtube.mp4",
        "water-youtube.srt",
    ]
    assert all(file.path.stat().st_size == file.bytes > 0 for file in files)
    assert b"ftyp" in (tmp_path / "water-youtube.mp4").read_bytes()[:32]
    assert all(file.was_there for file in client.download_results(done, tmp_path, kinds=["video", "srt"]))


def test_a_download_is_resumed_from_the_api_itself(client: BulkJobsClient, done: str, tmp_path: Path) -> None:
    [whole, _] = client.download_results(done, tmp_path / "a")

    def enough(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.download_results(done, tmp_path / "b", workers=1, on_progress=enough, platforms=["youtube"])
    wait_until(lambda: list((tmp_path / "b").glob("*.part")))
    [again] = client.download_results(done, tmp_path / "b", platforms=["youtube"])
    assert again.path.read_bytes() == whole.path.read_bytes()


def test_jobs_are_listed_and_found(client: BulkJobsClient, done: str) -> None:
    assert done in [job.id for job in client.list_jobs(state=["completed", "failed"], page_size=1)]
    assert [job.id for job in client.list_jobs(q="two of THEM")] == [done]
    assert list(client.list_jobs(state="canceled", q="two of them")) == []
    for sort in ("created_at", "updated_at", "percent_complete"):
        assert [job.id for job in client.list_jobs(sort=sort, order="asc")]


def test_the_asynchronous_client_does_the_same(served: Served, token: str, tmp_path: Path) -> None:
    async def whole_way() -> None:
        async with AsyncBulkJobsClient(token, served.url) as client:
            job = await client.create_job(title="At once", file=("ideas.csv", IDEAS), resolution="720p")
            states = [update.state async for update in client.monitor_job(job.id)]
            assert states[-1] == "completed"
            files = await client.download_results(job.id, tmp_path)
            assert len(files) == 2

    asyncio.run(whole_way())


def test_one_key_makes_one_job(client: BulkJobsClient) -> None:
    asked: dict[str, Any] = {"title": "Once", "resolution": "720p", "idempotency_key": "key-of-ours"}
    first = client.create_job(file=("ideas.csv", IDEAS), **asked)

    assert client.create_job(file=("ideas.csv", IDEAS), **asked).id == first.id
    with pytest.raises(IdempotencyError) as caught:
        client.create_job(file=("ideas.csv", IDEAS), **{**asked, "title": "Twice"})
    assert caught.value.status == 422
    client.cancel_job(first.id)


def test_a_job_is_paused_resumed_and_cancelled_while_it_is_watched(client: BulkJobsClient) -> None:
    many = b"\n".join([",".join(HEADER).encode(), *[f"Idea {n},youtube,{ROWS[0][2]}".encode() for n in range(12)]])
    job = client.create_job(title="Steered", file=("many.csv", many), resolution="720p")
    states: list[str] = []
    for update in client.monitor_job(job.id):
        if update.state not in states:
            states.append(update.state)
            if update.state == "running":
                client.pause_job(job.id)
            if update.state == "paused" and states.count("paused") == 1:
                with pytest.raises(ConflictError, match="paused"):
                    client.pause_job(job.id)
                client.resume_job(job.id)
        elif update.state == "running" and "paused" in states:
            client.cancel_job(job.id)
            break
    *_, last = client.monitor_job(job.id)
    assert last.state == "canceled"
    assert "paused" in states


def test_a_restarted_api_is_not_noticed_by_those_who_watch(served: Served, client: BulkJobsClient) -> None:
    many = b"\n".join([",".join(HEADER).encode(), *[f"Row {n},youtube,{ROWS[1][2]}".encode() for n in range(8)]])
    job = client.create_job(title="Watched through", file=("rows.csv", many), resolution="720p")
    killed = False
    percents = []
    for update in client.monitor_job(job.id):
        percents.append(update.percent_complete)
        if update.state == "running" and not killed:
            os.kill(served.api_pid(), signal.SIGKILL)
            killed = True
    assert killed
    assert (update.state, update.percent_complete) == ("completed", 100)
    assert percents == sorted(percents)


def test_errors_say_what_where_and_how(client: BulkJobsClient, served: Served) -> None:
    with pytest.raises(InvalidRequestError) as wrong:
        client.create_job(sheet_id=SHEET_ID, range="rows 1 to 100")
    assert wrong.value.field == "input_source.range"
    assert wrong.value.fix
    assert wrong.value.request_id
    with pytest.raises(NotFoundError):
        client.get_job("job_of_nobody")
    with BulkJobsClient("a.b.c", served.url) as nobody, pytest.raises(AuthenticationError, match="Invalid JWT token"):
        next(nobody.list_jobs())
    with (
        BulkJobsClient(served.token("--scope", "jobs:read"), served.url) as reader,
        pytest.raises(PermissionDeniedError, match="Insufficient permissions"),
    ):
        reader.create_job(file=("ideas.csv", IDEAS))


def test_templates_are_kept(client: BulkJobsClient) -> None:
    assert client.templates.put("ours", {"style": "classic", "voice": "female"}).origin == "project"
    assert "ours" in [template.template_id for template in client.templates.list()]
    with pytest.raises(ConflictError):
        client.templates.put("ours", {"style": "modern"}, only_new=True)
    assert client.templates.preview("ours").startswith(b"\x89PNG")
    client.templates.delete("ours")
    with pytest.raises(NotFoundError):
        client.templates.get("ours")


def test_a_sheet_is_previewed(client: BulkJobsClient) -> None:
    preview = client.preview_sheet(file=("ideas.csv", IDEAS), rows=1)

    assert (preview.rows_total, len(preview.rows)) == (2, 1)
    assert preview.validation["strict"].level == "strict"
