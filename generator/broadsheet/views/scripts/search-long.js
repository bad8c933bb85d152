// Queries of several words: which are asked for, and the papers that have them close together.

import { sendsParts } from "./search-index.js";
import { powerOf } from "./search-match.js";
import { passageWeight } from "./search-snippet.js";

const MAX_WORDS = 16;
const PAGES = [0, 20]; // the papers that begin them are looked at

const isWanted = ({ isExcluded }) => !isExcluded;

/** Return the excluded parts, and of the others the rarest. */
export function rarest(parts) {
  const wanted = parts.filter(isWanted).sort((a, b) => powerOf(a) - powerOf(b));
  return parts.filter((part) => part.isExcluded || wanted.indexOf(part) < MAX_WORDS);
}

/** Return the weight of each term of the wanted parts: the rarer among `all` papers, the more. */
function weightsOf(parts, all) {
  const words = parts.filter(isWanted).flatMap((part) => part.words);
  return new Map(words.flatMap(({ terms, power }) => terms.map((term) => [term, Math.log(1 + all / 2 ** power)])));
}

/** Put papers that have the words in one passage before others, of those that match best. `all` is the number of papers. */
export async function rerank(papers, parts, all, loadCard) {
  const weights = weightsOf(parts, all);
  for (const start of PAGES) {
    if (start && !sendsParts) break; // whole files would take too long
    const best = papers.slice(start, start + PAGES[1]);
    const cards = await Promise.all(best.map(loadCard));
    cards.forEach((card, i) => (best[i].match += card ? passageWeight(card[5], weights) : 0));
  }
  papers.sort((a, b) => b.match - a.match);
}
