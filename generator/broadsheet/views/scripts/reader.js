// A list of papers: filter, sort, fold. The page's address holds the filters, this browser the rest.

import { canUnfold, DAY_DENSITIES, densitySelect, startUnfolding, unfold } from "./density.js";
import { button, element, root } from "./elements.js";
import { chosen, chosenFacets, clear, countOptions, createSelects, filter, foldable, readAddress } from "./facets.js";
import { hasNotes } from "./notes.js";
import { count, paperOf, savedPapers, status, whenReady } from "./paper-list.js";
import { addMarks, notice, view } from "./papers.js";
import { help } from "./shortcuts.js";
import { showBars } from "./skyline.js";
import { showAge } from "./stale.js";
import { savePreferences, state, subscribe } from "./storage.js";

// -- filter and sort --

const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source", mark: "Marks" };
const MARKS = [
  ["unread", "Unread"],
  ["read", "Read"],
  ["saved", "Saved"],
];
const SORTS = { "": "Sort", score: "By score", novelty: "By novelty", date: "By date", upvotes: "By upvotes" };
let papers = [];
let list;

function selectsFor(toolbar) {
  const labels = { topic: {}, source: JSON.parse(toolbar.dataset.sources ?? "{}") };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const differs = (name) =>
    new Set(papers.map((paper) => paper[name]).filter((value) => !Number.isNaN(value))).size > 1;
  const sorts = Object.fromEntries(Object.entries(SORTS).filter(([name]) => !name || differs(name)));
  return createSelects(papers, { facets: FACETS, sorts, labels, fixed: { mark: MARKS } }, arrange);
}

function arrange() {
  const key = chosen("sort");
  const order = (a, b) => (key && (b[key] || -1) - (a[key] || -1)) || a.order - b.order; // unknown values come last
  const sorted = [...papers].sort(order);
  view.visible = filter(sorted);
  const visible = new Set(view.visible);
  for (const paper of papers) {
    paper.node.hidden = !visible.has(paper);
    if (paper.line) paper.line.hidden = paper.node.hidden;
  }
  const nodes = [...list.children].filter((node) => node.dataset.relevance !== undefined);
  if (sorted.some((paper, i) => paper.node !== nodes[i])) {
    list.append(...sorted.map(({ node }) => node));
    papers[0].line?.parentNode.append(...sorted.map(({ line }) => line));
  }
  countOptions(papers);
  status.textContent = chosenFacets().length ? `${visible.size} of ${count(papers.length)}` : count(papers.length);
}

function restore() {
  readAddress();
  arrange();
}

// -- controls --

const abstracts = () => document.querySelectorAll(".paper > details");
const foldAll = button("", () => {
  const isOpen = state.view.fold !== "open";
  savePreferences({ fold: isOpen ? "open" : "closed" });
  foldAbstracts();
  for (const { node } of papers) if (canUnfold(node)) unfold(node, isOpen);
});
const saved = element("a", { href: new URL("saved/", root).href });

function foldAbstracts() {
  if (state.view.fold) for (const details of abstracts()) details.open = state.view.fold === "open";
}

function refresh() {
  foldAll.textContent = state.view.fold === "open" ? "Fold all" : "Unfold all";
  saved.textContent = `Saved ${savedPapers().length || ""}`.trim();
}

function addControls(toolbar) {
  const densities = densitySelect(list.matches(".papers") ? DAY_DENSITIES : undefined);
  const controls = foldable(...selectsFor(toolbar), clear, densities, button("Keys", help));
  toolbar.append(status, ...controls, ...(abstracts().length ? [foldAll] : []), saved);
  toolbar.after(notice);
  addEventListener("popstate", restore);
  restore();
}

// -- start --

function start() {
  showAge();
  showBars();
  const toolbar = document.querySelector(".toolbar");
  list = document.querySelector(".papers, ol.list");
  papers = list ? [...list.querySelectorAll("article.paper, li.item[data-paper]")].map(paperOf) : [];
  const lines = document.querySelectorAll(".contents:not(.near-misses) li");
  if (lines.length === papers.length) for (const paper of papers) paper.line = lines[paper.order];
  papers.forEach(addMarks);
  view.papers = view.visible = papers;
  if (toolbar && papers.length) addControls(toolbar);
  foldAbstracts();
  startUnfolding();
  subscribe(refresh);
  refresh();
}

whenReady(start, state.view.fold || location.search || hasNotes());
