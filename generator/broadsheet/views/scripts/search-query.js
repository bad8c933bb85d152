// A query: what it asks for, and the archive's own words for those that it does not have.

import { commonWords, wordsThatBeginLike, wordsThatEndLike } from "./search-index.js";
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
 * the words, from the first to the last. A part has words with their places in it, and its text; a phrase has quotes.
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
  if (kind.isPhrase && words.length > 1) parts.push({ words, text: all.join(" "), ...kind });
  else parts.push(...words.map((entry) => ({ words: [entry], text: entry.word, ...kind, isPhrase: false })));
}

/**
 * Replace words that the archive does not have. Return [word, meanings] for each; no meanings if nothing is like it. A
 * part of one word that may mean several becomes a part of which any word will do. Parts get their `terms`.
 */
export async function repair({ parts }) {
  const repairs = [];
  for (const part of parts) {
    for (const entry of part.words) {
      const meanings = await meaningsOf(entry.word);
      if (!isEnding(entry.word, meanings[0] ?? "")) repairs.push([entry.word, meanings]);
      entry.meant = meanings[0];
      entry.terms = termsOf(entry.meant ?? entry.word);
      if (meanings.length > 1 && !part.isPhrase && !part.isExcluded) {
        part.isAny = true;
        part.words = meanings.map((meant) => ({ ...entry, meant, terms: termsOf(meant) }));
      }
    }
  }
  return repairs;
}

// A plural or another ending is searched for anyway; another spelling is worth a word.
function isEnding(...words) {
  const [short, long] = words.sort((a, b) => a.length - b.length);
  return stem(short) === stem(long) && ["", "s", "es", "ed", "ing", "ly"].some((ending) => short + ending === long);
}

// Lists of rare words are loaded only if they are needed. A typo may be in the first letter or in the last.
async function meaningsOf(word) {
  const common = await commonWords();
  if (common.has(word) || isCjk(word)) return [word];
  const rare = await wordsThatBeginLike(word);
  if (rare.has(word)) return [word];
  if (/\p{N}/u.test(word)) return [];
  return closest(word, [common, rare, await wordsThatEndLike(word)]);
}

// What an edit costs, in powers of two: there are 26 letters to put in or to type instead, and a letter to leave out,
// or to exchange with the next, is one of those of the word. Most letters too many are typed twice.
const [MISSING, SPELLING, WRONG, ADDED, COMPLETION] = [4, 5, 8, 9, 10];
const [MAX_MEANINGS, MARGIN] = [3, 3.5]; // as likely as the best one, but for so many powers of two

// Words of many papers are meant more often; those of one or two are often typos themselves.
const likelihood = (power) => (power < 2 ? 2 * power - 3 : 1 + 0.4 * (power - 2));

/** Return the words that `word` most likely means, the best first. */
function closest(word, lists) {
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
