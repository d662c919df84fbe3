/* The editor of a template: pickers beside colours, samples of what is chosen, files uploaded where they are chosen.
   Verdicts and the picture are parts of the page that htmx asks for as the form changes. */

import { announce, csrfHeaders } from "./page.js";

const form = document.getElementById("editor");
const HEX = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

document.documentElement.classList.add("is-scripted");

/** `#RRGGBB` of what was typed; empty if it is no colour. */
function hexOf(text) {
  const found = HEX.exec(text.trim());
  if (!found) return "";
  const digits = found[1].length === 3 ? [...found[1]].map((digit) => digit + digit).join("") : found[1];
  return `#${digits.toLowerCase()}`;
}

function told() {
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function chosenStyle() {
  return form.querySelector('[name="settings.style.base"]:checked');
}

function ownColor(input) {
  return chosenStyle()?.dataset.own.split(" ")[Number(input.dataset.color)] ?? input.placeholder;
}

function showPickers() {
  for (const picker of form.querySelectorAll("[data-picker]")) {
    const input = document.getElementById(picker.dataset.picker);
    input.placeholder = ownColor(input);
    picker.hidden = false;
    picker.value = hexOf(input.value) || hexOf(input.placeholder);
  }
}

function shown(element, address) {
  element.hidden = !address;
  if (!address) element.removeAttribute("src");
  else if (element.getAttribute("src") !== address) element.src = address;
}

function isListed(select) {
  return !select.selectedOptions[0]?.dataset.unlisted;
}

function showSamples() {
  const font = form.querySelector("[data-font]").value;
  const logo = form.querySelector("[data-logo]");
  const music = form.querySelector("[data-music]");
  shown(document.getElementById("font-sample"), font && `/template-fonts/${encodeURIComponent(font)}`);
  shown(document.getElementById("logo-sample"), logo.value && isListed(logo) && `/template-assets/${encodeURIComponent(logo.value)}`);
  const style = chosenStyle()?.value ?? "modern";
  const sound = music.value ? `/template-assets/${encodeURIComponent(music.value)}` : `/template-music/${style}`;
  shown(document.getElementById("music-player"), music.value !== "none" && isListed(music) && sound);
}

function tell(place, text) {
  const line = document.getElementById(`${place}-problem`);
  line.hidden = !text;
  line.textContent = text;
}

async function upload(input) {
  const select = document.getElementById(input.dataset.upload);
  const body = new FormData();
  body.append("file", input.files[0]);
  input.disabled = true;
  tell(select.id, "");
  try {
    const answer = await fetch("/template-assets", {
      method: "POST", body, headers: { ...csrfHeaders(), Accept: "application/json" },
    });
    const found = await answer.json();
    if (!answer.ok) {
      tell(select.id, `${found.message}. ${found.fix}`);
      announce(found.message);
      return;
    }
    if (found.kind !== (select.matches("[data-logo]") ? "logo" : "music")) {
      tell(select.id, `${found.name} is ${found.kind}, and was put there`);
      return;
    }
    if (![...select.options].some((option) => option.value === found.name)) select.add(new Option(found.name, found.name));
    select.value = found.name;
    announce(`${found.name} is uploaded`);
    told();
  } catch {
    tell(select.id, "The file could not be uploaded. Try again");
  } finally {
    input.disabled = false;
    input.value = "";
  }
}

/** Mark the fields beside which something is told, for those who do not see it. */
function markWrong() {
  for (const line of form.querySelectorAll(".wrong[id]")) {
    const control = document.getElementById(line.id.replace(/-problem$/, ""));
    if (!control?.matches("input, select, textarea")) continue;
    if (line.hidden) control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
  }
}

if (form) {
  let unsaved = "unsaved" in form.dataset;
  form.addEventListener("input", (event) => {
    unsaved = true;
    const picker = event.target.closest?.("[data-picker]");
    if (picker) document.getElementById(picker.dataset.picker).value = picker.value.toUpperCase();
    if (!event.target.matches?.('[type="file"]')) showPickers();
    showSamples();
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-upload]") && event.target.files.length) upload(event.target);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-use]");
    if (!button) return;
    event.preventDefault();
    const input = document.getElementById(button.dataset.for);
    input.value = button.dataset.use;
    input.focus();
    told();
  });
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !form.querySelector("fieldset:disabled")) event.preventDefault();
  });
  document.addEventListener("htmx:oobAfterSwap", markWrong);
  showPickers();
  showSamples();
  form.querySelector('[aria-invalid="true"]')?.focus();
}
