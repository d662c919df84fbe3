/* Choosing all lines of a table; the box for it is hidden where there is no script. */

for (const all of document.querySelectorAll("input[data-chooses]")) {
  const boxes = () => document.querySelectorAll(`input[name="${all.dataset.chooses}"]`);
  all.closest("[hidden]")?.removeAttribute("hidden");
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked && (!box.dataset.failed || box.dataset.failed === "yes");
  });
}
