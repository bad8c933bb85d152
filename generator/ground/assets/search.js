// Search over all papers: Pagefind's index in shards, our list. Hits lead to a paper's place on a page, not to a page.

const PAGE = 10;
// As many of the newest papers are searched before the reader asks for older ones.
const FIRST = 10000;
const QUOTED = 28;
const root = new URL("../", import.meta.url);
const [query, found, hits, more, older] = ["query", "found", "hits", "more", "older"].map((id) =>
  document.getElementById(id)
);
const unsought = new Set(query.dataset.unsought.split(" "));
const shards = new Map();
const packs = new Map();
const homes = new Map();
let waiting = [];
let pagefind;
let results = [];
let shown = 0;
let turn = 0;

const place = (shard) => new URL(`pagefind/${shard.name}/`, root).href;
const shardOf = ({ id }) => id.slice("en-x-".length, id.lastIndexOf("_"));

function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

async function fetchPack(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  return new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).json();
}

// A result's id is "en-x-SHARD_HASH". The hash says in which pack the card is. The version keeps caches honest.
async function cardOf({ id }) {
  const shard = shards.get(shardOf({ id }));
  const hash = id.slice(id.lastIndexOf("_") + 1);
  const number = parseInt(hash.slice(0, 7), 16) % shard.packs;
  const url = `${place(shard)}cards/${number}.cards?v=${shard.version}`;
  if (!packs.has(url)) packs.set(url, fetchPack(url));
  return (await packs.get(url))[hash];
}

// The words around those found, these in <mark>; `places` count from the start of the document, `before` the text.
function excerpt(text, before, places) {
  const words = text.split(" ");
  const marked = new Set(places.map((at) => at - before).filter((at) => at >= 0 && at < words.length));
  const inside = (from) => [...marked].filter((at) => at >= from && at < from + QUOTED).length;
  const starts = [...marked].sort((a, b) => a - b).map((at) => Math.max(0, Math.min(at - 5, words.length - QUOTED)));
  const from = starts.reduce((best, start) => (inside(start) > inside(best) ? start : best), starts[0] ?? 0);
  const quote = words.slice(from, from + QUOTED).flatMap((word, i) => [
    i ? " " : "",
    marked.has(from + i) ? element("mark", { textContent: word }) : word,
  ]);
  return [from ? "… " : "", ...quote, from + QUOTED < words.length ? " …" : ""];
}

function hit([address, title, by, note, before, text], { words }) {
  return element(
    "li",
    { className: "item" },
    element("h3", {}, element("a", { href: new URL(address, root).href, textContent: title })),
    element("p", { className: "by", textContent: by }),
    element("p", { className: "why" }, ...excerpt(text, before, words)),
    element("p", { className: "meta", textContent: note })
  );
}

// All at once asked for, each shown as soon as those before it are.
async function show(mine) {
  const page = results.slice(shown, shown + PAGE).map((result) => [cardOf(result).catch(() => null), result]);
  if (shown === 0) hits.replaceChildren();
  shown += page.length;
  more.hidden = true;
  for (const [promise, result] of page) {
    const card = await promise;
    if (mine !== turn) return;
    if (card) hits.append(hit(card, result));
  }
  more.hidden = shown >= results.length;
}

// Take in the next shards, newest first, until there are enough papers more; publications do not count.
async function load(enough) {
  const taken = [];
  for (let papers = 0; waiting.length && papers < enough; ) {
    const shard = waiting.shift();
    papers += shard.name.startsWith("publications") ? 0 : shard.documents;
    taken.push(shard);
  }
  await Promise.all(taken.map((shard) => (shard === pagefind.primary ? null : pagefind.api.mergeIndex(place(shard)))));
  homes.clear();
}

// Words that stand in nearly every abstract are not in the index; without them, quotes hold no phrase.
function sought(words) {
  const all = words.split(/\s+/);
  const kept = all.filter((word) => !unsought.has(word.toLowerCase().replace(/"/g, "")));
  return !kept.length || kept.length === all.length ? words : kept.join(" ").replace(/"/g, "");
}

// The shards in which a word is found.
function homesOf(word) {
  const names = () => pagefind.api.search(word).then((answer) => new Set(answer.results.map(shardOf)));
  if (!homes.has(word)) homes.set(word, names());
  return homes.get(word);
}

// A shard that lacks one of several words answers as if the reader had not asked for it: such answers are left out,
// unless the word is in no shard at all. Null if the reader typed on meanwhile.
async function ask(words) {
  const answer = await pagefind.api.debouncedSearch(words, {}, 150);
  const each = words.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (answer === null || each.length < 2) return answer && answer.results;
  const found = await Promise.all(each.map(homesOf));
  if (waiting.length && found.some((names) => !names.size)) return [];
  return answer.results.filter((result) => found.every((names) => !names.size || names.has(shardOf(result))));
}

async function search() {
  const mine = ++turn;
  const words = query.value.trim();
  const address = new URL(location.href);
  words ? address.searchParams.set("q", words) : address.searchParams.delete("q");
  history.replaceState(null, "", address);
  const answer = words ? await ask(sought(words)) : [];
  if (mine !== turn || answer === null) return;
  if (words && !answer.length && waiting.length) return searchOlder();
  [results, shown] = [answer, 0];
  const since = waiting.length ? ` in papers since ${pagefind.since}` : "";
  found.textContent = words ? `${results.length} found${since}` : "";
  older.hidden = !words || !waiting.length;
  await show(mine);
}

async function searchOlder() {
  found.textContent = "Searching older papers …";
  older.hidden = true;
  await load(Infinity);
  await search();
}

async function start() {
  const listed = await (await fetch(new URL("pagefind/shards.json", root), { cache: "no-cache" })).json();
  listed.forEach((shard) => shards.set(shard.name, shard));
  waiting = [...listed];
  const api = await import(`${place(listed[0])}pagefind.js`);
  pagefind = { api, primary: listed[0] };
  await api.init();
  await load(FIRST);
  pagefind.since = [...listed].reverse().find((shard) => !waiting.includes(shard)).name.slice(0, 7);
  query.disabled = false;
  query.value = new URLSearchParams(location.search).get("q") ?? "";
  query.addEventListener("input", search);
  more.addEventListener("click", () => show(turn));
  older.addEventListener("click", searchOlder);
  document.getElementById("search").addEventListener("submit", (event) => event.preventDefault());
  query.value ? await search() : ((found.textContent = ""), query.focus());
}

start().catch(() => {
  found.textContent = "The search index could not be loaded. It is made by “digest build”.";
});
