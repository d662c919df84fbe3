/** The templates that a project may use; it changes its own. */
import * as calls from './generated/sdk.gen.js';
import type * as api from './generated/types.gen.js';
import { checkedId, type CallOptions, type Common, type Sender } from './sender.js';
import type { Template } from './types.js';

export class Templates {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** All templates: built-in ones, those of the installation, and the project's own. */
  async list(options: CallOptions = {}): Promise<Template[]> {
    return (await this.#sender.read((common) => calls.listTemplates(common), options)).items;
  }

  /** A template. */
  get(id: string, options: CallOptions = {}): Promise<Template> {
    return this.#sender.read((common) => calls.getTemplate({ ...common, path: path(id) }), options);
  }

  /** Make a template, or replace it unless `onlyNew`; `document` is all of it. */
  put(
    id: string,
    document: api.SaveTemplateData['body'],
    { onlyNew = false, ...options }: CallOptions & { onlyNew?: boolean } = {},
  ): Promise<Template> {
    const headers = onlyNew ? { 'If-None-Match': '*' } : {};
    const call = (common: Common) => calls.saveTemplate({ ...common, path: path(id), body: document, headers });
    return this.#sender.write(call, options, { repeatable: !onlyNew });
  }

  /** A picture of the template's cards, as PNG. */
  preview(id: string, options: CallOptions = {}): Promise<Blob> {
    const how = { repeatable: true };
    const blob = { parseAs: 'blob', headers: { Accept: 'image/png' } } as const;
    const call = (common: Common) => calls.getTemplatePreview({ ...common, ...blob, path: path(id) });
    return this.#sender.whole<Blob>(call as never, options, how);
  }

  /** Delete a template of the project. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    await this.#sender.write((common) => calls.deleteTemplate({ ...common, path: path(id) }), options);
  }
}

function path(id: string): { template_id: string } {
  return { template_id: checkedId(id) };
}
