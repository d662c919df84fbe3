/* Copying the new token. Without the clipboard, which browsers give to safe addresses alone, the text is selected. */

for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  const told = button.parentElement.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    text.focus();
    text.select();
    try {
      await navigator.clipboard.writeText(text.value);
      told.textContent = "Copied";
    } catch {
      told.textContent = "Selected: copy it with Ctrl+C or ⌘C";
    }
  });
}
