// Papers published since the last visit: one list, the best first, each paper once.

import { button, element, root } from "./elements.js";
import { count, paperOf, status, whenReady } from "./paper-list.js";
import { addMarks, notice, view } from "./papers.js";
import { help } from "./shortcuts.js";
import { hasMark, load, notify, state, store } from "./storage.js";

const VISIT_GAP_MS = 6 * 3600 * 1000; // after it, a new visit begins
const MAX_DAYS = 120;
const BATCH_SIZE = 100; // papers
const LOAD_TIMEOUT_MS = 1500; // then the page is shown without its list
const HTML = ["em", "strong", "code", "sub", "sup", "span", "br"];

let index; // since/days.json
const byId = (id) => document.getElementById(id);
const isDate = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));
const formatDate = (date) => new Date(date).toUTCString().replace(/^(\w+), 0?(\d+ \w+ \d+).*/, "$1 $2");
const span = (className, textContent) => element("span", { className, textContent });
const link = (path, ...content) => element("a", { href: new URL(path, root).href }, ...content);
const dayLink = (date, id = "") =>
  link(`daily/${date.replaceAll("-", "/")}/${id && `#${encodeURIComponent(id)}`}`, formatDate(date));

const requests = {};
const fetchJson = (name) =>
  (requests[name] ??= fetch(new URL(`since/${name}.json`, root)).then((response) => response.json()));

// -- the last visit --
// visit: { at, seen, shown }: the time (ms) of the last look; by date, how many papers were listed before this visit,
// and by now. Counts only grow: two tabs lose nothing of each other.

const MAX_DATE = new Date(Date.now() + 2 * 864e5).toISOString();

function mergeCounts(a, b) {
  const counts = {};
  for (const [date, papers] of [a, b].flatMap((part) => Object.entries(Object(part)))) {
    if (isDate(date) && date < MAX_DATE && Number.isInteger(papers) && papers >= 0 && papers < 1e5) {
      counts[date] = Math.max(papers, counts[date] ?? 0);
    }
  }
  return Object.fromEntries(Object.entries(counts).sort().slice(-MAX_DAYS));
}

let visit = {};

function recordVisit(seen, shown = {}) {
  load();
  const visits = [visit, Object(state.rest.visit)];
  const merged = (name, counts) => visits.map((part) => part[name]).reduce(mergeCounts, counts);
  visit = { ...visits[1], at: Date.now(), seen: merged("seen", seen), shown: merged("shown", shown) };
  store({ visit });
  notify();
}

// Papers shown on one visit are seen on the next.
function startVisit() {
  const { at, shown } = Object(state.rest.visit);
  recordVisit(Math.abs(Date.now() - at) < VISIT_GAP_MS ? {} : mergeCounts({}, shown));
}

// -- a paper --

// Data becomes nodes: nothing in it is parsed as markup.
function buildNodes(parts) {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const [name, attributes, ...content] = part;
    const namespace = HTML.includes(name) ? "1999/xhtml" : "1998/Math/MathML";
    const node = document.createElementNS(`http://www.w3.org/${namespace}`, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (!/^on|href|style/.test(key)) node.setAttribute(key, value);
    }
    node.append(...buildNodes(content));
    return node;
  });
}

function metaLine({ score, relevance, novelty, upvotes, topics = [], id, date }) {
  const grade = (value, name) => element("span", {}, element("b", {}, `${value}`), ` ${name}`);
  const topicLink = (topic) => Object.assign(link(`topics/${topic}/`, index.topics[topic]), { className: "topic" });
  const facts = score ? [grade(relevance, "relevance"), grade(novelty, "novelty")] : [span("muted", "not scored")];
  if (upvotes >= 0) facts.push(span("", `${upvotes} upvote${upvotes === 1 ? "" : "s"}`));
  facts.push(...topics.filter((topic) => index.topics[topic]).map(topicLink));
  facts.push(Object.assign(dayLink(date, id), { className: "date" }));
  return element("p", { className: "meta" }, ...facts.flatMap((fact) => [fact, " "]));
}

function buildItem(paper) {
  const { id, title, title_parts = [title], authors = [], more, comment, comment_parts = [comment], address } = paper;
  const heading = element("h3", {}, link(address, ...buildNodes(title_parts)));
  const byline = authors.join(", ") + (more ? ` and ${more} more` : "");
  const authorsLine = element("p", { className: "authors", textContent: byline });
  const node = element("li", { className: "item" }, heading, authorsLine);
  Object.assign(node.dataset, { paper: id, title });
  if (comment) node.append(element("p", { className: "comment" }, ...buildNodes(comment_parts)));
  node.append(metaLine(paper));
  return node;
}

// The order of a day's page; a paper of several days keeps its best place.
function rank(days) {
  const papers = days.flatMap(({ date, papers }) => papers.map((paper) => ({ ...paper, date })));
  papers.sort((a, b) => a.sort_key - b.sort_key); // stable: then by date, then by rank
  const ids = new Set();
  return papers.filter(({ id }) => !ids.has(id) && ids.add(id));
}

// -- the page --

const countsOf = (days) => Object.fromEntries(days.map(([date, , papers]) => [date, papers]));
const countsBefore = (limit) => countsOf(index.days.filter(([date]) => date < limit));
const dateInAddress = () => new URLSearchParams(location.search).get("since") ?? "";
const select = element("select", { ariaLabel: "Since", onchange: () => selectDate(select.value) });
const upToDate = button("I am up to date", () => {
  recordVisit(countsOf(index.days));
  selectDate("");
  status.tabIndex = -1;
  status.focus();
});

