/** Server-sent events out of the bytes of an answer, as the HTML standard has them. */

/** One event; `id` is the last one that the stream has named so far. */
export interface SentEvent {
  type: string;
  data: string;
  id: string;
}

export class EventReader {
  /** The id to go on after. */
  lastId: string;
  /** Milliseconds that the server asks to wait before connecting again; null if it asks nothing. */
  retryMs: number | null = null;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #endedInReturn = false;
  #type = '';
  #data: string[] = [];

  constructor(lastId = '') {
    this.lastId = lastId;
  }

  /** The events that are complete with these bytes. */
  *read(bytes: Uint8Array): Generator<SentEvent> {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (this.#endedInReturn && text.startsWith('\n')) text = text.slice(1);
    if (text) this.#endedInReturn = text.endsWith('\r');
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.#take(line);
      if (event) yield event;
    }
  }

  #take(line: string): SentEvent | null {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#type = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.lastId = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return null;
  }

  #dispatch(): SentEvent | null {
    const [type, data] = [this.#type || 'message', this.#data];
    [this.#type, this.#data] = ['', []];
    return data.length ? { type, data: data.join('\n'), id: this.lastId } : null;
  }
}
