// The papers of a shard that match a query, and their order: Okapi BM25, in which a word of the title counts three.

import { factsOf, postingsOf } from "./search-index.js";

const [K, B, LENGTH, TITLE] = [1.2, 0.4, 150, 2];
const SKIPPED = { terms: [], postings: [], numbers: new Set(), isSkipped: true };
const FIRST = 2; // of words that must all be there, the rarest; most papers lack one of them

export const isWanted = ({ isExcluded }) => !isExcluded;
const withAll = (one, postings) => [...one.keys()].filter((number) => postings.every((map) => map.has(number)));
const withAny = (postings) => postings.flatMap((map) => [...map.keys()]);
const rarestFirst = (a, b) => powerOf(a) - powerOf(b);

// Load the postings of terms; if no document has the rarest ones, the others are not asked for.
async function loadPostings(shard, terms, isAny) {
  const postings = terms.map(() => new Map());
  const load = (all) => Promise.all(all.map(async (i) => (postings[i] = await postingsOf(shard, terms[i].term))));
  const order = [...terms.keys()].sort((a, b) => terms[a].power - terms[b].power);
  const first = await load(order.splice(0, isAny ? Infinity : FIRST));
  if (order.length && withAll(first[0], first).length) await load(order);
  return postings;
}

// Return each term of a part with its postings, and the numbers of the documents that have the part.
async function matchPart(shard, { words, isPhrase, isAny }) {
  const terms = words.flatMap(({ terms, place, power }) =>
    terms.map((term, i) => ({ term, power, place: place + 2 * i })),
  );
  const postings = await loadPostings(shard, terms, isAny);
  const [rarest] = [...postings].sort((a, b) => a.size - b.size);
  const documents = isAny ? withAny(postings) : withAll(rarest, postings);
  if (!isPhrase || !documents.length) return { terms, postings, isAny, numbers: new Set(documents) };
  const { withPhrase } = await import("./search-long.js");
  const near = await withPhrase(shard, terms, documents).catch(() => null); // the places of words are lost
  return { terms, postings, isLoose: !near, numbers: new Set(near ?? documents) };
}

// If all parts must match, the rarest ones are asked for first, and others only if papers have those.
async function matchAll(shard, parts, least) {
  const wanted = parts.filter(isWanted).sort((a, b) => b.isPhrase - a.isPhrase || rarestFirst(a, b));
  const matched = new Map();
  const load = (all) => Promise.all(all.map(async (part) => matched.set(part, await matchPart(shard, part))));
  const areTogether = () => {
    const sets = [...matched.values()].map(({ numbers }) => numbers);
    return [...sets[0]].some((number) => sets.every((set) => set.has(number)));
  };
  if (least > 1 && least === wanted.length) {
    for (; wanted.length && (!matched.size || areTogether()); await load(wanted.splice(0, FIRST)));
    if (!areTogether()) return parts.map((part) => matched.get(part) ?? SKIPPED);
  }
  await load(parts.filter((part) => !matched.has(part)));
  return parts.map((part) => matched.get(part));
}

/** Return the power of two of the uses of the rarest word of a part. */
export const powerOf = ({ words }) => Math.min(...words.map(({ power }) => power));

/**
 * Return the papers of a shard with at least `least` of the parts and no excluded one; all without it; if it
 * `isForTitles`, only those with all parts in the title. Return also the numbers of documents with each term, `sizes`,
 * and with each part, `counts`; a shard `isLoose` if it has phrases whose words may be apart.
 */
export async function match(shard, parts, least, isForTitles) {
  const matched = await matchAll(shard, parts, least);
  const wanted = matched.filter((_, i) => !parts[i].isExcluded);
  const excluded = matched.filter((_, i) => parts[i].isExcluded);
  const hits = new Map(least ? [] : Array.from({ length: shard.documents }, (_, number) => [number, 0]));
  for (const { numbers } of wanted) for (const number of numbers) hits.set(number, (hits.get(number) ?? 0) + 1);
  const isFit = ([number, count]) => count >= least && !excluded.some(({ numbers }) => numbers.has(number));
  const uses = new Map([...hits].filter(isFit).map(([number]) => [number, usesIn(number, wanted)]));
  const numbers = [...uses.keys()].filter((number) => !isForTitles || uses.get(number).hasTitle);
  const sizes = new Map(wanted.flatMap(({ terms, postings }) => terms.map(({ term }, i) => [term, postings[i].size])));
  const papers = await factsOf(shard, numbers);
  for (const paper of papers) Object.assign(paper, uses.get(paper.number));
  return {
    papers,
    sizes,
    counts: matched.map(({ numbers, isSkipped }) => (isSkipped ? NaN : numbers.size)),
    isLoose: matched.some(({ isLoose }) => isLoose),
  };
}

function usesIn(number, parts) {
  const usesOf = ({ terms, postings }) => terms.map(({ term }, i) => [term, postings[i].get(number)]);
  const isInTitle = ([, posting]) => posting?.inTitle;
  const hasTitle = parts.every((part) => (part.isAny ? usesOf(part).some(isInTitle) : usesOf(part).every(isInTitle)));
  return { uses: parts.flatMap(usesOf), hasTitle };
}

/** Set the `match` of papers to how well they match; `sizes` counts the documents with each term, of `all`. */
export function rate(papers, sizes, all) {
  for (const paper of papers) {
    paper.match = 0;
    for (const [term, posting] of paper.uses) {
      if (!posting) continue;
      const count = posting.count + (posting.inTitle ? TITLE : 0);
      const rarity = Math.log(1 + (all - sizes.get(term) + 0.5) / (sizes.get(term) + 0.5));
      paper.match += (rarity * count * (K + 1)) / (count + K * (1 - B + (B * paper.length) / LENGTH));
    }
  }
}
