/** The client: calls by name over the generated ones. */
import { downloadFiles, type DownloadedFile, type DownloadOptions } from './downloads.js';
import { JobFailedError, UnexpectedAnswerError } from './errors.js';
import { sheetFile } from './files.js';
import * as calls from './generated/sdk.gen.js';
import type * as api from './generated/types.gen.js';
import { idempotencyKey } from './idempotency.js';
import { specOf, type JobFields } from './job_arguments.js';
import { JobEvents } from './job_events.js';
import { Pages } from './pages.js';
import { filesOf, type FileKind } from './results.js';
import { checkedId, Sender, type CallOptions, type Common } from './sender.js';
import { Templates } from './templates.js';
import { Transport, type Fetch } from './transport.js';
import type {
  Analytics,
  BulkJobSpec,
  CreatedJob,
  DetailedHealth,
  DryRun,
  Health,
  Item,
  ItemDetail,
  Job,
  JobUpdate,
  Metrics,
  Progress,
  Report,
  Result,
  SheetPreview,
  StreamEvent,
  SystemStatus,
  UploadedSheet,
} from './types.js';
import { eventsOf, updatesOf, type StreamOptions, type Watched, type WatchOptions } from './watching.js';
import { Webhooks } from './webhooks.js';

/** How a client is made. */
export interface ClientOptions {
  /** The token, as `bulkvid token` makes one. It goes to `baseURL` alone. */
  apiKey: string;
  /** The API's address, for example `https://api.example.com`. */
  baseURL: string;
  /** Milliseconds within which an answer must be complete; 60,000 if left out. */
  timeout?: number;
  /** Further attempts of a request that failed in passing, where a second one does no harm; 4 if left out. */
  maxRetries?: number;
  /** What sends the requests; the platform's own `fetch` if left out. */
  fetch?: Fetch;
}

/** What every call takes that changes something; a key makes one change out of several calls, also of several processes. */
export type ChangeOptions = CallOptions & {
  /** Made for each call if left out. */
  idempotencyKey?: string;
};

/** A new job: its fields, and instead of `path` or `sheet_id` perhaps a file to upload first. */
export type NewJob = JobFields & {
  /** A CSV or XLSX file; in node also its path. */
  file?: Blob | string;
};

type Query<T extends { query?: unknown }> = Omit<NonNullable<T['query']>, 'page_token'>;

type EventQuery = Omit<Query<api.ListJobEventsData>, 'before'>;

const ONCE_BY_ITS_KEY = { repeatable: true };
const UNWELL_IS_AN_ANSWER = { repeatable: true, accepting: 503 };
const STREAM: api.StreamJobData['url'] = '/api/bulk-jobs/{job_id}/stream';

/**
 * The API of one server for one token.
 *
 *     const client = new BulkJobsClient({ apiKey, baseURL: 'https://api.example.com' });
 *     const job = await client.createJob({ title: 'Spring', sheet_id, range: 'A1:Z100' });
 *     await client.monitorJob(job.id, (update) => console.log(update.percent_complete));
 *
 * What fails rejects with a `BulkJobsError`. Requests are repeated after faults that pass; changes are still done once, by
 * a key that goes with each.
 */
export class BulkJobsClient {
  readonly templates: Templates;
  readonly webhooks: Webhooks;
  readonly #sender: Sender;

