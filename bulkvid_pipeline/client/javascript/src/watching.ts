/** Watching a job until it ends, through restarts and dropped connections: by its stream of events, or by polling. */
import {
  BulkJobsError,
  IdempotencyError,
  RequestTimeoutError,
  UnexpectedAnswerError,
} from './errors.js';
import { backoff, mayPass } from './retries.js';
import { EventReader } from './sse.js';
import type { Transport } from './transport.js';
import type { Job, JobUpdate, Progress, StreamEvent } from './types.js';
import { Deadline, sleep } from './waiting.js';

/** The server sends a sign of life every 15 s: a stream that is silent for three of them is dead. */
const SILENCE_MS = 45_000;
/** A stream begins with what is known; one that brings nothing in this time is held back on its way. */
const FIRST_SILENCE_MS = 20_000;
const SHORTEST_POLL_MS = 2_000;
/** So many streams in a row that brought nothing show that streams do not work here. */
const BARREN_STREAMS = 2;
const WITHOUT_STREAMS = new Set([404, 405, 406, 410, 501]);

/** How a job is watched. */
export interface WatchOptions {
  /** Ends the watching; the promise or the loop then rejects with its reason. */
  signal?: AbortSignal;
  /** Milliseconds between two looks where streams do not work, at least 2,000; 3,000 if left out. */
  pollInterval?: number;
  /** How long the server may be out of reach, in ms; ten minutes if left out, `Infinity` for as long as it takes. */
  maxOutage?: number;
}

/** How a job's events are followed. */
export interface StreamOptions extends Omit<WatchOptions, 'pollInterval'> {
  /** Go on after this event; from the job's present state if left out. */
  lastEventId?: string;
}

/** What is watched: how the job is read, and where its stream is. */
export interface Watched {
  transport: Transport;
  streamURL: string;
  readJob: () => Promise<Job>;
}

class StreamingNotPossibleError extends BulkJobsError {}

/** The progress of a job each time that it or the job's state changes, until the job ends; returns the job at its end. */
export async function* updatesOf(watched: Watched, options: WatchOptions = {}): AsyncGenerator<JobUpdate, Job, void> {
  const changes = new Changes();
  let job = await watched.readJob();
  yield* changes.of(updateOf(job));
  if (hasEnded(job)) return job;
  try {
    for await (const event of eventsOf(watched, options)) yield* changes.after(event);
    job = await presentJob(watched, options);
    yield* changes.of(updateOf(job));
    if (hasEnded(job)) return job;
  } catch (error) {
    if (!(error instanceof StreamingNotPossibleError)) throw error;
  }
  return yield* polled(watched, options, changes);
}

/** A job's events from the beginning, or after `lastEventId`, until the job ends. */
export async function* eventsOf(
  watched: Watched,
  options: StreamOptions,
): AsyncGenerator<StreamEvent, void, void> {
  const outage = new Outage(watched.transport, options);
  let lastId = options.lastEventId ?? '';
  for (let barren = 0; ; ) {
    const stream = new Stream(watched, lastId, options.signal);
    let error: unknown = null;
    try {
      for await (const event of stream.events()) {
        outage.over();
        lastId = event.id;
        yield event;
        if (event.type === 'end') return;
      }
      if (stream.isOver) return;
    } catch (caught) {
      error = caught;
    }
    barren = stream.isBarren(error) ? barren + 1 : 0;
    if (barren >= BARREN_STREAMS || stream.isHeldBack(error)) {
      throw new StreamingNotPossibleError('Streams end or stay silent without a single event');
    }
    if (error !== null && !(error instanceof UnexpectedAnswerError)) outage.goesOn(error);
    await outage.pause(stream.retryMs ?? 0, error);
  }
}

/** One connection to a job's stream. */
class Stream {
  readonly #watched: Watched;
  readonly #reader: EventReader;
  readonly #signal: AbortSignal | undefined;
  #begun = false;
  #alive = false;
  /** Whether the server said that the last event was the end. */
  isOver = false;

  constructor(watched: Watched, lastId: string, signal: AbortSignal | undefined) {
    this.#watched = watched;
    this.#reader = new EventReader(lastId);
    this.#signal = signal;
  }

  /** Milliseconds that the server asks to wait before the next connection. */
  get retryMs(): number | null {
    return this.#reader.retryMs;
  }