function selectDate(date) {
  const address = new URL(location.href);
  if (date) address.searchParams.set("since", date);
  else address.searchParams.delete("since");
  if (address.href !== location.href) history.pushState(null, "", address);
  draw();
}

function fillSelect(from) {
  const dates = new Set([...index.days.map(([date]) => date).reverse(), ...(from ? [from] : [])]);
  const option = (value, textContent) => element("option", { value, textContent, selected: value === from });
  const options = [...dates].map((date) => option(date, `From ${formatDate(date)}`));
  select.replaceChildren(option("", "Last visit"), ...options);
}

// What is seen, by date: as the address says, or as of the last visit; at first, all but the last week.
function startingPoint() {
  const from = isDate(dateInAddress()) ? dateInAddress() : "";
  fillSelect(from);
  const seen = Object.entries(visit.seen).filter(([date]) => date <= index.days.at(-1)[0]);
  if (from || !seen.length) {
    const title = from ? `From ${formatDate(from)}` : "The last week";
    return {
      from: from || index.week,
      seen: countsBefore(from || index.week),
      isCut: from && index.before >= from,
      title,
    };
  }
  const [last] = seen.at(-1);
  const counts = { ...countsBefore(seen[0][0]), ...Object.fromEntries(seen) };
  return { from: last, seen: counts, isCut: index.before > last, title: `New since ${formatDate(last)}` };
}

function gapItem(date, kind, name, text) {
  const day = kind === "missing" ? formatDate(date) : dayLink(date); // which has no page
  return element("li", {}, span(`state ${kind}`, name), " ", day, " ", span("muted", text));
}

function gapItems(days, { seen, isCut }, failed) {
  const items = [];
  for (const [date, state, papers, words] of days) {
    if (state !== "ok" && state !== "unknown") items.push(gapItem(date, state, ...(words ?? index.states[state])));
    if (failed.has(date)) {
      items.push(gapItem(date, "failed", "Not loaded", "Its papers are missing here: reload the page."));
    } else if (seen[date]) {
      items.push(gapItem(date, "partial", "More", `${count(papers - seen[date])} came later: all are listed again.`));
    }
  }
  if (!isCut) return items;
  const month = index.before.slice(0, 7);
  const text = `Older than ${formatDate(index.days[0][0])}, and not in this list: `;
  return [element("li", {}, text, link(`monthly/${month}/`, month), " and ", link("archive/", "before")), ...items];
}

function showMore(papers) {
  const start = view.papers.length;
  const items = papers.slice(start, start + BATCH_SIZE).map(buildItem);
  byId("news").append(...items);
  const added = items.map((node, i) => paperOf(node, start + i));
  added.forEach(addMarks);
  view.papers = view.visible = [...view.papers, ...added];
  const left = papers.length - view.papers.length;
  const more = button(`Show more: ${left} left`, () => {
    const next = view.papers.length;
    showMore(papers);
    view.papers[next].node.querySelector("a").focus();
  });
  byId("pagination").replaceChildren(...(left ? [more] : []));
}

function showStatus(papers, days, seen, read) {
  const left = [seen && `${seen} shown before`, read && `${read} marked read`].filter(Boolean).join(" and ");
  const total = days ? `${count(papers)} of ${days} day${days === 1 ? "" : "s"}` : "Nothing new";
  status.textContent = total + (left && `, without ${left}`);
  upToDate.hidden = !days;
}

let drawings = 0;

async function draw() {
  const drawing = ++drawings;
  const point = startingPoint();
  const { from, seen } = point;
  const days = index.days.filter(([date, , papers]) => !Object.hasOwn(seen, date) || papers > seen[date]);
  const full = days.filter(([, , papers]) => papers);
  const results = await Promise.allSettled(full.map(([date]) => fetchJson(date)));
  if (drawing !== drawings) return; // another date was chosen meanwhile
  const failed = new Set(full.filter((_, i) => !results[i].value).map(([date]) => date));
  const papers = rank(results.flatMap(({ value }) => value ?? []));
  const isOld = (date) => Object.hasOwn(seen, date) || (date < index.days[0][0] && date < from);
  const unseen = papers.filter(({ first_seen }) => !first_seen || !isOld(first_seen));
  const unread = unseen.filter(({ id }) => !hasMark(id, "read"));
  const dayItem = ([date, , papers]) => element("li", {}, dayLink(date), " ", span("muted", count(papers)));
  byId("from").textContent = point.title;
  byId("days").replaceChildren(...full.map(dayItem));
  byId("gaps").replaceChildren(...gapItems(days, point, failed));
  byId("news").replaceChildren();
  view.papers = [];
  showMore(unread);
  showStatus(unread.length, full.length, papers.length - unseen.length, unseen.length - unread.length);
  recordVisit({}, countsOf(days.filter(([date]) => !failed.has(date))));
}

// Keep the last week, which is in the page.
function showStaticWeek() {
  status.textContent = "What is new could not be loaded: below is the last week.";
  view.papers = view.visible = [...document.querySelectorAll("#news .item")].map(paperOf);
  view.papers.forEach(addMarks);
}

async function showList() {
  index = await fetchJson("days");
  if (!index.days.length) return;
  status.after(select, upToDate);
  addEventListener("popstate", draw);
  startVisit();
  await draw();
}

async function start() {
  status.textContent = "Loading …";
  byId("since").append(status, button("Keys", help), link("saved/", "Saved"));
  byId("since").after(notice);
  const timeout = new Promise((resolve) => setTimeout(resolve, LOAD_TIMEOUT_MS));
  await Promise.race([showList().catch(showStaticWeek), timeout]);
}

whenReady(start, true);