  /** @throws TypeError the token or the address cannot be one. */
  constructor(options: ClientOptions) {
    const send = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
    const policy = { maxRetries: options.maxRetries ?? 4, backoffMs: 500, totalMs: 120_000 };
    const transport = new Transport(options.baseURL, options.apiKey, policy, options.timeout ?? 60_000, send);
    this.#sender = new Sender(transport);
    this.templates = new Templates(this.#sender);
    this.webhooks = new Webhooks(this.#sender);
  }

  /** The API's address. */
  get baseURL(): string {
    return this.#sender.transport.baseURL;
  }

  // Starting jobs

  /**
   * Create a job. Its fields may be flat (`sheet_id`, `range`, `output_bucket`, `template_id`) or nested as in the API.
   *
   * One call creates one job, however often its request has to be sent. With an `idempotencyKey` of your own, upload a
   * file first and give its id as `path`.
   */
  async createJob(job: NewJob, options: ChangeOptions = {}): Promise<CreatedJob> {
    const body = await this.#specOf(job, options);
    const headers = keyOf(options);
    const call = (common: Common) => calls.createJob({ ...common, body, headers });
    return (await this.#sender.write<CreatedJob | DryRun>(call, options, ONCE_BY_ITS_KEY)) as CreatedJob;
  }

  /** What creating a job would do: the findings of its sheet, and an estimate. Nothing is created. */
  async estimateJob(job: NewJob, options: CallOptions = {}): Promise<DryRun> {
    const body = await this.#specOf(job, options);
    const query = { dry_run: true };
    const call = (common: Common) => calls.createJob({ ...common, body, query });
    return (await this.#sender.read<CreatedJob | DryRun>(call, options)) as DryRun;
  }

  /** Upload a CSV or XLSX file of at most 10 MiB, in node also by its path; its `id` is the `path` of a job. */
  async uploadSheet(file: Blob | string, options: ChangeOptions & { name?: string } = {}): Promise<UploadedSheet> {
    const { name, content } = await sheetFile(file, options.name);
    const form = new FormData();
    form.append('file', content, name);
    const request = { body: { file: content }, bodySerializer: () => form, headers: keyOf(options) };
    return this.#sender.write((common) => calls.uploadSheet({ ...common, ...request }), options, ONCE_BY_ITS_KEY);
  }

  /** How a sheet is understood, before a job is created over it. */
  async previewSheet(job: NewJob & { rows?: number }, options: CallOptions = {}): Promise<SheetPreview> {
    const { rows, ...fields } = job;
    const body = { ...(await this.#specOf(fields, options)), ...(rows !== undefined && { rows }) };
    return this.#sender.read((common) => calls.previewSheet({ ...common, body }), options);
  }

  // Reading jobs

  /** A job. */
  getJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#sender.read((common) => calls.getJob({ ...common, path: job(id) }), options);
  }

  /** The project's jobs: newest first, unless `sort` and `order` say otherwise. */
  listJobs(query: Query<api.ListJobsData> = {}, options: CallOptions = {}): Pages<Job> {
    return new Pages((place) =>
      this.#sender.read((common) => calls.listJobs({ ...common, query: { ...query, ...place } }), options),
    );
  }

  /** How far a job is. */
  getJobProgress(id: string, options: CallOptions = {}): Promise<Progress> {
    return this.#sender.read((common) => calls.getJobProgress({ ...common, path: job(id) }), options);
  }

  /** What happened in a job: newest first, or after `cursor` oldest first. */
  getJobEvents(id: string, query: EventQuery = {}, options: CallOptions = {}): JobEvents {
    const path = job(id);
    const { cursor, ...filter } = query;
    return new JobEvents(
      (place) =>
        this.#sender.read((common) => calls.listJobEvents({ ...common, path, query: { ...filter, ...place } }), options),
      cursor ?? undefined,
    );
  }

  /** A job's rows, in the order of the sheet. */
  getItems(id: string, query: Query<api.ListJobItemsData> = {}, options: CallOptions = {}): Pages<Item> {
    const path = job(id);
    return new Pages((place) =>
      this.#sender.read((common) => calls.listJobItems({ ...common, path, query: { ...query, ...place } }), options),
    );
  }

  /** One row of a job, by its key or by its number in the sheet. */
  getItem(id: string, row: string | number, options: CallOptions = {}): Promise<ItemDetail> {
    const path = { ...job(id), row: checkedId(String(row)) };
    return this.#sender.read((common) => calls.getJobItem({ ...common, path }), options);
  }

  /** A job's finished videos, with links that hold for a while, and the rows that failed. */
  getResults(id: string, query: Query<api.ListJobResultsData> = {}, options: CallOptions = {}): Pages<Result> {
    const path = job(id);
    return new Pages((place) =>
      this.#sender.read((common) => calls.listJobResults({ ...common, path, query: { ...query, ...place } }), options),
    );
  }

  /** What the validation found in a job's sheet; `level` chooses severities. */
  getReport(id: string, query: Query<api.GetJobReportData> = {}, options: CallOptions = {}): Promise<Report> {
    return this.#sender.read((common) => calls.getJobReport({ ...common, path: job(id), query }), options);
  }

  /** How fast a job is, what it has made, and what that has cost. */
  getMetrics(id: string, options: CallOptions = {}): Promise<Metrics> {
    return this.#sender.read((common) => calls.getJobMetrics({ ...common, path: job(id) }), options);
  }

  // Controlling jobs

  /** Pause a job: rows in work are finished. */
  pauseJob(id: string, options: ChangeOptions = {}): Promise<Job> {
    const headers = keyOf(options);
    const call = (common: Common) => calls.pauseJob({ ...common, path: job(id), headers });
    return this.#sender.write(call, options, ONCE_BY_ITS_KEY);
  }

  /** Let a paused job go on. */
  resumeJob(id: string, options: ChangeOptions = {}): Promise<Job> {
    const headers = keyOf(options);
    const call = (common: Common) => calls.resumeJob({ ...common, path: job(id), headers });
    return this.#sender.write(call, options, ONCE_BY_ITS_KEY);
  }

  /** Stop a job for good; what is finished stays. */
  cancelJob(id: string, options: ChangeOptions = {}): Promise<Job> {
    const headers = keyOf(options);
    const call = (common: Common) => calls.cancelJob({ ...common, path: job(id), headers });
    return this.#sender.write(call, options, ONCE_BY_ITS_KEY);
  }

  /** Render again what failed, or the rows that `items` names by key or by number in the sheet. */
  retryJob(id: string, options: ChangeOptions & { items?: (string | number)[] } = {}): Promise<Job> {
    const request = { body: options.items && { items: options.items }, headers: keyOf(options) };
    const call = (common: Common) => calls.retryJob({ ...common, path: job(id), ...request });
    return this.#sender.write(call, options, ONCE_BY_ITS_KEY);
  }

  // Watching jobs

  /**
   * Watch a job until it ends; `onUpdate` hears of its progress, at once and then whenever it changes.
   *
   * Resolves with the last progress when the job is completed; rejects with a JobFailedError when it failed or was
   * canceled. A paused job is watched on. The server may be restarted meanwhile, and connections may drop.
   */
  async monitorJob(
    id: string,
    onUpdate?: ((update: JobUpdate) => unknown) | null,
    options: WatchOptions = {},
  ): Promise<JobUpdate> {
    const updates = this.watchJob(id, options);
    let last: JobUpdate | undefined;
    for (let next = await updates.next(); ; next = await updates.next()) {
      if (!next.done) {
        last = next.value;
        await onUpdate?.(last);
        continue;
      }
      if (!last) throw new UnexpectedAnswerError('The job ended without any progress');
      if (last.state !== 'completed') throw new JobFailedError(next.value, last);
      return last;
    }
  }

  /** The same as a loop, `for await (const update of client.watchJob(id))`, that ends when the job has, however it did. */
  watchJob(id: string, options: WatchOptions = {}): AsyncGenerator<JobUpdate, Job, void> {
    return updatesOf(this.#watched(id, options), options);
  }

  /** All events of a job as they happen, until its `end`; each once, over as many connections as it takes. */
  streamJob(id: string, options: StreamOptions = {}): AsyncGenerator<StreamEvent, void, void> {
    return eventsOf(this.#watched(id, options), options);
  }

  // Files

  /**
   * Download the finished videos of a job into a folder, and what else `kinds` names; only in node. Files that are complete are not fetched again, and
   * one that was interrupted goes on from its `.part` file. A file gets its name when it is complete.
   *
   * Rejects with a DownloadError if some files could not be downloaded; all others are there.
   */
  downloadResults(
    id: string,
    folder: string,
    options: DownloadOptions & { kinds?: FileKind[]; platforms?: string[] } = {},
  ): Promise<DownloadedFile[]> {
    const { kinds, platforms } = options;
    const results = this.getResults(id, { state: ['completed'], page_size: 100 }, options);
    const listFiles = async () => filesOf(await results.toArray(), kinds, platforms);
    return downloadFiles({ transport: this.#sender.transport, folder, listFiles, options });
  }

  // The installation

  /** What the project's jobs have made, from one day to another with both of them. */
  getJobAnalytics(query: Query<api.GetAnalyticsData> = {}, options: CallOptions = {}): Promise<Analytics> {
    return this.#sender.read((common) => calls.getAnalytics({ ...common, query }), options);
  }

  /** How busy the installation is. */
  systemStatus(options: CallOptions = {}): Promise<SystemStatus> {
    return this.#sender.read((common) => calls.getSystemStatus(common), options);
  }

  /** Whether the service works; an unhealthy one is an answer, not an error. */
  health(options: CallOptions = {}): Promise<Health> {
    return this.#sender.whole((common) => calls.getHealth(common), options, UNWELL_IS_AN_ANSWER);
  }

  /** Whether the service works, with figures of each part; needs the scope admin, or to be on its machine. */
  healthDetailed(options: CallOptions = {}): Promise<DetailedHealth> {
    return this.#sender.whole((common) => calls.getDetailedHealth(common), options, UNWELL_IS_AN_ANSWER);
  }

  async #specOf({ file, ...fields }: NewJob, options: CallOptions): Promise<BulkJobSpec> {
    const spec = specOf(fields);
    if (file === undefined) return spec;
    if (spec.input_source?.path || spec.input_source?.sheet_id) {
      throw new TypeError('Give one sheet: file, path or sheet_id');
    }
    const { id } = await this.uploadSheet(file, options.signal ? { signal: options.signal } : {});
    return { ...spec, input_source: { ...spec.input_source, path: id } };
  }

  #watched(id: string, { signal }: CallOptions): Watched {
    const { transport, generated } = this.#sender;
    const streamURL = generated.buildUrl({ url: STREAM, path: job(id) });
    return { transport, streamURL, readJob: () => this.getJob(id, signal ? { signal } : {}) };
  }
}

function keyOf(options: ChangeOptions): { 'Idempotency-Key': string } {
  return { 'Idempotency-Key': options.idempotencyKey ?? idempotencyKey() };
}

function job(id: string): { job_id: string } {
  return { job_id: checkedId(id) };
}
