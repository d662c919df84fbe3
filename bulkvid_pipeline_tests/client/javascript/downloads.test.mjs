import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import * as sdk from 'bulkvid-client';
import { BulkJobsClient } from 'bulkvid-client';
import { distinctNames, safeName } from './node_modules/bulkvid-client/dist/node/file_names.js';
import { fail, ok, peer, TOKEN } from './peer.mjs';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, place) => (place * 7) % 251));
const TAG = '"first-0"';

function result(name, fields = {}) {
  return { row_key: name, sheet_row: 2, title: name, state: 'completed', platform: 'tiktok', size_bytes: CONTENT.length, video_url: null, poster_url: null, srt_url: null, vtt_url: null, ...fields };
}

/** A server with results, whose files are sent by `send(request, response, place)`; `place` is where a range begins. */
async function shop(t, names, send, fields = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'bulkvid-'));
  let links = 0;
  const server = await peer(t, (request, response, self) => {
    if (request.path.startsWith('/files/')) return send(request, response, Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0));
    links += 1;
    const items = names.map((name) => result(name.split('.')[0], { video_url: `${self.url}/files/${links}/${name}?signature=${links}`, ...fields }));
    ok(response, { items: [...items, result('failed', { state: 'failed', error: 'No' })], next_page_token: null });
  });
  const client = new BulkJobsClient({ apiKey: TOKEN, baseURL: server.url });
  const files = () => server.requests.filter(({ path }) => path.startsWith('/files/'));
  return { server, client, folder, files };
}

function whole(response, { tag = TAG, start = 0, content = CONTENT } = {}) {
  const rest = content.subarray(start);
  const range = start > 0 ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {};
  response.writeHead(start > 0 ? 206 : 200, { 'content-type': 'video/mp4', 'content-length': rest.length, ...(tag && { etag: tag }), ...range });
  response.end(rest);
}

/** Send a piece, and break the connection. */
function broken(response, { tag = TAG, from = 0, to = 100_000 } = {}) {
  const range = from > 0 ? { 'content-range': `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` } : {};
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': CONTENT.length - from, ...(tag && { etag: tag }), ...range });
  response.write(CONTENT.subarray(from, to), () => setTimeout(() => response.socket?.destroy(), 50));
}

test('all videos of a job are downloaded, each under its name, and not again', async (t) => {
  const { client, folder, files } = await shop(t, ['a-tiktok.mp4', 'b-tiktok.mp4', 'c-tiktok.webm'], (_, response) => whole(response));
  const news = [];
  const done = await client.downloadResults('job_1', folder, { concurrency: 2, onProgress: (progress) => news.push(progress) });
  assert.deepEqual((await readdir(folder)).sort(), ['a-tiktok.mp4', 'b-tiktok.mp4', 'c-tiktok.webm']);
  assert.deepEqual(await readFile(join(folder, 'b-tiktok.mp4')), CONTENT);
  assert.deepEqual(done.map(({ path, bytes, wasThere }) => [path, bytes, wasThere])[0], [join(folder, 'a-tiktok.mp4'), CONTENT.length, false]);
  const { filesDone, filesTotal, bytesDone, bytesTotal } = news.at(-1);
  assert.deepEqual([filesDone, filesTotal, bytesDone, bytesTotal], [3, 3, 3 * CONTENT.length, 3 * CONTENT.length]);
  const again = await client.downloadResults('job_1', folder);
  assert.deepEqual(again.map(({ wasThere }) => wasThere), [true, true, true]);
  assert.equal(files().length, 3);
});

test('a download that breaks goes on where it stopped', async (t) => {
  const answers = [(response) => broken(response), (response, at) => broken(response, { from: at, to: at + 50_000 }), (response, at) => whole(response, { start: at })];
  const { client, folder, files } = await shop(t, ['a.mp4'], (_, response, at) => answers.shift()(response, at));
  await client.downloadResults('job_1', folder);
  assert.deepEqual(await readFile(join(folder, 'a.mp4')), CONTENT);
  assert.deepEqual(files().map(({ headers }) => [headers.range, headers['if-range']]), [[undefined, undefined], ['bytes=100000-', TAG], ['bytes=150000-', TAG]]);
  assert.deepEqual(await readdir(folder), ['a.mp4']);
});

test('another call goes on where one was ended', async (t) => {
  const stopped = new AbortController();
  const answers = [(response) => response.writeHead(200, { etag: TAG, 'content-length': CONTENT.length }).write(CONTENT.subarray(0, 70_000)), (response, at) => whole(response, { start: at })];
  const { client, folder, files } = await shop(t, ['a.mp4'], (_, response, at) => answers.shift()(response, at));
  const call = client.downloadResults('job_1', folder, { signal: stopped.signal, onProgress: ({ bytesDone }) => bytesDone === 70_000 && stopped.abort(new Error('enough')) });
  await assert.rejects(call, /enough/);
  assert.equal((await readdir(folder)).length, 1);
  await client.downloadResults('job_1', folder);
  assert.equal(files()[1].headers.range, 'bytes=70000-');
  assert.deepEqual(await readFile(join(folder, 'a.mp4')), CONTENT);
});

