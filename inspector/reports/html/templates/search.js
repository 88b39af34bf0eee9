"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const spans = [...document.querySelectorAll(".span")];
  const texts = new Map();
  const box = $("q");
  let found = [], at = -1, timer = 0;

  // Contents of a big page are packed: gzip in base64, the spans of a pack with a NUL between them.
  const packs = [...document.querySelectorAll(".pack")];
  const opened = new Map();
  const unpack = async (number) => {
    const bytes = Uint8Array.from(atob(packs[number].textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return (await new Response(stream).text()).split("\0");
  };
  const packed = async (body) => {
    const [number, at] = body.dataset.at.split(".").map(Number);
    if (!opened.has(number)) {
      if (opened.size > 7) opened.delete(opened.keys().next().value);
      opened.set(number, unpack(number));
    }
    return (await opened.get(number))[at];
  };
  const fill = async (span) => {
    const body = span.lastElementChild;
    if (!body.dataset.at || body.firstChild) return;
    const html = await packed(body);
    if (!body.firstChild) body.innerHTML = html;
  };
  document.addEventListener("toggle", (e) => {
    if (e.target.open && e.target.classList.contains("span")) fill(e.target);
  }, true);

  const textOf = async (span) => {
    let text = texts.get(span);
    if (text !== undefined) return text;
    const body = span.lastElementChild;
    text = span.textContent;
    if (body.dataset.at && !body.firstChild) {
      const apart = document.createElement("template");
      apart.innerHTML = await packed(body);
      text += apart.content.textContent;
    }
    texts.set(span, (text = text.toLowerCase()));
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
  let run = 0;
  const search = async () => {
    const word = box.value.trim().toLowerCase();
    const own = ++run;
    const hits = [];
    for (const span of word === "" ? [] : spans) {
      const known = texts.get(span);
      if ((known === undefined ? await textOf(span) : known).includes(word)) hits.push(span);
      if (own !== run) return;
    }
    document.body.classList.toggle("searching", word !== "");
    document.querySelectorAll(".hit").forEach((e) => e.classList.remove("hit"));
    hits.forEach((e) => e.classList.add("hit"));
    found = hits;
    at = -1;
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
