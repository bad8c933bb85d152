// Pagefind's index in shards: what is in them, and which of it the reader's words find.

import { root } from "./elements.js";

const at = (path) => new URL(`pagefind/${path}`, root).href;
const shards = new Map();
const packs = new Map();
let api;
export let told; // what shards.json says
export let waiting = []; // shards not searched yet, newest first

async function unpacked(url) {
  const { ok, body } = await fetch(url);
  if (!ok) throw new Error(url);
  return new Response(body.pipeThrough(new DecompressionStream("gzip"))).json();
}

// The version keeps caches honest.
export function packOf({ name, version }, part) {
  const url = at(`${name}/${part}.pack?v=${version}`);
  if (!packs.has(url)) packs.set(url, unpacked(url));
  return packs.get(url);
}

export async function open() {
  told = await (await fetch(at("shards.json"), { cache: "no-cache" })).json();
  waiting = [...told.shards];
  for (const shard of waiting) shards.set(shard.name, shard);
  if (!waiting.length) return;
  api = await import(at(`${waiting[0].name}/pagefind.js`));
  await api.options({ noWorker: true }); // it is quick enough, and the worker 12 KB
  await api.init();
}

async function take(shard) {
  const merged = shard !== told.shards[0] && api.mergeIndex(at(`${shard.name}/`));
  const facts = Object.entries(await packOf(shard, "facts"));
  shard.papers = Array.from({ length: shard.documents }, (_, number) => {
    const told = facts.map(([name, [values, of]]) => [name, values[of[number]]]);
    return { shard, number, ...Object.fromEntries(told) };
  });
  await merged;
}

// Takes in the next shards, until there are enough papers more; publications do not count.
export async function load(enough) {
  const taken = [];
  for (let papers = 0; waiting.length && papers < enough; ) {
    const shard = waiting.shift();
    papers += shard.name.startsWith("publications") ? 0 : shard.documents;
    taken.push(take(shard));
  }
  await Promise.all(taken);
}

export const everything = () => told.shards.flatMap(({ papers = [] }) => papers);
export const since = () => told.shards.findLast((shard) => !waiting.includes(shard)).name.slice(0, 7);

export const cardOf = async ({ shard, number }) =>
  (await packOf(shard, `cards/${Math.floor(number / told.packed)}`))[number % told.packed];

// A result's id is "SHARD_NUMBER".
const shardOf = ({ id }) => id.split("_")[0];

// A shard that lacks a word answers without it: such answers are left out, unless no shard has the word.
async function asked(words, results) {
  const each = words.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (each.length < 2) return results;
  const homes = await Promise.all(each.map(async (word) => new Set((await api.search(word)).results.map(shardOf))));
  if (waiting.length && homes.some((names) => !names.size)) return [];
  return results.filter((result) => homes.every((names) => !names.size || names.has(shardOf(result))));
}

// The papers with the words, best first, and at which `places`; none if the reader typed on meanwhile.
export async function find(words) {
  const answer = await api.debouncedSearch(words, {}, 150);
  const results = answer && (await asked(words, answer.results));
  return results?.map((result) => ({ ...shards.get(shardOf(result)).papers[result.id.split("_")[1]], places: result.words }));
}
