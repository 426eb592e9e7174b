// Marks the quote that the address points to (#start-end, code points of the stored text) and shows it.
(() => {
  "use strict";
  function wanted() {
    const match = /^#(\d+)-(\d+)$/.exec(location.hash);
    return match ? [Number(match[1]), Number(match[2])] : null;
  }

  function unmark() {
    document.querySelectorAll(".text mark").forEach((mark) => mark.replaceWith(mark.textContent));
    document.querySelectorAll(".text p").forEach((paragraph) => paragraph.normalize());
  }

  function marked(paragraph, start, end) {
    const from = Number(paragraph.dataset.start);
    const points = Array.from(paragraph.textContent);
    const [a, b] = [Math.max(start - from, 0), Math.min(end - from, points.length)];
    if (a >= b) return null;
    const mark = document.createElement("mark");
    mark.textContent = points.slice(a, b).join("");
    paragraph.replaceChildren(points.slice(0, a).join(""), mark, points.slice(b).join(""));
    return mark;
  }

  function show() {
    const span = wanted();
    if (span) unmark();
    const marks = span
      ? [...document.querySelectorAll(".text p")].map((paragraph) => marked(paragraph, ...span)).filter(Boolean)
      : [...document.querySelectorAll(".text mark")];
    marks[0]?.scrollIntoView({ block: "center" });
  }

  window.addEventListener("hashchange", show);
  show();
})();
