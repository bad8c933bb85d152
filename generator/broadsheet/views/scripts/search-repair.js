// The archive's own words that a misspelt word may mean.

import { stem } from "./search-words.js";

/** Return whether one word is the other with another ending, which is searched for anyway. */
export function isEnding(...words) {
  const [short, long] = words.sort((a, b) => a.length - b.length);
  return stem(short) === stem(long) && ["", "s", "es", "ed", "ing", "ly"].some((ending) => short + ending === long);
}

// What an edit costs, in powers of two: there are 26 letters to put in or to type instead, and a letter to leave out,
// or to exchange with the next, is one of those of the word. Most letters too many are typed twice.
const [MISSING, SPELLING, WRONG, ADDED, COMPLETION] = [4, 5, 8, 9, 10];
const MARGIN = 3.5; // a power of two: words that are so much less likely than the best one are searched for, too
const [SEARCHED, OFFERED] = [3, 6]; // such words, and in all

// Words of many papers are meant more often; those of one or two are often typos themselves.
const likelihood = (power) => (power < 2 ? 2 * power - 3 : 1 + 0.4 * (power - 2));

/**
 * Return the words that `word` most likely means, the best first, as `meanings`, and less likely ones as `others`. If it
 * is not alone, the papers with the other words decide: all are meanings. `costs` has the cost of each.
 */
export function closest(word, lists, isAlone) {
  const most = word.length < 4 ? MISSING : (word.length < 8 ? 1 : 2) * ADDED;
  const [scores, costs] = [new Map(), new Map()];
  for (const words of lists) {
    for (const [candidate, power] of words) {
      const cost = costOf(word, candidate, most);
      if (cost === Infinity) continue;
      scores.set(candidate, likelihood(power) - cost);
      costs.set(candidate, cost);
    }
  }
  const ordered = [...scores.keys()].sort((a, b) => scores.get(b) - scores.get(a));
  const stems = ordered.map(stem);
  const all = ordered.filter((_, i) => stems.indexOf(stems[i]) === i).slice(0, OFFERED);
  const isSure = all.length && isEnding(word, all[0]);
  return { costs, ...divide(all, (candidate) => scores.get(candidate), isSure ? 1 : isAlone ? SEARCHED : OFFERED) };
}

// Return the first `most` words of `all`, if they are as likely as the best one, and the others.
function divide(all, scoreOf, most) {
  const isLikely = (word, i) => i < most && (most > SEARCHED || scoreOf(word) >= scoreOf(all[0]) - MARGIN);
  const meanings = all.filter(isLikely);
  return { meanings, others: all.filter((word) => !meanings.includes(word)) };
}

const has = ({ uses }, { terms }) => uses.some(([term, posting]) => posting && terms.includes(term));

// Return the meanings that `papers` have most often, and the others.
function likeliest({ words, repair }, papers) {
  const scores = new Map();
  for (const word of words) {
    const { length } = papers.filter((paper) => has(paper, word));
    scores.set(word.meant, Math.log2(length + 0.01) - repair.costs.get(word.meant));
  }
  const ordered = [...scores.keys()].sort((a, b) => scores.get(b) - scores.get(a));
  return divide(ordered, (word) => scores.get(word), SEARCHED);
}

/** Return the papers with the meanings of words that `papers` have most often. Call `choose` with each part and these. */
export function likely(parts, papers, choose = () => {}) {
  for (const part of parts.filter(({ isAny }) => isAny)) {
    const choice = likeliest(part, papers);
    const words = choice.meanings.map((meaning) => part.words.find(({ meant }) => meant === meaning));
    const hasOther = (paper) => part.words.some((word) => has(paper, word)); // or none, of a long query
    papers = papers.filter((paper) => words.some((word) => has(paper, word)) || !hasOther(paper));
    choose(part, words, choice);
  }
  return papers;
}

/** Keep these meanings alone, and return the papers with them. */
export const keepLikely = (parts, papers) =>
  likely(parts, papers, (part, words, choice) => {
    Object.assign(part.repair, choice);
    part.words = words;
  });

function costOf(word, candidate, most) {
  const isSpelling = word.length > 4 && candidate.startsWith(word.slice(0, 3)) && stem(candidate) === stem(word);
  const completion = word.length > 2 && candidate.startsWith(word) ? COMPLETION : Infinity;
  return Math.min(isSpelling ? SPELLING : completion, edits(word, candidate, most));
}

// Return the cost of the edits that make `typed` of `meant`; Infinity if more than `most`.
function edits(typed, meant, most) {
  if (Math.abs(typed.length - meant.length) * MISSING > most) return Infinity;
  let [before, previous] = [[], [...meant, ""].map((_, j) => j * MISSING)];
  for (let i = 1; i <= typed.length; i++) {
    const row = [i * ADDED];
    const isDouble = typed[i - 1] === typed[i - 2];
    for (let j = 1; j <= meant.length; j++) {
      const isSwap = i > 1 && j > 1 && typed[i - 1] === meant[j - 2] && typed[i - 2] === meant[j - 1];
      const replaced = previous[j - 1] + (typed[i - 1] === meant[j - 1] ? 0 : WRONG);
      const swapped = isSwap ? before[j - 2] + MISSING : Infinity;
      row[j] = Math.min(replaced, previous[j] + (isDouble ? MISSING : ADDED), row[j - 1] + MISSING, swapped);
    }
    if (Math.min(...row) > most) return Infinity;
    [before, previous] = [previous, row];
  }
  return previous[meant.length] <= most ? previous[meant.length] : Infinity;
}

/** Make a phrase of a word with digits that does not exist: "gpt4" is "GPT-4". Add it to the repairs. */
export async function separate(part, repairs, exists) {
  const separated = [];
  for (const entry of part.words) {
    const { word } = entry;
    const pieces = word.match(/\p{N}+|\P{N}+/gu);
    const isPhrase =
      pieces.length > 1 && !(await exists(word)) && (await Promise.all(pieces.map(exists))).every(Boolean);
    if (isPhrase) repairs.push({ word, meanings: [pieces.join(" ")] });
    separated.push(isPhrase ? pieces : [word]);
  }
  let more = 0;
  part.words = part.words.flatMap((entry, i) => {
    const first = entry.place + more;
    more += separated[i].length - 1;
    return separated[i].map((word, j) => ({ ...entry, word, place: first + j }));
  });
  part.isPhrase ||= more > 0;
}
