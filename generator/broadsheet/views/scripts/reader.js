// A list of papers: filter, sort, fold. What is chosen stands in the address, or stays in this browser.

import { button, element, root } from "./elements.js";
import { chosen, clear, countOptions, facetsChosen, filter, foldable, fromAddress, offer } from "./facets.js";
import { choose, state, watch } from "./storage.js";
import { help } from "./shortcuts.js";
import { count, paperOf, savedPapers, status, whenReady } from "./paper-list.js";
import { addMarks, here, isCompact, notice } from "./papers.js";

// -- filter and sort --

const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source", mark: "Marks" };
const MARKS = [["unread", "Unread"], ["read", "Read"], ["saved", "Saved"]];
const SORTS = { "": "Sort", score: "By score", novelty: "By novelty", date: "By date", upvotes: "By upvotes" };
let papers = [];
let list;

function addSelects(box) {
  const labels = { topic: {}, source: JSON.parse(box.dataset.sources ?? "{}") };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const told = (name) => new Set(papers.map((paper) => paper[name]).filter((value) => value === value)).size > 1;
  const sorts = Object.fromEntries(Object.entries(SORTS).filter(([name]) => !name || told(name)));
  return offer(papers, { facets: FACETS, sorts, labels, fixed: { mark: MARKS } }, arrange);
}

function arrange() {
  const by = chosen("sort");
  const order = (a, b) => (by && (b[by] || -1) - (a[by] || -1)) || a.order - b.order; // what is unknown comes last
  const sorted = [...papers].sort(order);
  here.shown = filter(sorted);
  const visible = new Set(here.shown);
  for (const paper of papers) {
    paper.node.hidden = !visible.has(paper);
    if (paper.line) paper.line.hidden = paper.node.hidden;
  }
  const moved = [...list.children].filter((node) => node.dataset.relevance !== undefined);
  if (sorted.some((paper, i) => paper.node !== moved[i])) {
    list.append(...sorted.map(({ node }) => node));
    papers[0].line?.parentNode.append(...sorted.map(({ line }) => line));
  }
  countOptions(papers);
  status.textContent = facetsChosen().length ? `${visible.size} of ${count(papers.length)}` : count(papers.length);
}

function restore() {
  fromAddress();
  arrange();
}

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
  const [unfold, choices] = foldable(...addSelects(box), clear, compact, button("Keys", help));
  box.append(status, unfold, choices, ...(folds().length ? [foldAll] : []), saved);
  box.after(notice);
  addEventListener("popstate", restore);
  restore();
}

// -- start --

function start() {
  const box = document.querySelector(".toolbar");
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
