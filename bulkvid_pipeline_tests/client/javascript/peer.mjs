// A small server in place of the API: real HTTP, and every fault that a test wants.
import { createServer } from 'node:http';

export const TOKEN = 'token-that-nobody-may-see';

/** A server that answers as `respond(request, response)` says; `request` has method, path, query, headers, body. */
export async function peer(t, respond) {
  const server = new Peer(respond);
  await server.start();
  t.after(() => server.stop());
  return server;
}

export class Peer {
  requests = [];
  port = 0;
  #respond;
  #server;

  constructor(respond) {
    this.#respond = respond;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listen, after a stop on the same port again. */
  start() {
    this.#server = createServer((request, response) => this.#take(request, response));
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.port, '127.0.0.1', () => {
        this.port = this.#server.address().port;
        resolve();
      });
    });
  }

  /** End at once, as a killed process does. */
  stop() {
    return new Promise((resolve) => {
      this.#server.close(resolve);
      this.#server.closeAllConnections();
    });
  }

  /** The requests of a method and path. */
  of(method, path) {
    return this.requests.filter((request) => request.method === method && request.path === path);
  }

  async #take(incoming, response) {
    const url = new URL(incoming.url, this.url);
    const parts = [];
    try {
      for await (const part of incoming) parts.push(part);
    } catch {
      return; // The client has gone away.
    }
    const request = {
      method: incoming.method,
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(parts),
    };
    this.requests.push(request);
    await this.#respond(request, response, this);
  }
}

export function ok(response, data, { status = 200, headers = {} } = {}) {
  send(response, status, JSON.stringify({ success: true, data }), headers);
}

export function fail(response, status, error = {}, headers = {}) {
  const body = { code: 'SOME_ERROR', message: 'Something is wrong', fix: 'Mend it', field: null, details: null, request_id: 'req_1', ...error };
  send(response, status, JSON.stringify({ success: false, error: body }), headers);
}

export function html(response, status) {
  send(response, status, '<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>', { 'content-type': 'text/html' });
}

/** Break the connection without an answer. */
export function drop(response) {
  response.socket.destroy();
}

function send(response, status, body, headers) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers });
  response.end(body);
}

/** A job as the API shows one. */
export function job(fields = {}) {
  const counts = { total: 4, completed: 0, failed: 0, cancelled: 0, skipped: 0, pending: 4 };
  return {
    id: 'job_1',
    run_id: 'run_1',
    title: 'Spring',
    state: 'running',
    priority: 'normal',
    user_id: 'ada',
    project_id: 'default',
    percent_complete: 0,
    items_total: 4,
    items_completed: 0,
    items_failed: 0,
    items_pending: 4,
    created_at: '2025-10-30T01:00:00Z',
    updated_at: '2025-10-30T01:00:00Z',
    items_status: counts,
    timing: { started_at: null, processing_time_ms: 0, eta_ms: null },
    rate_limited: false,
    in_work: [],
    actions: [],
    ...fields,
  };
}

export function progress(percent_complete) {
  const { id, items_status, timing, rate_limited, in_work } = job();
  return { job_id: id, percent_complete, items_status, timing, rate_limited, in_work };
}

/** An event of a stream as bytes. */
export function event(type, id, data) {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

export function stream(response, ...events) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`retry: 10\n\n${events.join('')}`);
}
