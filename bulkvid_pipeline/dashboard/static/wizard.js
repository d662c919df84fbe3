/* What makes the wizard's forms quicker: choices are kept at once and shown in the picture, files can be dropped. */

import { announce } from "./page.js";

const say = (form, text) => {
  const place = form.querySelector("[data-kept]");
  if (place) place.textContent = text;
};

const showPicture = () => {
  const picture = document.getElementById("picture");
  if (picture && window.htmx) window.htmx.trigger(picture, "refresh");
};

// The server has kept a form: what it will be sent with next is based on that.
document.addEventListener("kept", (event) => {
  const form = event.target.closest?.("form[data-keep]") ?? document.querySelector("form[data-keep]");
  if (!form) return;
  form.elements.base.value = event.detail.base;
  say(form, "Draft saved");
  if ("pictures" in form.dataset) showPicture();
});
for (const form of document.querySelectorAll("form[data-keep]")) {
  form.addEventListener("htmx:beforeRequest", () => say(form, "Saving …"));
  form.addEventListener("htmx:responseError", () => say(form, "Not saved: see above"));
  form.addEventListener("htmx:sendError", () => say(form, "Not saved: the server cannot be reached"));
}

// A form that must be sent once is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.isSent) event.preventDefault();
    form.dataset.isSent = "yes";
    form.querySelector("[data-working]").hidden = false;
    form.querySelector("button").setAttribute("aria-disabled", "true");
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
  const send = () => {
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
