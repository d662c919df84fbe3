/* The player over the wall: posters open in a dialog, and the keyboard goes through them. Without script, each poster
   leads to the page of its video. */

const player = document.getElementById("player");
const body = document.getElementById("player-body");
const SEEK_S = 5;
let current = null;
let waiting = null; // the last poster of the page, while those after it are fetched to go on with

const posters = () => [...document.querySelectorAll("a[data-plays]")];
const film = () => body?.querySelector("video");
const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);

function play(link) {
  current = link;
  film()?.pause();
  if (!player.open) player.showModal();
  const links = posters(), at = links.indexOf(link);
  player.querySelector('[data-step="-1"]').disabled = at < 1;
  player.querySelector('[data-step="1"]').disabled = at === links.length - 1 && !more();
  body.setAttribute("aria-busy", "true");
  htmx.ajax("GET", link.getAttribute("href"), { source: link, target: body, swap: "innerHTML" });
}

const more = () => document.querySelector("[data-more]");

/** Show the video that is so many places further; at the end of the page the next page is fetched first. */
function step(by) {
  const links = posters(), target = links[links.indexOf(current) + by];
  if (target) play(target);
  else if (by > 0 && more() && waiting !== current) {
    waiting = current;
    more().click();
  }
}

/** Go on to the first of the posters that were fetched, unless another one is shown by then. */
function goOn() {
  const links = posters(), next = waiting && links[links.indexOf(waiting) + 1];
  if (!next) return; // it was something else that has settled
  if (waiting === current) play(next);
  waiting = null;
}

/** Move the focus from poster to poster: to the next ones in order, or to the nearest in the row above or below. */
function moveFocus(event, link) {
  const links = posters(), at = links.indexOf(link);
  const sideways = { ArrowRight: 1, ArrowLeft: -1, j: 1, k: -1 }[event.key];
  let target = links[at + sideways];
  if (!sideways) {
    const from = link.getBoundingClientRect(), down = event.key === "ArrowDown" ? 1 : -1;
    const middle = (box) => box.left + box.width / 2;
    const others = links.map((other) => [other, other.getBoundingClientRect()])
      .filter(([, box]) => down * (box.top - from.top) > 8);
    const nearest = Math.min(...others.map(([, box]) => Math.abs(box.top - from.top)));
    target = others.filter(([, box]) => Math.abs(box.top - from.top) < nearest + 8)
      .sort(([, a], [, b]) => Math.abs(middle(a) - middle(from)) - Math.abs(middle(b) - middle(from)))[0]?.[0];
  }
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function onPlayerKey(event) {
  const video = film();
  const isButton = event.target.closest("button, a, summary");
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    ArrowRight: () => { if (video) video.currentTime = Math.min(video.duration || 0, video.currentTime + SEEK_S); },
    ArrowLeft: () => { if (video) video.currentTime = Math.max(0, video.currentTime - SEEK_S); },
    " ": () => { if (video) video.paused ? video.play().catch(() => {}) : video.pause(); },
  };
  if (!(event.key in acts) || (event.key === " " && isButton)) return;
  event.preventDefault();
  event.stopPropagation(); // the browser's own controls know some of these keys too
  acts[event.key]();
}

function onWallKey(event) {
  const link = event.target.closest?.("a[data-plays]");
  if (link && event.key === " ") {
    event.preventDefault();
    link.click();
  } else if (link && ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "j", "k"].includes(event.key)) {
    moveFocus(event, link);
  } else if (event.key === "j" && event.target === document.body) {
    posters()[0]?.focus();
  }
}

function onPageKey(event) {
  const link = document.querySelector({ j: 'a[rel="next"]', k: 'a[rel="prev"]' }[event.key] ?? ":not(*)");
  if (link) link.click();
}

/** Another filter keeps what has been looked for since the page came. */
function keepSearch(chip) {
  const address = new URL(chip.href), form = new FormData(document.querySelector("[data-filters]"));
  for (const name of ["q", "platform"]) {
    if (form.get(name)) address.searchParams.set(name, form.get(name));
    else address.searchParams.delete(name);
  }
  chip.href = address;
}

document.addEventListener("keydown", (event) => {
  if (!isPlain(event) || event.target.closest?.("input, select, textarea")) return;
  if (player?.open) onPlayerKey(event);
  else if (player) onWallKey(event);
  else onPageKey(event);
}, { capture: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-plays]");
  if (link && player && isPlain(event) && event.button === 0) {
    event.preventDefault();
    play(link);
  }
  const chip = event.target.closest("[data-filters] .chips a");
  if (chip) keepSearch(chip);
});

if (player) {
  player.addEventListener("click", (event) => {
    const by = event.target.closest("[data-step]")?.dataset.step;
    if (by) step(Number(by));
    else if (event.target === player || event.target.closest("[data-close]")) player.close();
  });
  player.addEventListener("close", () => {
    const video = film();
    if (video) {
      video.pause();
      video.removeAttribute("src");
      video.load();
    }
    current?.focus();
  });
  document.body.addEventListener("htmx:afterSettle", goOn);
  document.body.addEventListener("htmx:sendError", () => { waiting = null; });
  document.body.addEventListener("htmx:responseError", () => {
    waiting = null;
    if (player.open) player.close();
  });
  // Of two quick steps the later one counts, whichever is answered first.
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt !== current) event.detail.shouldSwap = false;
  });
  body.addEventListener("htmx:afterSwap", () => {
    body.removeAttribute("aria-busy");
    if (player.open) film()?.play().catch(() => {}); // a browser may want to be asked by a click
  });
}
