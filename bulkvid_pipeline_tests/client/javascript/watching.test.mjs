import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as sdk from 'bulkvid-client';
import { BulkJobsClient } from 'bulkvid-client';
import { EventReader } from './node_modules/bulkvid-client/dist/sse.js';
import { event, fail, html, job, ok, peer, Peer, progress, stream, TOKEN } from './peer.mjs';

const JOB = '/api/bulk-jobs/job_1';
const STREAM = `${JOB}/stream`;
const state = (id, name) => event('state', id, { job_id: 'job_1', state: name, actions: [] });
const percent = (id, value) => event('progress', id, progress(value));
const end = (id, name) => event('end', id, { job_id: 'job_1', state: name, reason: 'ended' });

/** A server with a job that is `job.now`, and whose connections to the stream are answered one after another. */
async function watched(t, ...streams) {
  const seen = { now: job(), streams: 0, jobs: null };
  const server = await peer(t, async (request, response) => {
    if (request.path === JOB) return seen.jobs ? seen.jobs(response) : ok(response, seen.now);
    assert.equal(request.path, STREAM);
    const answer = streams[Math.min(seen.streams++, streams.length - 1)];
    await answer(response, request);
  });
  const client = new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url });
  return { server, client, seen };
}

/** Send the last events, after which the job has ended as `name`. */
function ends(seen, response, name, ...events) {
  seen.now = job({ state: name, percent_complete: name === 'completed' ? 100 : 50 });
  stream(response, ...events);
  response.end();
}

/** Watch until the end; the percentages, and what the promise came to. */
async function monitored(client, options) {
  const heard = [];
  const outcome = await client.monitorJob('job_1', (update) => heard.push(update.percent_complete), options).catch((error) => error);
  return { heard, outcome };
}

test('a job is watched by its stream to the end', async (t) => {
  const { server, client, seen } = await watched(t, (response) =>
    ends(seen, response, 'completed', state('1', 'running'), percent('2', 25), event('log', '3', {}), percent('4', 75), percent('5', 100), state('6', 'completed'), end('7', 'completed')),
  );
  const { heard, outcome } = await monitored(client);
  assert.deepEqual(heard, [0, 25, 75, 100, 100]);
  assert.deepEqual([outcome.job_id, outcome.percent_complete, outcome.state], ['job_1', 100, 'completed']);
  assert.equal(server.of('GET', JOB).length, 2);
  assert.equal(server.of('GET', STREAM)[0].headers.authorization, `Bearer ${TOKEN}`);
});

test('a job that has ended already is told of once', async (t) => {
  const { server, client, seen } = await watched(t);
  seen.now = job({ state: 'completed', percent_complete: 100 });
  assert.deepEqual((await monitored(client)).heard, [100]);
  assert.equal(server.of('GET', STREAM).length, 0);
});

test('nobody has to listen', async (t) => {
  const { client, seen } = await watched(t);
  seen.now = job({ state: 'completed', percent_complete: 100 });
  assert.equal((await client.monitorJob('job_1')).percent_complete, 100);
});

test('a dropped stream goes on after its last event, without a repeat', async (t) => {
  const { server, client, seen } = await watched(
    t,
    (response) => {
      stream(response, state('1', 'running'), percent('2', 25), 'id: 3\nevent: progress\ndata: {"cut');
      setTimeout(() => response.socket.destroy(), 50);
    },
    (response) => ends(seen, response, 'completed', percent('4', 50), percent('5', 100), state('6', 'completed'), end('7', 'completed')),
  );
  const { heard, outcome } = await monitored(client);
  assert.deepEqual(heard, [0, 25, 50, 100, 100]);
  assert.equal(outcome.state, 'completed');
  assert.deepEqual(server.of('GET', STREAM).map(({ headers }) => headers['last-event-id']), [undefined, '2']);
});

test('a restarted server is waited for', async (t) => {
  let streams = 0;
  let now = job();
  const server = new Peer(async (request, response) => {
    if (request.path === JOB) return ok(response, now);
    if (streams++ === 0) {
      stream(response, state('1', 'running'), percent('2', 40));
      setTimeout(async () => {
        await server.stop();
        setTimeout(() => server.start(), 1000);
      }, 50);
      return;
    }
    assert.equal(request.headers['last-event-id'], '2');
    now = job({ state: 'completed', percent_complete: 100 });
    stream(response, percent('3', 100), state('4', 'completed'), end('5', 'completed'));
    response.end();
  });
  await server.start();
  t.after(() => server.stop());
  const { heard, outcome } = await monitored(new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url }));
  assert.deepEqual(heard, [0, 40, 100, 100]);
  assert.equal(outcome.state, 'completed');
});

test('limits, outages and web pages of proxies on the way are waited out', async (t) => {
  const moments = [];
  const { client, seen } = await watched(
    t,
    (response) => (moments.push(performance.now()), fail(response, 429, {}, { 'retry-after': '1' })),
    (response) => (moments.push(performance.now()), fail(response, 503)),
    (response) => html(response, 502),
    (response) => ends(seen, response, 'completed', state('1', 'running'), percent('2', 100), end('3', 'completed')),
  );
  assert.equal((await monitored(client)).outcome.state, 'completed');
  assert.ok(moments[1] - moments[0] >= 990);
});

test('where the server has no streams, the job is looked at every two seconds', async (t) => {
  const looks = [];
  const { client, seen } = await watched(t, (response) => fail(response, 404, { code: 'NOT_FOUND' }));
  seen.jobs = (response) => {
    looks.push(performance.now());
    const percent = [0, 30, 30, 100][Math.min(looks.length - 1, 3)];
    ok(response, job({ percent_complete: percent, state: percent === 100 ? 'completed' : 'running' }));
  };
  const { heard, outcome } = await monitored(client, { pollInterval: 100 });
  assert.deepEqual(heard, [0, 30, 100]);
  assert.equal(outcome.state, 'completed');
  assert.ok(looks[2] - looks[1] >= 1990, 'two looks are at least two seconds apart');
});

