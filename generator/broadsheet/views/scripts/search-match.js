// The papers of a shard that match a query, and their order: Okapi BM25, in which a word of the title counts three.

import { factsOf, placesOf, postingsOf } from "./search-index.js";

const [K, B, LENGTH, TITLE] = [1.2, 0.4, 150, 2];
const RARE = 7; // a power of two of uses: a shard may lack such a word
const SKIPPED = { terms: [], postings: [], numbers: new Set(), isSkipped: true };

const withAll = (one, postings) => [...one.keys()].filter((number) => postings.every((map) => map.has(number)));

// Documents with a phrase; those with its words, `isLoose`, if their places are lost.
async function withPhrase(shard, words, postings) {
  const documents = withAll(postings[0], postings);
  if (!documents.length) return { documents };
  const places = await Promise.all(words.map(({ term }) => placesOf(shard, term))).catch(() => null);
  if (!places) return { documents, isLoose: true };
  const [first] = words;
  const follows = (document) =>
    [...places[0](document)].some((start) =>
      words.every(({ place }, i) => places[i](document).includes((start + place - first.place + 256) % 256)),
    );
  return { documents: documents.filter(follows) };
}

const withAny = (postings) => postings.flatMap((map) => [...map.keys()]);

// Return each term of a part with its postings, and the numbers of the documents that have the part.
async function matchPart(shard, { words, isPhrase, isAny }) {
  const terms = words.flatMap(({ terms, place }) => terms.map((term, i) => ({ term, place: place + 2 * i })));
  const postings = await Promise.all(terms.map(({ term }) => postingsOf(shard, term)));
  if (isPhrase) {
    const { documents, isLoose } = await withPhrase(shard, terms, postings);
    return { terms, postings, isLoose, numbers: new Set(documents) };
  }
  const [rarest] = [...postings].sort((a, b) => a.size - b.size);
  return { terms, postings, isAny, numbers: new Set(isAny ? withAny(postings) : withAll(rarest, postings)) };
}

// If all parts must match and the rarest does not, the others are not asked for.
async function matchAll(shard, parts, least) {
  const [rarest] = parts.filter(({ isExcluded }) => !isExcluded).sort((a, b) => powerOf(a) - powerOf(b));
  const isStrict = least > 1 && least === parts.filter(({ isExcluded }) => !isExcluded).length;
  const first = isStrict && powerOf(rarest) < RARE && (await matchPart(shard, rarest));
  const matchOther = (part) => (first && !first.numbers.size ? SKIPPED : matchPart(shard, part));
  return Promise.all(parts.map((part) => (first && part === rarest ? first : matchOther(part))));
}

/** Return the power of two of the uses of the rarest word of a part. */
export const powerOf = ({ words }) => Math.min(...words.map(({ power }) => power));

/**
 * Return the papers of a shard with at least `least` of the parts and no excluded one; all without it. Return also the
 * numbers of documents with each term, `sizes`, and with each part, `counts`; a shard `isLoose` if it has phrases whose words may be apart.
 */
export async function match(shard, parts, least) {
  const matched = await matchAll(shard, parts, least);
  const wanted = matched.filter((_, i) => !parts[i].isExcluded);
  const excluded = matched.filter((_, i) => parts[i].isExcluded);
  const hits = new Map(least ? [] : Array.from({ length: shard.documents }, (_, number) => [number, 0]));
  for (const { numbers } of wanted) for (const number of numbers) hits.set(number, (hits.get(number) ?? 0) + 1);
  const isFit = ([number, count]) => count >= least && !excluded.some(({ numbers }) => numbers.has(number));
  const numbers = [...hits].filter(isFit).map(([number]) => number);
  const sizes = new Map(wanted.flatMap(({ terms, postings }) => terms.map(({ term }, i) => [term, postings[i].size])));
  const papers = await factsOf(shard, numbers);
  for (const paper of papers) Object.assign(paper, usesIn(paper, wanted));
  return {
    papers,
    sizes,
    counts: matched.map(({ numbers, isSkipped }) => (isSkipped ? NaN : numbers.size)),
    isLoose: matched.some(({ isLoose }) => isLoose),
  };
}

function usesIn({ number }, parts) {
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
