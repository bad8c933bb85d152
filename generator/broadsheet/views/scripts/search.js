// The search page: words, an id, or filters alone.

import { startUnfolding } from "./density.js";
import { button, element, root, splitByline } from "./elements.js";
import {
  addField,
  chosen,
  chosenFacets,
  clear,
  clearCounts,
  countOptions,
  createSelects,
  filter,
  foldable,
  readAddress,
  scoreFrom,
} from "./facets.js";
import { addMarks, notice, view } from "./papers.js";
import { cardOf, manifest, opening, prepare } from "./search-index.js";
import { isWanted, match, rate } from "./search-match.js";
import { daysOf, parse, repair } from "./search-query.js";
import { marked, snippet } from "./search-snippet.js";
import { setRules } from "./search-words.js";
import { help } from "./shortcuts.js";

const PAGE_SIZE = 20;
const SCREEN = 6; // hits; browsers send as many requests at once
const INITIAL_PAPERS = 4000; // the newest ones, at least
const STRICT_WORDS = 4; // of more words, a paper need not have all
const TITLE_SHARDS = 5; // are asked for a title with all words, if there are three words or four
const byDate = (a, b) => (a.date < b.date) - (a.date > b.date);
const byValue = (name) => (a, b) => (b[name] ?? -1) - (a[name] ?? -1); // unknown values come last
const orderBy = (name) => (name === "date" ? byDate : byValue(name || "match"));
const ids = ["search", "query", "search-status", "people", "hits", "more", "older", "facets"];
const [form, query, status, people, hits, more, older, toolbar] = ids.map((id) => document.getElementById(id));
const everybody = [...people.childNodes]; // the link to all authors, until there are words
const offered = JSON.parse(toolbar.dataset.offered); // facets, sorts, labels, rules
let [results, displayed, searches, terms, everything] = [[], 0, 0, new Set(), false];

// -- hits ------------------------------------------------------------------------------------------------------------

function item(address, title, ...lines) {
  const link = element("a", { href: new URL(address, root).href }, ...title);
  return element("li", { className: "item" }, element("h3", { dir: "auto" }, link), ...lines);
}

function publication([address, , title, byline, note, text]) {
  const line = (className, ...content) => element("p", { className, dir: "auto" }, ...content);
  const byWhom = line("authors", ...marked(byline, terms));
  return item(address, marked(title, terms), byWhom, line("comment", ...snippet(text, terms)), line("meta", note));
}

// A row as in other lists, with marks on the words.
function row([address, id, title, byline, , text], { topic, date, score, novelty, upvotes }, buildRow) {
  const [names, others] = splitByline(byline);
  const scores = score === null ? {} : { relevance: +(score - novelty).toFixed(6), novelty };
  const authors = names.split(", ").filter(Boolean);
  const details = { title, authors, more: others, address, topics: topic, ...scores };
  const facts = { id, topic, date, score, comment: text, upvotes: upvotes ?? NaN };
  const node = buildRow({ ...details, ...facts }, offered.rows);
  const mark = (place, nodes) => node.querySelector(place)?.replaceChildren(...nodes);
  mark("h3 a", marked(title, terms));
  mark(".authors", marked(byline, terms));
  mark(".comment", snippet(text, terms));
  const paper = { id, node, details: () => details };
  view.papers.push(paper);
  addMarks(paper);
  return node;
}

function setResults(papers) {
  [results, displayed] = [papers, 0];
  view.papers = view.visible = [];
  hits.replaceChildren();
  people.replaceChildren(...everybody);
  people.hidden = !everybody.length || query.value.trim() !== "";
  more.hidden = older.hidden = true;
}

const loadCard = (paper) => (paper.card ??= cardOf(paper).catch(() => null));

const loadRows = () => import("./rows.js").catch(() => ({}));
const loadRepairs = () => import("./search-repair.js");
const loadRemarks = () => import("./search-remarks.js");

