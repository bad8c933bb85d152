// The search page: words, an id, or a choice alone. A hit leads to where a paper is for good.

import { button, element, root } from "./elements.js";
import { chosen, clear, countOptions, facetsChosen, filter, foldable, fromAddress, offer } from "./facets.js";
import { help } from "./shortcuts.js";
import { addMarks, here, notice } from "./papers.js";
import { cardOf, everything, find, load, open, since, waiting } from "./shards.js";

const PAGE = 6; // a screenful
const FIRST = 4000; // of the newest papers, at least
const newest = (a, b) => (a.date < b.date) - (a.date > b.date);
const most = (name) => (a, b) => (name ? (b[name] ?? -1) - (a[name] ?? -1) : 0); // what is unknown comes last
const order = (by) => (by === "date" ? newest : most(by));
const names = ["search", "query", "search-status", "hits", "more", "older", "facets"];
const [form, query, found, hits, more, older, box] = names.map((id) => document.getElementById(id));
const unsought = new Set(query.dataset.stopWords.split(" "));
const offered = JSON.parse(box.dataset.offered); // facets, orders and their words
let [results, shown, turn] = [[], 0, 0];

// `places` of the words found count from the start of the document, `before` the text.
function marked(text, before, places) {
  const at = new Set(places);
  const mark = (word, i) => (at.has(before + i) ? element("mark", { textContent: word }) : word);
  return text.split(" ").flatMap((word, i) => [i ? " " : "", mark(word, i)]);
}

function item(address, textContent, ...more) {
  const link = element("a", { href: new URL(address, root).href, textContent });
  return element("li", { className: "item" }, element("h3", {}, link), ...more);
}

function hit([address, id, title, by, note, before, text], { places, score }) {
  const line = (className, ...content) => element("p", { className }, ...content);
  const meta = note + (score ? ` · score ${score}` : "");
  const node = item(address, title, line("authors", by), line("comment", ...marked(text, before, places)), line("meta", meta));
  if (!id) return node;
  node.dataset.paper = id;
  const [names, more = 0] = by.split(/ and (\d+) more$/);
  const details = () => ({ title, authors: names.split(", ").filter(Boolean), more: +more, address });
  const paper = { id, node, details };
  here.papers.push(paper);
  addMarks(paper);
  return node;
}

function start(found) {
  [results, shown] = [found, 0];
  here.papers = here.shown = [];
  hits.replaceChildren();
  more.hidden = older.hidden = true;
}

// All are asked for at once, each is shown as soon as those before it are.
async function show(mine) {
  const page = results.slice(shown, shown + PAGE).map((paper) => [cardOf(paper).catch(() => null), paper]);
  shown += page.length;
  more.hidden = older.hidden = true;
  for (const [promise, paper] of page) {
    const card = await promise;
    if (mine !== turn) return;
    if (card) hits.append(hit(card, paper));
  }
  more.hidden = shown >= results.length;
  older.hidden = !results.length || !waiting.length;
}

const broken = () => (found.textContent = 'The search index could not be loaded. It is made by "broadsheet build".');
const guarded = (act) => () => act().catch(broken);
const choices = () => offer(everything(), offered, guarded(search));

// Words of nearly every abstract are not in the index; without them, quotes hold no phrase.
function sought(words) {
  const kept = words.split(/\s+/).filter((word) => !unsought.has(word.toLowerCase().replace(/"/g, "")));
  const left = kept.join(" ");
  return !left || left.length === words.length ? words : left.replace(/"/g, "");
}

async function search() {
  const mine = ++turn;
  const words = query.value.trim();
  const answer = /\d{4}/.test(words) && (await (await import("./ids.js")).lookUp(words));
  if (answer) return mine === turn && lead(answer);
  const asks = words || facetsChosen().length || chosen("sort");
  const all = words ? await find(sought(words)) : everything().sort(newest);
  if (mine !== turn || !all) return;
  const left = asks ? filter(all).sort(order(chosen("sort"))) : [];
  if (asks && !left.length && waiting.length) return searchOlder();
  start(left);
  const part = left.length < all.length ? ` of ${all.length}` : "";
  found.textContent = asks ? `${left.length}${part} found${waiting.length ? ` in papers since ${since()}` : ""}` : "";
  countOptions(all, waiting.length ? "+" : ""); // there may be more in older papers
  await show(mine);
}

// To where an id or a DOI leads.
function lead({ addresses, said, sure }) {
  start([]);
  hits.append(...addresses.map((address) => item(address, address)));
  found.textContent = said;
  return sure && new URL(addresses[0], root).href;
}

async function searchOlder() {
  found.textContent = "Searching older papers …";
  older.hidden = true;
  await load(Infinity);
  choices();
  await search();
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

async function begin() {
  await open();
  await load(FIRST);
  box.append(...foldable(...choices(), clear, button("Keys", help)));
  box.after(notice);
  query.disabled = false;
  const href = await restore();
  // Who comes with an id wants the paper; who comes back does not.
  if (href && performance.getEntriesByType("navigation")[0].type === "navigate") location.replace(href);
  query.oninput = guarded(typed);
  query.onpaste = () => setTimeout(guarded(go));
  more.onclick = () => show(turn);
  older.onclick = guarded(searchOlder);
  onpopstate = guarded(restore);
  if (!found.textContent) query.focus();
}

form.onsubmit = (event) => {
  event.preventDefault();
  guarded(go)();
};
// What Pagefind does on its own.
onunhandledrejection = (event) => {
  event.preventDefault();
  broken();
};
begin().catch(broken);
