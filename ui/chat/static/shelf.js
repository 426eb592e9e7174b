// Conversations, kept in this browser and nowhere else: a list of names, and each conversation under a key of its own.
(() => {
  "use strict";
  const LIST = "onrecord.list";
  const CURRENT = "onrecord.current";
  const key = (id) => `onrecord.conversation.${id}`;
  const find = (selector, root = document) => root.querySelector(selector);

  function read(name, fallback) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? fallback;
    } catch {
      return fallback;
    }
  }

  function list() {
    const found = read(LIST, []);
    return Array.isArray(found) ? found : [];
  }

  // When the browser's room is used up, the conversation that was left longest makes way.
  function write(name, value) {
    for (;;) {
      try {
        localStorage.setItem(name, JSON.stringify(value));
        return true;
      } catch {
        const oldest = list().filter((one) => one.id !== current()).sort((a, b) => a.updated - b.updated)[0];
        if (!oldest) return false;
        remove(oldest.id);
      }
    }
  }

  const current = () => sessionStorage.getItem(CURRENT);
  const turnsOf = (id) => { const turns = read(key(id), []); return Array.isArray(turns) ? turns : []; };

  function leave() { sessionStorage.removeItem(CURRENT); draw(); }

  function remove(id) {
    localStorage.removeItem(key(id));
    localStorage.setItem(LIST, JSON.stringify(list().filter((one) => one.id !== id)));
  }

  function keep(kept) {
    if (!kept) return;
    const { turn, view } = JSON.parse(kept);
    let id = current();
    if (!id || (turn === 1 && !list().some((one) => one.id === id))) {
      id = crypto.randomUUID ? crypto.randomUUID() : String(Date.now()) + Math.random().toString(36).slice(2);
      sessionStorage.setItem(CURRENT, id);
    }
    write(key(id), [...turnsOf(id).slice(0, turn - 1), view]);
    const known = list().find((one) => one.id === id);
    const entry = { name: view.question.slice(0, 120), ...known, id, updated: Date.now() };
    write(LIST, [entry, ...list().filter((one) => one.id !== id)]);
    draw();
  }

  function opening() {
    const linked = location.hash.startsWith("#ask?");
    if (linked) sessionStorage.removeItem(CURRENT);
    window.onrecord.ready();
    const id = current();
    return id ? JSON.stringify(turnsOf(id)) : "";
  }

  function make(tag, properties = {}, ...children) {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  }

  function row(entry) {
    const open = make("button", { type: "button", className: "open", textContent: entry.name, dir: "auto" });
    const when = make("span", { className: "day", textContent: new Date(entry.updated).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }) });
    const act = (name, label) => {
      const button = make("button", { type: "button", textContent: name });
      button.setAttribute("aria-label", `${label}: ${entry.name}`);
      return button;
    };
    const rename = act("Rename", "Rename");
    const markdown = act("Markdown", "Export as Markdown");
    const json = act("JSON", "Export as JSON");
    const drop = act("Delete", "Delete");
    const item = make("li", {}, open, make("div", { className: "row" }, when, rename, markdown, json, drop));
    if (entry.id === current()) item.setAttribute("aria-current", "true");
    open.addEventListener("click", () => {
      sessionStorage.setItem(CURRENT, entry.id);
      window.onrecord.ask("reopen", { turns: turnsOf(entry.id) });
      window.onrecord.closeShelf();
      draw();
    });
    rename.addEventListener("click", () => renaming(entry, open));
    const saved = (button, ...how) => save(entry, ...how).catch(() => { button.textContent = "Cannot be read"; });
    markdown.addEventListener("click", () => saved(markdown, "markdown", "md", "text/markdown"));
    json.addEventListener("click", () => saved(json, "json", "json", "application/json"));
    drop.addEventListener("click", () => {
      if (drop.dataset.sure) {
        remove(entry.id);
        if (entry.id === current()) { leave(); window.onrecord.ask("fresh", {}); }
        draw();
        return;
      }
      drop.dataset.sure = "yes";
      drop.textContent = "Really delete?";
      setTimeout(() => { delete drop.dataset.sure; drop.textContent = "Delete"; }, 4000);
    });
    return item;
  }

  function renaming(entry, open) {
    const input = make("input", { value: entry.name, className: "renaming", maxLength: 120 });
    input.setAttribute("aria-label", "New name");
    const done = (take) => {
      if (take && input.value.trim()) {
        write(LIST, list().map((one) => (one.id === entry.id ? { ...one, name: input.value.trim() } : one)));
      }
      draw();
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") { event.stopPropagation(); done(false); }
    });
    open.replaceWith(input);
    input.focus();
    input.select();
  }

  async function save(entry, form, ending, type) {
    const text = await window.onrecord.server.exported({ name: entry.name, turns: turnsOf(entry.id), form });
    const link = make("a", {
      href: URL.createObjectURL(new Blob([text], { type })),
      download: `${entry.name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60) || "conversation"}.${ending}`,
    });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function draw() {
    const shelf = find("#shelf-list");
    if (!shelf) return;
    const wanted = (find("#shelf-search")?.value || "").toLowerCase();
    const said = (entry) => [entry.name, ...turnsOf(entry.id).flatMap((turn) => [turn.question, turn.text])].join("\n").toLowerCase();
    const has = (entry) => !wanted || said(entry).includes(wanted);
    const rows = list().filter(has).map(row);
    shelf.replaceChildren(...(rows.length ? rows : [make("li", { className: "none", textContent: wanted ? "None matches." : "None yet." })]));
  }

  document.addEventListener("input", (event) => { if (event.target.id === "shelf-search") draw(); });
  window.addEventListener("storage", draw);
  Object.assign((window.onrecord ??= {}), { keep, opening, leave, drawShelf: draw });
})();
