"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const spans = [...document.querySelectorAll(".span")];
  const texts = new Map();
  const box = $("q");
  let found = [], at = -1, timer = 0;

  const textOf = (span) => {
    let text = texts.get(span);
    if (text === undefined) texts.set(span, (text = span.textContent.toLowerCase()));
    return text;
  };
  const show = (span) => {
    for (let e = span; e; e = e.parentElement) {
      if (e.tagName === "DETAILS") e.open = true;
      if (e.classList.contains("kids")) {
        const fold = e.parentElement.querySelector(":scope > .fold");
        if (fold) fold.checked = true;
      }
    }
    document.querySelectorAll(".now").forEach((e) => e.classList.remove("now"));
    span.classList.add("now");
    span.scrollIntoView({ block: "center" });
  };
  const search = () => {
    const word = box.value.trim().toLowerCase();
    document.body.classList.toggle("searching", word !== "");
    found = [];
    at = -1;
    for (const span of spans) {
      const hit = word !== "" && textOf(span).includes(word);
      span.classList.toggle("hit", hit);
      if (hit) found.push(span);
    }
    for (const trace of document.querySelectorAll(".trace")) {
      const named = word === "" || trace.firstElementChild.textContent.toLowerCase().includes(word);
      trace.hidden = !named && !trace.querySelector(".hit");
    }
    $("hits").textContent = word === "" ? "" : found.length + (found.length === 1 ? " span" : " spans");
  };
  const next = () => {
    if (!found.length) return;
    at = (at + 1) % found.length;
    show(found[at]);
    $("hits").textContent = at + 1 + " of " + found.length;
  };
  const failed = spans.filter((s) => s.parentElement.hasAttribute("data-error"));
  let last = -1;
  const fold = (open) => {
    document.querySelectorAll(".trace").forEach((e) => (e.open = open));
    document.querySelectorAll(".fold").forEach((e) => (e.checked = open));
    if (!open) document.querySelectorAll(".span").forEach((e) => (e.open = false));
  };

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, 150);
  });
  box.addEventListener("keydown", (e) => {
    if (e.key === "Enter") next();
    if (e.key === "Escape") {
      box.value = "";
      search();
      box.blur();
    }
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && document.activeElement !== box) {
      e.preventDefault();
      box.focus();
    }
  });
  $("next").addEventListener("click", next);
  $("errors").addEventListener("click", () => {
    if (failed.length) show(failed[(last = (last + 1) % failed.length)]);
  });
  $("errors").hidden = !failed.length;
  $("fold").addEventListener("click", () => fold(false));
  $("unfold").addEventListener("click", () => fold(true));
  $("tools").hidden = false;
})();