test('a file that has changed meanwhile begins anew', async (t) => {
  const other = Buffer.from(CONTENT).reverse();
  const answers = [(response) => broken(response), (response) => whole(response, { tag: '"second-0"', content: other })];
  const { client, folder } = await shop(t, ['a.mp4'], (_, response) => answers.shift()(response));
  await client.downloadResults('job_1', folder);
  assert.deepEqual(await readFile(join(folder, 'a.mp4')), other);
  assert.deepEqual(await readdir(folder), ['a.mp4']);
});

test('without a tag nothing is put together of two answers', async (t) => {
  const answers = [(response) => broken(response, { tag: '' }), (response) => whole(response, { tag: '' })];
  const { client, folder, files } = await shop(t, ['a.mp4'], (_, response) => answers.shift()(response));
  await client.downloadResults('job_1', folder);
  assert.equal(files()[1].headers.range, undefined);
  assert.deepEqual(await readFile(join(folder, 'a.mp4')), CONTENT);
});

test('links that have expired are asked for again', async (t) => {
  const { client, folder, files } = await shop(t, ['a.mp4', 'b.mp4'], (request, response) => {
    if (request.query.get('signature') === '1') return fail(response, 403);
    whole(response);
  });
  assert.equal((await client.downloadResults('job_1', folder)).length, 2);
  assert.equal(files().at(-1).query.get('signature'), '2');
});

test('files that cannot be had are told, and all others are there', async (t) => {
  const { client, folder } = await shop(t, ['a.mp4', 'gone.mp4', 'short.mp4'], (request, response) => {
    if (request.path.endsWith('gone.mp4')) return fail(response, 404);
    if (request.path.endsWith('short.mp4')) return whole(response, { content: CONTENT.subarray(0, 10) });
    whole(response);
  });
  await assert.rejects(client.downloadResults('job_1', folder), (error) => {
    assert.ok(error instanceof sdk.DownloadError);
    assert.deepEqual([...error.failures.keys()].sort(), [join(folder, 'gone.mp4'), join(folder, 'short.mp4')]);
    assert.deepEqual(error.files.map(({ path }) => path), [join(folder, 'a.mp4')]);
    assert.match(error.failures.get(join(folder, 'short.mp4')).message, /damaged: 10 of 300000 bytes/);
    return true;
  });
  assert.deepEqual(await readdir(folder), ['a.mp4']);
});

test('the token goes to the API alone, not to storage', async (t) => {
  const storage = await peer(t, (_, response) => whole(response));
  const { client, folder } = await shop(t, ['a.mp4'], () => undefined, { video_url: `${storage.url}/bucket/a.mp4?X-Amz-Signature=1` });
  await client.downloadResults('job_1', folder);
  assert.equal(storage.requests[0].headers.authorization, undefined);
});

test('other files and chosen platforms are downloaded on demand', async (t) => {
  const { client, folder } = await shop(t, ['a.mp4'], (_, response) => whole(response, { content: Buffer.from('x') }), { poster_url: '/files/a.jpg', srt_url: '/files/a.srt' });
  await client.downloadResults('job_1', folder, { kinds: ['poster', 'srt'] });
  assert.deepEqual((await readdir(folder)).sort(), ['a.jpg', 'a.srt']);
  assert.deepEqual(await client.downloadResults('job_1', folder, { platforms: ['youtube'] }), []);
});

test('names of files stay within their folder, and apart', async (t) => {
  const names = ['../../etc/passwd', '..', '', 'con.mp4', 'a/b\\c:d.mp4', '\u202egpj.exe', `${'ü'.repeat(200)}.mp4`].map((name) => safeName(name, 'row'));
  assert.deepEqual(names.slice(0, 6), ['_.._etc_passwd', 'row', 'row', '_con.mp4', 'a_b_c_d.mp4', '_gpj.exe']);
  assert.ok(Buffer.byteLength(names[6]) <= 180 && names[6].endsWith('.mp4'));
  const same = ['a.mp4', 'A.mp4', 'a.mp4'].map((name, place) => ({ name, row_key: `row-${place}` }));
  assert.deepEqual(distinctNames(same), ['row-0-a.mp4', 'row-1-A.mp4', 'row-2-a.mp4']);
  const { client, folder } = await shop(t, ['..%2f..%2fevil.mp4'], (_, response) => whole(response));
  await client.downloadResults('job_1', folder);
  assert.deepEqual(await readdir(folder), ['_.._evil.mp4']);
});

test('a full or foreign folder is an error of each file', async (t) => {
  const { client, folder } = await shop(t, ['a.mp4'], (_, response) => whole(response));
  const file = join(folder, 'file');
  await writeFile(file, '');
  await assert.rejects(client.downloadResults('job_1', file), { code: 'EEXIST' });
});
