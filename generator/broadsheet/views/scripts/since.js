// What was published since the last visit: one list, the best first, each paper once.

import { button, element, root } from "./elements.js";
import { is, load, state, store, tell } from "./storage.js";
import { help } from "./shortcuts.js";
import { count, paperOf, status, whenReady } from "./paper-list.js";
import { addMarks, here, notice } from "./papers.js";

const PAUSE = 6 * 3600 * 1000; // ms: what was listed is seen, to whoever comes back after that
const KEPT = 120; // days
const AT_ONCE = 100; // papers
const PATIENCE = 1500; // ms until the page is shown without the list
const HTML = ["em", "strong", "code", "sub", "sup", "span", "br"];

let index; // of the days
const byId = (id) => document.getElementById(id);
const isDate = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !isNaN(new Date(text));
const inWords = (date) => new Date(date).toUTCString().replace(/^(\w+), 0?(\d+ \w+ \d+).*/, "$1 $2");
const span = (className, textContent) => element("span", { className, textContent });
const link = (path, ...content) => element("a", { href: new URL(path, root).href }, ...content);
const dayLink = (date, id = "") => link(`daily/${date.replaceAll("-", "/")}/${id && `#${encodeURIComponent(id)}`}`, inWords(date));

const loaded = {};
const get = (name) => (loaded[name] ??= fetch(new URL(`since/${name}.json`, root)).then((answer) => answer.json()));

// -- when the last visit was --
// visit: { at, seen, shown }: the time (ms) of the last look; by date, how many papers of a day were listed before this
// visit, and by now. They only grow: two tabs lose nothing of each other.

const SOON = new Date(Date.now() + 2 * 864e5).toISOString();

function larger(one, other) {
  const all = {};
  for (const [date, papers] of [one, other].flatMap((it) => Object.entries(Object(it)))) {
    if (isDate(date) && date < SOON && Number.isInteger(papers) && papers >= 0 && papers < 1e5) all[date] = Math.max(papers, all[date] ?? 0);
  }
  return Object.fromEntries(Object.entries(all).sort().slice(-KEPT));
}

let visit = {};

function look(seen, shown = {}) {
  load();
  const known = [visit, Object(state.rest.visit)];
  const of = (name, more) => known.map((it) => it[name]).reduce(larger, more);
  visit = { ...known[1], at: Date.now(), seen: of("seen", seen), shown: of("shown", shown) };
  store({ visit });
  tell();
}

// What was listed on a visit is seen on the next.
function begin() {
  const { at, shown } = Object(state.rest.visit);
  look(Math.abs(Date.now() - at) < PAUSE ? {} : larger({}, shown));
}

// -- a paper --

// What came as data becomes nodes: nothing it says is markup.
function nodes(parts) {
  return parts.map((part) => {
    if (typeof part === "string") return part;
    const [name, attributes, ...content] = part;
    const space = HTML.includes(name) ? "1999/xhtml" : "1998/Math/MathML";
    const node = document.createElementNS(`http://www.w3.org/${space}`, name);
    for (const [key, value] of Object.entries(attributes)) {
      if (!/^on|href|style/.test(key)) node.setAttribute(key, value);
    }
    node.append(...nodes(content));
    return node;
  });
}

function facts({ score, relevance, novelty, upvotes, topics = [], id, date }) {
  const grade = (value, name) => element("span", {}, element("b", {}, `${value}`), ` ${name}`);
  const said = score ? [grade(relevance, "relevance"), grade(novelty, "novelty")] : [span("muted", "not scored")];
  if (upvotes >= 0) said.push(span("", `${upvotes} upvote${upvotes === 1 ? "" : "s"}`));
  const known = topics.filter((topic) => index.topics[topic]);
  said.push(...known.map((topic) => Object.assign(link(`topics/${topic}/`, index.topics[topic]), { className: "topic" })));
  said.push(Object.assign(dayLink(date, id), { className: "date" }));
  return element("p", { className: "meta" }, ...said.flatMap((it) => [it, " "]));
}

function item(paper) {
  const { id, title, title_parts = [title], authors = [], more, comment, comment_parts = [comment], address } = paper;
  const heading = element("h3", {}, link(address, ...nodes(title_parts)));
  const by = authors.join(", ") + (more ? ` and ${more} more` : "");
  const node = element("li", { className: "item" }, heading, element("p", { className: "authors", textContent: by }));
  Object.assign(node.dataset, { paper: id, title });
  if (comment) node.append(element("p", { className: "comment" }, ...nodes(comment_parts)));
  node.append(facts(paper));
  return node;
}

// In the order of the pages of days; a paper that several days show stands where it is best.
function ranked(lists) {
  const differ = (a, b) => (name) => (b[name] ?? -1) - (a[name] ?? -1);
  const order = (a, b) => ["score", "relevance", "upvotes"].map(differ(a, b)).find(Boolean) ?? 0;
  const papers = lists.flatMap(({ date, papers }) => papers.map((paper) => ({ ...paper, date }))).sort(order);
  const listed = new Set();
  return papers.filter(({ id }) => !listed.has(id) && listed.add(id));
}

// -- the page --

const counts = (days) => Object.fromEntries(days.map(([date, , papers]) => [date, papers]));
const before = (limit) => counts(index.days.filter(([date]) => date < limit));
const asked = () => new URLSearchParams(location.search).get("since") ?? "";
const select = element("select", { ariaLabel: "Since", onchange: () => go(select.value) });
const done = button("I am up to date", () => {
  look(counts(index.days));
  go("");
  status.tabIndex = -1;
  status.focus();
});

function go(date) {
  const address = new URL(location.href);
  date ? address.searchParams.set("since", date) : address.searchParams.delete("since");
  if (address.href !== location.href) history.pushState(null, "", address);
  draw();
}

function offer(from) {
  const dates = new Set([...index.days.map(([date]) => date).reverse(), ...(from ? [from] : [])]);
  const option = (value, textContent) => element("option", { value, textContent, selected: value === from });
  select.replaceChildren(option("", "Last visit"), ...[...dates].map((it) => option(it, `From ${inWords(it)}`)));
}

// What is seen, by date: as the address says, or as the last visit left it; at the first, all but the last week.
function since() {
  const from = isDate(asked()) ? asked() : "";
  offer(from);
  const seen = Object.entries(visit.seen).filter(([date]) => date <= index.days.at(-1)[0]);
  if (from || !seen.length) {
    const title = from ? `From ${inWords(from)}` : "The last week";
    return { from: from || index.week, seen: before(from || index.week), isCut: from && index.before >= from, title };
  }
  const [last] = seen.at(-1);
  const all = { ...before(seen[0][0]), ...Object.fromEntries(seen) };
  return { from: last, seen: all, isCut: index.before > last, title: `New since ${inWords(last)}` };
}

function line(date, kind, name, said) {
  const day = kind === "missing" ? inWords(date) : dayLink(date); // which has no page
  return element("li", {}, span(`state ${kind}`, name), " ", day, " ", span("muted", said));
}

function remarks(days, { seen, isCut }, failed) {
  const lines = [];
  for (const [date, state, papers, words] of days) {
    if (state !== "ok" && state !== "unknown") lines.push(line(date, state, ...(words ?? index.states[state])));
    if (failed.has(date)) lines.push(line(date, "failed", "Not loaded", "Its papers are missing here: reload the page."));
    else if (seen[date]) lines.push(line(date, "partial", "More", `${count(papers - seen[date])} came later: all are listed again.`));
  }
  if (!isCut) return lines;
  const month = index.before.slice(0, 7);
  const said = `Older than ${inWords(index.days[0][0])}, and not in this list: `;
  return [element("li", {}, said, link(`monthly/${month}/`, month), " and ", link("archive/", "before")), ...lines];
}

function showMore(papers) {
  const start = here.papers.length;
  const items = papers.slice(start, start + AT_ONCE).map(item);
  byId("news").append(...items);
  const added = items.map((node, i) => paperOf(node, start + i));
  added.forEach(addMarks);
  here.papers = here.shown = [...here.papers, ...added];
  const left = papers.length - here.papers.length;
  const more = button(`Show more: ${left} left`, () => {
    const next = here.papers.length;
    showMore(papers);
    here.papers[next].node.querySelector("a").focus();
  });
  byId("pagination").replaceChildren(...(left ? [more] : []));
}

function say(papers, days, seen, read) {
  const left = [seen && `${seen} shown before`, read && `${read} marked read`].filter(Boolean).join(" and ");
  const found = days ? `${count(papers)} of ${days} day${days === 1 ? "" : "s"}` : "Nothing new";
  status.textContent = found + (left && `, without ${left}`);
  done.hidden = !days;
}

let turn = 0;

async function draw() {
  const mine = ++turn;
  const asked = since();
  const { from, seen } = asked;
  const days = index.days.filter(([date, , papers]) => !Object.hasOwn(seen, date) || papers > seen[date]);
  const full = days.filter(([, , papers]) => papers);
  const answers = await Promise.allSettled(full.map(([date]) => get(date)));
  if (mine !== turn) return; // another date was chosen meanwhile
  const failed = new Set(full.filter((_, i) => !answers[i].value).map(([date]) => date));
  const papers = ranked(answers.flatMap(({ value }) => value ?? []));
  const isOld = (date) => Object.hasOwn(seen, date) || (date < index.days[0][0] && date < from);
  const unseen = papers.filter(({ first_seen }) => !first_seen || !isOld(first_seen));
  const fresh = unseen.filter(({ id }) => !is(id, "read"));
  byId("from").textContent = asked.title;
  byId("days").replaceChildren(...full.map(([date, , papers]) => element("li", {}, dayLink(date), " ", span("muted", count(papers)))));
  byId("gaps").replaceChildren(...remarks(days, asked, failed));
  byId("news").replaceChildren();
  here.papers = [];
  showMore(fresh);
  say(fresh.length, full.length, papers.length - unseen.length, unseen.length - fresh.length);
  look({}, counts(days.filter(([date]) => !failed.has(date))));
}

// The last week, as it came with the page.
function keepWeek() {
  status.textContent = "What is new could not be loaded: below is the last week.";
  here.papers = here.shown = [...document.querySelectorAll("#news .item")].map(paperOf);
  here.papers.forEach(addMarks);
}

async function list() {
  index = await get("days");
  if (!index.days.length) return;
  status.after(select, done);
  addEventListener("popstate", draw);
  begin();
  await draw();
}

async function start() {
  status.textContent = "Loading …";
  byId("since").append(status, button("Keys", help), link("saved/", "Saved"));
  byId("since").after(notice);
  const late = new Promise((enough) => setTimeout(enough, PATIENCE));
  await Promise.race([list().catch(keepWeek), late]);
}

whenReady(start, true);
