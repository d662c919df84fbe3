/** Requests go out with the token, are repeated where that is safe and helps, and come back whole or as an error. */
import {
  BulkJobsError,
  ConnectionFailedError,
  errorOfAnswer,
  RequestTimeoutError,
  UnexpectedAnswerError,
} from './errors.js';
import { pauseAfter, retryAfterSeconds, type RetryPolicy } from './retries.js';
import { Deadline, sleep } from './waiting.js';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Error codes of connections that never were: the server has seen nothing of the request. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const WITHOUT_BODY = new Set([204, 205]);

export class Transport {
  readonly baseURL: string;
  readonly policy: RetryPolicy;
  readonly timeoutMs: number;
  readonly #fetch: Fetch;
  readonly #token: string;

  constructor(baseURL: string, token: string, policy: RetryPolicy, timeoutMs: number, fetch: Fetch) {
    this.baseURL = checkedBaseURL(baseURL);
    this.policy = policy;
    this.timeoutMs = timeoutMs;
    this.#fetch = fetch;
    this.#token = checkedToken(token);
  }

  /** A `fetch` for the generated calls: its answers are complete and not errors, as one of the status `accepting` is. */
  sender(repeatable: boolean, accepting?: number): (request: Request) => Promise<Response> {
    return async (request) => {
      const body = request.body === null ? undefined : await request.arrayBuffer();
      const init: RequestInit = { method: request.method, headers: request.headers, ...(body && { body }) };
      const attempt = () => this.#whole(request.url, init, request.signal, accepting);
      return this.#repeating(repeatable, request.signal, attempt);
    };
  }

  /**
   * An answer whose body is read by whoever asked; once, without repeating.
   *
   * @throws BulkJobsError the server cannot be reached, or answers with an error's status.
   */
  async open(url: string, init: RequestInit, deadline: Deadline, accepting?: number): Promise<Response> {
    const response = await this.#send(url, init, deadline);
    if (response.ok || response.status === accepting) return response;
    throw await this.#errorOf(response, deadline);
  }

  /** The error of this client for what went wrong while an answer was read. */
  readingError(error: unknown, deadline: Deadline, url: string): unknown {
    if (error instanceof BulkJobsError) return error;
    const host = new URL(url).host;
    if (deadline.passed) return new RequestTimeoutError(`${host} did not answer in time`, { cause: error });
    if (deadline.signal.aborted) return deadline.signal.reason;
    const why = reasonOf(error);
    const never = NEVER_CONNECTED.has(why.code);
    return new ConnectionFailedError(
      never ? `Cannot reach ${host}: ${why.text}` : `The connection to ${host} broke: ${why.text}`,
      { mayHaveArrived: !never, fix: never ? 'Check baseURL, and that the server runs' : '', cause: error },
    );
  }

  async #repeating(repeatable: boolean, signal: AbortSignal, attempt: () => Promise<Response>): Promise<Response> {
    const started = Date.now();
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        const elapsedMs = Date.now() - started;
        const pause = pauseAfter(this.policy, error, { failures, elapsedMs, repeatable });
        if (pause === null) throw error;
        await sleep(pause, signal);
      }
    }
  }

  async #whole(url: string, init: RequestInit, signal: AbortSignal, accepting?: number): Promise<Response> {
    const deadline = new Deadline(this.timeoutMs, signal);
    try {
      const response = await this.open(url, init, deadline, accepting);
      const status = response.status === accepting ? 200 : response.status;
      const body = WITHOUT_BODY.has(status) ? null : await response.arrayBuffer();
      return new Response(body, { status, headers: response.headers });
    } catch (error) {
      throw this.readingError(error, deadline, url);
    } finally {
      deadline.clear();
    }
  }

  async #send(url: string, init: RequestInit, deadline: Deadline): Promise<Response> {
    const headers = new Headers(init.headers);
    if (new URL(url).origin === new URL(this.baseURL).origin) headers.set('Authorization', `Bearer ${this.#token}`);
    if (!headers.has('Accept')) headers.set('Accept', 'application/json');
    const isRead = (init.method ?? 'GET') === 'GET';
    try {
      const send = this.#fetch;
      const response = await send(url, {
        ...init,
        headers,
        signal: deadline.signal,
        redirect: isRead ? 'follow' : 'manual',
      });
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400 && !isRead)) {
        throw new UnexpectedAnswerError(`${new URL(url).host} sends us on to another address`, {
          fix: "Give the API's own address as baseURL, with https:// if it wants that",
          status: response.status,
        });
      }
      return response;
    } catch (error) {
      throw this.readingError(error, deadline, url);
    }
  }

  async #errorOf(response: Response, deadline: Deadline): Promise<BulkJobsError> {
    let body = '';
    try {
      body = await response.text();
    } catch (error) {
      if (deadline.signal.aborted) throw error;
    }
    return errorOfAnswer(response.status, body, {
      requestId: response.headers.get('x-request-id'),
      retryAfter: retryAfterSeconds(response.headers.get('retry-after')),
    });
  }
}

function reasonOf(error: unknown): { code: string; text: string } {
  let innermost: unknown = error;
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause;
  if (innermost instanceof AggregateError && innermost.errors[0] instanceof Error) innermost = innermost.errors[0];
  if (!(innermost instanceof Error)) return { code: '', text: String(error) };
  const code = 'code' in innermost ? String(innermost.code) : '';
  return { code, text: innermost.message || code || innermost.name };
}

function checkedBaseURL(baseURL: string): string {
  let url: URL;
  try {
    url = new URL(baseURL);
  } catch {
    throw new TypeError('baseURL is not a web address; use for example https://api.example.com');
  }
  if (url.username || url.password) {
    throw new TypeError('baseURL holds a user or a password; give the token as apiKey');
  }
  if (!/^https?:$/.test(url.protocol) || url.search || url.hash) {
    throw new TypeError(`baseURL is not a web address: '${baseURL}'; use for example https://api.example.com`);
  }
  return url.href.replace(/\/+$/, '');
}

function checkedToken(apiKey: string): string {
  const token = typeof apiKey === 'string' ? apiKey.trim() : '';
  if (!token) throw new TypeError('apiKey is empty; `bulkvid token` makes one');
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError("apiKey holds spaces or characters that no token has; copy it again, without 'Bearer'");
  }
  return token;
}
