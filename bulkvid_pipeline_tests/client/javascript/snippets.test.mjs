import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';

import { event, fail, job, ok, peer, progress, stream, TOKEN } from './peer.mjs';

/** A snippet of the API reference with another package name, token and address; all else is as it stands there. */
async function ran(name, baseURL, { before = '', after = '' }) {
  const text = await readFile(`snippets/${name}.js`, 'utf8');
  const ours = text
    .replace('@your-org/content-creator-sdk', 'bulkvid-client')
    .replace('your_api_key', TOKEN)
    .replace('https://api.example.com', baseURL);
  const program = `ran_${name}.mjs`;
  await writeFile(program, before + ours + after);
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { env: { ...process.env, NO_COLOR: '1' } }, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
  });
}

test('the snippet that creates and monitors a job runs as it stands', async (t) => {
  let now = job({ state: 'pending' });
  const server = await peer(t, (request, response) => {
    if (request.method === 'POST') return ok(response, now, { status: 201 });
    if (!request.path.endsWith('/stream')) return ok(response, now);
    now = job({ state: 'completed', percent_complete: 100 });
    stream(response, event('state', '1', { job_id: 'job_1', state: 'running' }), event('progress', '2', progress(45.5)), event('end', '3', { job_id: 'job_1', state: 'completed', reason: 'ended' }));
    response.end();
  });
  const { error, stdout, stderr } = await ran('create_and_monitor_job', server.url, { after: 'await createAndMonitorJob();\n' });
  assert.equal(error, null, stderr);
  assert.deepEqual(stdout.split('\n').slice(0, 5), ['Job created: job_1', 'Progress: 0%', 'Progress: 0%', 'Progress: 45.5%', 'Progress: 100%']);
  assert.match(stdout, /Job completed: \{[^]*percent_complete: 100/);
  assert.equal(stderr, '');
});

test('the snippet tells why a job could not be created', async (t) => {
  const server = await peer(t, (_, response) => fail(response, 404, { code: 'SHEET_NOT_FOUND', message: 'Sheet not found', fix: 'Verify sheet ID and sharing settings' }));
  const { stdout, stderr } = await ran('create_and_monitor_job', server.url, { after: 'await createAndMonitorJob();\n' });
  assert.equal(stdout, '');
  assert.match(stderr, /^Job failed: Error \[NotFoundError\]: Sheet not found|^Job failed: NotFoundError: Sheet not found/);
  assert.match(stderr, /fix: 'Verify sheet ID and sharing settings'/);
  assert.ok(!stderr.includes(TOKEN));
});

test('the snippet of analytics runs as it stands', async (t) => {
  const figures = { total_jobs: 25, total_items: 1250, success_rate: 0.96, avg_processing_time: 45.2, cost_summary: { total: 1250, by_template: { tpl: 1250 } } };
  const server = await peer(t, (_, response) => ok(response, figures));
  const before = `import { BulkJobsClient } from 'bulkvid-client';\nconst client = new BulkJobsClient({ apiKey: '${TOKEN}', baseURL: '${server.url}' });\n`;
  const { error, stdout, stderr } = await ran('get_job_analytics', server.url, { before });
  assert.equal(error, null, stderr);
  assert.match(stdout, /Analytics: \{\s+total_jobs: 25,[^]*cost_summary: \{ total: 1250, by_template: \{ tpl: 1250 \} \}/);
  const { path, query } = server.requests[0];
  assert.deepEqual([path, ...query], ['/api/analytics', ['start_date', '2025-10-01'], ['end_date', '2025-10-31'], ['group_by', 'template_id']]);
});
