/** Downloads to the disk: several at once, resumed where they stopped, checked, and never half under their name. */
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { DownloadedFile, DownloadJob, RemoteFile } from '../downloads.js';
import { BulkJobsError, DownloadError, NotFoundError, UnexpectedAnswerError } from '../errors.js';
import { backoff, mayPass } from '../retries.js';
import type { Transport } from '../transport.js';
import { Deadline, sleep } from '../waiting.js';
import { distinctNames } from './file_names.js';

/** Statuses of a link that holds no longer. */
const REFUSALS = new Set([400, 401, 403, 404, 410]);

const PART = '.part';

type Links = ReadonlyMap<string, RemoteFile>;

/** One call of `downloadResults`. */
export class Downloads {
  readonly #job: DownloadJob;
  readonly #complete = new Map<string, DownloadedFile>();
  readonly #failures = new Map<string, Error>();
  readonly #tally: Tally;
  #links: Promise<Links>;

  constructor(job: DownloadJob) {
    this.#job = job;
    this.#tally = new Tally(job);
    this.#links = this.#list();
  }

  async run(): Promise<DownloadedFile[]> {
    const links = await this.#links;
    await mkdir(this.#job.folder, { recursive: true });
    this.#tally.expect([...links.values()]);
    const waiting = [...links.keys()];
    const worker = async () => {
      for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await this.#try(name);
    };
    await Promise.all(Array.from({ length: Math.max(1, this.#job.options.concurrency ?? 4) }, worker));
    const complete = [...links.keys()].flatMap((name) => this.#complete.get(name) ?? []);
    if (this.#failures.size > 0) throw new DownloadError(this.#failures, complete);
    return complete;
  }

  async #list(): Promise<Links> {
    const files = await this.#job.listFiles();
    return new Map(distinctNames(files).map((name, place) => [name, { ...(files[place] as RemoteFile), name }]));
  }

  async #try(name: string): Promise<void> {
    try {
      this.#complete.set(name, await this.#withLinksThatHold(name));
    } catch (error) {
      const isOfThisFile = error instanceof BulkJobsError || isOfDisk(error);
      if (!isOfThisFile || this.#job.options.signal?.aborted) throw error;
      this.#failures.set(join(this.#job.folder, name), error);
    }
  }

  /** Fetch the file; where its link has expired, with a new one, as long as each brings some of it. */
  async #withLinksThatHold(name: string): Promise<DownloadedFile> {
    for (let tries = 1; ; tries += 1) {
      const links = this.#links;
      const file = (await links).get(name);
      if (!file) throw new NotFoundError(`${name} is no longer among the results`);
      const had = this.#tally.received(name);
      try {
        return await new Download(file, this.#job, this.#tally).run();
      } catch (error) {
        const isRefused = error instanceof BulkJobsError && REFUSALS.has(error.status ?? 0);
        if (!isRefused || (tries > 1 && this.#tally.received(name) === had)) throw error;
        if (this.#links === links) this.#links = this.#list();
      }
    }
  }
}

/** Counts what has come, and tells of it. */
class Tally {
  readonly #job: DownloadJob;
  readonly #onDisk = new Map<string, number>();
  readonly #received = new Map<string, number>();
  #filesDone = 0;
  #filesTotal = 0;
  #bytesTotal: number | null = 0;

  constructor(job: DownloadJob) {
    this.#job = job;
  }

  expect(files: readonly RemoteFile[]): void {
    this.#filesTotal = files.length;
    this.#bytesTotal = files.reduce<number | null>(
      (sum, { size }) => (sum === null || size === null ? null : sum + size),
      0,
    );
  }

  /** Bytes of the file that have come over the network. */
  received(name: string): number {
    return this.#received.get(name) ?? 0;
  }

  /** The file has so many bytes on the disk, some of which have just come. */
  at(name: string, onDisk: number, { came = 0, isComplete = false } = {}): void {
    this.#onDisk.set(name, onDisk);
    this.#received.set(name, this.received(name) + came);
    this.#filesDone += Number(isComplete);
    this.#job.options.onProgress?.({
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      bytesDone: [...this.#onDisk.values()].reduce((sum, size) => sum + size, 0),
      bytesTotal: this.#bytesTotal,
      path: join(this.#job.folder, name),
    });
  }
}

/** What an earlier connection has left of a file: `etag` says of which content. */
interface Part {
  path: string;
  etag: string;
  size: number;
}

/** One file on its way. */
class Download {
  readonly #file: RemoteFile;
  readonly #url: string;
  readonly #folder: string;
  readonly #target: string;
  readonly #transport: Transport;
  readonly #signal: AbortSignal | undefined;
  readonly #tally: Tally;

  constructor(file: RemoteFile, job: DownloadJob, tally: Tally) {
    this.#file = file;
    this.#transport = job.transport;
    this.#url = new URL(file.url, `${job.transport.baseURL}/`).href;
    this.#folder = job.folder;
    this.#target = join(job.folder, file.name);
    this.#signal = job.options.signal;
    this.#tally = tally;
  }

  async run(): Promise<DownloadedFile> {
    if (await this.#isComplete(this.#target)) return this.#told(true);
    if (!/^https?:/.test(this.#url)) {
      throw new UnexpectedAnswerError(`The file lies at ${this.#url}, which is no web address`, {
        fix: "Copy it from the server's own disk, or let the job write to a bucket",
      });
    }
    let whole = await this.#received();
    if (!(await this.#isComplete(whole))) {
      await rm(whole);
      whole = await this.#received();
    }
    if (!(await this.#isComplete(whole))) {
      const size = await sizeOf(whole);
      await rm(whole);
      throw new UnexpectedAnswerError(`${this.#file.name} arrived damaged: ${size} of ${this.#file.size} bytes`);
    }
    await rename(whole, this.#target);
    return this.#told(false);
  }

  /** The path of the part file, filled to its end over as many connections as it takes. */
  async #received(): Promise<string> {
    for (let failures = 1; ; failures += 1) {
      const before = await this.#part();
      try {
        return await this.#oneConnection(before);
      } catch (error) {
        if (!(error instanceof BulkJobsError)) throw error;
        const after = await this.#part();
        if (after && after.size > (before?.path === after.path ? before.size : 0)) failures = 1;
        if (before && error.status === 416) await rm(before.path);
        else if (failures > this.#transport.policy.maxRetries || !mayPass(error)) throw error;
        await sleep(backoff(this.#transport.policy, failures) + 1000 * (error.retryAfter ?? 0), this.#signal);
      }
    }
  }

  /** Fetch the file from the part's end on, or from its beginning if its content is another now. */
  async #oneConnection(part: Part | null): Promise<string> {
    if (part && part.size === this.#file.size) return part.path;
    const deadline = new Deadline(this.#transport.timeoutMs, this.#signal);
    try {
      const rest = part && { Range: `bytes=${part.size}-`, 'If-Range': part.etag };
      const headers = { Accept: '*/*', 'Accept-Encoding': 'identity', ...rest };
      const response = await this.#transport.open(this.#url, { headers }, deadline);
      const { start, total } = placeOf(response, part?.size ?? 0);
      if (part && start === 0) await rm(part.path);
      const path = part && start > 0 ? part.path : this.#pathOfPart(response.headers.get('etag') ?? '');
      const end = await this.#write(path, response, start, deadline);
      if (total === null || end === total) return path;
      throw new UnexpectedAnswerError(`${this.#file.name} ended after ${end} of ${total} bytes`);
    } catch (error) {
      throw isOfDisk(error) ? error : this.#transport.readingError(error, deadline, this.#url);
    } finally {
      deadline.clear();
    }
  }

  async #write(path: string, response: Response, start: number, deadline: Deadline): Promise<number> {
    const part = await open(path, start > 0 ? 'r+' : 'w');
    const body = response.body?.getReader();
    let size = start;
    try {
      for (let chunk = await body?.read(); chunk && !chunk.done; chunk = await body?.read()) {
        deadline.extend(this.#transport.timeoutMs);
        await part.write(chunk.value, 0, chunk.value.length, size);
        size += chunk.value.length;
        this.#tally.at(this.#file.name, size, { came: chunk.value.length });
      }
      return size;
    } finally {
      await part.close();
      await body?.cancel().catch(() => undefined);
    }
  }

  /** The part that can be gone on with: its name tells the tag of its content. */
  async #part(): Promise<Part | null> {
    const prefix = `${this.#file.name}.`;
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(prefix) || !name.endsWith(PART)) continue;
      const etag = Buffer.from(name.slice(prefix.length, -PART.length), 'base64url').toString();
      const path = join(this.#folder, name);
      const size = await sizeOf(path);
      if (etag.startsWith('"') && size) return { path, etag, size };
    }
    return null;
  }

  /** Only a strong tag says that two answers have the same bytes; a part without one is not gone on with. */
  #pathOfPart(etag: string): string {
    const named = etag.startsWith('"') && etag.length < 100 ? `.${Buffer.from(etag).toString('base64url')}` : '';
    return `${this.#target}${named}${PART}`;
  }

  /** Whether the file is there whole, as far as its size is known. */
  async #isComplete(path: string): Promise<boolean> {
    const size = await sizeOf(path);
    return size !== null && (this.#file.size === null || size === this.#file.size);
  }

  async #told(wasThere: boolean): Promise<DownloadedFile> {
    const bytes = (await sizeOf(this.#target)) ?? 0;
    this.#tally.at(this.#file.name, bytes, { isComplete: true });
    const { row_key, platform } = this.#file;
    return { path: this.#target, row_key, platform, bytes, wasThere };
  }
}

/** Where the body of an answer begins in the file, and the size of the whole file if the answer says it. */
function placeOf(response: Response, offset: number): { start: number; total: number | null } {
  if (response.status !== 206) return { start: 0, total: null };
  const range = response.headers.get('content-range') ?? '';
  const found = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(range);
  if (!found || Number(found[1]) !== offset || offset === 0) {
    throw new UnexpectedAnswerError(`A part was sent that nobody asked for: '${range}'`);
  }
  return { start: offset, total: found[2] === '*' ? null : Number(found[2]) };
}

function isOfDisk(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
