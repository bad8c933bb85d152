// The list of saved papers: its rows, with notes; filters and a search in this browser.

import { button, element } from "./elements.js";
import { chosen, chosenFacets, clear, countOptions, createSelects, filter, foldable, readAddress } from "./facets.js";
import { countOf, savedPapers, status } from "./paper-list.js";
import { addMarks, view } from "./papers.js";
import { byline, pageOf } from "./records.js";
import { chipsOf, hueOf, scoreMark, sourceLinks } from "./rows.js";
import { state, updatePaper } from "./storage.js";

const PAGE_SIZE = 100;
const SORTS = { "": gettext("Sort"), score: gettext("By score"), title: gettext("By title") };
const { lang } = document.documentElement;
const LANGUAGE = lang === "en" ? "en-GB" : lang; // of dates
let labels; // of topics, and their colours
let limit = PAGE_SIZE;

const query = element("input", {
  type: "search",
  placeholder: gettext("Search"),
  ariaLabel: gettext("Search your papers"),
  oninput: () => restart(),
});
const filters = element("span", { className: "facets" });
const more = button("", () => {
  history.replaceState({ limit: limit + PAGE_SIZE }, ""); // for the way back
  listUpTo(limit + PAGE_SIZE);
});

const limitOfState = () => Math.max(PAGE_SIZE, Math.floor(history.state?.limit) || 0);

function listUpTo(number) {
  limit = number;
  listSaved();
}

const restart = () => listUpTo(PAGE_SIZE);

// A record as the filters need it.
function toPaper([id, record]) {
  const { relevance, novelty, topics = [], title = id } = record;
  const score = relevance && novelty ? relevance + novelty : undefined;
  const topic = topics.filter((name) => Object.hasOwn(labels.topics, name));
  return { id, record, title, relevance, novelty, score, topic };
}

const textOf = ({ id, title, record }) => `${id} ${title} ${byline(record)} ${record.note ?? ""}`.toLowerCase();

function matches(paper, words) {
  if (!words.length) return true;
  const text = textOf(paper);
  return words.every((word) => text.includes(word));
}

const ORDERS = {
  score: (a, b) => (b.score ?? -1) - (a.score ?? -1),
  title: (a, b) => a.title.localeCompare(b.title, "en"),
};

function fillFilters(papers) {
  const facets = { topic: gettext("Topic"), score: gettext("Score") };
  const selects = createSelects(papers, { sorts: SORTS, facets, labels: { topic: labels.topics } }, restart);
  for (const select of selects) if (!select.isConnected) filters.append(select);
  filters.append(clear);
  readAddress();
  countOptions(papers);
}

function savedItem(paper, order) {
  const { id, record, title } = paper;
  const url = pageOf(id, record);
  const date = new Date(record.saved).toLocaleDateString(LANGUAGE, { dateStyle: "long" });
  const note = element("textarea", {
    rows: 2,
    value: record.note ?? "",
    ariaLabel: gettext("Note on %(title)s", { title }),
    placeholder: gettext("Note"),
    oninput: () => updatePaper(id, { note: note.value }),
  });
  const node = element("li", { className: `item ${hueOf(paper, labels)}` }, scoreMark(paper));
  node.append(element("h3", { dir: "auto" }, url ? element("a", { href: url, textContent: title }) : title));
  node.append(element("p", { className: "authors", textContent: byline(record) }));
  const saved = element("span", { textContent: gettext("saved %(date)s", { date }) });
  const facts = [element("span", {}, id), ...chipsOf(paper, labels), saved, ...sourceLinks(paper)];
  node.append(element("p", { className: "meta" }, ...facts.flatMap((fact) => [fact, " "])), note);
  return { node, order, id, note };
}

export function listSaved() {
  const saved = savedPapers().map(toPaper);
  fillFilters(saved);
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  const order = ORDERS[chosen("sort")];
  const left = filter(order ? [...saved].sort(order) : saved).filter((paper) => matches(paper, words));
  const papers = left.slice(0, limit).map(savedItem);
  view.papers = view.visible = papers;
  papers.forEach(addMarks);
  document.getElementById("saved").replaceChildren(...papers.map(({ node }) => node));
  more.hidden = left.length <= limit;
  const next = Math.max(0, Math.min(PAGE_SIZE, left.length - limit));
  more.textContent = ngettext("Show %(next)s more", "Show %(next)s more", next, { next });
  const isFiltered = words.length || chosenFacets().length;
  const none = gettext("Nothing yet: press ☆ or s");
  status.textContent = saved.length ? countOf(left.length, saved.length, isFiltered) : none;
}

/** Show what another tab wrote, except in the note being edited. */
export function refreshSaved() {
  const { papers } = view;
  const ids = new Set(papers.map(({ id }) => id));
  const isWhole = !query.value && !chosenFacets().length && !chosen("sort");
  const isNew =
    isWhole &&
    savedPapers()
      .slice(0, limit)
      .some(([id]) => !ids.has(id));
  if (isNew && papers.length < limit && !papers.some(({ note }) => note === document.activeElement)) listSaved();
  for (const { id, note } of papers) {
    if (note !== document.activeElement) note.value = state.papers.get(id)?.note ?? "";
  }
}

export function startList() {
  const list = document.getElementById("saved");
  labels = JSON.parse(list.dataset.labels);
  status.after(query, ...foldable(filters));
  list.after(more);
  listUpTo(limitOfState());
  addEventListener("popstate", () => listUpTo(limitOfState()));
}