// Request the cards of a screen, then all others; show each as soon as those before it are there.
async function showPage(number, waiting) {
  const page = results.slice(displayed, displayed + PAGE_SIZE);
  displayed += page.length;
  more.hidden = older.hidden = true;
  page.slice(0, SCREEN).map(loadCard);
  const { buildRow } = await loadRows(); // hits are shown without it, too
  let missing = 0;
  for (const [i, paper] of page.entries()) {
    if (i === SCREEN) page.map(loadCard);
    const card = await loadCard(paper);
    if (number !== searches) return;
    if (card) hits.append(card[1] && buildRow ? row(card, paper, buildRow) : publication(card));
    else missing++;
  }
  if (missing) status.append(`${status.textContent.endsWith(".") ? "" : "."} ${(await loadRemarks()).lost(missing)}`);
  more.hidden = displayed >= results.length;
  older.hidden = !results.length || !waiting;
}

async function showPeople(parts, number) {
  const wanted = parts.filter(isWanted);
  const words = wanted.flatMap(({ words, isAny }) => (isAny ? words.slice(0, 1) : words)).map(({ meant }) => meant);
  if (!words.length || words.length > STRICT_WORDS || words.includes(undefined)) return;
  const nodes = await (await loadRemarks()).linksToPeople(words);
  if (number !== searches || !nodes.length) return;
  people.replaceChildren(...nodes);
  people.hidden = false;
}

// -- searching ---------------------------------------------------------------------------------------------------------

const isInside = (date, [first, last]) => date >= first.slice(0, date.length) && date <= last.slice(0, date.length);
const overlaps = ({ dates: [first, last] }, [from, to]) => !last || (last >= from.slice(0, last.length) && first <= to);

// The days that are in the fields and in the words; null without any.
function range({ days }) {
  const [from, to] = ["from", "to"].map((name) => daysOf(chosen(name)));
  if (!from && !to && !days) return null;
  const [first, last] = days ?? ["0", "9"];
  return [[first, from?.[0] ?? "0"].sort()[1], [last, to?.[1] ?? "9"].sort()[0]];
}

// Whether papers are enough: three words or four are likely to be those of a title.
function isFull(papers, words, asked) {
  const [isPage, isTitle] = [papers.length >= PAGE_SIZE, papers.some(({ hasTitle }) => hasTitle)];
  if (words < 3 || words > STRICT_WORDS) return isPage || isTitle;
  return (isPage && isTitle) || asked >= TITLE_SHARDS;
}

// Return the next shards to ask: first the newest, then one, or all others.
function batchAt(next, shards) {
  if (next) return everything ? shards.slice(next) : [shards[next]];
  return shards.filter((_, i) => sumOf(shards.slice(0, i).filter(isOfPapers)) < INITIAL_PAPERS);
}

/**
 * Ask shards, newest first, until the papers fill a page, and then some for titles alone. Return the papers, the number
 * that each part matches, and the first shard that was not asked for all its papers.
 */
async function gather(parts, days, least) {
  const shards = shardsOf(days);
  const words = parts.filter(isWanted).length;
  const repairs = words > 1 && parts.some(({ isAny }) => isAny) && (await loadRepairs());
  const shownOf = (papers) => filter(repairs ? repairs.likely(parts, papers) : papers);
  const isEnough = (papers) => !everything && (least ? isFull(papers, words, answers.length) : papers.length);
  const answers = [];
  let papers = [];
  let asked = 0;
  while (answers.length < shards.length && !(answers.length && isEnough(shownOf(papers)))) {
    const batch = batchAt(answers.length, shards);
    const isPage = least && !everything && !repairs && filter(papers).length >= PAGE_SIZE;
    answers.push(...(await Promise.all(batch.map((shard) => match(shard, parts, least, isPage)))));
    if (!isPage) asked = answers.length;
    papers = inside(
      answers.flatMap((answer) => answer.papers),
      days,
    );
  }
  if (least) rate(papers, sizesIn(answers), sumOf(shards.slice(0, answers.length)));
  const counts = parts.map((_, i) => answers.reduce((sum, answer) => sum + answer.counts[i], 0));
  const isLoose = answers.some((answer) => answer.isLoose);
  const hasLoadedMuch = least <= STRICT_WORDS && !everything && answers.length >= TITLE_SHARDS;
  return { papers, counts, isLoose, hasLoadedMuch, waiting: shards[asked], last: shards[asked - 1] };
}

