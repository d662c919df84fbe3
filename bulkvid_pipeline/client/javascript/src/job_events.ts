/** What happened in a job: a list that grows at one end while it is read. */
import type { JobEvent, JobEventPage } from './types.js';

/** Where a page of events begins: after one place, before another, or at the newest events. */
export type EventPlace = { cursor?: string; before?: string };

/**
 * The events of a job. `for await (const event of client.getJobEvents(id))` gives them newest first, and with `cursor`
 * those after it, oldest first, as far as there are any now. `page()` reads one page, in which the oldest is the first.
 */
export class JobEvents implements AsyncIterable<JobEvent> {
  readonly #read: (place: EventPlace) => Promise<JobEventPage>;
  readonly #cursor: string | undefined;

  constructor(read: (place: EventPlace) => Promise<JobEventPage>, cursor: string | undefined) {
    this.#read = read;
    this.#cursor = cursor;
  }

  /** One page; `next_cursor` and `previous_cursor` of it are the places of newer and older events. */
  page(place: EventPlace = this.#cursor ? { cursor: this.#cursor } : {}): Promise<JobEventPage> {
    return this.#read(place);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<JobEvent, void, void> {
    for (let page = await this.page(); ; ) {
      yield* this.#cursor ? page.items : [...page.items].reverse();
      if (this.#cursor && page.has_more) page = await this.#read({ cursor: page.next_cursor });
      else if (!this.#cursor && page.previous_cursor) page = await this.#read({ before: page.previous_cursor });
      else return;
    }
  }
}
