/* Keeping a part of a page as the server has it now, without taking the reader's focus, selection, place or typing. */

import { localTimes } from "./page.js";

const key = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");
const isSameKind = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && key(one) === key(other);

/** Change `now` into `next` by as little as possible. */
export function morph(now, next) {
  if (now.nodeType !== 1) {
    if (now.data !== next.data) now.data = next.data;
    return;
  }
  // Its words are the reader's own: see `localTimes`.
  if (now.nodeName === "TIME" && now.dateTime === next.dateTime) return;
  for (const { name } of [...now.attributes]) {
    if (!next.hasAttribute(name) && !isKept(now, name)) now.removeAttribute(name);
  }
  for (const { name, value } of next.attributes) {
    if (now.getAttribute(name) !== value && !isKept(now, name)) now.setAttribute(name, value);
  }
  morphChildren(now, next);
  if (now === document.activeElement) return;
  if (now.nodeName === "SELECT") now.value = next.value;
  if (now.nodeName === "INPUT" && (now.type === "search" || now.type === "hidden")) now.value = next.value;
}

/** What the reader has done to an element stays. */
const isKept = (element, name) => element.nodeName === "DETAILS" && name === "open";

function morphChildren(now, next) {
  const known = new Map([...now.children].filter(key).map((child) => [key(child), child]));
  const wanted = new Set([...next.children].map(key).filter(Boolean));
  let at = now.firstChild;
  const skipGone = () => {
    while (at && key(at) && !wanted.has(key(at))) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };
  for (const child of next.childNodes) {
    skipGone();
    const match = key(child) ? known.get(key(child)) : at && isSameKind(at, child) ? at : null;
    if (!match || match.nodeName !== child.nodeName) {
      now.insertBefore(document.importNode(child, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else now.insertBefore(match, at);
    morph(match, child);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

/** The part with the id `live`: shows what the server says at the page's address. */
export class LivePart {
  /** @param {() => void} shown is called whenever it shows something else. */
  constructor(shown) {
    this.element = document.getElementById("live");
    this.shown = shown;
    this.tag = "";
    this.url = "";
    this.last = 0;
    this.timer = 0;
    this.asking = null;
  }

  /** Ask again soon, at most once in `everyMs`. */
  soon(everyMs = 1000) {
    if (this.timer || document.hidden) return;
    this.timer = setTimeout(() => { this.timer = 0; this.now(); }, Math.max(0, this.last + everyMs - Date.now()));
  }

  /** Ask now; resolves to whether there was an answer. A later question makes an earlier one void. */
  async now(url = location.pathname + location.search) {
    this.asking?.abort();
    const asking = this.asking = new AbortController();
    this.last = Date.now();
    const headers = { "HX-Request": "true" };
    if (this.tag && this.url === url) headers["If-None-Match"] = this.tag;
    try {
      const answer = await fetch(url, { headers, signal: asking.signal, cache: "no-store", credentials: "same-origin" });
      if (answer.status === 401) { location.reload(); return true; }
      if (answer.status === 304) return true;
      if (!answer.ok) return answer.status < 500 ? this.give(url) : false;
      const text = await answer.text();
      if (asking !== this.asking) return true;
      this.show(text);
      this.tag = answer.headers.get("ETag") ?? "";
      this.url = url;
      return true;
    } catch (error) {
      if (error.name === "AbortError") return true;
      return false;
    }
  }

  /** What cannot be shown in part is asked for as a page, which says why. */
  give(url) {
    location.assign(url);
    return true;
  }

  show(text) {
    const next = new DOMParser().parseFromString(text, "text/html").getElementById("live");
    if (!next) return;
    const focused = document.activeElement;
    morph(this.element, next);
    localTimes(this.element);
    if (focused && focused !== document.body && !focused.isConnected) {
      document.getElementById("job-actions")?.focus({ preventScroll: true });
    }
    this.shown();
  }

  /** Go to another address of the same page without leaving it. */
  async go(url, { replace = false } = {}) {
    if (!(await this.now(url))) { location.assign(url); return; }
    history[replace ? "replaceState" : "pushState"]({}, "", url);
  }
}

/** Let links and filters of the part change it in place; without script they are plain links and forms. */
export function changeInPlace(part) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-in-place] a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const scrolls = link.closest("[data-in-place='top']");
    part.go(link.href.slice(location.origin.length)).then(() => {
      if (scrolls) document.getElementById("list-top")?.scrollIntoView({ block: "start" });
    });
  });
  const search = (form, replace) => {
    const chosen = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    part.go(form.getAttribute("action") + (chosen.size ? `?${chosen}` : ""), { replace });
  };
  let typing = 0;
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form.finder")) return;
    event.preventDefault();
    clearTimeout(typing);
    search(event.target, false);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("form.finder select")) search(event.target.form, false);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("form.finder input[type=search]")) return;
    clearTimeout(typing);
    typing = setTimeout(() => search(event.target.form, true), 300);
  });
  window.addEventListener("popstate", () => part.now());
}

const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
/** How long after the first failure the reader is told: a server that restarts is back before. */
const LOST_AFTER_MS = 2500;

/** Follows the events of a job, or of all jobs; goes on after the last one it got, on any server. */
export class JobStream {
  /**
   * @param {string} url of the stream.
   * @param {{event: (kind: string, data: object) => void, opened: () => void, lost: (isLost: boolean) => void,
   *   failed: () => Promise<boolean>, over?: () => void}} to `failed` says whether to connect again.
   */
  constructor(url, to) {
    this.url = url;
    this.to = to;
    this.lastId = "";
    this.failures = 0;
    this.source = null;
    this.open();
  }

  open() {
    this.rest();
    const url = this.lastId ? `${this.url}?last_event_id=${encodeURIComponent(this.lastId)}` : this.url;
    const source = this.source = new EventSource(url);
    source.onopen = () => {
      this.failures = 0;
      clearTimeout(this.losing);
      this.losing = 0;
      this.to.lost(false);
      this.to.opened();
    };
    for (const kind of ["progress", "state", "item", "log", "changed", "end", "reconnect"]) {
      source.addEventListener(kind, (event) => {
        if (event.lastEventId) this.lastId = event.lastEventId;
        if (kind === "reconnect") { this.again(); return; }
        if (kind === "end") this.close();
        this.to.event(kind, JSON.parse(event.data));
        if (kind === "end") this.to.over();
      });
    }
    source.onerror = () => this.again();
  }

  /** Connect again, by our own clock: browsers give up for good where a server or a proxy answers with an error. */
  again() {
    this.source?.close();
    this.source = null;
    this.losing ||= setTimeout(() => this.to.lost(true), LOST_AFTER_MS);
    const wait = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(async () => {
      if (await this.to.failed()) this.open();
    }, wait);
  }

  /** Hold no connection until it is opened again, which goes on after the last event. */
  rest() {
    this.source?.close();
    this.source = null;
    clearTimeout(this.waiting);
  }

  close() {
    this.rest();
    clearTimeout(this.losing);
    this.losing = 0;
    this.to.lost(false);
  }
}
