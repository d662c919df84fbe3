import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';

import { BulkJobsClient } from 'bulkvid-client';
import { job, ok, peer, TOKEN } from './peer.mjs';

async function office(t) {
  const server = await peer(t, (request, response) => {
    if (request.path === '/api/sheets') return ok(response, { id: 'upload_1', name: 'ideas.csv', size: 3 }, { status: 201 });
    if (request.path === '/api/sheets/preview') return ok(response, { name: 'ideas.csv', rows: [] });
    if (request.query.has('dry_run')) return ok(response, { items_total: 4 });
    ok(response, job(), { status: 201 });
  });
  const client = new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url });
  const sent = async (fields) => {
    await client.createJob(fields);
    return JSON.parse(server.of('POST', '/api/bulk-jobs').at(-1).body);
  };
  return { server, client, sent };
}

test('every flat field goes to its place, and nested parts stay as they are', async (t) => {
  const { sent } = await office(t);
  assert.deepEqual(
    await sent({
      title: 'Spring', priority: 'high', processing_deadline_ms: 7_200_000, max_machines: 4, callback_url: 'https://a.example/hook', validation_level: 'strict', write_back: true,
      sheet_id: 'S', range: 'A1:B2', gid: 3, only: 'approved', hidden_rows: 'include', sheet_format: 'positional',
      output_bucket: 'b', prefix: 'p', format: 'webm', video_codec: 'vp9', audio_codec: 'opus', resolution: '720p',
      template_id: 't', style: 'modern', voice: 'male', captions: 'off', language: 'de',
    }),
    {
      title: 'Spring', priority: 'high', processing_deadline_ms: 7_200_000, max_machines: 4, callback_url: 'https://a.example/hook', validation_level: 'strict', write_back: true,
      input_source: { sheet_id: 'S', range: 'A1:B2', gid: 3, only: 'approved', hidden_rows: 'include', format: 'positional' },
      output: { output_bucket: 'b', prefix: 'p', format: 'webm', video_codec: 'vp9', audio_codec: 'opus', resolution: '720p' },
      template: { template_id: 't', overrides: { style: 'modern', voice: 'male', captions: 'off', language: 'de' } },
    },
  );
  const nested = { title: 'Spring', input_source: { type: 'sheet', sheet_id: 'S', range: 'A1:Z9' }, output: { format: 'mp4' }, template: { template_id: 't', overrides: { style: 'modern' } } };
  const before = structuredClone(nested);
  assert.deepEqual(await sent(nested), nested);
  assert.deepEqual(await sent({ ...nested, range: 'A1:A2', voice: 'female', overrides: { voice: 'male', captions: 'off' }, prefix: undefined }), {
    ...nested,
    input_source: { type: 'sheet', sheet_id: 'S', range: 'A1:A2' },
    template: { template_id: 't', overrides: { style: 'modern', voice: 'female', captions: 'off' } },
  });
  assert.deepEqual(nested, before, 'what the caller gave is not changed');
  assert.deepEqual(await sent({ sheet_id: 'S', titel: 'x' }), { input_source: { sheet_id: 'S' }, titel: 'x' }, 'the server says what it does not know');
});

test('a file is uploaded first, from memory or from the disk', async (t) => {
  const { server, client, sent } = await office(t);
  assert.deepEqual((await sent({ title: 'x', file: new File(['a,b'], 'spring ideas.csv') })).input_source, { path: 'upload_1' });
  await writeFile('ideas.csv', 'idea_title\nSpring');
  await sent({ file: 'ideas.csv' });
  await client.uploadSheet(new Blob(['a,b']), { name: 'named.csv' });
  const uploads = server.of('POST', '/api/sheets');
  assert.match(uploads[0].headers['content-type'], /^multipart\/form-data; boundary=/);
  assert.match(String(uploads[0].body), /name="file"; filename="spring ideas.csv"[^]*a,b/);
  assert.match(String(uploads[1].body), /filename="ideas.csv"[^]*idea_title\nSpring/);
  assert.match(String(uploads[2].body), /filename="named.csv"/);
  await assert.rejects(client.createJob({ file: 'ideas.csv', sheet_id: 'S' }), /Give one sheet/);
  await assert.rejects(client.createJob({ file: 'missing.csv' }), { code: 'ENOENT' });
  assert.equal(server.of('POST', '/api/sheets').length, 3);
});

