/** The names under which the types of the API's document are known here, and those of what the client adds to them. */
import type {
  CreateJobData,
  DetailedHealth,
  Event,
  EventPage,
  ItemDetail,
  ItemView,
  JobState,
  JobView,
  Progress,
  ResultView,
  SheetReport,
  StreamMessage,
  TemplateView,
  UploadView,
} from './generated/types.gen.js';

export type {
  Analytics,
  CreatedJob,
  DryRun,
  Health,
  Metrics,
  SheetPreview,
  SystemStatus,
  WebhookDelivery,
} from './generated/types.gen.js';
export type { DetailedHealth, ItemDetail, JobState, Progress };
/** A new job, as the API has it. */
export type BulkJobSpec = CreateJobData['body'];
export type Item = ItemView;
export type Job = JobView;
export type JobEvent = Event;
export type JobEventPage = EventPage;
export type Report = SheetReport;
export type Result = ResultView;
export type Template = TemplateView;
export type UploadedSheet = UploadView;

/** The progress of a job that is watched, with the job's state. */
export type JobUpdate = Progress & { state: JobState };

type EventOf<M> = M extends { event: infer Type; data: infer Data } ? { type: Type; id: string; data: Data } : never;

/**
 * An event of a job's stream: progress, state, item, log, reconnect or end; a newer server may send other types. Name its
 * `id` as `lastEventId` to go on after it.
 */
export type StreamEvent = EventOf<StreamMessage>;
