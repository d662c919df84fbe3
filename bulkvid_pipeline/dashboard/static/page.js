/* What every page has: times in the reader's zone, questions before something is destroyed, copying, the CSRF token for
   htmx. */

import { readableFonts } from "./fonts.js";

const csrf = document.querySelector('meta[name="csrf"]')?.content ?? "";

/** Headers of requests that change something. */
export const csrfHeaders = () => ({ "X-CSRF-Token": csrf });

/** Say something to screen readers, without moving anything. */
export function announce(text) {
  const place = document.getElementById("announcer");
  if (place && place.textContent !== text) place.textContent = text;
}

/** Say something to everybody, above the page. */
function tell(text) {
  const note = document.createElement("p");
  note.className = "note is-warning";
  note.textContent = text;
  document.getElementById("problems")?.replaceChildren(note);
}

const FORMS = {
  date: new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }),
  time: new Intl.DateTimeFormat(undefined, { timeStyle: "medium" }),
};
const AGO = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60]];

function ago(then) {
  const seconds = (then - Date.now()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return AGO.format(Math.round(seconds / size), unit);
}

/** Show the times below `root` in the zone and the words of the reader. */
export function localTimes(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const then = new Date(time.dateTime);
    if (Number.isNaN(then.valueOf())) continue;
    time.title = FORMS.date.format(then);
    time.textContent = "ago" in time.dataset ? ago(then) : FORMS["time" in time.dataset ? "time" : "date"].format(then);
  }
}

/** Ask in a dialog; resolves to whether the answer was yes. */
export function confirmed(question, explained = "", yes = "Go on") {
  const dialog = document.getElementById("confirm");
  dialog.querySelector("#confirm-title").textContent = question;
  dialog.querySelector("#confirm-text").textContent = explained;
  dialog.querySelector("#confirm-yes").textContent = yes;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.isConfirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const button = event.submitter;
  if (await confirmed(form.dataset.confirm, form.dataset.explained, form.dataset.yes)) {
    if (!form.isConnected) {
      tell("Nothing was done: that is not possible any more. The page shows how things are now.");
      return;
    }
    // Without this field the server asks, as it does where there is no script.
    const sure = Object.assign(document.createElement("input"), { type: "hidden", name: "sure", value: "yes" });
    form.append(sure);
    form.dataset.isConfirmed = "yes";
    form.requestSubmit(button);
    delete form.dataset.isConfirmed;
    sure.remove();
  }
}, { capture: true });

// Light or dark is chosen in place, so that the page keeps what was typed, and its address.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-theme-switch]") || !event.submitter) return;
  event.preventDefault();
  const theme = event.submitter.value;
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === event.submitter));
  const fields = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body: fields, headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) announce("The colours are not kept: the server cannot be reached, or your session has ended");
});

// A form that must be sent once is sent once, however often its button is pressed, until its page is shown again.
const sent = new Set();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!("once" in form.dataset) || event.defaultPrevented) return;
  if (sent.has(form)) event.preventDefault();
  else setSent(form, true);
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of sent) setSent(form, false);
});

function setSent(form, isSent) {
  if (isSent) sent.add(form);
  else sent.delete(form);
  const working = form.querySelector("[data-working]");
  if (working) working.hidden = !isSent;
  for (const button of form.querySelectorAll("button")) {
    if (isSent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  };
}

/** What a button copies, by what its `data-copies` says that its `data-copy` is; a text, if it says nothing. */
const COPIES = {
  text: (text) => text,
  link: (path) => new URL(path, location.href).href,
  field: (id) => document.getElementById(id).value,
};

function selected(field) {
  field.focus();
  field.select();
  return "Selected: copy it with Ctrl+C or ⌘C";
}

/** Copy, and say so beside the button. Browsers let only safe addresses copy, and ask their user: where they do not
    let us, what was to be copied is there to be copied by hand. */
async function copy(button) {
  const { copy: named, copies: kind = "text" } = button.dataset;
  const text = COPIES[kind](named);
  const said = button.parentElement.querySelector(".copied");
  for (const before of document.querySelectorAll(".copied")) before.textContent = "";
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = kind === "link" ? "Link copied" : "Copied";
  } catch {
    said.textContent = kind === "field" ? selected(document.getElementById(named)) : text;
  }
}

/** Buttons that copy are hidden where there is no script. */
function showCopying(root = document) {
  for (const button of root.querySelectorAll("button[data-copy]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  if (button) copy(button);
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRF-Token"] = csrf;
});
document.addEventListener("htmx:beforeRequest", () => document.getElementById("problems")?.replaceChildren());
document.addEventListener("htmx:load", (event) => {
  localTimes(event.detail.elt);
  readableFonts(event.detail.elt);
  showCopying(event.detail.elt);
});
document.addEventListener("htmx:sendError", () => announce("The server cannot be reached"));

// The navigation is open on a wide screen and folded on a phone; without script it is as the style sheet has it.
const menu = document.querySelector("details.menu");
if (menu) {
  const wide = window.matchMedia("(min-width: 861px)");
  const fit = () => { menu.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
}

localTimes();
readableFonts();
showCopying();
setInterval(localTimes, 30_000);
