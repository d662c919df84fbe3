"""The JavaScript client against all that `bulkvid serve` starts, over Google and S3 peers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline_tests.client.javascript.conftest import HERE, NODE, Project
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import SHORT_SCRIPT

pytestmark = pytest.mark.faults

EXAMPLE = HERE.parents[2] / "examples" / "sdk_javascript.mjs"
SHEET_ID, BUCKET, TEMPLATE = "1A2B3C4D5E6F7G8H9I0J", "my-videos", "tpl_abc123"
ALLOWED = {"default": {"sheets": [SHEET_ID], "outputs": [BUCKET]}}
LONG_SCRIPT = " ".join(f"Sentence number {number} takes a while to say." for number in range(12))
MAKE_CLIENT = """
import { BulkJobsClient } from 'bulkvid-client';
import * as sdk from 'bulkvid-client';
const client = new BulkJobsClient({ apiKey: process.env.BULKVID_API_KEY, baseURL: process.env.BULKVID_API_URL });
"""


def rows(*titles: str, script: str = SHORT_SCRIPT) -> list[list[str]]:
    """A sheet's cells: header and one row a title."""
    cells = [{"idea_title": title, "script_content": script} for title in titles]
    return [list(COLUMNS), *([row.get(column, "") for column in COLUMNS] for row in cells)]


