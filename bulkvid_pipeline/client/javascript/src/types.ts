/** The names under which the types of the API's document are known here, and those of what the client adds to them. */
import type {
  BulkJobSpec,
  CreatedJob,
  DryRun,
  Event,
  ItemView,
  JobState,
  JobView,
  Progress,
  SheetPreview,
  UploadView,
} from './generated/types.gen.js';

export type { BulkJobSpec, CreatedJob, DryRun, JobState, Progress, SheetPreview };
export type Job = JobView;
export type Item = ItemView;
export type JobEvent = Event;
export type UploadedSheet = UploadView;
export type Template = Record<string, unknown>;
export type Result = ItemView;
export type Report = Record<string, unknown>;
export type Metrics = Record<string, unknown>;
export type Analytics = Record<string, unknown>;
export type SystemStatus = Record<string, unknown>;
export type Health = Record<string, unknown>;

/** The progress of a job that is watched, with the job's state. */
export type JobUpdate = Progress & { state: JobState };

/** An event of a job's stream; name its `id` as `lastEventId` to go on after it. A newer server may send other types. */
export type StreamEvent =
  | { type: 'progress'; id: string; data: Progress }
  | { type: 'state'; id: string; data: { job_id: string; state: JobState; actions?: string[] } }
  | { type: 'item'; id: string; data: Item }
  | { type: 'log'; id: string; data: JobEvent }
  | { type: 'reconnect'; id: string; data: { job_id: string; reason: string; message: string; fix: string } }
  | { type: 'end'; id: string; data: { job_id: string; state: JobState | null; reason: string } };
