/** Downloads of a job's files. What touches the disk is loaded only when it is used: browsers never see it. */
import { BulkJobsError } from './errors.js';
import type { Transport } from './transport.js';

/** A file of a job; `size` in bytes, null where it is not known. */
export interface RemoteFile {
  name: string;
  url: string;
  row_key: string;
  platform: string;
  size: number | null;
}

/** A file that is complete on the disk. */
export interface DownloadedFile {
  path: string;
  row_key: string;
  platform: string;
  /** Its size. */
  bytes: number;
  /** Whether it was complete before the call. */
  wasThere: boolean;
}

/** How far a download is. */
export interface DownloadProgress {
  filesDone: number;
  filesTotal: number;
  /** Bytes that are on the disk, with those that were there before. */
  bytesDone: number;
  /** Of all files; null while a size is unknown. */
  bytesTotal: number | null;
  /** The path of the file that the news are about. */
  path: string;
}

export interface DownloadOptions {
  /** Files that are fetched at once; 4 if left out. */
  concurrency?: number;
  onProgress?: (progress: DownloadProgress) => void;
  /** Ends the download; what has come so far is gone on with by the next one. */
  signal?: AbortSignal;
}

/** What a download needs: `listFiles` names the files with links that are new each time. */
export interface DownloadJob {
  transport: Transport;
  folder: string;
  listFiles: () => Promise<RemoteFile[]>;
  options: DownloadOptions;
}

/**
 * The files, all complete, in the order of the list.
 *
 * @throws DownloadError some are not complete; the others are.
 */
export async function downloadFiles(job: DownloadJob): Promise<DownloadedFile[]> {
  const { Downloads } = await import('./node/downloads.js').catch(() => ({ Downloads: undefined }));
  if (!Downloads) {
    throw new BulkJobsError('Downloads need a file system', { fix: 'In a browser, use the links of getResults' });
  }
  return new Downloads(job).run();
}
