// The search index: files of generator/broadsheet/search/, fetched when they are needed, and each once.

import { root } from "./elements.js";
import { TIMEOUT_MS, unpack } from "./files.js";

const urlOf = (path) => new URL(`search-index/${path}`, root).href;
const files = new Map();
export let manifest; // shards.json
export let sendsParts = true; // whether the host sends parts of files, as far as is known

const bytesOf = async (response) => new Uint8Array(await response.arrayBuffer());

// Some hosts send a page for a missing file. A page does not wait for ever.
async function request(path, options) {
  const response = await fetch(urlOf(path), { signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  if (!response.ok || response.headers.get("Content-Type")?.startsWith("text/html")) throw new Error(path);
  return response;
}

const fetchBytes = async (path) => bytesOf(await request(path));

/** Return a part of a file. */
export async function fetchPart(path, start, length) {
  const range = { headers: { Range: `bytes=${start}-${start + length - 1}` } };
  const answer = sendsParts && !files.has(path) && (await request(path, range).then(bytesOfPart).catch(unlessBroken));
  if (answer?.isPart && answer.bytes.length >= length) return answer.bytes.subarray(0, length);
  if (answer && !answer.isPart) {
    sendsParts = false; // some hosts send the whole file
    files.set(path, answer.bytes);
  }
  return cut(path, await once(path, fetchBytes), start, length);
}

const bytesOfPart = async (response) => ({ isPart: response.status === 206, bytes: await bytesOf(response) });

// The connection was cut, or the host compresses parts, which browsers refuse: the whole file may come.
function unlessBroken(error) {
  if (!(error instanceof TypeError)) throw error;
}

function cut(path, bytes, start, length) {
  if (bytes.length < start + length) throw new Error(path);
  return bytes.subarray(start, start + length);
}

const ahead = (promise) => promise.catch(() => {}); // a failure is reported where it is needed

/** Return what `read` returned for this path, now or before. */
export function once(path, read) {
  if (!files.has(path)) {
    const promise = read(path);
    files.set(path, promise);
    promise.catch(() => files.delete(path)); // may be there later
  }
  return files.get(path);
}

const decodeText = (bytes) => new TextDecoder().decode(bytes);
const fetchPacked = async (path) => unpack(await request(path));
const fetchJson = async (path) => (await fetchPacked(path)).json();
export const packOf = (path) => once(path, fetchJson);

/** The same rule as `text_hash` in generator/broadsheet/search/ids.py. */
export const hash = (text) => [...text].reduce((sum, character) => (sum * 31 + character.codePointAt()) % 65536, 0);

async function open() {
  manifest = await (await request("shards.json", { cache: "no-cache" })).json();
  for (const shard of manifest.shards) shard.documents = shard.parts.reduce((sum, part) => sum + part, 0);
}

const letter = (character) => (/[a-z]/.test(character) ? character : "?");

async function dictionary(name) {
  const path = manifest.dictionary[name];
  return path ? once(path, fetchDictionary) : new Map();
}

// Lists of words, each with the power of two of its uses: the common words, and rare ones by their first or last letter.
export const commonWords = () => dictionary("");
export const wordsThatBeginLike = (word) => dictionary(`${letter(word[0])}*`);
export const wordsThatEndLike = (word) => dictionary(`*${letter(word.at(-1))}`);

async function fetchDictionary(path) {
  const [text, grades] = await fetchJson(path);
  const words = new Map();
  let word = "";
  for (const [, shared, rest] of text.matchAll(/([A-Z])([^A-Z]*)/g)) {
    word = word.slice(0, shared.charCodeAt() - 65) + rest;
    words.set(word, (grades.charCodeAt(words.size) - 48) / 2);
  }
  return words;
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function readNumbers(bytes) {
  const numbers = [];
  for (let i = 0, value = 0, bits = 0; i < bytes.length; i++) {
    value += (bytes[i] & 127) << bits;
    bits += 7;
    if (bytes[i] > 127) continue;
    numbers.push(value);
    [value, bits] = [0, 0];
  }
  return numbers;
}

const inflate = (...parts) =>
  bytesOf(new Response(new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate-raw"))));

const lengthsIn = (path) =>
  once(`${path}lengths.pack`, async (name) => readNumbers(await bytesOf(await fetchPacked(name))));

const wordsIn = (shard) => `${shard.folder}/words/`;
const textsIn = (shard, part) => `${shard.folder}/texts/${part}-`;

/** Request, beside the lists of words, what any query of these shards needs. */
export function prepare(shards) {
  for (const shard of shards) ahead(lengthsIn(wordsIn(shard)));
  ahead(once(manifest.phrases, fetchBytes));
}

/** Return a chunk of those that are in files, so many in each. */
async function fetchChunk(path, number, perFile) {
  const lengths = await lengthsIn(path);
  const first = number - (number % perFile);
  return fetchPart(`${path}${first / perFile}.pack`, sum(lengths.slice(first, number)), lengths[number]);
}

// A line of JSON, then bytes.
async function fetchPack(path, number) {
  const bytes = await inflate(await fetchChunk(path, number, manifest.sizes.packs));
  const end = bytes.indexOf(10);
  return [JSON.parse(decodeText(bytes.subarray(0, end))), bytes.subarray(end + 1)];
}

async function fetchPostings(shard, term) {
  const number = hash(term) % shard.packs;
  const path = wordsIn(shard);
  const pack = await once(`${path} ${number}`, () => fetchPack(path, number));
  const [[terms, documents, lengths, uses, before], bytes] = pack;
  const place = terms.split("\n").indexOf(term);
  const postings = new Map();
  if (place < 0) return { postings };
  const from = sum(lengths.slice(0, place));
  const numbers = readNumbers(bytes.subarray(from, from + lengths[place]));
  let [document, more, start] = [0, documents[place], 0];
  for (const gap of numbers.slice(0, documents[place])) {
    document += gap >> 1;
    const count = gap & 1 ? numbers[more++] : 2;
    postings.set(document, { count: count >> 1, inTitle: count & 1, start });
    start += count >> 1;
  }
  return { postings, number, first: before + sum(uses.slice(0, place)), uses: uses[place] };
}

export const loadTerm = (shard, term) => once(`${shard.folder} ${term}`, () => fetchPostings(shard, term));

/** Return the documents of a shard with a term: {count, inTitle, start} by number. */
export const postingsOf = async (shard, term) => (await loadTerm(shard, term)).postings;

// Return [part, number in it] of a document.
function placeIn({ parts }, number) {
  let part = 0;
  for (; number >= parts[part]; part++) number -= parts[part];
  return [part, number];
}

/** Return the documents of these numbers: their facets, and their `length` in words. */
export async function factsOf(shard, numbers) {
  const size = manifest.sizes.facts;
  const placeOf = (number) => Math.floor(number / size);
  for (const part of new Set(numbers.map((number) => placeIn(shard, number)[0])))
    ahead(lengthsIn(textsIn(shard, part)));
  const packs = await loadFacts(shard, [...new Set(numbers.map(placeOf))]);
  return numbers.map((number) => {
    const facts = packs.get(placeOf(number)).map(([name, [values, indexes]]) => [name, values[indexes[number % size]]]);
    return { shard, number, ...Object.fromEntries(facts) };
  });
}

// Packs with at most one other between them are requested at once.
async function loadFacts(shard, places) {
  const path = `${shard.folder}/facts.pack`;
  const runs = [];
  for (const place of places.filter((place) => !files.has(`${path} ${place}`)).sort((a, b) => a - b)) {
    if (place - 2 <= runs.at(-1)?.at(-1)) runs.at(-1).push(place);
    else runs.push([place]);
  }
  const start = (place) => sum(shard.facts.slice(0, place));
  for (const run of runs) {
    const first = start(run[0]);
    const bytes = fetchPart(path, first, start(run.at(-1) + 1) - first);
    for (const place of run) {
      const read = async () => readFacts((await bytes).subarray(start(place) - first, start(place + 1) - first));
      once(`${path} ${place}`, read);
    }
  }
  return new Map(await Promise.all(places.map(async (place) => [place, await files.get(`${path} ${place}`)])));
}

const readFacts = async (bytes) => Object.entries(JSON.parse(decodeText(await inflate(bytes))));

/** Return the card of a document: address, id, title, authors, note, and the text to quote. */
export async function cardOf(document) {
  const { shard } = document;
  const [part, number] = placeIn(shard, document.number);
  const { chunk, chunks } = manifest.sizes;
  const perFile = chunks[+(shard.parts.length > 1)];
  const place = Math.floor(number / chunk);
  const path = textsIn(shard, part);
  const head = await once(manifest.phrases, fetchBytes);
  const bytes = await once(`${path} ${place}`, () => fetchChunk(path, place, perFile));
  const lines = decodeText(await inflate(head, bytes))
    .trimEnd()
    .split("\n"); // the phrases are before them
  const here = Math.min(chunk, shard.parts[part] - place * chunk);
  return JSON.parse(lines[lines.length - here + (number % chunk)]);
}

// The page has this script by itself, too: it runs before most others are there (views/theme/main.html).
/** Is fulfilled when `manifest` is there. */
export const opening = open();
ahead(opening.then(() => /[?&]q=./.test(location.search) && commonWords()));
