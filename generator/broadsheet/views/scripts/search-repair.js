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
const [MAX_MEANINGS, MARGIN] = [3, 3.5]; // as likely as the best one, but for so many powers of two

// Words of many papers are meant more often; those of one or two are often typos themselves.
const likelihood = (power) => (power < 2 ? 2 * power - 3 : 1 + 0.4 * (power - 2));

/** Return the words that `word` most likely means, the best first. */
export function closest(word, lists) {
  const most = word.length < 4 ? MISSING : (word.length < 8 ? 1 : 2) * ADDED;
  const scores = new Map();
  for (const words of lists) {
    for (const [candidate, power] of words) {
      const score = likelihood(power) - costOf(word, candidate, most);
      if (score > -Infinity) scores.set(candidate, score);
    }
  }
  const ordered = [...scores].sort((a, b) => b[1] - a[1]);
  const margin = isEnding(word, ordered[0]?.[0] ?? "") ? 0 : MARGIN;
  const likely = ordered.filter(([, score]) => score >= ordered[0][1] - margin).map(([candidate]) => candidate);
  const stems = likely.map(stem);
  return likely.filter((_, i) => stems.indexOf(stems[i]) === i).slice(0, MAX_MEANINGS);
}

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
    if (isPhrase) repairs.push([word, [pieces.join(" ")]]);
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
