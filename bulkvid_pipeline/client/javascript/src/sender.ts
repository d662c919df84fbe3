/** Generated calls through the transport, and what stands under `data` in their answers. */
import { described, UnexpectedAnswerError } from './errors.js';
import { createClient, type Client } from './generated/client/index.js';
import type { Transport } from './transport.js';

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What every generated call gets. */
export type Common = { client: Client; throwOnError: true; fetch: typeof fetch; signal?: AbortSignal };

type Call<T> = (common: Common) => Promise<{ data: T }>;

/** How a request is sent. */
interface Sending {
  /** Whether a second request does no harm where nobody knows what became of the first. */
  repeatable?: boolean;
  /** Status of an answer that is none of an error here. */
  accepting?: number;
}

export class Sender {
  readonly transport: Transport;
  readonly generated: Client;

  constructor(transport: Transport) {
    this.transport = transport;
    this.generated = createClient({ baseUrl: transport.baseURL, throwOnError: true });
  }

  /** What an answer holds under `data`; the request may be repeated. */
  read<T>(call: Call<{ data: T }>, options: CallOptions): Promise<T> {
    return this.write(call, options, { repeatable: true });
  }

  /** What an answer holds under `data`. */
  async write<T>(call: Call<{ data: T }>, options: CallOptions, how: Sending = {}): Promise<T> {
    const answer = await this.whole(call, options, how);
    if ('data' in answer) return answer.data;
    throw notThisAPI('its answer holds no data');
  }

  /** A whole answer, which is an object. */
  async whole<T extends object>(call: Call<T>, { signal }: CallOptions, how: Sending = {}): Promise<T> {
    const send = this.transport.sender(how.repeatable ?? false, how.accepting);
    const common: Common = { client: this.generated, throwOnError: true, fetch: send as typeof fetch };
    try {
      const { data } = await call(signal ? { ...common, signal } : common);
      if (typeof data === 'object' && data !== null) return data;
      throw notThisAPI(described(String(data)));
    } catch (error) {
      throw error instanceof SyntaxError ? notThisAPI(error.message, error) : error;
    }
  }
}

function notThisAPI(why: string, cause?: unknown): UnexpectedAnswerError {
  const fix = 'Check baseURL; a proxy between here and the server may have answered';
  return new UnexpectedAnswerError(`What answered is not this API: ${why}`, { fix, cause });
}

/** An id as it may stand in a path, where it can name nothing but itself. */
export function checkedId(id: string): string {
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..') return id;
  throw new TypeError(`Not an id: ${JSON.stringify(id)}`);
}
