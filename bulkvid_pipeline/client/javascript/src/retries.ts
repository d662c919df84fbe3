/** Whether a request that failed is sent again, and when: pure decisions. */
import { BulkJobsError, ConnectionFailedError, IdempotencyError, RateLimitedError } from './errors.js';

const LONGEST_PAUSE_MS = 30_000;
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Exponential backoff with full jitter, within a bound on the whole time. */
export interface RetryPolicy {
  /** Attempts after the first one. */
  maxRetries: number;
  /** The longest that the first pause can be, in ms; each next one is at most twice as long. */
  backoffMs: number;
  /** No attempt begins later than so many ms after the first. */
  totalMs: number;
}

/** What is known of a request that has failed. */
export interface Attempts {
  /** How many have failed, 1 or more. */
  failures: number;
  /** Since the first one began. */
  elapsedMs: number;
  /** Whether a second request does no harm where nobody knows what became of the first. */
  repeatable: boolean;
}

/** Milliseconds until the next attempt; null if there is to be none. */
export function pauseAfter(policy: RetryPolicy, error: unknown, attempts: Attempts): number | null {
  if (!(error instanceof BulkJobsError) || attempts.failures > policy.maxRetries || !mayPass(error)) return null;
  if (!attempts.repeatable && !neverActedOn(error)) return null;
  const pause = backoff(policy, attempts.failures) + 1000 * (error.retryAfter ?? 0);
  return attempts.elapsedMs + pause > policy.totalMs ? null : pause;
}

/** Milliseconds to wait after so many failures in a row, by chance. */
export function backoff(policy: RetryPolicy, failures: number): number {
  return Math.random() * Math.min(LONGEST_PAUSE_MS, policy.backoffMs * 2 ** Math.min(failures - 1, 20));
}

/** Whether the same request may succeed later. */
export function mayPass(error: BulkJobsError): boolean {
  if (error instanceof ConnectionFailedError) return true;
  if (error instanceof IdempotencyError) return error.status === 409;
  return error.status !== null && PASSING_STATUSES.has(error.status);
}

/** Whether the server certainly did nothing: it was not reached, or turned the request away at the door. */
function neverActedOn(error: BulkJobsError): boolean {
  return error instanceof RateLimitedError || (error instanceof ConnectionFailedError && !error.mayHaveArrived);
}

/** Seconds that a `Retry-After` header asks to wait, as a number or as a date; null if it says neither. */
export function retryAfterSeconds(header: string | null, now: number = Date.now()): number | null {
  const value = header?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  if (!/[a-z]/i.test(value)) return null;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? null : Math.max(0, (moment - now) / 1000);
}