class Service:
    """All that is served, and somebody's token for it."""

    def __init__(self, served: Served, project: Project) -> None:
        self.served, self.project = served, project
        minted = served.command("token", "--admin")
        assert minted.returncode == 0, minted.stderr
        self.token = minted.stdout.strip()

    @property
    def environment(self) -> dict[str, str]:
        return {"BULKVID_API_KEY": self.token, "BULKVID_API_URL": self.served.url}

    def run(self, name: str, program: str, *arguments: object) -> str:
        """Run a program that has `client`; what it printed."""
        done = self.project.run(
            self.project.write(f"{name}.mjs", MAKE_CLIENT + program), *arguments, env=self.environment
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.served.said[-3000:]
        return done.stdout

    def value(self, name: str, program: str, *arguments: object) -> Any:
        """The JSON that a program prints last."""
        return json.loads(self.run(name, program, *arguments).splitlines()[-1])

    def snippet(self, name: str, *, before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
        """Run a snippet of the reference with our package, this address and this token in it."""
        text = (HERE / "snippets" / f"{name}.js").read_text(encoding="utf-8")
        ours = (
            text.replace("@your-org/content-creator-sdk", "bulkvid-client")
            .replace("your_api_key", self.token)
            .replace("https://api.example.com", self.served.url)
        )
        return self.project.run(self.project.write(f"real_{name}.mjs", before + ours + after), env=self.environment)


@pytest.fixture(scope="module")
def service(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("served")
    with ExitStack() as stack:
        google, storage = stack.enter_context(GooglePeer()), stack.enter_context(SwiftS3())
        key = google.service_account()
        google.add_sheet(rows("Save water", "Ride a bike"), sheet_id=SHEET_ID, shared_with=[key.email])
        storage.create_bucket(BUCKET)
        place = stack.enter_context(closing(Installation(folder)))
        place.environment |= {
            **google.env,
            "NO_PROXY": "127.0.0.1,localhost",
            "BULKVID_GOOGLE_CREDENTIALS": str(key.path),
            "BULKVID_S3_ENDPOINT_URL": storage.endpoint_url,
            "BULKVID_S3_KEY": OWNER.key,
            "BULKVID_S3_SECRET": OWNER.secret,
            "BULKVID_S3_REGION": REGION,
            "BULKVID_API_ALLOWED": json.dumps(ALLOWED),
            "BULKVID_API_LIMIT_PER_USER": "600",
        }
        served = stack.enter_context(Served(place))
        served.wait_for_line()
        yield Service(served, project)


def test_the_snippets_of_the_reference_make_videos_and_count_them(service: Service) -> None:
    service.run("template", f"await client.templates.put('{TEMPLATE}', {{ name: 'Spring', style: 'minimal' }});")

    made = service.snippet("create_and_monitor_job", after="await createAndMonitorJob();")

    assert made.returncode == 0, made.stderr
    assert made.stderr == ""
    first, *watched = made.stdout.splitlines()
    assert first.startswith("Job created: job_")
    assert any(line == "Progress: 100%" for line in watched)
    assert "Job completed: {" in watched
    before = MAKE_CLIENT.replace("import * as sdk from 'bulkvid-client';\n", "")
    counted = service.snippet("get_job_analytics", before=before)
    assert counted.returncode == 0, counted.stderr
    for name in ("total_jobs", "total_items", "success_rate", "avg_processing_time", "cost_summary", "by_template"):
        assert f"{name}: " in counted.stdout


def test_the_example_brings_videos_of_a_file_to_the_disk(service: Service, tmp_path: Path) -> None:
    sheet = service.served.place.sheet(
        [{"idea_title": title, "script_content": SHORT_SCRIPT} for title in ("Morning tea", "Evening walk")]
    )
    service.project.write(EXAMPLE.name, EXAMPLE.read_text(encoding="utf-8"))

    done = service.project.run(EXAMPLE.name, sheet, tmp_path / "videos", env=service.environment)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "completed, 100 %" in done.stdout
    videos = sorted((tmp_path / "videos").iterdir())
    assert [path.suffix for path in videos] == [".mp4", ".mp4"]
    assert all(b"ftyp" in path.read_bytes()[:64] for path in videos)


def test_a_job_is_paused_resumed_and_read_in_every_way(service: Service) -> None:
    sheet = service.served.place.sheet(
        [{"idea_title": f"Step {number}", "script_content": LONG_SCRIPT} for number in range(4)], "steps.csv"
    )

    told = service.value(
        "steered",
        """
        const job = await client.createJob({ title: 'Steered', file: process.argv[2], resolution: '720p' });
        const states = [];
        let paused = false;
        for await (const update of client.watchJob(job.id)) {
          states.push(update.state);
          if (update.state === 'running' && !paused) {
            paused = true;
            await client.pauseJob(job.id);
          }
          if (update.state === 'paused') await client.resumeJob(job.id);
        }
        const conflict = await client.pauseJob(job.id).catch((error) => error);
        const [listed] = (await client.listJobs({ q: 'Steered' }).page()).items;
        const items = await client.getItems(job.id, { page_size: 1 }).toArray();
        let count = 0;
        for await (const event of client.getJobEvents(job.id, { limit: 2 })) count += 1;
        const item = await client.getItem(job.id, items[0].sheet_row);
        const results = await client.getResults(job.id).toArray();
        const progress = await client.getJobProgress(job.id);
        const metrics = await client.getMetrics(job.id);
        const report = await client.getReport(job.id);
        const missing = await client.getJob('job_none').catch((error) => error);
        const bad = await client.createJob({ path: '/etc/passwd' }).catch((error) => error);
        const status = await client.systemStatus();
        const health = await client.health();
        console.log(JSON.stringify({
          states, conflict: [conflict.name, conflict.status], listed: listed.id === job.id, items: items.length, count,
          item: item.outputs.length, results: results.length, percent: progress.percent_complete,
          videos: metrics.videos, accepted: report.rows.accepted, missing: missing.name,
          bad: [bad.name, Boolean(bad.field), Boolean(bad.fix)], version: typeof status.version, health: health.status,
        }));
        """,
        sheet,
    )

    assert {"running", "paused"} <= set(told["states"])
    assert told["states"][-1] == "completed"
    assert told["conflict"] == ["ConflictError", 409]
    assert told["count"] > 2
    assert told | {"states": [], "conflict": [], "count": 0, "bad": told["bad"]} == {
        "states": [],
        "conflict": [],
        "count": 0,
        "listed": True,
        "items": 4,
        "item": 1,
        "results": 4,
        "percent": 100,
        "videos": 4,
        "accepted": 4,
        "missing": "NotFoundError",
        "bad": told["bad"],
        "version": "string",
        "health": "healthy",
    }
    assert told["bad"][0] in {"InvalidRequestError", "PermissionDeniedError"}
    assert told["bad"][1:] == [True, True]


def test_a_job_is_watched_through_the_death_of_the_api_without_a_gap_or_a_repeat(service: Service) -> None:
    sheet = service.served.place.sheet(
        [{"idea_title": f"Chapter {number}", "script_content": LONG_SCRIPT} for number in range(6)], "chapters.csv"
    )
    program = service.project.write(
        "watched.mjs",
        MAKE_CLIENT
        + """
        const job = await client.createJob({ title: 'Watched', file: process.argv[2], resolution: '720p' });
        const events = (async () => {
          const ids = [];
          for await (const event of client.streamJob(job.id)) if (event.type === 'item') ids.push(event.data.row_key);
          return ids;
        })();
        const last = await client.monitorJob(job.id, (update) => console.log('at', update.percent_complete));
        console.log(JSON.stringify({ last: last.percent_complete, rows: await events }));
        """,
    )
    process = subprocess.Popen(
        [str(NODE), str(program), str(sheet)],
        cwd=service.project.folder,
        env={**service.environment, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        wait_until(lambda: service.served.pid_of("api") is not None)
        while (told and not told.startswith("at ")) or told.strip() == "at 0":
            told = process.stdout.readline()
        killed = service.served.kill("api")
        wait_until(lambda: service.served.pid_of("api") not in {None, killed})
        out, err = process.communicate(timeout=540)
    finally:
        process.kill()

    assert process.returncode == 0, out + err
    last = json.loads(out.splitlines()[-1])
    assert last["last"] == 100
    assert len(last["rows"]) == len(set(last["rows"])) == 6
