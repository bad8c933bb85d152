// A list of papers: filter, sort, fold. The page's address holds the filters, this browser the rest.

import { canUnfold, DAY_DENSITIES, densitySelect, startUnfolding, unfold } from "./density.js";
import { button, element, root, targetId } from "./elements.js";
import { chosen, chosenFacets, clear, countOptions, createSelects, filter, foldable, readAddress } from "./facets.js";
import { hasNotes } from "./notes.js";
import { countOf, inTime, paperOf, SORTS, savedPapers, sorted, status, whenReady } from "./paper-list.js";
import { addMarks, notice, view, warn } from "./papers.js";
import { help } from "./shortcuts.js";
import { savePreferences, state, subscribe } from "./storage.js";

// -- filter and sort --

const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source", mark: "Marks" };
const MARKS = [
  ["unread", "Unread"],
  ["read", "Read"],
  ["saved", "Saved"],
];
let papers = []; // those of the filters: in the page, or of a whole period
let list;
let toolbar;
let rest = ""; // what the page lacks of the list
let isIncomplete = false;

function selectsFor() {
  const { sources = "{}", labels: ofTopics = '{"topics": {}}' } = toolbar.dataset;
  const labels = { topic: JSON.parse(ofTopics).topics, source: JSON.parse(sources) };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const differs = (name) =>
    new Set(papers.map((paper) => paper[name]).filter((value) => !Number.isNaN(value))).size > 1;
  const sorts = Object.fromEntries(Object.entries(SORTS).filter(([name]) => !name || differs(name)));
  return createSelects(papers, { facets: FACETS, sorts, labels, fixed: { mark: MARKS } }, () => {
    retry();
    return arrange();
  });
}

let arrange = () => {
  const all = sorted(papers, chosen("sort"));
  view.visible = filter(all);
  const visible = new Set(view.visible);
  for (const paper of papers) paper.node.hidden = !visible.has(paper);
  const nodes = [...list.children].filter((node) => node.dataset.relevance !== undefined);
  if (all.some((paper, i) => paper.node !== nodes[i])) list.append(...all.map(({ node }) => node));
  countOptions(papers);
  status.textContent = countOf(visible.size, papers.length, chosenFacets().length) + rest;
  warn("");
};
const restore = () => {
  readAddress();
  return arrange();
};

// -- controls --

const abstracts = () => document.querySelectorAll(".paper > details");
const foldAll = button("", () => {
  const isOpen = state.view.fold !== "open";
  savePreferences({ fold: isOpen ? "open" : "closed" });
  foldAbstracts();
  for (const { node } of view.papers) if (canUnfold(node)) unfold(node, isOpen);
});
const saved = element("a", { href: new URL("saved/", root).href });

function foldAbstracts() {
  if (state.view.fold) for (const details of abstracts()) details.open = state.view.fold === "open";
}

function refresh() {
  foldAll.textContent = state.view.fold === "open" ? "Fold all" : "Unfold all";
  saved.textContent = `Saved ${savedPapers().length || ""}`.trim();
}

async function addControls() {
  const densities = densitySelect(list.matches(".papers") ? DAY_DENSITIES : undefined);
  const controls = foldable(...selectsFor(), clear, densities, button("Keys", help, { className: "keys" }));
  toolbar.append(status, ...controls, ...(abstracts().length ? [foldAll] : []), saved);
  toolbar.after(notice);
  addEventListener("popstate", restore);
  addEventListener("hashchange", showTarget);
  addEventListener("click", ({ target }) => target.closest?.("a[href^='#']") && setTimeout(showTarget)); // the same again
  await restore();
  showTarget();
}

async function showTarget() {
  const node = document.getElementById(targetId());
  if (node?.hidden) (await import("./hidden-paper.js")).show(node);
}

// The filters of a week, month or topic are those of all its papers, once they are loaded. If that fails, the next choice
// or the return of the network loads them again.
async function loadRest() {
  isIncomplete = false;
  try {
    const { arrangeAll, loadAll } = await import("./whole-list.js");
    papers = await loadAll(list, papers, toolbar.dataset);
    arrange = arrangeAll;
    rest = "";
  } catch {
    rest = ": the others could not be loaded";
    isIncomplete = true;
    addEventListener("online", retry);
  }
  if (!clear.isConnected) return;
  clear.before(...selectsFor().filter((select) => !select.isConnected));
  restore();
}

function retry() {
  if (isIncomplete) loadRest();
}

// -- start --

async function start() {
  if (document.querySelector(".stale")) import("./stale.js");
  if (document.querySelector(".skyline")) import("./skyline.js");
  toolbar = document.querySelector(".toolbar");
  list = document.querySelector(".papers, ol.list");
  papers = list ? [...list.querySelectorAll("article.paper, li.item[data-paper]")].map(paperOf) : [];
  papers.forEach(addMarks);
  view.papers = view.visible = papers;
  foldAbstracts();
  startUnfolding();
  subscribe(refresh);
  refresh();
  if (!toolbar || !papers.length) return;
  if (!toolbar.dataset.months) return addControls();
  rest = ": the others are loading";
  await inTime(loadRest());
  await inTime(addControls());
}

whenReady(start, state.view.fold || location.search || hasNotes());
