// The search page: words, an id, or filters alone.

import { button, element, root } from "./elements.js";
import { chosen, chosenFacets, clear, countOptions, createSelects, filter, foldable, readAddress } from "./facets.js";
import { addMarks, notice, view } from "./papers.js";
import { allPapers, cardOf, find, load, oldestMonth, open, waiting } from "./shards.js";
import { help } from "./shortcuts.js";

const PAGE_SIZE = 6;
const INITIAL_PAPERS = 4000; // the newest ones, at least
const byDate = (a, b) => (a.date < b.date) - (a.date > b.date);
const byValue = (name) => (a, b) => (name ? (b[name] ?? -1) - (a[name] ?? -1) : 0); // unknown values come last
const orderBy = (name) => (name === "date" ? byDate : byValue(name));
const ids = ["search", "query", "search-status", "hits", "more", "older", "facets"];
const [form, query, status, hits, more, older, toolbar] = ids.map((id) => document.getElementById(id));
const stopWords = new Set(query.dataset.stopWords.split(" "));
const facetOptions = JSON.parse(toolbar.dataset.offered); // facets, sorts, labels
let [results, displayed, searches] = [[], 0, 0];

// `places` of matching words count from the start of the document, `before` the text.
function highlight(text, before, places) {
  const matches = new Set(places);
  const mark = (word, i) => (matches.has(before + i) ? element("mark", { textContent: word }) : word);
  return text.split(" ").flatMap((word, i) => [i ? " " : "", mark(word, i)]);
}

function item(address, textContent, ...lines) {
  const link = element("a", { href: new URL(address, root).href, textContent });
  return element("li", { className: "item" }, element("h3", {}, link), ...lines);
}

function hit([address, id, title, byline, note, before, text], { places, score }) {
  const line = (className, ...content) => element("p", { className }, ...content);
  const node = item(
    address,
    title,
    line("authors", byline),
    line("comment", ...highlight(text, before, places)),
    line("meta", note + (score ? ` · score ${score}` : "")),
  );
  if (!id) return node;
  node.dataset.paper = id;
  const [names, others = 0] = byline.split(/ and (\d+) more$/);
  const details = () => ({ title, authors: names.split(", ").filter(Boolean), more: +others, address });
  const paper = { id, node, details };
  view.papers.push(paper);
  addMarks(paper);
  return node;
}

function setResults(papers) {
  [results, displayed] = [papers, 0];
  view.papers = view.visible = [];
  hits.replaceChildren();
  more.hidden = older.hidden = true;
}

// Request all cards at once; show each as soon as those before it are there.
async function showPage(number) {
  const page = results.slice(displayed, displayed + PAGE_SIZE).map((paper) => [cardOf(paper).catch(() => null), paper]);
  displayed += page.length;
  more.hidden = older.hidden = true;
  for (const [promise, paper] of page) {
    const card = await promise;
    if (number !== searches) return;
    if (card) hits.append(hit(card, paper));
  }
  more.hidden = displayed >= results.length;
  older.hidden = !results.length || !waiting.length;
}

const fail = () => (status.textContent = 'The search index could not be loaded. It is made by "broadsheet build".');
const guarded = (callback) => () => callback().catch(fail);
const selects = () => createSelects(allPapers(), facetOptions, guarded(search));

// Stop words are not in the index; without them, no phrase in quotes would match.
function withoutStopWords(words) {
  const terms = words.split(/\s+/).filter((word) => !stopWords.has(word.toLowerCase().replace(/"/g, "")));
  const text = terms.join(" ");
  return !text || text.length === words.length ? words : text.replace(/"/g, "");
}

async function search() {
  const number = ++searches;
  const words = query.value.trim();
  const match = /\d{4}/.test(words) && (await (await import("./ids.js")).lookUp(words));
  if (match) return number === searches && showMatch(match);
  const isQuery = words || chosenFacets().length || chosen("sort");
  const papers = words ? await find(withoutStopWords(words)) : allPapers().sort(byDate);
  if (number !== searches || !papers) return;
  const matches = isQuery ? filter(papers).sort(orderBy(chosen("sort"))) : [];
  if (isQuery && !matches.length && waiting.length) return searchOlder();
  setResults(matches);
  const total = matches.length < papers.length ? ` of ${papers.length}` : "";
  status.textContent = isQuery
    ? `${matches.length}${total} found${waiting.length ? ` in papers since ${oldestMonth()}` : ""}`
    : "";
  countOptions(papers, waiting.length ? "+" : ""); // older papers may have more
  await showPage(number);
}

// Show the pages of an id or DOI; return the address if it is certain.
function showMatch({ addresses, message, exact }) {
  setResults([]);
  hits.append(...addresses.map((address) => item(address, address)));
  status.textContent = message;
  return exact && new URL(addresses[0], root).href;
}

async function searchOlder() {
  status.textContent = "Searching older papers …";
  older.hidden = true;
  await load(Infinity);
  selects();
  await search();
}

async function restore() {
  query.value = new URLSearchParams(location.search).get("q") ?? "";
  if (!readAddress() && waiting.length) {
    await load(Infinity);
    selects();
    readAddress();
  }
  return search();
}

function onInput() {
  const address = new URL(location.href);
  const words = query.value.trim();
  if (words) address.searchParams.set("q", words);
  else address.searchParams.delete("q");
  history.replaceState(null, "", address);
  return search();
}

async function openMatch() {
  const href = await search();
  if (href) location.assign(href);
}

async function start() {
  await open();
  await load(INITIAL_PAPERS);
  toolbar.append(...foldable(...selects(), clear, button("Keys", help, { className: "keys" })));
  toolbar.after(notice);
  query.disabled = false;
  const href = await restore();
  // A link with an id leads to the paper; Back must not.
  if (href && performance.getEntriesByType("navigation")[0].type === "navigate") location.replace(href);
  query.oninput = guarded(onInput);
  query.onpaste = () => setTimeout(guarded(openMatch));
  more.onclick = () => showPage(searches);
  older.onclick = guarded(searchOlder);
  addEventListener("popstate", guarded(restore));
  if (!status.textContent) query.focus();
}

form.onsubmit = (event) => {
  event.preventDefault();
  guarded(openMatch)();
};
// Errors of Pagefind alone.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail();
});
start().catch(fail);
