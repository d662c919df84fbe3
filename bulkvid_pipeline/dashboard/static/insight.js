/* Copying of what stands beside a button, and choosing all lines of a table. Both are hidden where there is no script. */

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.getElementById("announcer").textContent = `Copied ${button.dataset.copy}`;
    const before = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = before; }, 2000);
  });
}

for (const all of document.querySelectorAll("input[data-chooses]")) {
  const boxes = () => document.querySelectorAll(`input[name="${all.dataset.chooses}"]`);
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked && (!box.dataset.failed || box.dataset.failed === "yes");
  });
}
