/* The sheet's table: levels are judged without asking the server, a range is picked from lists, scrolling survives. */

import { announce } from "./page.js";

const place = () => document.getElementById("columns");
let scrolled = { left: 0, top: 0 };

/** What only works with script is shown, what only helps without is not. */
function fit(root) {
  for (const picker of root.querySelectorAll("[data-picker]")) picker.hidden = !rangeField();
  for (const part of root.querySelectorAll("[data-without-script]")) part.hidden = true;
}

const rangeField = () => document.getElementById("input_source.range");

const verdictOf = (level) => level.closest("label").textContent.replace(/\s+/g, " ").trim();

document.addEventListener("change", (event) => {
  const level = event.target.closest?.("[data-level]");
  if (!level) return;
  level.closest(".sheet").dataset.shown = level.value;
  announce(verdictOf(level));
});

// A range is written as sheets write it, into the field of the form beside, which keeps it.
const quoted = (tab) => `'${tab.replaceAll("'", "''")}'!`;
const number = (field) => field.value.trim().replace(/\D/g, "");

function picked(picker) {
  const tab = picker.querySelector("[data-tab]")?.value;
  const first = picker.querySelector("[data-first-column]").value;
  const last = picker.querySelector("[data-last-column]").value || "IV"; // the 256th: no sheet may be wider
  const top = number(picker.querySelector("[data-first-row]"));
  const bottom = number(picker.querySelector("[data-last-row]"));
  return `${tab ? quoted(tab) : ""}${first}${top || (bottom && "1")}:${last}${bottom}`;
}

function keepRange(text) {
  const field = rangeField();
  field.value = text;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const picker = event.target.closest?.("[data-picker]");
  if (event.target.closest?.("[data-pick]")) keepRange(picked(picker));
  else if (event.target.closest?.("[data-pick-all]")) keepRange("");
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target !== place() || place().querySelector(".sheet")) return;
  const waiting = document.createElement("p");
  waiting.className = "soft";
  waiting.textContent = "Reading the sheet …";
  place().replaceChildren(waiting);
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const scroll = event.detail.target === place() && place().querySelector("[data-scroll]");
  if (scroll) scrolled = { left: scroll.scrollLeft, top: scroll.scrollTop };
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== place()) return;
  fit(place());
  place().querySelector("[data-scroll]")?.scrollTo({ ...scrolled, behavior: "instant" });
  const level = place().querySelector("[data-level]:checked");
  announce(level ? `The sheet was read. ${verdictOf(level)}` : "The sheet cannot be read as it is");
});

fit(document);
