// Queries of several words: which are asked for, phrases, and the papers that have words close together.

import { fetchPart, loadTerm, manifest, once, sendsParts } from "./search-index.js";
import { isWanted, powerOf } from "./search-match.js";
import { passageWeight } from "./search-snippet.js";

const MAX_WORDS = 16; // all of which a paper must have
const MANY = 8; // if it need not have all; their papers are too many to look at more than a page of them
const PAGE_SIZE = 20;

// Return the excluded parts, and of the others the rarest.
function rarest(parts, number) {
  const wanted = parts.filter(isWanted).sort((a, b) => powerOf(a) - powerOf(b));
  return parts.filter((part) => part.isExcluded || wanted.indexOf(part) < number);
}

/** Return the answer to so many parts that no paper may have all, with `notes`. */
export async function askForMany(parts, ask) {
  const count = parts.filter(isWanted).length;
  const notes = [];
  if (count > MAX_WORDS) {
    notes.push(gettext("Of more than %(number)s words, the rarest are searched for.", { number: MAX_WORDS }));
  }
  const answer = await ask(rarest(parts, MAX_WORDS), Math.min(count, MAX_WORDS));
  if (answer.papers.length) return { ...answer, notes };
  const some = await ask(rarest(parts, MANY), Math.ceil(Math.min(count, MANY) / 3));
  if (some.papers.length) notes.push(gettext("No paper has all of these words; the best ones have many of them."));
  return { ...some, notes };
}

// Return a function from a document to the positions of a term in it, each modulo 256.
async function placesOf(shard, term) {
  const { postings, number, first, uses } = await loadTerm(shard, term);
  if (!postings.size) return () => [];
  const part = () => fetchPart(`${shard.folder}/places/${Math.floor(number / manifest.sizes.packs)}.pack`, first, uses);
  const bytes = await once(`${shard.folder} places ${term}`, part);
  return (document) => {
    const { start, count } = postings.get(document);
    return bytes.subarray(start, start + count);
  };
}

/** Return those of the documents with all `words` in which they are next to each other. The rarest words are first. */
export async function withPhrase(shard, words, documents) {
  const starts = new Map();
  const load = async ({ term, place }) => [place, await placesOf(shard, term)];
  const order = [...words].sort((a, b) => a.power - b.power);
  for (let near = documents; order.length && near.length; near = [...starts.keys()]) {
    for (const [place, places] of await Promise.all(order.splice(0, 2).map(load))) {
      for (const document of near) {
        const here = [...places(document)].map((position) => (position - place) & 255);
        const both = starts.get(document)?.filter((start) => here.includes(start)) ?? here;
        starts.set(document, both);
      }
    }
    for (const [document, { length }] of starts) if (!length) starts.delete(document);
  }
  return [...starts.keys()];
}

/** Return the weight of each term of the wanted parts: the rarer among `all` papers, the more. */
function weightsOf(parts, all) {
  const words = parts.filter(isWanted).flatMap((part) => part.words);
  return new Map(words.flatMap(({ terms, power }) => terms.map((term) => [term, Math.log(1 + all / 2 ** power)])));
}

/**
 * Put papers that have the words in one passage before others, of those that match best: of so many `pages`, or of one if
 * more would take too long. `all` is the number of papers.
 */
export async function rerank(papers, parts, all, loadCard, pages) {
  const weights = weightsOf(parts, all);
  for (let page = 0; page < pages; page++) {
    if (page && (!sendsParts || parts.length > MANY)) break;
    const best = papers.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE);
    const cards = await Promise.all(best.map(loadCard));
    for (const [i, card] of cards.entries()) {
      const texts = card ? [card[2], card[5]] : []; // the title is a passage, too
      best[i].match += Math.max(0, ...texts.map((text) => passageWeight(text, weights)));
    }
  }
  papers.sort((a, b) => b.match - a.match);
}
