// The passage of a text with the most words of the query, which a hit shows with marks on them.

import { element } from "./elements.js";
import { pieces } from "./search-words.js";

const [CHARACTERS, BEFORE] = [260, 60];

/** Return the nodes of a text with its `terms` marked. */
export const marked = (text, terms) => nodesOf(pieces(text, terms));

function nodesOf(parts) {
  return parts.map(([text, hits]) => (hits.length ? element("mark", { textContent: text }) : text));
}

// Return the place of the piece from which the most different terms follow, and the sum of their weights.
function bestPassage(parts, weightOf) {
  let [best, most] = [0, 0];
  for (let i = 0; i < parts.length; i++) {
    if (!parts[i][1].length) continue;
    const terms = new Set();
    for (let j = i, length = 0; j < parts.length && length < CHARACTERS - BEFORE; length += parts[j++][0].length) {
      for (const term of parts[j][1]) terms.add(term);
    }
    const weight = [...terms].reduce((sum, term) => sum + weightOf(term), 0);
    if (weight > most) [best, most] = [i, weight];
  }
  return [best, most];
}

/** Return the sum of the `weights` of the different terms in the best passage of a text. */
export const passageWeight = (text, weights) => bestPassage(pieces(text, weights), (term) => weights.get(term))[1];

/** Return the nodes of a part of a text, with its `terms` marked. */
export function snippet(text, terms) {
  const parts = pieces(text, terms);
  let [start] = bestPassage(parts, () => 1);
  for (let length = 0; start > 0 && length < BEFORE; start--) length += parts[start - 1][0].length;
  if (start < 3) start = 0;
  while (start > 0 && start < parts.length && !/[\p{L}\p{N}]/u.test(parts[start][0])) start++;
  let end = start;
  for (let length = 0; end < parts.length && length < CHARACTERS; end++) length += parts[end][0].length;
  return [start ? "… " : "", ...nodesOf(parts.slice(start, end)), end < parts.length ? " …" : ""];
}
