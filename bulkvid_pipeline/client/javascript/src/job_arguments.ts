/** A job's spec out of flat arguments, so that nobody has to know which part of the spec a field stands in. */
import type { BulkJobSpec } from './types.js';

type Fields<T> = { [Name in keyof T]?: T[Name] };
type Source = BulkJobSpec['input_source'];
type Output = NonNullable<BulkJobSpec['output']>;
type Template = NonNullable<BulkJobSpec['template']>;
type Overrides = NonNullable<Template['overrides']>;

/** The parts of the spec's own shape. */
export type NestedJob = Partial<BulkJobSpec>;

/** The fields of a new job, flat; one that is left out has the server's default. */
export type FlatJob = Fields<Pick<Source, 'sheet_id' | 'range' | 'gid' | 'path' | 'only' | 'hidden_rows' | 'columns'>> &
  Fields<Output> &
  Fields<Pick<Template, 'template_id' | 'overrides'>> &
  Fields<Overrides> & {
    /** `standard` (header row) or `positional`: the field `format` of `input_source`. */
    sheet_format?: Source['format'];
  };

const PLACES: Record<keyof FlatJob, readonly [string, ...string[]]> = {
  sheet_id: ['input_source', 'sheet_id'],
  range: ['input_source', 'range'],
  gid: ['input_source', 'gid'],
  path: ['input_source', 'path'],
  only: ['input_source', 'only'],
  hidden_rows: ['input_source', 'hidden_rows'],
  columns: ['input_source', 'columns'],
  sheet_format: ['input_source', 'format'],
  format: ['output', 'format'],
  video_codec: ['output', 'video_codec'],
  audio_codec: ['output', 'audio_codec'],
  resolution: ['output', 'resolution'],
  output_bucket: ['output', 'output_bucket'],
  prefix: ['output', 'prefix'],
  template_id: ['template', 'template_id'],
  overrides: ['template', 'overrides'],
  style: ['template', 'overrides', 'style'],
  voice: ['template', 'overrides', 'voice'],
  captions: ['template', 'overrides', 'captions'],
  language: ['template', 'overrides', 'language'],
  platforms: ['template', 'overrides', 'platforms'],
};

type Tree = { [name: string]: unknown };

/** The fields of a new job: flat, nested as in the API, or some of both. */
export type JobFields = FlatJob & NestedJob;

/**
 * The spec of a job: flat fields go to their places and win over what a nested part says. Names that are not known go
 * along as they are, so that the server can say what is wrong with them.
 */
export function specOf(job: JobFields): BulkJobSpec {
  const spec: Tree = {};
  const entries = Object.entries(job).filter(([, value]) => value !== undefined);
  const depth = (name: string) => placeOf(name).length;
  for (const [name, value] of entries.sort(([a], [b]) => depth(a) - depth(b))) put(spec, placeOf(name), value);
  return spec as unknown as BulkJobSpec;
}

function placeOf(name: string): readonly [string, ...string[]] {
  return Object.hasOwn(PLACES, name) ? PLACES[name as keyof FlatJob] : [name];
}

function put(tree: Tree, [first, ...rest]: readonly string[], value: unknown): void {
  if (first === undefined) return;
  if (rest.length === 0) {
    tree[first] = isTree(value) && isTree(tree[first]) ? { ...tree[first], ...value } : value;
    return;
  }
  const part: Tree = isTree(tree[first]) ? { ...tree[first] } : {};
  put(part, rest, value);
  tree[first] = part;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