test('a job can be estimated and its sheet looked at before it is made', async (t) => {
  const { server, client } = await office(t);
  assert.equal((await client.estimateJob({ sheet_id: 'S' })).items_total, 4);
  assert.equal(server.requests[0].headers['idempotency-key'], undefined);
  await client.previewSheet({ sheet_id: 'S', range: 'A1:B2', rows: 5 });
  assert.deepEqual(JSON.parse(server.requests[1].body), { input_source: { sheet_id: 'S', range: 'A1:B2' }, rows: 5 });
});

test('the events of a job are read backwards from now, or on from a place', async (t) => {
  const page = (numbers, fields) => ({ items: numbers.map((id) => ({ id: String(id), message: `Event ${id}` })), ...fields });
  const server = await peer(t, ({ query }, response) => {
    const [cursor, before] = [query.get('cursor'), query.get('before')];
    if (cursor === '2') return ok(response, page([3, 4], { next_cursor: '4', previous_cursor: '3', has_more: true }));
    if (cursor === '4') return ok(response, page([5], { next_cursor: '5', previous_cursor: '5', has_more: false }));
    if (before) return ok(response, page([1, 2, 3], { next_cursor: '3', previous_cursor: null, has_more: true }));
    ok(response, page([4, 5], { next_cursor: '5', previous_cursor: '4', has_more: false }));
  });
  const client = new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url });
  const ids = async (query) => {
    const found = [];
    for await (const { id } of client.getJobEvents('job_1', query)) found.push(id);
    return found.join('');
  };
  assert.equal(await ids({ level: 'WARNING' }), '54321');
  assert.deepEqual([...server.requests[1].query], [['level', 'WARNING'], ['before', '4']]);
  assert.equal(await ids({ cursor: '2' }), '345');
  assert.equal((await client.getJobEvents('job_1').page()).next_cursor, '5');
});

test('each call asks what its name says', async (t) => {
  const server = await peer(t, (_, response) => ok(response, { items: [], next_page_token: null }));
  const client = new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url });
  const asked = [
    [client.getJob('j'), 'GET /api/bulk-jobs/j'],
    [client.listJobs().page(), 'GET /api/bulk-jobs'],
    [client.getJobProgress('j'), 'GET /api/bulk-jobs/j/progress'],
    [client.getMetrics('j'), 'GET /api/bulk-jobs/j/metrics'],
    [client.getReport('j'), 'GET /api/bulk-jobs/j/report'],
    [client.getItems('j').page(), 'GET /api/bulk-jobs/j/items'],
    [client.getItem('j', 7), 'GET /api/bulk-jobs/j/items/7'],
    [client.getResults('j').page(), 'GET /api/bulk-jobs/j/results'],
    [client.pauseJob('j'), 'POST /api/bulk-jobs/j/pause'],
    [client.resumeJob('j'), 'POST /api/bulk-jobs/j/resume'],
    [client.cancelJob('j'), 'POST /api/bulk-jobs/j/cancel'],
    [client.retryJob('j'), 'POST /api/bulk-jobs/j/retry'],
    [client.getJobAnalytics(), 'GET /api/analytics'],
    [client.systemStatus(), 'GET /api/system/status'],
    [client.health(), 'GET /api/v1/health'],
    [client.healthDetailed(), 'GET /api/v1/health/detailed'],
    [client.templates.list(), 'GET /api/templates'],
    [client.templates.get('t'), 'GET /api/templates/t'],
    [client.templates.put('t', { name: 'T' }), 'PUT /api/templates/t'],
    [client.templates.delete('t'), 'DELETE /api/templates/t'],
    [client.webhooks.deliveries().page(), 'GET /api/webhooks/deliveries'],
    [client.webhooks.delivery('w'), 'GET /api/webhooks/deliveries/w'],
    [client.webhooks.replay('w'), 'POST /api/webhooks/deliveries/w/replay'],
  ];
  await Promise.all(asked.map(([call]) => call));
  assert.deepEqual(server.requests.map(({ method, path }) => `${method} ${path}`).sort(), asked.map(([, name]) => name).sort());
});

test('the picture of a template is its bytes', async (t) => {
  const server = await peer(t, (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 78, 71])));
  const picture = await new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url }).templates.preview('t');
  assert.deepEqual([picture.type, picture.size], ['image/png', 4]);
  assert.equal(server.requests[0].path, '/api/templates/t/preview.png');
});
