// A list of papers: filter, sort, fold. What is chosen stands in the address, or stays in this browser.

import { button, count, element, root } from "./elements.js";
import { choose, is, savedPapers, state, watch } from "./kept.js";
import { help } from "./keys.js";
import { addMarks, here, isCompact, notice, paperOf, status, whenReady } from "./papers.js";

// -- filter and sort --

const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source", mark: "Marks" };
const SORTS = { "": "Sort", score: "By score", novelty: "By novelty", date: "By date", upvotes: "By upvotes" };
const MARKS = { unread: (id) => !is(id, "read"), read: (id) => is(id, "read"), saved: (id) => is(id, "saved") };

const selects = new Map();
let papers = [];
let list;

function fits(paper, facet, value) {
  if (!value) return true;
  if (facet === "mark") return MARKS[value](paper.id);
  return facet === "score" ? paper.score >= Number(value) : paper[facet].includes(value);
}

// (value, label) of each choice; none if there is nothing to choose.
function offers(facet, labels) {
  if (facet === "mark") return [["unread", "Unread"], ["read", "Read"], ["saved", "Saved"]];
  if (facet === "score") {
    const sums = [...new Set(papers.map(({ score }) => Math.floor(score)))].filter((sum) => sum === sum);
    return sums.length > 1 ? sums.sort((a, b) => b - a).map((sum) => [`${sum}`, `Score ${sum}+`]) : [];
  }
  const tally = new Map();
  for (const paper of papers) for (const value of paper[facet]) tally.set(value, (tally.get(value) ?? 0) + 1);
  const values = [...tally].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => value);
  const telling = values.length > 1 || (tally.get(values[0]) ?? papers.length) < papers.length;
  return telling ? values.map((value) => [value, labels[value] ?? value]) : [];
}

function addSelect(name, options) {
  if (options.length < 2) return;
  const made = options.map(([value, textContent]) => element("option", { value, textContent }));
  const select = element("select", { name, ariaLabel: options[0][1], onchange: pick }, ...made);
  selects.set(name, { select, options });
}

function addSelects(box) {
  const labels = { topic: {}, source: JSON.parse(box.dataset.sources ?? "{}") };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const told = (name) => new Set(papers.map((paper) => paper[name]).filter((value) => value === value)).size > 1;
  addSelect("sort", Object.entries(SORTS).filter(([name]) => !name || told(name)));
  for (const [facet, any] of Object.entries(FACETS)) addSelect(facet, [["", any], ...offers(facet, labels[facet] ?? {})]);
}

const chosen = (name) => selects.get(name)?.select.value ?? "";

function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const [name, { select }] of selects) {
    select.value = asked.get(name) ?? "";
    if (select.selectedIndex < 0) select.value = "";
  }
  arrange();
}

function pick() {
  const address = new URL(location.href);
  for (const name of selects.keys()) {
    chosen(name) ? address.searchParams.set(name, chosen(name)) : address.searchParams.delete(name);
  }
  if (address.href !== location.href) history.pushState(null, "", address);
  arrange();
}

function countOptions() {
  for (const [facet, { select, options }] of selects) {
    if (facet === "sort") continue;
    const others = [...selects.keys()].filter((name) => name !== facet && name !== "sort");
    const left = papers.filter((paper) => others.every((name) => fits(paper, name, chosen(name))));
    options.forEach(([value, said], i) => {
      if (value) select[i].textContent = `${said} (${left.filter((it) => fits(it, facet, value)).length})`;
    });
  }
}

function arrange() {
  const by = chosen("sort");
  const order = (a, b) => (by && (b[by] || -1) - (a[by] || -1)) || a.order - b.order; // what is unknown comes last
  const facets = Object.keys(FACETS).filter(chosen);
  const sorted = [...papers].sort(order);
  const shown = (here.shown = sorted.filter((paper) => facets.every((facet) => fits(paper, facet, chosen(facet)))));
  const visible = new Set(shown);
  for (const paper of papers) {
    paper.node.hidden = !visible.has(paper);
    if (paper.line) paper.line.hidden = paper.node.hidden;
  }
  const moved = [...list.children].filter((node) => node.dataset.relevance !== undefined);
  if (sorted.some((paper, i) => paper.node !== moved[i])) {
    list.append(...sorted.map(({ node }) => node));
    papers[0].line?.parentNode.append(...sorted.map(({ line }) => line));
  }
  countOptions();
  status.textContent = facets.length ? `${shown.length} of ${count(papers.length)}` : count(papers.length);
  clear.hidden = !facets.length && !by;
}

const clear = button("Clear", () => {
  for (const { select } of selects.values()) select.value = "";
  pick();
  selects.values().next().value.select.focus();
}, { className: "clear", hidden: true });

// -- controls --

const folds = () => document.querySelectorAll(".paper > details");
const compact = button("Compact", () => choose({ density: isCompact() ? "comfortable" : "compact" }));
const foldAll = button("", () => {
  choose({ fold: state.view.fold === "open" ? "closed" : "open" });
  applyFolds();
});
const saved = element("a", { href: new URL("saved/", root).href });

function applyFolds() {
  if (state.view.fold) for (const fold of folds()) fold.open = state.view.fold === "open";
}

function refresh() {
  compact.ariaPressed = String(isCompact());
  foldAll.textContent = state.view.fold === "open" ? "Fold all" : "Unfold all";
  saved.textContent = `Saved ${savedPapers().length || ""}`.trim();
}

function addControls(box) {
  addSelects(box);
  const choices = element("div", { className: "choices" });
  choices.append(...[...selects.values()].map(({ select }) => select), clear, compact, button("Keys", help));
  const unfold = button("Filter", () => {
    unfold.ariaExpanded = String(choices.classList.toggle("open"));
  }, { className: "unfold", ariaExpanded: "false" });
  box.append(status, unfold, choices, ...(folds().length ? [foldAll] : []), saved);
  box.after(notice);
  addEventListener("popstate", fromAddress);
  fromAddress();
}

// -- start --

function start() {
  const box = document.querySelector(".reader");
  list = document.querySelector(".papers, ol.list");
  papers = list ? [...list.querySelectorAll("article.paper, li.item[data-paper]")].map(paperOf) : [];
  const lines = document.querySelectorAll(".contents:not(.near-misses) li");
  if (lines.length === papers.length) papers.forEach((paper, i) => (paper.line = lines[i]));
  papers.forEach(addMarks);
  here.papers = here.shown = papers;
  if (box && papers.length) addControls(box);
  applyFolds();
  watch(refresh);
  refresh();
}

whenReady(start, state.view.fold || location.search);
