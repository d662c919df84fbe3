"""The client's types, as strictly as TypeScript checks."""

from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.client.javascript.conftest import HERE, Project

pytestmark = pytest.mark.heavy

PREAMBLE = """
import { BulkJobsClient } from 'bulkvid-client';
const client = new BulkJobsClient({ apiKey: 'token', baseURL: 'https://api.example.com' });
"""

USES = """
import * as sdk from 'bulkvid-client';

const job: sdk.CreatedJob = await client.createJob({
  title: 'Spring',
  priority: 'high',
  input_source: { path: 'upload_1', format: 'positional' },
  resolution: '4k',
  voice: 'female',
  file: new Blob(['idea_title']),
}, { idempotencyKey: 'mine', signal: AbortSignal.timeout(1000) });
const state: sdk.JobState = job.state;
for await (const found of client.listJobs({ state: ['running', 'paused'], sort: 'created_at', order: 'desc' })) {
  const title: string = found.title;
}
const page: sdk.Page<sdk.Job> = await client.listJobs().page();
for await (const update of client.watchJob(job.id)) {
  const percent: number = update.percent_complete;
  const completed: number | undefined = update.items_status.completed;
}
for await (const event of client.streamJob(job.id)) {
  if (event.type === 'item') { const key: string = event.data.row_key; }
}
const last: sdk.JobUpdate = await client.monitorJob(job.id);
try {
  await client.retryJob(job.id, { items: ['a'] });
} catch (error) {
  if (error instanceof sdk.RateLimitedError) { const seconds: number | null = error.retryAfter; }
}
const files: sdk.DownloadedFile[] = await client.downloadResults(job.id, 'videos', { concurrency: 2 });
"""

MISTAKES = (
    "await client.createJob({ titel: 'Spring' });",
    "await client.createJob({ resolution: '5k' });",
    "await client.getJob(7);",
    "await client.getJobAnalytics({ group_by: 'weather' });",
    "await client.listJobs({ sort: 'colour' }).page();",
    "(await client.getJob('a')).titel;",
    "new BulkJobsClient({ apiKey: 'token' });",
)


@pytest.mark.parametrize("name", ["create_and_monitor_job", "get_job_analytics"])
def test_the_snippets_of_the_reference_are_typescript(project: Project, name: str) -> None:
    text = (HERE / "snippets" / f"{name}.js").read_text(encoding="utf-8")
    whole = text if "import" in text else PREAMBLE + text
    project.write(f"{name}.ts", whole.replace("@your-org/content-creator-sdk", "bulkvid-client"))

    checked = project.check_types(f"{name}.ts")

    assert checked.returncode == 0, checked.stdout


def test_what_the_client_gives_has_types(project: Project) -> None:
    project.write("uses.ts", PREAMBLE + USES)

    checked = project.check_types("uses.ts")

    assert checked.returncode == 0, checked.stdout


def test_mistakes_are_found_before_anything_runs(project: Project) -> None:
    project.write("mistakes.ts", PREAMBLE + "\n".join(MISTAKES))

    checked = project.check_types("mistakes.ts")

    first = PREAMBLE.count("\n") + 1
    found = {
        int(line.partition("(")[2].partition(",")[0]) for line in checked.stdout.splitlines() if "error TS" in line
    }
    assert found == set(range(first, first + len(MISTAKES))), checked.stdout
