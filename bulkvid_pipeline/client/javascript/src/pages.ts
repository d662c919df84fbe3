/** Lists that the server sends in pages. */

/** A page of a list; `next_page_token` asks for the next one and is null at the end. */
export interface Page<T> {
  items: T[];
  next_page_token?: string | null;
}

/** A list: `for await (const job of client.listJobs())` reads page after page, `page(token)` reads one. */
export class Pages<T> implements AsyncIterable<T> {
  readonly #read: (place: { page_token?: string }) => Promise<Page<T>>;

  constructor(read: (place: { page_token?: string }) => Promise<Page<T>>) {
    this.#read = read;
  }

  /** The first page, or the one that `next_page_token` of the page before names. */
  page(token?: string | null): Promise<Page<T>> {
    return this.#read(token ? { page_token: token } : {});
  }

  /** All of it at once. */
  async toArray(): Promise<T[]> {
    const all: T[] = [];
    for await (const one of this) all.push(one);
    return all;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    let token: string | null | undefined;
    do {
      const page = await this.page(token);
      yield* page.items;
      token = page.next_page_token;
    } while (token);
  }
}
