"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const list = byId("rows"), search = byId("search"), sort = byId("sort"), shown = byId("shown"), nothing = byId("nothing");
  const chips = [...document.querySelectorAll(".chips button")];
  const states = chips.map((chip) => chip.dataset.state);
  const rows = [...list.children].map((card) => ({
    card,
    text: card.textContent.replace(/\s+/g, " ").toLocaleLowerCase(),
    title: card.querySelector("h2").textContent,
    state: card.dataset.state,
    number: { row: +card.dataset.row, duration: +card.dataset.duration, size: +card.dataset.size, render: +card.dataset.render },
  }));
  let state = "";

  function filter() {
    const words = search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const match = (!state || row.state === state) && words.every((word) => row.text.includes(word));
      row.card.hidden = !match;
      count += match;
    }
    shown.textContent = count === rows.length ? `${count} row${count === 1 ? "" : "s"}` : `${count} of ${rows.length} rows`;
    nothing.hidden = count > 0;
  }

  function order() {
    const descending = sort.value.startsWith("-"), key = sort.value.replace("-", "");
    const compare = {
      title: (a, b) => a.title.localeCompare(b.title),
      state: (a, b) => states.indexOf(a.state) - states.indexOf(b.state),
    }[key] || ((a, b) => (descending ? b.number[key] - a.number[key] : a.number[key] - b.number[key]));
    rows.sort((a, b) => compare(a, b) || a.number.row - b.number.row);
    list.append(...rows.map((row) => row.card));
  }

  function choose(chosen) {
    state = chosen;
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.state === state));
    filter();
  }

  let pending = 0;
  search.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(filter, 80); });
  sort.addEventListener("change", order);
  for (const chip of chips) chip.addEventListener("click", () => choose(chip.dataset.state));
  byId("clear").addEventListener("click", () => { search.value = ""; choose(""); search.focus(); });

  const player = byId("player"), stage = byId("player-stage"), previous = byId("previous"), next = byId("next");
  let current = null;
  const playable = () => [...list.querySelectorAll(".card:not([hidden]) .play:not([data-elsewhere])")];

  function play(link) {
    current = link;
    const video = byId("video").content.cloneNode(true).firstElementChild;
    if (link.dataset.poster) video.poster = link.dataset.poster;
    video.src = link.getAttribute("href");
    // Browsers refuse caption tracks to pages opened from disk; there the captions in the picture have to do.
    if (link.dataset.vtt && location.protocol.startsWith("http")) {
      const track = document.createElement("track");
      Object.assign(track, { kind: "captions", label: "Captions", src: link.dataset.vtt });
      video.append(track);
    }
    stage.replaceChildren(video);
    byId("player-title").textContent = link.dataset.title;
    byId("player-info").textContent = link.dataset.info;
    const links = playable(), at = links.indexOf(link);
    previous.disabled = at < 1;
    next.disabled = at < 0 || at === links.length - 1;
    if (!player.open) player.showModal();
    video.play().catch(() => {});
  }

  function step(by) {
    const links = playable(), target = links[links.indexOf(current) + by];
    if (target) play(target);
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest(".play:not([data-elsewhere])");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !player.showModal) return;
    event.preventDefault();
    play(link);
  });
  previous.addEventListener("click", () => step(-1));
  next.addEventListener("click", () => step(1));
  byId("close").addEventListener("click", () => player.close());
  player.addEventListener("click", (event) => { if (event.target === player) player.close(); });
  player.addEventListener("close", () => {
    const video = stage.querySelector("video");
    if (video) { video.pause(); video.removeAttribute("src"); video.load(); }
    stage.replaceChildren();
    if (current) current.focus();
  });
  const linked = location.hash && byId(location.hash.slice(1));
  if (linked && list.contains(linked)) linked.scrollIntoView();
})();
