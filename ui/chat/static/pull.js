// A model that is not here yet: offered, and shown while it comes.
(() => {
  "use strict";
  const here = (window.onrecord ??= {});
  const EVERY = 1000;
  let was = "";

  function line(text, ...more) {
    const row = document.createElement("p");
    row.append(Object.assign(document.createElement("span"), { textContent: text }), ...more);
    return row;
  }

  function button(words) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.dataset.act = "pull";
    made.addEventListener("click", async () => { made.disabled = true; draw(await here.server.pull({})); });
    return made;
  }

  function bar(pull) {
    const made = Object.assign(document.createElement("progress"), { max: pull.total || 1 });
    if (pull.total) made.value = pull.done;
    made.setAttribute("aria-label", "Pulling the model");
    return made;
  }

  // Drawn anew only when something changed, so that a screen reader is not told the same again and again.
  function draw(pull) {
    const place = document.getElementById("pull");
    if (!place) return;
    if (pull.state === "coming") {
      const known = place.querySelector("progress");
      if (known) {
        if (pull.total) known.value = pull.done;
        place.querySelector("span").textContent = pull.said;
      } else place.replaceChildren(line(pull.said), bar(pull));
      setTimeout(look, EVERY);
    } else if (pull.state === "missing") place.replaceChildren(line(pull.said, button("Get the model")));
    else if (pull.state === "failed") place.replaceChildren(line(pull.said, button("Try again")));
    else {
      place.replaceChildren();
      if (was === "coming") here.rescope();
    }
    place.classList.toggle("problem", pull.state === "failed");
    was = pull.state;
  }

  async function look() { draw(await here.server.pulled({})); }
  here.lookAtPull = look;
})();