// Return the number of documents with each term.
function sizesIn(answers) {
  const total = new Map();
  for (const { sizes } of answers) for (const [term, size] of sizes) total.set(term, (total.get(term) ?? 0) + size);
  return total;
}

const isOfPapers = ({ folder }) => !folder.startsWith("publications");
const sumOf = (shards) => shards.reduce((sum, { documents }) => sum + documents, 0);
const inside = (papers, days) => (days ? papers.filter(({ date }) => isInside(date, days)) : papers);

// Return the shards that may have papers of these days, the newest first.
const shardsOf = (days) => (days ? manifest.shards.filter((shard) => overlaps(shard, days)) : manifest.shards);

async function find(asked) {
  const days = range(asked);
  prepare(batchAt(0, shardsOf(days)));
  loadRows();
  loadRemarks().catch(() => {});
  const repairs = await repair(asked);
  const wanted = asked.parts.filter(isWanted);
  const isStrict = wanted.length <= STRICT_WORDS;
  const exists = ({ words }) => words.every(({ meant }) => meant);
  if (isStrict && !wanted.every(exists)) return { papers: [], repairs, days, isStrict };
  const existing = asked.parts.filter((part) => part.isExcluded || exists(part));
  const ask = (parts, least) => gather(parts, days, least);
  const answer = isStrict
    ? await ask(existing, wanted.length)
    : await (await import("./search-long.js")).askForMany(existing, ask);
  if (wanted.length > 1 && wanted.some(({ isAny }) => isAny))
    answer.papers = (await loadRepairs()).keepLikely(existing, answer.papers);
  terms = new Set(wanted.flatMap(({ words }) => words.flatMap((word) => word.terms)));
  if (isStrict && !days && !answer.waiting)
    answer.missing = existing.filter((part, i) => isWanted(part) && answer.counts[i] === 0);
  return { ...answer, repairs, days, isStrict };
}

async function search() {
  const number = ++searches;
  const words = query.value.trim();
  const idMatch = /\d{4}/.test(words) && (await (await import("./ids.js")).lookUp(words));
  if (idMatch) return number === searches && showMatch(idMatch);
  const asked = parse(words);
  const isQuery = asked.parts.length || asked.days || chosenFacets().length || chosen("sort");
  terms = new Set();
  const answer = isQuery ? await find(asked) : { papers: [] };
  const { foundWords, remarks } = await loadRemarks();
  if (number !== searches) return;
  const order = orderBy(chosen("sort") || (asked.parts.some(isWanted) ? "" : "date"));
  const matches = filter(answer.papers).sort(order);
  if (terms.size > 2 && !chosen("sort")) {
    const { rerank } = await import("./search-long.js");
    await rerank(matches, asked.parts, sumOf(manifest.shards), loadCard, answer.hasLoadedMuch ? 1 : 2);
  }
  if (number !== searches) return;
  setResults(matches);
  // Titles in older papers are not all of those.
  const placeOf = (shard) => manifest.shards.indexOf(shard);
  const isAsked = ({ shard }) => !answer.waiting || placeOf(shard) < placeOf(answer.waiting);
  const papers = answer.papers.filter(isAsked);
  const found = isQuery ? [foundWords(matches.filter(isAsked).length, { ...answer, papers })] : [];
  const nodes = remarks(asked, answer, words);
  status.replaceChildren(...found, ...(nodes.length ? [found.length ? ". " : "", ...nodes] : []));
  countOptions(answer.papers, answer.waiting ? "+" : ""); // older papers may have more
  showPeople(asked.parts, number);
  await showPage(number, answer.waiting);
  more.onclick = guarded(() => showPage(searches, answer.waiting).then(remember));
}

// Show the pages of an id or DOI; return the address if it is certain.
function showMatch({ addresses, message, exact, origin }) {
  setResults([]);
  clearCounts();
  hits.append(...addresses.map((address) => item(address, [address])));
  status.textContent = message;
  if (!origin) return exact && new URL(addresses[0], root).href;
  const textContent = gettext("%(site)s may have it.", { site: new URL(origin).hostname });
  status.append(" ", element("a", { href: origin, textContent }));
  return exact && new URL(addresses[0], root).href;
}

