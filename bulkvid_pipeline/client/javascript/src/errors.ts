/**
 * Every error that the client throws, in one hierarchy.
 *
 *     BulkJobsError
 *     ├── InvalidRequestError          400, 413, 415, 422
 *     ├── AuthenticationError          401
 *     ├── PermissionDeniedError        403
 *     ├── NotFoundError                404, 410
 *     ├── ConflictError                409
 *     ├── IdempotencyError             409, 422: the idempotency key is in use, or was used for another request
 *     ├── RateLimitedError             429
 *     ├── ServerError                  5xx
 *     │   └── ServiceUnavailableError  502, 503, 504
 *     ├── UnexpectedAnswerError        an answer that is not from this API, for example a proxy's web page
 *     ├── ConnectionFailedError        no answer
 *     │   └── RequestTimeoutError      no answer in time
 *     ├── JobFailedError               the job that was monitored failed or was canceled
 *     └── DownloadError                some files could not be downloaded
 */
import type { DownloadedFile } from './downloads.js';
import type { Job, JobUpdate } from './types.js';

/** What an error may say besides its message. */
export interface ErrorFacts {
  code?: string;
  fix?: string;
  field?: string | null;
  details?: unknown;
  requestId?: string | null;
  status?: number | null;
  retryAfter?: number | null;
  cause?: unknown;
}

/** Base of all errors of this client. */
export class BulkJobsError extends Error {
  /** The error's name for programs, for example `INVALID_RANGE`; empty if the server did not send one. */
  readonly code: string;
  /** What you can do about it; may be empty. */
  readonly fix: string;
  /** The part of the request that is wrong, for example `input_source.range`. */
  readonly field: string | null;
  /** More, as the server sent it. */
  readonly details: unknown;
  /** Names the request in the server's log. */
  readonly requestId: string | null;
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;
  /** Seconds that the server asked to wait; null if it did not. */
  readonly retryAfter: number | null;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.code = facts.code ?? '';
    this.fix = facts.fix ?? '';
    this.field = facts.field ?? null;
    this.details = facts.details ?? null;
    this.requestId = facts.requestId ?? null;
    this.status = facts.status ?? null;
    this.retryAfter = facts.retryAfter ?? null;
  }

  override toString(): string {
    const where = this.field && !this.message.startsWith(this.field) ? `${this.field}: ` : '';
    const fix = this.fix ? ` (${this.fix})` : '';
    const known = [this.code, this.requestId ? `request ${this.requestId}` : ''].filter(Boolean).join(', ');
    return `${this.name}: ${where}${this.message}${fix}${known ? ` [${known}]` : ''}`;
  }
}

/** The request is wrong; `field` and `fix` say where and how to mend it. */
export class InvalidRequestError extends BulkJobsError {}

/** The token is missing, wrong or expired. */
export class AuthenticationError extends BulkJobsError {}

/** The token is valid but does not permit this. */
export class PermissionDeniedError extends BulkJobsError {}

/** There is no such job, item, template or sheet in the token's project. */
export class NotFoundError extends BulkJobsError {}

/** The job's state does not allow this; `details` has the state and the allowed actions. */
export class ConflictError extends BulkJobsError {}

/** The idempotency key was used for another request, or its first request is still at work. */
export class IdempotencyError extends BulkJobsError {}

/** Too many requests; `retryAfter` seconds from now the next one may be sent. */
export class RateLimitedError extends BulkJobsError {}

/** The server failed. */
export class ServerError extends BulkJobsError {}

/** The server, or a part that it needs, is not available now. */
export class ServiceUnavailableError extends ServerError {}

/** Something answered that is not this API. */
export class UnexpectedAnswerError extends BulkJobsError {}

/** The server could not be reached, or the connection broke before the answer was complete. */
export class ConnectionFailedError extends BulkJobsError {
  /** Whether the server may have got the request, and acted on it. */
  readonly mayHaveArrived: boolean;

