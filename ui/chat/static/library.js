// The Library and Scores views: what is clicked there is asked of the server through elements of their own.
(() => {
  "use strict";
  const here = (window.onrecord ??= {});
  const find = (selector, root = document) => root.querySelector(selector);
  const desks = {};
  const waiting = [];

  // What is asked before Gradio has wired the page waits until it has.
  let ready = false;
  function flush() {
    for (const [name, event, data] of waiting.splice(0)) tell(name, event, data);
  }
  function tell(name, event, data) {
    if (ready && desks[name]) desks[name](event, data);
    else waiting.push([name, event, data]);
  }
  const attach = (name) => (trigger) => { desks[name] = trigger; flush(); };
  here.ready = () => { ready = true; here.route(); flush(); here.entered(); };
  here.attachLibrary = attach("library");
  here.attachScores = attach("scores");

  // A view is read from the server when it is entered, so that it is never older than that.
  here.entered = () => {
    const view = document.documentElement.dataset.view;
    if (view === "library") tell("library", "show", {});
    if (view === "scores") tell("scores", "latest", {});
  };

  const chosen = () => [...document.querySelectorAll("#library-rows input[data-choose]:checked")].map((box) => box.value);

  function unsure(button) {
    delete button.dataset.sure;
    button.textContent = "Delete the chosen";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#library-rows button[data-act], [data-act='sample']");
    if (!button) return;
    const { act, order, page } = button.dataset;
    if (act === "order") tell("library", "look", { order });
    if (act === "page") tell("library", "look", { page: Number(page) });
    if (act === "sample") { button.disabled = true; location.hash = "#library"; tell("library", "sample", {}); }
    if (act === "delete" && !button.dataset.sure) {
      button.dataset.sure = "yes";
      button.textContent = `Really delete ${chosen().length}? They cannot be brought back.`;
      setTimeout(() => unsure(button), 5000);
    } else if (act === "delete") {
      unsure(button);
      tell("library", "remove", { ids: chosen() });
      document.querySelectorAll("#library-rows input[data-choose]").forEach((box) => { box.checked = false; });
      button.disabled = true;
    }
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.matches(".feed-form")) return;
    event.preventDefault();
    const address = new FormData(event.target).get("address");
    location.hash = "#library";
    tell("library", "feed", { address });
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("#library-rows input[data-choose]")) {
      const button = find("#library-rows [data-act='delete']");
      unsure(button);
      button.disabled = !chosen().length;
    }
    const runs = event.target.closest("#run-choice");
    if (runs) tell("scores", "look", { runs: new FormData(runs).getAll("run") });
  });
})();
