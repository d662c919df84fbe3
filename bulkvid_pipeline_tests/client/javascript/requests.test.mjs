import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';

import * as sdk from 'bulkvid-client';
import { BulkJobsClient } from 'bulkvid-client';
import { drop, fail, html, job, ok, peer, Peer, TOKEN } from './peer.mjs';

const JOBS = '/api/bulk-jobs';
const SHEET = { sheet_id: '1A2B3C4D5E6F7G8H9I0J', range: 'A1:Z100' };

function clientOf(server, options = {}) {
  return new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url, ...options });
}

/** The answers of a server one after another; the last one stays. */
function inTurn(...answers) {
  let next = 0;
  return (request, response) => answers[Math.min(next++, answers.length - 1)](response, request);
}

test('a job is created out of flat arguments, with the token and a key of its own', async (t) => {
  const server = await peer(t, (_, response) => ok(response, job(), { status: 201 }));
  const made = await clientOf(server).createJob({ title: 'Spring', ...SHEET, output_bucket: 'my-videos', template_id: 'tpl' });
  await clientOf(server).createJob({ title: 'Spring', ...SHEET });
  const [first, second] = server.of('POST', JOBS);
  assert.equal(made.id, 'job_1');
  assert.deepEqual(JSON.parse(first.body), {
    title: 'Spring',
    input_source: SHEET,
    output: { output_bucket: 'my-videos' },
    template: { template_id: 'tpl' },
  });
  assert.equal(first.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(first.headers['content-type'], 'application/json');
  assert.notEqual(first.headers['idempotency-key'], second.headers['idempotency-key']);
});

test('a job whose answers are lost is asked for again under the same key', async (t) => {
  const server = await peer(
    t,
    inTurn(
      drop,
      (response) => fail(response, 503, { code: 'SERVICE_UNAVAILABLE' }),
      (response) => html(response, 502),
      (response) => fail(response, 409, { code: 'IDEMPOTENCY_IN_FLIGHT' }),
      (response) => ok(response, job(), { status: 201 }),
    ),
  );
  await clientOf(server).createJob(SHEET, { idempotencyKey: 'mine' });
  assert.deepEqual(server.of('POST', JOBS).map(({ headers }) => headers['idempotency-key']), Array(5).fill('mine'));
  assert.equal(new Set(server.requests.map(({ body }) => String(body))).size, 1);
});

test('an answer that ends in the middle is asked for again', async (t) => {
  const server = await peer(
    t,
    inTurn(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 });
        response.write('{"success": true, "da', () => response.socket.destroy());
      },
      (response) => ok(response, job()),
    ),
  );
  assert.equal((await clientOf(server).getJob('job_1')).id, 'job_1');
  assert.equal(server.requests.length, 2);
});

test('after too many requests the time that the server names is waited', async (t) => {
  const moments = [];
  const server = await peer(t, (_, response) => {
    moments.push(performance.now());
    if (moments.length > 1) return ok(response, job());
    fail(response, 429, { code: 'RATE_LIMITED' }, { 'retry-after': '2' });
  });
  await clientOf(server).pauseJob('job_1');
  assert.ok(moments[1] - moments[0] >= 1990, `only ${moments[1] - moments[0]} ms`);
});

test('where the server asks for more time than a call may take, its error comes at once', async (t) => {
  const server = await peer(t, (_, response) => fail(response, 429, {}, { 'retry-after': '3600' }));
  await assert.rejects(clientOf(server).getJob('job_1'), (error) => {
    assert.ok(error instanceof sdk.RateLimitedError);
    assert.equal(error.retryAfter, 3600);
    return true;
  });
  assert.equal(server.requests.length, 1);
});

test('what may have been done already is not asked for twice', async (t) => {
  for (const answer of [drop, (response) => fail(response, 503)]) {
    const server = await peer(t, (_, response) => answer(response));
    await assert.rejects(clientOf(server).webhooks.replay('msg_1'), sdk.BulkJobsError);
    assert.equal(server.requests.length, 1);
  }
});

