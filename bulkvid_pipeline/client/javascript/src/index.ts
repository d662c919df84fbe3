/** JavaScript client of the bulkvid API: a spreadsheet of ideas in, hundreds of finished videos out. */
export { BulkJobsClient, type ChangeOptions, type ClientOptions, type NewJob } from './client.js';
export type { DownloadedFile, DownloadOptions, DownloadProgress } from './downloads.js';
export * from './errors.js';
export type { FlatJob, JobFields, NestedJob } from './job_arguments.js';
export type { EventPlace, JobEvents } from './job_events.js';
export { Pages, type Page } from './pages.js';
export type { FileKind } from './results.js';
export type { CallOptions } from './sender.js';
export type { Templates } from './templates.js';
export type { Fetch } from './transport.js';
export type * from './types.js';
export type { StreamOptions, WatchOptions } from './watching.js';
export type { Webhooks } from './webhooks.js';
