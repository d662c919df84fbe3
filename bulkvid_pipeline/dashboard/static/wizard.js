/* What makes the wizard's forms quicker: choices are kept at once and shown in the picture, files can be dropped. */

import { announce, csrfHeaders } from "./page.js";

const LONGEST_SAVE_MS = 20_000;
const TYPED_FOR_MS = 1000;

const showPicture = () => {
  const picture = document.getElementById("picture");
  if (picture && window.htmx) window.htmx.trigger(picture, "refresh");
};

const WHY = { 401: "log in again", 403: "reload the page", 404: "the draft is gone", 409: "this step was changed in another window" };

/** Send what the form says to be kept; this goes on when the page is left. */
function send(form, options = {}) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("go", "keep");
  const headers = { ...csrfHeaders(), "HX-Request": "true" };
  return fetch(form.action, { method: "POST", body: fields, headers, keepalive: true, ...options });
}

/** Keep what the form says; resolves to what there is to say about it. A choice that is made, unlike a text that is
    being typed, is told to the rest of the page. */
async function kept(form, isMade) {
  try {
    const answer = await send(form, { signal: AbortSignal.timeout(LONGEST_SAVE_MS) });
    if (!answer.ok || answer.headers.has("HX-Redirect")) {
      return `Not saved: ${WHY[answer.headers.has("HX-Redirect") ? 401 : answer.status] ?? "something is not right yet"}`;
    }
    const detail = JSON.parse(answer.headers.get("HX-Trigger")).kept;
    form.elements.base.value = detail.base;
    if (isMade) form.dispatchEvent(new CustomEvent("kept", { bubbles: true, detail }));
    return "Draft saved";
  } catch {
    return "Not saved: the server cannot be reached";
  }
}

// Choices are kept one after the other, as they are made; a form is sent when what came before is kept, so that
// nothing overtakes it.
for (const form of document.querySelectorAll("form[data-keep]")) {
  const place = form.querySelector("[data-kept]");
  let saving = null;
  let isAsked = false;
  let isMade = false;
  let typing = 0;
  const save = () => {
    clearTimeout(typing);
    typing = 0;
    if (isAsked) return;
    isAsked = true;
    const mine = (saving ?? Promise.resolve()).then(async () => {
      isAsked = false;
      const tells = isMade;
      isMade = false;
      place.textContent = "Saving …";
      place.textContent = await kept(form, tells);
      if (saving === mine) saving = null;
    });
    saving = mine;
  };
  form.addEventListener("change", () => {
    isMade = true;
    save();
  });
  // A text is kept while it is typed too, and what was typed last when the page is left.
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(save, TYPED_FOR_MS);
  });
  window.addEventListener("pagehide", () => {
    if (!typing) return;
    clearTimeout(typing);
    typing = 0;
    send(form).catch(() => {});
  });
  form.addEventListener("kept", () => {
    if ("pictures" in form.dataset) showPicture();
  });
  form.addEventListener("submit", async (event) => {
    clearTimeout(typing);
    typing = 0;
    if (!saving) return;
    event.preventDefault();
    while (saving) await saving;
    form.requestSubmit(event.submitter);
  });
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload(); // from the browser's own store: it may show what is not so any more
});

// Codecs that the format cannot hold are not offered.
const format = document.querySelector("select[data-format]");
if (format) {
  const fit = () => {
    const held = document.querySelector(`[data-codecs="${CSS.escape(format.value)}"]`)?.value.split(" ");
    for (const name of ["output.video_codec", "output.audio_codec"]) {
      const select = document.getElementById(name);
      for (const option of select.options) option.disabled = Boolean(held && option.value && !held.includes(option.value));
      if (select.selectedOptions[0]?.disabled) select.value = "";
    }
  };
  format.addEventListener("change", fit, { capture: true });
  fit();
}

// A scene of the strip is shown large.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-scene]");
  const still = document.getElementById("still");
  if (!link || !still || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  still.src = link.href;
  still.alt = link.querySelector("img").alt;
  for (const each of document.querySelectorAll("a[data-scene]")) each.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});

// The draft plays as soon as it is opened.
document.addEventListener("toggle", (event) => {
  const video = event.target.matches?.("details[data-draft]") && event.target.querySelector("video");
  if (!video) return;
  if (event.target.open) video.play().catch(() => {}); // a browser may want a click on the player itself
  else video.pause();
}, { capture: true });
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "picture") announce("The picture is up to date");
});

// A file is dropped on its form, or anywhere on the page where there is one such form.
for (const form of document.querySelectorAll("form[data-drop]")) {
  const input = form.querySelector('input[type="file"]');
  // A file that would be refused is not sent for minutes first.
  const weigh = () => {
    const isTooLarge = [...input.files].some((file) => file.size > Number(input.dataset.mostBytes));
    input.setCustomValidity(isTooLarge ? "This file has more than 10 MB. Split the sheet, or choose a smaller one." : "");
  };
  input.addEventListener("change", weigh);
  const send = () => {
    weigh();
    if (!form.reportValidity()) return;
    form.classList.add("is-sending");
    form.requestSubmit();
  };
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
  form.addEventListener("dragleave", () => form.classList.remove("is-over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("is-over");
    if (!event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    send();
  });
}
for (const kind of ["dragover", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (document.querySelector("form[data-drop]")) event.preventDefault(); // else the browser leaves for the file
  });
}

// What is wrong is where the reader goes on.
(document.querySelector("[aria-invalid='true']") ?? document.querySelector("[data-focus]"))?.focus();