test('every change of a job is done once, however often it has to be sent', async (t) => {
  const changes = {
    pause: (client) => client.pauseJob('job_1'),
    resume: (client) => client.resumeJob('job_1', { idempotencyKey: 'mine' }),
    cancel: (client) => client.cancelJob('job_1'),
    retry: (client) => client.retryJob('job_1', { items: ['spring-tips', 17] }),
  };
  for (const [name, change] of Object.entries(changes)) {
    const server = await peer(t, inTurn(drop, (response) => ok(response, job())));
    await change(clientOf(server));
    const sent = server.of('POST', `${JOBS}/job_1/${name}`);
    const [first, second] = sent.map(({ headers }) => headers['idempotency-key']);
    assert.equal(sent.length, 2);
    assert.ok(first.length > 3 && first === second);
    if (name === 'resume') assert.equal(first, 'mine');
    if (name === 'retry') assert.deepEqual(JSON.parse(sent[1].body), { items: ['spring-tips', 17] });
  }
});

test('a server that starts a moment later is reached by every call', async (t) => {
  const server = new Peer((_, response) => ok(response, job()));
  await server.start();
  await server.stop();
  t.after(() => server.stop());
  const paused = clientOf(server).pauseJob('job_1');
  await server.start();
  assert.equal((await paused).id, 'job_1');
});

test('errors have the type of their status and all that the server says', async (t) => {
  const types = [
    [400, sdk.InvalidRequestError],
    [401, sdk.AuthenticationError],
    [403, sdk.PermissionDeniedError],
    [404, sdk.NotFoundError],
    [409, sdk.ConflictError],
    [413, sdk.InvalidRequestError],
    [422, sdk.InvalidRequestError],
    [429, sdk.RateLimitedError],
    [500, sdk.ServerError],
    [503, sdk.ServiceUnavailableError],
  ];
  const error = { code: 'INVALID_RANGE', message: 'Invalid range format', fix: 'Use A1:Z100', field: 'input_source.range', details: { given: 'A' } };
  for (const [status, type] of types) {
    const server = await peer(t, (_, response) => fail(response, status, error));
    await assert.rejects(clientOf(server, { maxRetries: 0 }).getJob('job_1'), (thrown) => {
      assert.ok(thrown instanceof type && thrown instanceof sdk.BulkJobsError && thrown instanceof Error);
      assert.equal(thrown.name, type.name);
      const { code, message, fix, field, details } = thrown;
      assert.deepEqual({ code, message, fix, field, details }, error);
      assert.deepEqual([thrown.status, thrown.requestId], [status, 'req_1']);
      assert.match(String(thrown), /input_source.range: Invalid range format \(Use A1:Z100\) \[INVALID_RANGE, request req_1\]/);
      return true;
    });
  }
});

test('a web page in place of the API is told as such', async (t) => {
  const bad = await peer(t, (_, response) => html(response, 502));
  await assert.rejects(clientOf(bad, { maxRetries: 1 }).getJob('job_1'), (error) => {
    assert.ok(error instanceof sdk.ServiceUnavailableError);
    assert.match(error.message, /502 with a web page \('<!DOCTYPE html>.*Bad gateway/);
    assert.match(error.fix, /baseURL/);
    return true;
  });
  assert.equal(bad.requests.length, 2);
  const portal = await peer(t, (_, response) => html(response, 200));
  await assert.rejects(clientOf(portal).getJob('job_1'), sdk.UnexpectedAnswerError);
  await assert.rejects(clientOf(portal).health(), sdk.UnexpectedAnswerError);
  const other = await peer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"jobs": []}');
  });
  await assert.rejects(clientOf(other).getJob('job_1'), sdk.UnexpectedAnswerError);
});

test('an answer that does not come in time is an error of its own', async (t) => {
  const server = await peer(t, () => undefined);
  await assert.rejects(clientOf(server, { timeout: 100, maxRetries: 1 }).getJob('job_1'), sdk.RequestTimeoutError);
  assert.equal(server.requests.length, 2);
  const slow = await peer(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{');
  });
  await assert.rejects(clientOf(slow, { timeout: 100, maxRetries: 0 }).getJob('job_1'), sdk.RequestTimeoutError);
});

