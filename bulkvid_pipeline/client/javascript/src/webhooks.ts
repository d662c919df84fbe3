/** What became of the messages to jobs' callback URLs. */
import * as calls from './generated/sdk.gen.js';
import type * as api from './generated/types.gen.js';
import { Pages } from './pages.js';
import { checkedId, type CallOptions, type Sender } from './sender.js';
import type { WebhookDelivery } from './types.js';

type Query = Omit<NonNullable<api.ListWebhookDeliveriesData['query']>, 'page_token'>;

export class Webhooks {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** The messages to the project's callback URLs, the newest first. */
  deliveries(query: Query = {}, options: CallOptions = {}): Pages<WebhookDelivery> {
    return new Pages((place) =>
      this.#sender.read(
        (common) => calls.listWebhookDeliveries({ ...common, query: { ...query, ...place } }),
        options,
      ),
    );
  }

  /** One of them, with every attempt to send it. */
  delivery(id: string, options: CallOptions = {}): Promise<WebhookDelivery> {
    const path = { delivery_id: checkedId(id) };
    return this.#sender.read((common) => calls.getWebhookDelivery({ ...common, path }), options);
  }

  /** Send a message again. */
  replay(id: string, options: CallOptions = {}): Promise<WebhookDelivery> {
    const path = { delivery_id: checkedId(id) };
    return this.#sender.write((common) => calls.replayWebhookDelivery({ ...common, path }), options);
  }
}
