// Filters of a week, a month or a topic over all its papers, not only those on the page. Their facts and rows are those
// of the search.

import { button, element } from "./elements.js";
import { chosen, clear, countOptions, createSelects, filter, readAddress } from "./facets.js";
import { count, paperOf, status } from "./paper-list.js";
import { addMarks, view } from "./papers.js";
import { buildRow } from "./rows.js";
import { cardOf, factsBetween } from "./shards.js";

const BATCH_SIZE = 20; // papers
const FACETS = { topic: "Topic", category: "Category", score: "Score", source: "Source" };
const more = button("", showMore);
const pagination = element("p", { className: "pagination" }, more);

let list;
let labels; // of topics, and their colours
let ownRows; // of the page, by id
let papers;
let matches = [];
let displayed = 0;
let drawings = 0;

async function rowOf(facts) {
  const [address, id, title, byline, , , text] = await cardOf(facts);
  if (ownRows.has(id)) return ownRows.get(id);
  const { score, novelty, topic, date, upvotes } = facts;
  const scores = score ? { score, novelty, relevance: score - novelty } : {};
  const known = topic.filter((name) => labels.topics[name]);
  const paper = { id, title, address, authors: [byline], comment: text, topic: known, date, upvotes, ...scores };
  const row = paperOf(buildRow(paper, labels), 0);
  addMarks(row);
  return row;
}

async function showMore() {
  const drawing = drawings;
  const batch = matches.slice(displayed, displayed + BATCH_SIZE);
  const rows = await Promise.all(batch.map((facts) => rowOf(facts).catch(() => null)));
  if (drawing !== drawings) return;
  displayed += batch.length;
  const added = rows.filter(Boolean);
  for (const { node } of added) node.hidden = false;
  list.append(...added.map(({ node }) => node));
  view.visible = [...view.visible, ...added];
  view.papers = [...new Set([...view.papers, ...added])];
  more.textContent = `Show more: ${matches.length - displayed} left`;
  pagination.hidden = displayed >= matches.length;
}

const byScore = (a, b) => (b.score ?? -1) - (a.score ?? -1) || (a.novelty ?? 0) - (b.novelty ?? 0);

/** Show all papers that match, the best first or as chosen. */
export async function show() {
  drawings++;
  const key = chosen("sort");
  const value = (paper) => (key === "date" ? Date.parse(paper.date) : (paper[key] ?? -1));
  matches = filter([...papers].sort((a, b) => (key ? value(b) - value(a) : 0) || byScore(a, b)));
  displayed = 0;
  countOptions(papers);
  status.textContent = `${matches.length} of ${count(papers.length)}`;
  list.replaceChildren();
  list.after(pagination);
  view.visible = [];
  await showMore();
}

/** Show the rows of the page again. */
export function hide() {
  drawings++;
  pagination.hidden = true;
  view.papers = [...ownRows.values()];
  list.replaceChildren(...view.papers.map(({ node }) => node));
}

/** Fetch the facts of all papers, and let the selects have them as options. */
export async function open(ownPapers, page, { sorts, callback }) {
  const { from, to, topic, labels: json } = page.toolbar.dataset;
  [list, labels, ownRows] = [page.list, JSON.parse(json), new Map(ownPapers.map((paper) => [paper.id, paper]))];
  const facts = await factsBetween(from ?? "", to ?? "9999");
  papers = facts.filter((paper) => !topic || paper.topic.includes(topic));
  const sources = JSON.parse(page.toolbar.dataset.sources ?? "{}");
  const options = { facets: FACETS, sorts, labels: { topic: labels.topics, source: sources } };
  const selects = createSelects(papers, options, callback);
  clear.before(...selects);
  readAddress();
  countOptions(papers);
}
