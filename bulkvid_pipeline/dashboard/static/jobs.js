/* The list of jobs and the page of a job: live, filtered in place, with rows to choose. */

import { announce } from "./page.js";
import { changeInPlace, JobStream, LivePart } from "./live.js";

/** The list of jobs is asked for at least so often: a proxy may hold its stream back. */
const LIST_EVERY_MS = 10000;
/** A job that has ended is looked at now and then: somebody may retry it. */
const ENDED_EVERY_MS = 5000;

const chosen = new Set();
let state = "";

const part = new LivePart(() => {
  showChosen();
  tellState();
  followAgain();
});

function tellState() {
  const now = part.element.dataset.jobState ?? "";
  if (state && now !== state) {
    announce(`The job is now: ${part.element.dataset.stateWord}`);
    document.querySelector("main > .said")?.remove(); // it told of what was so before
  }
  state = now;
}

/* Choosing rows: what was chosen stays chosen on other pages of the list. */
const boxes = () => [...part.element.querySelectorAll('#chooser input[type="checkbox"]')];

function showChosen() {
  for (const box of boxes()) box.checked = chosen.has(box.value);
  const told = part.element.querySelector("[data-chosen]");
  if (told) told.textContent = chosen.size ? `(${chosen.size})` : "";
  const button = part.element.querySelector("#retry-chosen");
  if (button) button.disabled = chosen.size === 0;
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (!box.matches('#chooser input[type="checkbox"]')) return;
  if (box.checked) chosen.add(box.value);
  else chosen.delete(box.value);
  showChosen();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#choose-all")) return;
  const all = boxes();
  const isAll = all.every((box) => box.checked);
  for (const box of all) {
    if (isAll) chosen.delete(box.value);
    else chosen.add(box.value);
  }
  showChosen();
  announce(`${chosen.size} chosen`);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.id === "chooser") {
    const here = new Set(boxes().map((box) => box.value));
    for (const value of chosen) if (!here.has(value)) addField(form, "row", value);
  }
});

function addField(form, name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  field.dataset.key = `${name}-${value}`;
  form.append(field);
}

// A poster that is not in storage any more.
document.addEventListener("error", (event) => {
  if (event.target.matches?.(".poster img, .bigposter img")) event.target.classList.add("is-missing");
}, { capture: true });

/* Live */
let stream = null;
let isEnded = false;
let told = -1;

function set(name, text) {
  const place = part.element.querySelector(`[data-live="${name}"]`);
  if (place && place.textContent !== text) place.textContent = text;
}

function showProgress(progress) {
  const percent = progress.percent_complete;
  set("percent", `${Math.round(percent)} %`);
  for (const name of ["total", "completed", "failed", "pending"]) set(name, progress.items_status[name].toLocaleString("en"));
  const bar = part.element.querySelector(".progresscard > progress");
  if (bar) bar.value = percent;
  const quarter = Math.floor(percent / 25);
  if (told >= 0 && quarter > told) announce(`${Math.round(percent)} percent are done`);
  told = quarter;
}

function showLost(isLost) {
  const place = document.getElementById("lost");
  if (place) place.hidden = !isLost;
}

function follow() {
  isEnded = false;
  stream = new JobStream(part.element.dataset.stream, {
    opened: () => part.soon(),
    event: (kind, data) => {
      if (kind === "progress") showProgress(data);
      part.soon();
    },
    lost: showLost,
    failed: async () => {
      const answered = await part.now();
      if (answered && isOver()) { ended(); return false; }
      return true;
    },
    over: () => { ended(); part.now(); },
  });
}

function followList() {
  stream = new JobStream(part.element.dataset.changes, {
    opened: () => part.soon(),
    event: () => part.soon(),
    lost: showLost,
    failed: async () => { await part.now(); return true; },
  });
}

const isOver = () => ["completed", "failed", "canceled"].includes(part.element.dataset.jobState);

function ended() {
  stream?.close();
  stream = null;
  isEnded = true;
}

/** A job that had ended, and was set to work again by somebody. */
function followAgain() {
  if (isEnded && !isOver()) follow();
}

if (part.element) {
  changeInPlace(part);
  showChosen();
  tellState();
  if (part.element.dataset.stream) {
    if (isOver()) ended();
    else follow();
    setInterval(() => { if (isEnded && !document.hidden) part.now(); }, ENDED_EVERY_MS);
  } else {
    followList();
    setInterval(() => { if (!document.hidden) part.now(); }, LIST_EVERY_MS);
  }
  // Browsers allow few connections to a host: pages that nobody looks at hold none.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { stream?.rest(); return; }
    part.now();
    stream?.open();
  });
  window.addEventListener("pagehide", () => stream?.rest());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}