async function searchOlder() {
  status.textContent = gettext("Searching older papers …");
  older.hidden = everything = true;
  await search();
}

// -- the page ------------------------------------------------------------------------------------------------------------

function fail(error) {
  status.textContent =
    navigator.onLine === false
      ? gettext(
          "The search index could not be loaded. You are offline. Load the page again; if that does not help, run “broadsheet build”.",
        )
      : gettext(
          "The search index could not be loaded. Load the page again; if that does not help, run “broadsheet build”.",
        );
  console.info(error);
}
const guarded = (callback) => () => callback().catch(fail);

// What Back returns to: the number of hits, and the place.
const remember = () => history.replaceState({ displayed, everything, y: scrollY }, "");

async function restore() {
  const { displayed: before = 0, everything: all = false, y = 0 } = history.state ?? {};
  query.value = new URLSearchParams(location.search).get("q") ?? "";
  everything = all;
  readAddress();
  const href = await search();
  while (displayed < before && !more.hidden) await more.onclick();
  if (y) scrollTo(0, y);
  return href;
}

function onInput() {
  const address = new URL(location.href);
  const words = query.value.trim();
  if (words) address.searchParams.set("q", words);
  else address.searchParams.delete("q");
  everything = false;
  history.replaceState(null, "", address);
  return search();
}

async function openMatch() {
  const href = await search();
  if (href) location.assign(href);
}

// The selects offer what the whole archive has.
function createControls() {
  const fixed = {};
  for (const [name, counts] of Object.entries(manifest.facets)) {
    const values = Object.keys(counts).sort((a, b) => counts[b] - counts[a] || (a < b ? -1 : 1));
    if (["year", "score"].includes(name)) values.sort((a, b) => b - a);
    const label = (value) => (name === "score" ? scoreFrom(value) : (offered.labels[name]?.[value] ?? value));
    const isUseful = values.length > 1 || counts[values[0]] < sumOf(manifest.shards);
    fixed[name] =
      isUseful && !(name === "score" && values.length < 2) ? values.map((value) => [value, label(value)]) : [];
  }
  const selects = createSelects([], { ...offered, fixed }, guarded(search));
  const title = gettext("A day, week or month: 2025-05-27, 2025-W22 or 2025-05");
  const labels = { from: pgettext("days", "from"), to: pgettext("days", "to") };
  const fields = Object.entries(labels).map(([name, label]) =>
    element("input", { name, ariaLabel: label, placeholder: label, size: 10, maxLength: 10, title }),
  );
  // Shards and papers are chosen by `range`.
  for (const field of fields) addField(field, () => true);
  return [...selects, ...fields];
}

let timer;
function onTyping() {
  clearTimeout(timer);
  if (query.value.trim()) timer = setTimeout(guarded(onInput), 120);
  else guarded(onInput)();
}

async function start() {
  history.scrollRestoration = "manual";
  startUnfolding();
  setRules(offered.rules);
  await opening;
  toolbar.append(...foldable(...createControls(), clear, button(gettext("Keys"), help, { className: "keys" })));
  toolbar.after(notice);
  query.oninput = onTyping;
  // The key that leads here leads nowhere once more.
  query.addEventListener("keydown", (event) => event.key === "/" && !query.value && event.preventDefault());
  query.onpaste = () => setTimeout(guarded(openMatch));
  older.onclick = guarded(searchOlder);
  hits.onclick = remember;
  query.disabled = false;
  const href = await restore();
  // A link with an id leads to the paper; Back must not.
  if (href && performance.getEntriesByType("navigation")[0].type === "navigate") location.replace(href);
  addEventListener("scrollend", remember);
  addEventListener("popstate", guarded(restore));
  if (!status.textContent) query.focus();
}

form.onsubmit = (event) => {
  event.preventDefault();
  clearTimeout(timer);
  guarded(async () => {
    await onInput();
    await openMatch();
  })();
};
start().catch(fail);
