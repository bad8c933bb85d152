// Pagefind's index in shards: load them, query them.

import { root } from "./elements.js";

const urlOf = (path) => new URL(`pagefind/${path}`, root).href;
const shards = new Map();
const packs = new Map();
let api;
export let manifest; // shards.json
export let waiting = []; // shards not loaded yet, newest first

async function fetchPack(url) {
  const { ok, body } = await fetch(url);
  if (!ok) throw new Error(url);
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).json();
}

/** Fetch a part of a shard. The version keeps caches from mixing builds. */
export function packOf({ name, version }, part) {
  const url = urlOf(`${name}/${part}.pack?v=${version}`);
  if (!packs.has(url)) packs.set(url, fetchPack(url));
  return packs.get(url);
}

const fetchManifest = async () => (await fetch(urlOf("shards.json"), { cache: "no-cache" })).json();

export async function open() {
  manifest = await fetchManifest();
  waiting = [...manifest.shards];
  for (const shard of waiting) shards.set(shard.name, shard);
  if (!waiting.length) return;
  api = await import(urlOf(`${waiting[0].name}/pagefind.js`));
  await api.options({ noWorker: true }); // it is fast enough, and the worker 12 KB
  await api.init();
}

async function loadFacts(shard) {
  const facts = Object.entries(await packOf(shard, "facts"));
  shard.papers = Array.from({ length: shard.documents }, (_, number) => {
    const values = facts.map(([name, [values, indexes]]) => [name, values[indexes[number]]]);
    return { shard, number, ...Object.fromEntries(values) };
  });
}

async function loadShard(shard) {
  const merged = shard !== manifest.shards[0] && api.mergeIndex(urlOf(`${shard.name}/`));
  await loadFacts(shard);
  await merged;
}

/** Fetch the list of shards alone. */
export async function openManifest() {
  manifest = await fetchManifest();
}

/** Load the next shards until they hold `minimum` more papers; publications do not count. */
export async function load(minimum) {
  const loading = [];
  for (let papers = 0; waiting.length && papers < minimum; ) {
    const shard = waiting.shift();
    papers += shard.name.startsWith("publications") ? 0 : shard.documents;
    loading.push(loadShard(shard));
  }
  await Promise.all(loading);
}

export const allPapers = () => manifest.shards.flatMap(({ papers = [] }) => papers);
export const oldestMonth = () => manifest.shards.findLast((shard) => !waiting.includes(shard)).name.slice(0, 7);

export const cardOf = async ({ shard, number }) =>
  (await packOf(shard, `cards/${Math.floor(number / manifest.packed)}`))[number % manifest.packed];

// A result's id is "SHARD_NUMBER".
const shardOf = ({ id }) => id.split("_")[0];

// A shard ignores a word that it lacks: drop its results, unless no shard has the word.
async function withAllWords(text, results) {
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length < 2) return results;
  const homes = await Promise.all(words.map(async (word) => new Set((await api.search(word)).results.map(shardOf))));
  if (waiting.length && homes.some((names) => !names.size)) return [];
  return results.filter((result) => homes.every((names) => !names.size || names.has(shardOf(result))));
}

/** Return the papers with the words, best first, and the words' `places`; undefined if another search began. */
export async function find(words) {
  const answer = await api.debouncedSearch(words, {}, 150);
  const results = answer && (await withAllWords(words, answer.results));
  return results?.map((result) => ({
    ...shards.get(shardOf(result)).papers[result.id.split("_")[1]],
    places: result.words,
  }));
}
