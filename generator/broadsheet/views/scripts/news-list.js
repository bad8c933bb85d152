// The list of papers since the last visit: the best first, each paper once; filtered, or the best dozen of it.

import { formatDate, isDate } from "./dates.js";
import { DAY_DENSITIES, densitySelect } from "./density.js";
import { button, element } from "./elements.js";
import { chosen, chosenFacets, clear, countOptions, createSelects, filter, foldable, readAddress } from "./facets.js";
import { fetchNews, showNews } from "./news.js";
import { count, countOf, focusStatus, paperOf, SORTS, status } from "./paper-list.js";
import { addMarks, view, warn } from "./papers.js";
import { buildRow, dayLink, link, span } from "./rows.js";
import { drawSkyline } from "./skyline-drawing.js";
import { hasMark, updatePapers } from "./storage.js";
import { countsOf, newDays, recordVisit, startingPoint, startVisit } from "./visits.js";

const BATCH_SIZE = 100; // papers
const FIRST_SIZE = 40; // of the first batch: a few screens; the others follow once the browser is idle
const DOZEN = 12; // papers for ten minutes

let index; // since/days.json
let papers = []; // new and unread ones, the best first
let matches = []; // those that the filters leave, or the dozen of them
let limit = 0; // of the matches that are shown
let place = {}; // where the reader was who comes back: { limit, top }
let rest = []; // those that the filters leave, and the dozen does not have
const hidden = new Set(); // ids of those that "Mark the rest read" marked
let listing = {}; // the days of the list, and the papers left out of it, or lost
const byId = (id) => document.getElementById(id);
const parameter = (name) => new URLSearchParams(location.search).get(name) ?? "";

// -- the papers --

// The order of a day's page; a paper of several days keeps its best place.
function rank(days) {
  const all = days.flatMap(({ date, papers }) => papers.map((paper) => ({ ...paper, date })));
  all.sort((a, b) => a.sort_key - b.sort_key); // stable: then by date, then by rank
  const ids = new Set();
  return all.filter(({ id }) => !ids.has(id) && ids.add(id));
}

const withTopics = (paper) => ({ ...paper, topic: (paper.topics ?? []).filter((topic) => index.topics[topic]) });

// The best dozen: each paper of a topic takes a point from the next ones of that topic.
function bestDozen(papers) {
  const left = [...papers];
  const best = [];
  const taken = new Map();
  const value = ({ score = 0, topic }) => score - (taken.get(topic[0]) ?? 0);
  while (left.length && best.length < DOZEN) {
    const [next] = left.splice(left.indexOf(left.reduce((a, b) => (value(b) > value(a) ? b : a))), 1);
    taken.set(next.topic[0], (taken.get(next.topic[0]) ?? 0) + 1);
    best.push(next);
  }
  return best;
}

// -- the address --

function setParameter(name, value) {
  const address = new URL(location.href);
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  if (address.href !== location.href) history.pushState(null, "", address);
}

function selectDate(date) {
  setParameter("since", date);
  draw();
}

// -- controls --

const select = element("select", { ariaLabel: gettext("Since"), onchange: () => selectDate(select.value) });
const filters = element("span", { className: "facets" });
const upToDate = button(gettext("I am up to date"), () => {
  recordVisit(index, countsOf(index.days));
  selectDate("");
  focusStatus();
});
const dozen = button(gettext("I have ten minutes"), () => {
  setParameter("minutes", parameter("minutes") ? "" : "10");
  arrange();
});
const markRest = button(gettext("Mark the rest read"), () => {
  const ids = rest.map(({ id }) => id).filter((id) => !hasMark(id, "read"));
  setRead(ids, true);
  undo.onclick = () => setRead(ids, false);
});
const undo = button(gettext("Undo"), undefined, { hidden: true });

// Papers that were read one by one stay under the reader's eyes; those that one press marked go.
function setRead(ids, isRead) {
  updatePapers(ids, { read: isRead });
  for (const id of ids) hidden[isRead ? "add" : "delete"](id);
  undo.hidden = !isRead;
  arrange();
  focusStatus();
}

const fromDay = (day) => gettext("From %(date)s", { date: formatDate(day) });