  constructor(message: string, facts: ErrorFacts & { mayHaveArrived?: boolean } = {}) {
    super(message, facts);
    this.mayHaveArrived = facts.mayHaveArrived ?? true;
  }
}

/** The server did not answer in time. */
export class RequestTimeoutError extends ConnectionFailedError {}

/** The job that was monitored failed or was canceled. */
export class JobFailedError extends BulkJobsError {
  /** The job as it ended. */
  readonly job: Job;
  /** Its last progress. */
  readonly progress: JobUpdate;

  constructor(job: Job, progress: JobUpdate) {
    const counts = `${job.items_completed} of ${job.items_total} rows completed, ${job.items_failed} failed`;
    super(`Job ${job.id} ${job.state === 'canceled' ? 'was canceled' : 'failed'}: ${counts}`, {
      code: job.state === 'canceled' ? 'JOB_CANCELED' : 'JOB_FAILED',
      fix: "See getReport(id) and getItems(id, { state: 'failed' }) for the errors of its rows",
    });
    this.job = job;
    this.progress = progress;
  }
}

/** Some files could not be downloaded; call `downloadResults` again to go on where it stopped. */
export class DownloadError extends BulkJobsError {
  /** The error of each file that failed, by the file's path. */
  readonly failures: ReadonlyMap<string, Error>;
  /** The files that are complete. */
  readonly files: readonly DownloadedFile[];

  constructor(failures: ReadonlyMap<string, Error>, files: readonly DownloadedFile[]) {
    const [path, first] = [...failures][0] ?? ['', new Error('unknown')];
    const all = failures.size + files.length;
    super(`${failures.size} of ${all} files could not be downloaded; the first is ${path}: ${first.message}`, {
      fix: 'Call downloadResults again: it goes on where it stopped',
      cause: first,
    });
    this.failures = failures;
    this.files = files;
  }
}

const CLASS_OF_STATUS: Record<number, typeof BulkJobsError> = {
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  410: NotFoundError,
  429: RateLimitedError,
  502: ServiceUnavailableError,
  503: ServiceUnavailableError,
  504: ServiceUnavailableError,
};

/** The error that an answer with an error's status tells of; a body that is not the API's is described in words. */
export function errorOfAnswer(
  status: number,
  body: string,
  headers: { requestId: string | null; retryAfter: number | null },
): BulkJobsError {
  const error = errorIn(body);
  if (!error) {
    return new (classOf(status, ''))(
      `The server answered ${status} with ${described(body)} in place of the API's JSON`,
      { fix: 'Check baseURL; a proxy between here and the server may have answered', status, ...headers },
    );
  }
  const code = text(error.code);
  return new (classOf(status, code))(text(error.message) || `The server answered ${status}`, {
    code,
    fix: text(error.fix),
    field: text(error.field) || null,
    details: error.details,
    requestId: text(error.request_id) || headers.requestId,
    status,
    retryAfter: headers.retryAfter,
  });
}

/** What `body` is, in a few words with its beginning, for the message of an error. */
export function described(body: string): string {
  const words = body.slice(0, 2000).split(/\s+/).filter(Boolean).join(' ');
  if (!words) return 'an empty body';
  const kind = /^<(!doctype|html)/i.test(words) ? 'a web page' : 'text';
  return `${kind} ('${words.slice(0, 120)}${words.length > 120 ? '...' : ''}')`;
}

function classOf(status: number, code: string): typeof BulkJobsError {
  if (code.includes('IDEMPOTENCY')) return IdempotencyError;
  if (status < 400) return UnexpectedAnswerError;
  return CLASS_OF_STATUS[status] ?? (status >= 500 ? ServerError : InvalidRequestError);
}

function errorIn(body: string): Record<string, unknown> | null {
  try {
    const answer: unknown = JSON.parse(body);
    const error = isObject(answer) ? answer.error : null;
    return isObject(error) ? error : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