test('polling outlives a server that is away', async (t) => {
  let looks = 0;
  const { client, seen } = await watched(t, (response) => html(response, 200));
  seen.jobs = (response) => {
    looks += 1;
    if (looks === 2) return fail(response, 503);
    if (looks === 3) return response.socket.destroy();
    ok(response, job(looks > 3 ? { percent_complete: 100, state: 'completed' } : {}));
  };
  assert.deepEqual((await monitored(client)).heard, [0, 100]);
});

test('a job that failed or was canceled rejects with what is known of it', async (t) => {
  for (const [name, code] of [['failed', 'JOB_FAILED'], ['canceled', 'JOB_CANCELED']]) {
    const { client, seen } = await watched(t, (response) => ends(seen, response, name, state('1', 'running'), percent('2', 50), state('3', name), end('4', name)));
    const { outcome } = await monitored(client);
    assert.ok(outcome instanceof sdk.JobFailedError);
    assert.deepEqual([outcome.code, outcome.job.state, outcome.progress.percent_complete], [code, name, 50]);
    seen.streams = 0;
    seen.now = job();
    const states = [];
    for await (const update of client.watchJob('job_1')) states.push(update.state);
    assert.equal(states.at(-1), name);
  }
});

test('a paused job is watched on', async (t) => {
  const { client, seen } = await watched(t, (response) =>
    ends(seen, response, 'completed', state('1', 'running'), percent('2', 10), state('3', 'paused'), state('4', 'running'), percent('5', 100), end('6', 'completed')),
  );
  const states = [];
  await client.monitorJob('job_1', ({ state }) => states.push(state));
  assert.deepEqual(states, ['running', 'running', 'paused', 'running', 'running', 'completed']);
});

test('watching ends with its signal, and with a loop that is left', async (t) => {
  const open = [];
  const { client } = await watched(t, (response) => {
    response.once('close', () => open.splice(open.indexOf(response), 1));
    open.push(response);
    stream(response, state('1', 'running'), percent('2', 10));
  });
  const stopped = new AbortController();
  await assert.rejects(
    client.monitorJob('job_1', ({ percent_complete }) => percent_complete === 10 && stopped.abort(new Error('enough')), { signal: stopped.signal }),
    /enough/,
  );
  for await (const update of client.watchJob('job_1')) if (update.percent_complete === 10) break;
  while (open.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('an error of the listener is the promise’s own', async (t) => {
  const { client } = await watched(t, (response) => stream(response, state('1', 'running'), percent('2', 10)));
  const call = client.monitorJob('job_1', () => {
    throw new RangeError('of the page');
  });
  await assert.rejects(call, /of the page/);
});

test('an expired token ends the watching', async (t) => {
  const { client } = await watched(
    t,
    (response) => {
      stream(response, state('1', 'running'), percent('2', 10), event('reconnect', '', { job_id: 'job_1', reason: 'token_expired', message: '', fix: '' }).replace('id: \n', ''));
      response.end();
    },
    (response) => fail(response, 401, { code: 'TOKEN_EXPIRED', message: 'Token expired' }),
  );
  const { outcome } = await monitored(client);
  assert.ok(outcome instanceof sdk.AuthenticationError);
});

test('a server that stays away longer than it may is an error', async (t) => {
  const { client } = await watched(t, (response) => fail(response, 503));
  const { outcome } = await monitored(client, { maxOutage: 300 });
  assert.ok(outcome instanceof sdk.ServiceUnavailableError);
});

test('a job that is not there is no job to wait for', async (t) => {
  const { client, seen } = await watched(t);
  seen.jobs = (response) => fail(response, 404, { code: 'JOB_NOT_FOUND' });
  assert.ok((await monitored(client)).outcome instanceof sdk.NotFoundError);
});

test('the events of a job come each once, from where one left off', async (t) => {
  const item = { row_key: 'a', sheet_row: 2, title: 'A', state: 'completed' };
  const { server, client } = await watched(
    t,
    (response) => {
      stream(response, event('item', '5', item));
      setTimeout(() => response.socket.destroy(), 50);
    },
    (response) => {
      response.writeHead(204);
      response.end();
    },
  );
  const events = [];
  for await (const found of client.streamJob('job_1', { lastEventId: '4' })) events.push(found);
  assert.deepEqual(events, [{ type: 'item', id: '5', data: item }]);
  assert.deepEqual(server.of('GET', STREAM).map(({ headers }) => headers['last-event-id']), ['4', '5']);
});

test('events are read however their bytes are cut, and whatever ends their lines', () => {
  const text = '\u{feff}: heartbeat\n\nretry: 2500\nid: 7\nevent: log\ndata: {"title":\ndata: "Frühling 🌷"}\n\ndata:plain\n\nid: 8\nevent: empty\n\nevent: progress\ndata: cut';
  for (const ending of ['\n', '\r\n', '\r']) {
    const bytes = new TextEncoder().encode(text.replaceAll('\n', ending));
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const reader = new EventReader();
      const events = [];
      for (let at = 0; at < bytes.length; at += size) events.push(...reader.read(bytes.subarray(at, at + size)));
      assert.deepEqual(events, [
        { type: 'log', data: '{"title":\n"Frühling 🌷"}', id: '7' },
        { type: 'message', data: 'plain', id: '7' },
      ]);
      assert.deepEqual([reader.lastId, reader.retryMs], ['8', 2500]);
    }
  }
});
