// A list of papers: filter, sort, fold. The page's address holds the filters, this browser the rest.

import { canUnfold, DAY_DENSITIES, densitySelect, startUnfolding, unfold } from "./density.js";
import { button, element, root, targetId } from "./elements.js";
import { chosen, chosenFacets, clear, countOptions, createSelects, filter, foldable, readAddress } from "./facets.js";
import { hasNotes } from "./notes.js";
import { count, countOf, paperOf, SORTS, savedPapers, sorted, status, whenReady } from "./paper-list.js";
import { addMarks, notice, view } from "./papers.js";
import { help } from "./shortcuts.js";
import { showBars } from "./skyline.js";
import { savePreferences, state, subscribe } from "./storage.js";

// -- filter and sort --

const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source", mark: "Marks" };
const MARKS = [
  ["unread", "Unread"],
  ["read", "Read"],
  ["saved", "Saved"],
];
const LOAD_TIMEOUT_MS = 1500; // then the page is shown without the papers that it lacks
let papers = []; // those of the filters: in the page, or of a whole period
let list;
let toolbar;

function selectsFor(callback) {
  const { sources = "{}", labels: ofTopics = '{"topics": {}}' } = toolbar.dataset;
  const labels = { topic: JSON.parse(ofTopics).topics, source: JSON.parse(sources) };
  for (const chip of list.querySelectorAll("a.topic")) labels.topic[chip.pathname.split("/").at(-2)] = chip.textContent;
  const differs = (name) =>
    new Set(papers.map((paper) => paper[name]).filter((value) => !Number.isNaN(value))).size > 1;
  const sorts = Object.fromEntries(Object.entries(SORTS).filter(([name]) => !name || differs(name)));
  return createSelects(papers, { facets: FACETS, sorts, labels, fixed: { mark: MARKS } }, callback);
}

function arrange() {
  const all = sorted(papers, chosen("sort"));
  view.visible = filter(all);
  const visible = new Set(view.visible);
  for (const paper of papers) paper.node.hidden = !visible.has(paper);
  const nodes = [...list.children].filter((node) => node.dataset.relevance !== undefined);
  if (all.some((paper, i) => paper.node !== nodes[i])) list.append(...all.map(({ node }) => node));
  countOptions(papers);
  status.textContent = countOf(visible.size, papers.length, chosenFacets().length);
}

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

async function addControls(callback) {
  const densities = densitySelect(list.matches(".papers") ? DAY_DENSITIES : undefined);
  const controls = foldable(...selectsFor(callback), clear, densities, button("Keys", help, { className: "keys" }));
  toolbar.append(status, ...controls, ...(abstracts().length ? [foldAll] : []), saved);
  toolbar.after(notice);
  const restore = () => {
    readAddress();
    return callback();
  };
  addEventListener("popstate", restore);
  await restore();
  showTarget();
}

/** Show the paper that the address names, even if its filters hide it. */
function showTarget() {
  const paper = view.papers.find(({ node }) => node.id && node.id === targetId());
  if (!paper?.node.hidden) return;
  paper.node.hidden = false;
  notice.textContent = "The filters hide the paper of this link; it is shown all the same.";
}

// The filters of a week, month or topic are those of all its papers, also of those that the page lacks.
async function addControlsOfAll() {
  try {
    const { arrangeAll, loadAll } = await import("./whole-list.js");
    papers = await loadAll(list, papers, toolbar.dataset);
    await addControls(arrangeAll);
  } catch {
    addControls(arrange);
    status.textContent = `${count(papers.length)}: the others could not be loaded`;
  }
}

// -- start --

async function start() {
  if (document.querySelector(".stale")) import("./stale.js");
  showBars();
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
  if (!toolbar.dataset.months) return addControls(arrange);
  const timeout = new Promise((resolve) => setTimeout(resolve, LOAD_TIMEOUT_MS));
  await Promise.race([addControlsOfAll(), timeout]);
}

whenReady(start, state.view.fold || location.search || hasNotes());