function fillSelect(from) {
  const dates = new Set([...index.days.map(([date]) => date).reverse(), ...(from ? [from] : [])]);
  const option = (value, textContent) => element("option", { value, textContent, selected: value === from });
  const options = [...dates].map((date) => option(date, fromDay(date)));
  select.replaceChildren(option("", gettext("Last visit")), ...options);
}

function fillFilters() {
  const facets = { topic: gettext("Topic"), score: gettext("Score") };
  const selects = createSelects(papers, { sorts: SORTS, facets, labels: { topic: index.topics } }, arrange);
  filters.replaceChildren(...selects, clear);
  readAddress();
}

// -- gaps --

function gapItem(date, kind, name, text) {
  const day = kind === "missing" ? formatDate(date) : dayLink(date); // which has no page
  return element("li", {}, span(`state ${kind}`, name), " ", day, " ", span("muted", text));
}

const lateWords = (papers) =>
  ngettext(
    "%(papers)s paper came later: all are listed again.",
    "%(papers)s papers came later: all are listed again.",
    papers,
    { papers },
  );

function gapItems(days, { seen, isCut }, failed) {
  const items = [];
  for (const [date, state, papers, words] of days) {
    if (state !== "ok" && state !== "unknown") items.push(gapItem(date, state, ...(words ?? index.states[state])));
    if (failed.has(date)) {
      const text = gettext("Its papers are missing here: reload the page.");
      items.push(gapItem(date, "failed", gettext("Not loaded"), text));
    } else if (seen[date]) {
      items.push(gapItem(date, "partial", pgettext("of a day", "More"), lateWords(papers - seen[date])));
    }
  }
  if (!isCut) return items;
  const month = index.before.slice(0, 7);
  const monthLink = link(`monthly/${month}/`, month);
  const archive = link("archive/", gettext("the archive"));
  const date = formatDate(index.days[0][0]);
  const words = [
    // Translators: %(archive)s is "the archive".
    ...gettext("Older than %(date)s, and not in this list: %(month)s, %(archive)s", {
      date,
      month: monthLink,
      archive,
    }),
  ];
  return [element("li", {}, ...words), ...items];
}

// -- the list --

function addRows(end = limit) {
  const start = view.papers.length;
  const items = matches.slice(start, end).map((paper) => buildRow(paper, index));
  byId("news").append(...items);
  const added = items.map((node, i) => paperOf(node, start + i));
  added.forEach(addMarks);
  view.papers = view.visible = [...view.papers, ...added];
}

function showPagination() {
  const left = matches.length - limit;
  const more = button(ngettext("Show more: %(left)s left", "Show more: %(left)s left", left, { left }), () => {
    const next = limit;
    limit += BATCH_SIZE;
    addRows();
    showPagination();
    view.papers[next].node.querySelector("a").focus();
  });
  byId("pagination").replaceChildren(...(left > 0 ? [more] : []));
}

// For the way back. A page that grows late does not scroll there by itself.
function remember({ target, defaultPrevented }) {
  if (target.closest?.("a") && !defaultPrevented) history.replaceState({ limit, top: scrollY }, "");
}

function showFirst() {
  const { top } = place;
  limit = place.limit ?? BATCH_SIZE;
  place = {};
  byId("news").replaceChildren();
  view.papers = view.visible = [];
  addRows(top ? limit : FIRST_SIZE);
  (window.requestIdleCallback ?? setTimeout)(() => addRows());
  showPagination();
  if (top) scrollTo({ top, behavior: "instant" });
}

const lostWords = (failed) =>
  ngettext(
    "%(failed)s paper could not be loaded: reload the page.",
    "%(failed)s papers could not be loaded: reload the page.",
    failed,
    { failed },
  );

