// What the page does by itself: sources beside the answer, chips, copying. Everything else is asked of the server.
(() => {
  "use strict";
  const here = (window.onrecord ??= {});
  const pane = { turn: null, follow: true };
  const find = (selector, root = document) => root.querySelector(selector);
  const turnOf = (number) => document.getElementById(`turn-${number}`);

  // Called once Gradio has made the element that events go through; what is asked before waits.
  const early = [];
  here.ask = (name, data) => early.push([name, data]);
  here.attach = (trigger, server) => {
    here.ask = trigger;
    here.server = server;
    early.splice(0).forEach(([name, data]) => trigger(name, data));
  };

  function fill(turn) {
    const cards = find("#pane-cards");
    const evidence = turn && find(".evidence", turn);
    if (!cards) return;
    const next = evidence ? [...evidence.childNodes].map((node) => node.cloneNode(true)) : [];
    const same = cards.childNodes.length === next.length && next.every((node, i) => node.isEqualNode(cards.childNodes[i]));
    if (!same) cards.replaceChildren(...next);
    pane.turn = turn ? Number(turn.dataset.turn) : null;
    find("#room").classList.toggle("has-sources", next.length > 0);
  }

  function lastTurn() {
    const all = document.querySelectorAll(".turn");
    return all.length ? all[all.length - 1] : null;
  }

  // A new question goes to the top of the window, so that its answer has the room below it.
  let seen = 0;
  function raise() {
    const turn = lastTurn();
    const number = turn ? Number(turn.dataset.turn) : 0;
    // A quick answer may be whole before it is first looked at.
    if (number === seen + 1 || (number !== seen && turn?.dataset.status === "searching")) {
      pane.follow = true;
      turn.scrollIntoView({ block: "start" });
    }
    seen = number;
  }

  let waiting = false;
  function follow() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      const shown = pane.follow ? lastTurn() : turnOf(pane.turn);
      fill(shown || lastTurn());
      raise();
    });
  }

  function openPane(turn, number, mark) {
    pane.follow = turn === lastTurn();
    fill(turn);
    find("#room").classList.add("pane-open");
    const card = number ? find(`#pane-cards [data-number="${Number(number)}"]`) : find("#pane-cards .card");
    if (!card) return;
    document.querySelectorAll("#pane-cards .chosen").forEach((one) => one.classList.remove("chosen"));
    const marked = (mark && find(`mark[data-mark="${mark}"]`, card)) || find("mark", card);
    card.classList.add("chosen");
    if (marked) marked.classList.add("chosen");
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    (marked || card).scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    card.focus({ preventScroll: true });
  }

  function closePane() {
    find("#room").classList.remove("pane-open");
  }

  async function copy(turn, button) {
    const words = [...turn.querySelectorAll(
      ".answer .words, .answer blockquote > p, .answer .reason, .answer .timeline p:not(.byline)",
    )];
    const text = words.map((one) => {
      const claim = one.closest(".claim") || one;
      const plain = claim.cloneNode(true);
      plain.querySelectorAll(".pop").forEach((pop) => pop.remove());
      plain.querySelectorAll(".chip").forEach((chip) => chip.replaceWith(` [${chip.textContent}]`));
      const when = find("time", one.closest(".timeline li") || document.createElement("p"));
      return when ? `${when.textContent}: ${plain.textContent.trim()}\n` : plain.textContent.trim();
    }).join(" ").replace(/\n /g, "\n");
    const sources = [...turn.querySelectorAll(".evidence .card[data-number]")].map((card) => {
      const link = find("h3 a", card);
      const by = [...card.querySelectorAll(".outlet, .day")].map((one) => one.textContent).join(", ");
      return `[${card.dataset.number}] ${link.textContent} (${by}) ${link.href}`;
    });
    await told(button, [text, ...sources].join("\n"));
  }

  async function told(button, text) {
    await navigator.clipboard.writeText(text);
    const was = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = was; }, 1500);
  }

  // A link to an answer holds its question and what was searched; it is asked again.
  here.linked = () => {
    const [view, query] = location.hash.slice(1).split("?");
    const wanted = new URLSearchParams(view === "ask" ? query : "");
    if (!wanted.get("q")) return false;
    const bounds = { publishers: wanted.getAll("outlet") };
    for (const name of ["since", "until", "as_of", "model"]) bounds[name] = wanted.get(name);
    history.replaceState(null, "", "#ask");
    here.ask("scope", bounds);
    here.ask("ask", { text: wanted.get("q"), bounds, infer: wanted.get("infer") !== "no" });
    return true;
  };

  const acts = {
    ask: (button) => here.ask("ask", { text: button.dataset.text }),
    retry: (button, turn) => here.ask("again", { turn: Number(turn.dataset.turn) }),
    uninfer: (button, turn) => here.ask("again", { turn: Number(turn.dataset.turn), infer: false }),
    edit: (button, turn) => { here.ask("edit", { turn: Number(turn.dataset.turn) }); find("#box textarea")?.focus(); },
    fresh: () => { closePane(); closeShelf(); here.leave(); show("ask"); here.ask("fresh", {}); find("#box textarea")?.focus(); },
    scope: () => openScope(find("#scope-form").hidden),
    "scope-clear": () => here.ask("scope", {}),
    shelf: () => openShelf(find("#shelf").hidden),
    "close-shelf": () => closeShelf(),
    good: (button, turn) => here.ask("rate", { turn: Number(turn.dataset.turn), rating: "up" }),
    bad: (button, turn) => here.ask("rate", { turn: Number(turn.dataset.turn), rating: "down" }),
    why: (button, turn) => here.ask("rate", { turn: Number(turn.dataset.turn), rating: "down", reason: button.dataset.reason }),
    link: (button) => told(button, new URL(button.dataset.link, location.href).href),
    sources: (button, turn) => openPane(turn),
    copy: (button, turn) => copy(turn, button),
    "close-pane": closePane,
  };

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("a.chip");
    if (chip && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      openPane(turnOf(chip.dataset.turn), chip.dataset.number, chip.dataset.mark);
      hush(chip.closest(".cite"));
      return;
    }
    const button = event.target.closest("button[data-act]");
    const act = button && acts[button.dataset.act];
    if (act) act(button, button.closest(".turn"));
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const back = !find("#shelf").hidden ? '[data-act="shelf"]' : !find("#scope-form")?.hidden ? '[data-act="scope"]' : null;
    closePane();
    closeShelf();
    openScope(false);
    if (back) find(back)?.focus();
  });

  // The scope: its form is drawn anew whenever it has changed, so whether it is open is kept here.
  let scopeOpen = false;
  function openScope(open) {
    scopeOpen = open;
    const form = find("#scope-form");
    if (!form) return;
    form.hidden = !open;
    find('[data-act="scope"]').setAttribute("aria-expanded", String(open));
  }

  function rescope() {
    const form = find("#scope-form");
    if (!form) return;
    const values = new FormData(form);
    here.ask("scope", {
      since: values.get("since"),
      until: values.get("until"),
      as_of: values.get("as_of"),
      publishers: values.getAll("publishers"),
      model: values.get("model"),
    });
  }
  here.rescope = rescope;
  document.addEventListener("change", (event) => { if (event.target.closest("#scope-form")) rescope(); });
  document.addEventListener("submit", (event) => {
    if (event.target.id === "scope-form") event.preventDefault();
  });

  function openShelf(open) {
    find("#shelf").hidden = !open;
    find('[data-act="shelf"]').setAttribute("aria-expanded", String(open));
    if (open) { here.drawShelf(); find("#shelf-search").focus(); }
  }
  const closeShelf = () => { if (find("#shelf")) openShelf(false); };
  here.closeShelf = () => { closeShelf(); show("ask"); };

  // One view at a time; its name is the address's fragment.
  function show(name) {
    if (location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
    route();
  }
  function route() {
    const wanted = location.hash.slice(1).split("?")[0];
    const view = ["library", "scores"].includes(wanted) ? wanted : "ask";
    document.documentElement.dataset.view = view;
    find("#room")?.toggleAttribute("data-off", view !== "ask");
    for (const name of ["library", "scores"]) find(`#view-${name}`)?.toggleAttribute("data-on", view === name);
    document.querySelectorAll("[data-view]:is(a)").forEach((link) => {
      if (link.dataset.view === view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
  }
  here.route = route;
  window.addEventListener("hashchange", () => { route(); here.entered?.(); returned(); });
  // The library may have changed since this view was left.
  function returned() {
    if (document.documentElement.dataset.view !== "ask") return;
    if (here.linked()) return;
    // Not begun afresh, which would empty the box of what was being written and end what was just asked.
    if (find("#latest .welcome")) here.ask("refresh", {});
    rescope();
  }
  route();

  // Once its source is open, a chip says nothing more until it is left.
  function hush(cite) {
    cite.classList.add("quiet");
    cite.addEventListener("mouseleave", () => cite.classList.remove("quiet"), { once: true });
  }

  // A popover near the edge of its column is moved inside it.
  document.addEventListener("mouseover", (event) => place(event.target.closest?.(".cite")));
  document.addEventListener("focusin", (event) => {
    const cite = event.target.closest?.(".cite");
    cite?.classList.remove("quiet");
    place(cite);
  });
  function place(cite) {
    const pop = cite && find(".pop", cite);
    if (!pop) return;
    pop.style.setProperty("--shift", "0px");
    const box = pop.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    const shift = box.left < 8 ? 8 - box.left : box.right > room - 8 ? room - 8 - box.right : 0;
    pop.style.setProperty("--shift", `${shift}px`);
    pop.classList.toggle("below", cite.getBoundingClientRect().top < box.height + 16);
  }

  new MutationObserver((changes) => {
    const talk = changes.some(({ target }) => {
      const at = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
      return at?.closest("#past, #recent, #latest") || find("#latest .turn", at || document);
    });
    if (talk) follow();
    const form = find("#scope-form");
    if (form && form.hidden === scopeOpen) openScope(scopeOpen);
    if (changes.some(({ addedNodes }) => [...addedNodes].some((node) => node.querySelector?.(".masthead, #view-scores")))) route();
  }).observe(document, { childList: true, subtree: true, characterData: true });
})();
