// The papers of a whole week, month or topic. The page has the first ones; the facts of all come from a file a month,
// and the rows that the page lacks from the files of their days, when they are shown.

import { button } from "./elements.js";
import { chosen, chosenFacets, countOptions, filter } from "./facets.js";
import { fetchMonth, fetchRow } from "./months.js";
import { countOf, paperOf, sorted, status } from "./paper-list.js";
import { addMarks, view, warn } from "./papers.js";

const BATCH_SIZE = 20; // papers

let list;
let labels; // of topics, and their colours
let papers = [];
let matches = [];
let pageSize; // papers in the page
let limit;
let drawings = 0;

// -- the facts --

async function papersOf(month, limits) {
  const all = await fetchMonth(month, limits);
  for (const paper of all) paper.topic = paper.topic.filter((topic) => Object.hasOwn(labels.topics, topic));
  return all;
}

// A topic's list has the newest day first, and a paper on its first day; the others have the best first.
function select(all, { topic }) {
  if (topic) all.sort((a, b) => a.date - b.date);
  else all.sort((a, b) => (b.score || -1) - (a.score || -1)); // of two months; stable
  const ids = new Set();
  const each = all.filter(({ id }) => !ids.has(id) && ids.add(id));
  return topic ? each.sort((a, b) => b.date - a.date) : each;
}

// The rows of the page come first, as they are.
function attachRows(all, rows) {
  const places = new Map(rows.map((row) => [row.id, row]));
  all.forEach((paper, i) => {
    paper.row = places.get(paper.id);
    paper.order = paper.row?.order ?? rows.length + i;
  });
  return all.sort((a, b) => a.order - b.order);
}

/** Return the facts of all papers of the list, whose page has `rows`; the toolbar's `data` say what the list covers. */
export async function loadAll(node, rows, data) {
  [list, pageSize] = [node, rows.length];
  labels = JSON.parse(data.labels);
  const months = await Promise.all(data.months.split(" ").map((month) => papersOf(month, data)));
  papers = attachRows(select(months.flat(), data), rows);
  for (const { node } of rows) node.hidden = false; // which the choice among them may have hidden
  return papers;
}

// -- the rows --

async function loadRow(paper) {
  const { buildRow } = await import("./rows.js");
  const node = buildRow({ ...(await fetchRow(paper)), topic: paper.topic, date: paper.day }, labels);
  paper.row = paperOf(node, paper.order);
  addMarks(paper.row);
}

// For the way back. A page that grows late does not scroll there by itself.
const remember = () => history.replaceState({ limit, top: scrollY }, "");

const more = button("", async () => {
  const next = view.visible.length;
  limit += BATCH_SIZE;
  remember();
  addEventListener("beforeunload", remember);
  await show();
  view.visible[next]?.node.querySelector("a").focus();
});

async function show() {
  const drawing = ++drawings;
  const batch = matches.slice(0, limit);
  const results = await Promise.allSettled(batch.map((paper) => paper.row ?? loadRow(paper)));
  if (drawing !== drawings) return; // another choice was made meanwhile
  const failed = results.filter(({ reason }) => reason).length;
  const lost = ngettext(
    "%(failed)s paper could not be loaded: reload the page.",
    "%(failed)s papers could not be loaded: reload the page.",
    failed,
    { failed },
  );
  warn(failed ? lost : "");
  if (failed) addEventListener("online", show, { once: true });
  status.textContent = countOf(matches.length, papers.length, chosenFacets().length);
  view.papers = view.visible = batch.map(({ row }) => row).filter(Boolean);
  list.replaceChildren(...view.visible.map(({ node }) => node));
  const left = Math.max(0, matches.length - limit);
  more.textContent = ngettext("Show more: %(left)s left", "Show more: %(left)s left", left, { left });
  more.hidden = !left;
}

/** Show the papers that the choice leaves, in its order. */
export function arrangeAll() {
  const key = chosen("sort");
  matches = filter(sorted(papers, key));
  limit = key || chosenFacets().length ? Math.max(pageSize, BATCH_SIZE) : pageSize;
  if (history.state?.limit > limit) limit = history.state.limit;
  countOptions(papers);
  const rest = document.getElementById("rest");
  if (rest && !rest.contains(more)) rest.replaceChildren(more);
  const { top } = history.state ?? {};
  return top ? show().then(() => scrollTo({ top, behavior: "instant" })) : show();
}