test('a call ends with its signal, also while it waits to try again', async (t) => {
  const server = await peer(t, (_, response) => fail(response, 503, {}, { 'retry-after': '60' }));
  const stopped = new AbortController();
  const call = clientOf(server).getJob('job_1', { signal: stopped.signal });
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stopped.abort(new Error('enough'));
  await assert.rejects(call, /enough/);
  await assert.rejects(clientOf(server).getJob('job_1', { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('the token shows nowhere but in the header', async (t) => {
  const server = await peer(t, (_, response) => fail(response, 403));
  const client = clientOf(server);
  const shown = [inspect(client, { depth: 9, showHidden: true }), JSON.stringify(client), `${client}`];
  const gone = new Peer();
  await gone.start();
  await gone.stop();
  for (const asked of [client, clientOf(gone, { maxRetries: 0 })]) {
    await asked
      .getJob('job_1')
      .catch((error) => shown.push(inspect(error, { depth: 9, showHidden: true }), String(error), error.stack));
  }
  assert.equal(shown.length, 9);
  for (const apiKey of [`${TOKEN}\nX-Evil: 1`, `Bearer ${TOKEN}`, `${TOKEN}é`]) {
    assert.throws(
      () => new BulkJobsClient({ apiKey, baseURL: server.url }),
      (error) => {
        shown.push(inspect(error, { depth: 9 }));
        return error instanceof TypeError;
      },
    );
  }
  assert.throws(() => new BulkJobsClient({ apiKey: '', baseURL: server.url }), /apiKey is empty/);
  for (const text of shown) assert.ok(!text.includes(TOKEN), text);
});

test('addresses that cannot be one are refused', () => {
  for (const baseURL of ['api.example.com', 'ftp://api.example.com', 'https://user:pass@api.example.com', 'https://a.example/?x=1', '']) {
    assert.throws(() => new BulkJobsClient({ apiKey: TOKEN, baseURL }), TypeError);
  }
  assert.equal(new BulkJobsClient({ apiKey: TOKEN, baseURL: 'https://a.example/x/' }).baseURL, 'https://a.example/x');
});

test('the token goes to no other server, and no change is sent on', async (t) => {
  const other = await peer(t, (_, response) => ok(response, job()));
  const server = await peer(t, (request, response) => {
    response.writeHead(307, { location: other.url + request.path });
    response.end();
  });
  await assert.rejects(clientOf(server).pauseJob('job_1'), sdk.UnexpectedAnswerError);
  assert.equal(other.requests.length, 0);
  await clientOf(server).getJob('job_1');
  assert.equal(other.requests[0].headers.authorization, undefined);
});

test('an id names nothing but itself', async (t) => {
  const server = await peer(t, (_, response) => ok(response, job()));
  const client = clientOf(server);
  await client.getJob('a/../b?c=1#d é');
  assert.equal(server.requests[0].path, `${JOBS}/${encodeURIComponent('a/../b?c=1#d é')}`);
  for (const id of ['', '.', '..', undefined, 7]) await assert.rejects(client.getJob(id), TypeError);
});

test('a list is read page after page, or one page at a time', async (t) => {
  const pages = { '': [['a', 'b'], 'two'], two: [['c'], 'three'], three: [[], null] };
  const server = await peer(t, (request, response) => {
    const [ids, next_page_token] = pages[request.query.get('page_token') ?? ''];
    ok(response, { items: ids.map((id) => job({ id })), next_page_token });
  });
  const client = clientOf(server);
  const ids = [];
  for await (const found of client.listJobs({ page_size: 2, state: ['running', 'paused'], sort: 'updated_at', order: 'asc', q: 'spring & co' })) {
    ids.push(found.id);
  }
  assert.deepEqual(ids, ['a', 'b', 'c']);
  const { query } = server.requests[1];
  assert.deepEqual([...query], [['page_size', '2'], ['state', 'running'], ['state', 'paused'], ['sort', 'updated_at'], ['order', 'asc'], ['q', 'spring & co'], ['page_token', 'two']]);
  const page = await client.listJobs().page('two');
  assert.deepEqual([page.items[0].id, page.next_page_token], ['c', 'three']);
  assert.equal((await client.listJobs().toArray()).length, 3);
});

test('a service that is not healthy is an answer', async (t) => {
  const server = await peer(t, (_, response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end('{"status": "unhealthy", "services": {"database": "unhealthy"}}');
  });
  assert.equal((await clientOf(server).health()).status, 'unhealthy');
  assert.equal(server.requests.length, 1);
});

test('a fetch of your own sends the requests', async () => {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push([url, init.method, new Headers(init.headers).get('authorization')]);
    return Response.json({ success: true, data: job() });
  };
  await new BulkJobsClient({ apiKey: TOKEN, baseURL: 'https://api.example.com', fetch }).getJob('job_1');
  assert.deepEqual(asked, [['https://api.example.com/api/bulk-jobs/job_1', 'GET', `Bearer ${TOKEN}`]]);
});