function statusText() {
  const { days, seen, read, lost } = listing;
  const number = matches.length;
  if (!days) return lost ? lostWords(lost) : gettext("Nothing new");
  if (parameter("minutes")) {
    return ngettext(
      "%(number)s paper for ten minutes, the best of each topic",
      "%(number)s papers for ten minutes, the best of each topic",
      number,
      { number },
    );
  }
  const isFiltered = chosenFacets().length;
  // Translators: %(papers)s is "12 papers", or "3 of 12 papers".
  const list = ngettext("%(papers)s of %(days)s day", "%(papers)s of %(days)s days", days, {
    papers: countOf(number, isFiltered ? papers.length : number, isFiltered),
    days,
  });
  if (isFiltered || !(seen || read)) return list;
  // Translators: %(list)s is "12 papers of 4 days".
  if (!seen) return gettext("%(list)s, without %(read)s marked read", { list, read });
  if (!read) return gettext("%(list)s, without %(seen)s listed on earlier days", { list, seen });
  return gettext("%(list)s, without %(seen)s listed on earlier days and %(read)s marked read", { list, seen, read });
}

function arrange() {
  const key = chosen("sort");
  const value = (paper) => (key === "date" ? Date.parse(paper.date) : (paper[key] ?? -1));
  const sorted = key ? [...papers].sort((a, b) => value(b) - value(a)) : papers;
  const left = filter(sorted.filter(({ id }) => !hidden.has(id)));
  matches = parameter("minutes") ? bestDozen(left) : left;
  rest = matches === left ? left : left.filter((paper) => !matches.includes(paper));
  dozen.ariaPressed = String(Boolean(parameter("minutes")));
  countOptions(papers);
  drawSkyline(byId("skyline"), matches, index);
  showFirst();
  status.textContent = statusText();
  warn(listing.lost && listing.days ? lostWords(listing.lost) : "");
  upToDate.hidden = !listing.days;
  markRest.hidden = !rest.length;
  dozen.hidden = !parameter("minutes") && papers.length <= DOZEN;
}

let drawings = 0;

async function draw() {
  const drawing = ++drawings;
  const from = isDate(parameter("since")) ? parameter("since") : "";
  fillSelect(from);
  const point = startingPoint(index, from);
  const days = newDays(index, point);
  const full = days.filter(([, , papers]) => papers);
  const results = await Promise.allSettled(full.map(([date]) => fetchNews(`${date}.pack`)));
  if (drawing !== drawings) return; // another date was chosen meanwhile
  const failed = new Set(full.filter((_, i) => !results[i].value).map(([date]) => date));
  if (failed.size && failed.size === full.length && drawing === 1) throw results[0].reason; // the page has the last week
  if (failed.size) addEventListener("online", draw, { once: true });
  const all = rank(results.flatMap(({ value }) => value ?? [])).map(withTopics);
  const isOld = (date) => Object.hasOwn(point.seen, date) || (date < index.days[0][0] && date < point.from);
  const unseen = all.filter(({ first_seen }) => !first_seen || !isOld(first_seen));
  papers = unseen.filter(({ id }) => !hasMark(id, "read"));
  const lost = full.reduce((sum, [date, , papers]) => sum + (failed.has(date) ? papers : 0), 0);
  const [seen, read] = [all.length - unseen.length, unseen.length - papers.length];
  listing = { days: full.length - failed.size, seen, read, lost };
  const dayItem = ([date, , papers]) => element("li", {}, dayLink(date), " ", span("muted", count(papers)));
  const isSince = !from && !point.isFirst;
  const since = gettext("New since %(date)s", { date: formatDate(point.from) });
  byId("from").textContent = isSince ? since : from ? fromDay(from) : gettext("The last week");
  byId("days").replaceChildren(...full.map(dayItem));
  byId("gaps").replaceChildren(...gapItems(days, point, failed));
  fillFilters();
  arrange();
  recordVisit(index, {}, countsOf(days.filter(([date]) => !failed.has(date))));
}

/** Replace the week that is in the page. */
export async function showList() {
  index = await fetchNews("days.json");
  if (!index.days.length) return;
  place = history.state ?? {};
  startVisit(index);
  showNews();
  await draw();
  const [unfolding, choices] = foldable(select, filters, densitySelect(DAY_DENSITIES));
  status.nextSibling.prepend(unfolding, dozen, markRest, undo, upToDate);
  status.parentNode.append(choices);
  addEventListener("popstate", draw);
  addEventListener("click", remember);
}
