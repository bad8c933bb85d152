// The search page: words, an id, or a choice alone. Hits are papers, and lead to where a paper is for good.

import { button, element, root } from "./elements.js";
import { chosen, clear, countOptions, facetsChosen, filter, foldable, fromAddress, offer } from "./facets.js";
import { help } from "./keys.js";
import { addMarks, here, notice } from "./papers.js";
import { cardOf, everything, find, load, open, since, waiting } from "./shards.js";

const PAGE = 5; // as many as a screen shows: each costs 10 KB
const FIRST = 5000; // as many of the newest papers are searched before the reader asks for older ones
const FACETS = { topic: "Topic", category: "Category", source: "Source", year: "Year", score: "Score" };
const SORTS = { "": "By relevance", date: "By date", score: "By score" };
const ORDERS = {
  "": () => 0,
  date: (a, b) => (a.date < b.date) - (a.date > b.date),
  score: (a, b) => (b.score ?? -1) - (a.score ?? -1), // what is unknown comes last
};
const [form, query, found, hits, more, older, box] = ["search", "query", "found", "hits", "more", "older", "facets"].map(
  (id) => document.getElementById(id)
);
const unsought = new Set(query.dataset.unsought.split(" "));
let results = [];
let shown = 0;
let turn = 0;

// -- hits --

// `places` of the words found count from the start of the document, `before` the text.
function marked(text, before, places) {
  const at = new Set(places);
  const mark = (word, i) => (at.has(before + i) ? element("mark", { textContent: word }) : word);
  return text.split(" ").flatMap((word, i) => [i ? " " : "", mark(word, i)]);
}

const item = (address, textContent) => {
  const link = element("a", { href: new URL(address, root).href, textContent });
  return element("li", { className: "item" }, element("h3", {}, link));
};

function hit([address, id, title, by, note, before, text], { places, score }) {
  const node = item(address, title);
  node.append(element("p", { className: "by", textContent: by }));
  node.append(element("p", { className: "why" }, ...marked(text, before, places)));
  node.append(element("p", { className: "meta", textContent: note + (score ? ` · score ${score}` : "") }));
  if (id) {
    node.dataset.paper = id;
    const paper = { id, node };
    here.papers.push(paper);
    addMarks(paper);
  }
  return node;
}

function start(found) {
  [results, shown] = [found, 0];
  here.papers = here.shown = [];
  hits.replaceChildren();
  more.hidden = older.hidden = true;
}

// All at once asked for, each shown as soon as those before it are.
async function show(mine) {
  const page = results.slice(shown, shown + PAGE).map((paper) => [cardOf(paper).catch(() => null), paper]);
  shown += page.length;
  more.hidden = true;
  for (const [promise, paper] of page) {
    const card = await promise;
    if (mine !== turn) return;
    hits.append(card ? hit(card, paper) : element("li", { textContent: "A hit could not be loaded." }));
  }
  more.hidden = shown >= results.length;
}

// -- search --

// Words that stand in nearly every abstract are not in the index; without them, quotes hold no phrase.
function sought(words) {
  const all = words.split(/\s+/);
  const kept = all.filter((word) => !unsought.has(word.toLowerCase().replace(/"/g, "")));
  return !kept.length || kept.length === all.length ? words : kept.join(" ").replace(/"/g, "");
}

async function search() {
  const mine = ++turn;
  const words = query.value.trim();
  const answer = /\d{4}/.test(words) && (await (await import("./ids.js")).lookUp(words));
  if (answer) return mine === turn && lead(answer);
  const asks = words || facetsChosen().length || chosen("sort");
  const all = words ? await find(sought(words)) : everything().sort(ORDERS.date);
  if (mine !== turn || !all) return;
  const left = asks ? filter(all).sort(ORDERS[chosen("sort")]) : [];
  if (asks && !left.length && waiting.length) return searchOlder();
  start(left);
  const part = left.length < all.length ? ` of ${all.length}` : "";
  found.textContent = asks ? `${left.length}${part} found${waiting.length ? ` in papers since ${since()}` : ""}` : "";
  older.hidden = !asks || !waiting.length;
  countOptions(all, waiting.length ? "+" : ""); // there may be more in older papers
  await show(mine);
}

// To where an id or a DOI leads.
function lead({ addresses, said, sure }) {
  start([]);
  hits.append(...addresses.map((address) => item(address, address)));
  found.textContent = said;
  return sure && hits.querySelector("a").href;
}

async function searchOlder() {
  found.textContent = "Searching older papers …";
  older.hidden = true;
  await load(Infinity);
  choices();
  await search();
}

// -- the page --

// Years of papers that are not loaded can be chosen too.
function choices() {
  const years = waiting.map(({ name }) => name.slice(0, 4)).filter(Number);
  const unloaded = years.map((year) => ({ topic: [], category: [], source: [], year: [year] }));
  const labels = JSON.parse(box.dataset.labels);
  return offer([...everything(), ...unloaded], { facets: FACETS, sorts: SORTS, labels }, guarded(search));
}

async function restore() {
  query.value = new URLSearchParams(location.search).get("q") ?? "";
  if (!fromAddress() && waiting.length) {
    await load(Infinity);
    choices();
    fromAddress();
  }
  return search();
}

function typed() {
  const address = new URL(location.href);
  const words = query.value.trim();
  words ? address.searchParams.set("q", words) : address.searchParams.delete("q");
  history.replaceState(null, "", address);
  return search();
}

async function go() {
  const href = await search();
  if (href) location.assign(href);
}

const guarded = (act) => (event) =>
  act(event).catch(() => (found.textContent = "The search index could not be loaded. It is made by “digest build”."));

async function begin() {
  await open();
  await load(FIRST);
  box.append(...foldable(...choices(), clear, button("Keys", help)));
  box.after(notice);
  query.disabled = false;
  const href = await restore();
  // Whoever comes with an id comes for the paper; whoever comes back does not.
  if (href && performance.getEntriesByType("navigation")[0].type === "navigate") location.replace(href);
  query.addEventListener("input", guarded(typed));
  query.addEventListener("paste", () => setTimeout(guarded(go)));
  form.addEventListener("submit", guarded(go));
  more.addEventListener("click", () => show(turn));
  older.addEventListener("click", guarded(searchOlder));
  addEventListener("popstate", guarded(restore));
  new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && shown < 2 * PAGE && show(turn)).observe(more);
  if (!found.textContent) query.focus();
}

form.addEventListener("submit", (event) => event.preventDefault());
guarded(begin)();
