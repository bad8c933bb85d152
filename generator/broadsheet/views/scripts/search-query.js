// A query: what it asks for, and the archive's own words for those that it does not have.

import { dictionaries, dictionary } from "./search-index.js";
import { isCjk, stem, stopWords, termsOf, wordsOf } from "./search-words.js";

const DATE = /^(\d{4})(?:-(?:(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?|W(0[1-9]|[1-4]\d|5[0-3])))?$/i;
const iso = (date) => date.toISOString().slice(0, 10);

/** Return the first and the last day of a day, week, month or year; undefined for other text. */
export function daysOf(text) {
  const [, year, month, day, week] = DATE.exec(text.trim()) ?? [];
  if (!year) return undefined;
  if (day) return [text.trim(), text.trim()];
  if (month) return [`${year}-${month}-01`, `${year}-${month}-31`];
  if (!week) return [`${year}-01-01`, `${year}-12-31`];
  const monday = new Date(Date.UTC(+year, 0, 4)); // is in week 1
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7) + 7 * (week - 1));
  const sunday = new Date(+monday + 6 * 86400000);
  return [iso(monday), iso(sunday)];
}

// Quotes and dashes as phones type them; TeX as the index has it: \beta is beta, and n^2 is n2.
function normalize(text) {
  const plain = text.replace(/[“”„«»]/g, '"').replace(/(^|\s)[−–]/g, "$1-");
  return /[$^\\]/.test(plain) ? plain.replace(/\\(math|text)[a-z]*|[$^_{}\\]/g, "") : plain;
}

/**
 * Return the `parts` that papers must have or must not (`excluded`), the `ignored` words, and the `days` of dates among
 * the words, from the first to the last. A part has words with their places in it; a phrase has quotes.
 */
export function parse(text) {
  const query = { parts: [], ignored: [], days: undefined };
  for (const [, minus, phrase, plain] of normalize(text).matchAll(/(?<=^|\s)(-?)(?:"([^"]*)"?|(\S+))/g)) {
    const days = !minus && plain && !/^\d{4}$/.test(plain) && daysOf(plain);
    if (days) {
      const all = [...(query.days ?? []), ...days].sort();
      query.days = [all[0], all.at(-1)];
    } else {
      // -fine-tuning is a phrase: other papers may have "fine".
      addPart(query, wordsOf(phrase ?? plain), { isPhrase: !plain || !!minus, isExcluded: !!minus });
    }
  }
  return query;
}

// A run of Chinese, Japanese or Korean has a place for each character and for each pair, in turns.
const slotsOf = (word) => (isCjk(word) ? 2 * [...word].length - 1 : 1);

function addPart({ parts, ignored }, all, kind) {
  const places = all.map((_, i) => all.slice(0, i).reduce((sum, word) => sum + slotsOf(word), 0));
  const words = all
    .map((word, i) => ({ word, place: places[i] + (slotsOf(word) > 1) }))
    .filter(({ word }) => !stopWords.has(word));
  if (!kind.isPhrase || words.length < 2) ignored.push(...all.filter((word) => stopWords.has(word)));
  if (kind.isPhrase && words.length > 1) parts.push({ words, ...kind });
  else parts.push(...words.map((word) => ({ words: [word], ...kind, isPhrase: false })));
}

/**
 * Replace words that the archive does not have. Return [word, replacement] for each; no replacement if nothing is
 * like it. Parts get their `terms`.
 */
export async function repair({ parts }) {
  const repairs = [];
  for (const part of parts) {
    for (const entry of part.words) {
      const meant = await meantBy(entry.word);
      if (meant !== entry.word && !(meant && isForm(entry.word, meant))) repairs.push([entry.word, meant]);
      entry.terms = termsOf(meant ?? entry.word);
      entry.meant = meant;
    }
  }
  return repairs;
}

// A plural or another ending is searched for anyway; another spelling is worth a word.
const isForm = (...words) => stem(words[0]) === stem(words[1]) && words.every((word) => word.startsWith(stem(word)));

// Lists of rare words are loaded only if they are needed: that of the first letter, then all.
async function meantBy(word) {
  const common = await dictionary();
  if (common.has(word) || isCjk(word)) return word;
  const rare = await dictionary(word);
  if (rare.has(word)) return word;
  if (/\p{N}/u.test(word)) return undefined;
  const near = closest(word, [common, rare]);
  return near.cost <= WRONG ? near.word : closest(word, await dictionaries()).word;
}

// What an edit costs, in powers of two: there are 26 letters to put in or to type instead, and a letter to leave out,
// or to exchange with the next, is one of those of the word. A use of a word in the archive counts half a power.
const [MISSING, SPELLING, WRONG, COMPLETION, USE] = [4, 5, 8, 10, 0.5];

function closest(word, lists) {
  const most = (word.length < 4 ? 0 : word.length < 8 ? 1 : 2) * WRONG;
  let best = { word: undefined, cost: Infinity, score: -Infinity };
  for (const words of lists) {
    for (const [candidate, power] of words) {
      const cost = costOf(word, candidate, most);
      const score = USE * power - cost;
      if (score > best.score) best = { word: candidate, cost, score };
    }
  }
  return best;
}

function costOf(word, candidate, most) {
  if (candidate.startsWith(word.slice(0, 3)) && stem(candidate) === stem(word)) return SPELLING;
  const completion = word.length > 2 && candidate.startsWith(word) ? COMPLETION : Infinity;
  return Math.min(completion, edits(word, candidate, most));
}

/** Return the cost of the edits that make `typed` of `meant`; Infinity if more than `most`. */
export function edits(typed, meant, most) {
  if (Math.abs(typed.length - meant.length) * MISSING > most) return Infinity;
  let [before, previous] = [[], [...meant, ""].map((_, j) => j * MISSING)];
  for (let i = 1; i <= typed.length; i++) {
    const row = [i * WRONG];
    const isDouble = typed[i - 1] === typed[i - 2];
    for (let j = 1; j <= meant.length; j++) {
      const isSwap = i > 1 && j > 1 && typed[i - 1] === meant[j - 2] && typed[i - 2] === meant[j - 1];
      const replaced = previous[j - 1] + (typed[i - 1] === meant[j - 1] ? 0 : WRONG);
      const swapped = isSwap ? before[j - 2] + MISSING : Infinity;
      row[j] = Math.min(replaced, previous[j] + (isDouble ? MISSING : WRONG), row[j - 1] + MISSING, swapped);
    }
    if (Math.min(...row) > most) return Infinity;
    [before, previous] = [previous, row];
  }
  return previous[meant.length] <= most ? previous[meant.length] : Infinity;
}