  async *events(): AsyncGenerator<StreamEvent, void, void> {
    const { transport, streamURL } = this.#watched;
    const deadline = new Deadline(transport.timeoutMs, this.#signal);
    let body: ReadableStreamDefaultReader<Uint8Array> | undefined;
    try {
      const lastId = this.#reader.lastId;
      const headers = { Accept: 'text/event-stream', ...(lastId && { 'Last-Event-ID': lastId }) };
      const response = await transport.open(streamURL, { headers, cache: 'no-store' }, deadline);
      this.isOver = response.status === 204;
      if (this.isOver) return;
      body = response.body?.getReader();
      if (!body || !/^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')) {
        throw new UnexpectedAnswerError('What was sent is no stream of events', { status: response.status });
      }
      this.#begun = true;
      deadline.extend(FIRST_SILENCE_MS);
      for (let part = await body.read(); !part.done; part = await body.read()) {
        this.#alive = true;
        deadline.extend(SILENCE_MS);
        for (const event of this.#reader.read(part.value)) yield parsed(event.type, event.id, event.data);
      }
    } catch (error) {
      const known = transport.readingError(error, deadline, streamURL);
      if (known instanceof BulkJobsError && WITHOUT_STREAMS.has(known.status ?? 0)) {
        throw new StreamingNotPossibleError('The server has no stream of this job', { cause: known });
      }
      throw known;
    } finally {
      deadline.clear();
      await body?.cancel().catch(() => undefined);
    }
  }

  /** Whether it brought nothing, and not because the connection broke. */
  isBarren(error: unknown): boolean {
    return !this.#alive && (error === null || error instanceof UnexpectedAnswerError);
  }

  /** Whether it was opened and then stayed silent: something on the way collects what the server sends. */
  isHeldBack(error: unknown): boolean {
    return error instanceof StreamingNotPossibleError || (this.#begun && !this.#alive && error instanceof RequestTimeoutError);
  }
}

/** How long the server has been out of reach, and how long that may last. */
class Outage {
  readonly #transport: Transport;
  readonly #options: WatchOptions;
  #since: number | null = null;
  #failures = 0;

  constructor(transport: Transport, options: WatchOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  over(): void {
    this.#since = null;
    this.#failures = 0;
  }

  /** Note a failure; throws it if it will not pass, or has lasted too long. */
  goesOn(error: unknown): void {
    if (!(error instanceof BulkJobsError) || !mayPass(error) || error instanceof IdempotencyError) throw error;
    this.#since ??= Date.now();
    this.#failures += 1;
    if (Date.now() - this.#since > (this.#options.maxOutage ?? 600_000)) throw error;
  }

  pause(atLeastMs: number, error: unknown): Promise<void> {
    const asked = error instanceof BulkJobsError ? 1000 * (error.retryAfter ?? 0) : 0;
    const ms = Math.max(atLeastMs, asked) + backoff(this.#transport.policy, this.#failures + 1);
    return sleep(ms, this.#options.signal);
  }
}

/** What was told, so that nothing is told twice. */
class Changes {
  #state: Job['state'] | null = null;
  #progress: Progress | null = null;
  #told = '';

  *after(event: StreamEvent): Generator<JobUpdate, void, void> {
    if (event.type === 'progress') this.#progress = event.data;
    else if (event.type === 'state') this.#state = event.data.state;
    else return;
    if (this.#state && this.#progress) yield* this.of({ ...this.#progress, state: this.#state });
  }

  *of(update: JobUpdate): Generator<JobUpdate, void, void> {
    const { state, ...progress } = update;
    [this.#state, this.#progress] = [state, progress];
    const text = JSON.stringify([state, progress.percent_complete, progress.items_status, progress.timing, progress.rate_limited, progress.in_work]);
    if (text === this.#told) return;
    this.#told = text;
    yield update;
  }
}

async function* polled(watched: Watched, options: WatchOptions, changes: Changes): AsyncGenerator<JobUpdate, Job, void> {
  const interval = Math.max(SHORTEST_POLL_MS, options.pollInterval ?? 3_000);
  for (;;) {
    const job = await presentJob(watched, options);
    yield* changes.of(updateOf(job));
    if (hasEnded(job)) return job;
    await sleep(interval, options.signal);
  }
}

/** The job, however long the server is out of reach within the limit. */
async function presentJob(watched: Watched, options: WatchOptions): Promise<Job> {
  const outage = new Outage(watched.transport, options);
  for (;;) {
    try {
      return await watched.readJob();
    } catch (error) {
      outage.goesOn(error);
      await outage.pause(0, error);
    }
  }
}

function parsed(type: string, id: string, data: string): StreamEvent {
  try {
    return { type, id, data: JSON.parse(data) } as StreamEvent;
  } catch (error) {
    throw new UnexpectedAnswerError(`An event '${type}' does not hold JSON`, { cause: error });
  }
}

function updateOf(job: Job): JobUpdate {
  const { id, state, percent_complete, items_status, timing, rate_limited, in_work } = job;
  return { job_id: id, state, percent_complete, items_status, timing, rate_limited, in_work };
}

/** Whether the job is completed, failed or canceled. */
export function hasEnded(job: { state: Job['state'] }): boolean {
  return job.state === 'completed' || job.state === 'failed' || job.state === 'canceled';
}
