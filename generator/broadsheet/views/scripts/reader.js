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
const SCORES = Array.from({ length: 11 }, (_, i) => [`${20 - i}`, `Score ${20 - i}+`]);
const HIDDEN_MS = 1500; // at most, until the papers of a filter in the address are there
let papers = [];
let list;
let toolbar;
let whole; // all papers of a week, month or topic, once they are asked for

const isPart = () => toolbar.dataset.labels !== undefined;

// A list of a part of the papers has options for all of them, without numbers.
function selectsForPart() {
  const { mark, ...facets } = FACETS;
  const topics = Object.entries(JSON.parse(toolbar.dataset.labels).topics);
  const fixed = { score: SCORES, topic: toolbar.dataset.topic ? [] : topics };
  return createSelects(papers, { facets, sorts: SORTS, fixed }, arrange);
}

function selectsFor() {
  if (isPart()) return selectsForPart();
  const labels = { topic: {}, source: JSON.parse(toolbar.dataset.sources ?? "{}") };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const differs = (name) =>
    new Set(papers.map((paper) => paper[name]).filter((value) => !Number.isNaN(value))).size > 1;
  const sorts = Object.fromEntries(Object.entries(SORTS).filter(([name]) => !name || differs(name)));
  return createSelects(papers, { facets: FACETS, sorts, labels, fixed: { mark: MARKS } }, arrange);
}

async function openWhole() {
  const period = await import("./period.js");
  await period.open(papers, { list, toolbar }, { sorts: SORTS, callback: arrange });
  return period;
}

const loadWhole = () => (whole ??= openWhole());

async function arrangeWhole() {
  try {
    const period = await loadWhole();
    if (chosenFacets().length || chosen("sort")) return await period.show();
    period.hide();
    status.textContent = partStatus();
  } catch {
    delete toolbar.dataset.labels; // without the search index, only the papers of the page
    arrange();
  }
}

const partStatus = () => `${papers.length} of ${count(Number(toolbar.dataset.total))}`;

function arrange() {
  if (isPart()) {
    if (whole || chosenFacets().length || chosen("sort")) return arrangeWhole();
    status.textContent = partStatus();
    return undefined;
  }
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
  return arrange();
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

function addControls() {
  const densities = densitySelect(list.matches(".papers") ? DAY_DENSITIES : undefined);
  const controls = foldable(...selectsFor(), clear, densities, button("Keys", help));
  toolbar.append(status, ...controls, ...(abstracts().length ? [foldAll] : []), saved);
  toolbar.after(notice);
  addEventListener("popstate", restore);
  if (isPart()) toolbar.addEventListener("pointerenter", () => loadWhole().catch(() => {}), { once: true });
  return restore();
}

// -- start --

async function start() {
  showAge();
  showBars();
  toolbar = document.querySelector(".toolbar");
  list = document.querySelector(".papers, ol.list");
  papers = list ? [...list.querySelectorAll("article.paper, li.item[data-paper]")].map(paperOf) : [];
  const lines = document.querySelectorAll(".contents:not(.near-misses) li");
  if (lines.length === papers.length) for (const paper of papers) paper.line = lines[paper.order];
  papers.forEach(addMarks);
  view.papers = view.visible = papers;
  const arranged = toolbar && papers.length && addControls();
  foldAbstracts();
  startUnfolding();
  subscribe(refresh);
  refresh();
  await Promise.race([arranged, new Promise((resolve) => setTimeout(resolve, HIDDEN_MS))]);
}

whenReady(start, state.view.fold || location.search || hasNotes());
