// A query: what it asks for, and the archive's own words for those that it does not have.

import { commonWords, wordsThatBeginLike, wordsThatEndLike } from "./search-index.js";
import { isCjk, stopWords, termsOf, wordsOf } from "./search-words.js";

const DATE = /^(\d{4})(?:-(?:(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?|W(0[1-9]|[1-4]\d|5[0-3])))?$/i;
const UNKNOWN_POWER = 3; // a word that is in a few papers
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
 * Replace words that the archive does not have. Return {word, meanings} for each; no meanings if nothing is like it. A
 * part of one word that may mean several becomes a part of which any word will do. Words get their `terms` and their
 * `power`: of two, their uses in the archive. If a list of words is lost, the query `isUnchecked` and its words stay.
 */
export async function repair(query) {
  try {
    return await repairWith(query.parts);
  } catch {
    query.isUnchecked = true; // a list of words is lost
    for (const { words } of query.parts) for (const entry of words) take(entry, entry.word);
    return [];
  }
}

function take(entry, meant, power = UNKNOWN_POWER) {
  entry.meant = meant;
  entry.power = power;
  entry.terms = termsOf(meant ?? entry.word);
}

async function repairWith(parts) {
  const repairs = [];
  for (const part of parts) {
    if (part.words.some(({ word }) => /\p{N}\P{N}|\P{N}\p{N}/u.test(word)))
      await (await import("./search-repair.js")).separate(part, repairs, exists);
    for (const entry of part.words) {
      const repaired = await meaningsOf(entry.word, parts.length < 2 || part.isPhrase || part.isExcluded);
      const { meanings, isRemarkable, power } = repaired;
      if (isRemarkable) repairs.push(repaired);
      take(entry, meanings[0], power);
      if (meanings.length > 1 && !part.isPhrase && !part.isExcluded) {
        Object.assign(part, { isAny: true, repair: repaired });
        part.words = meanings.map((meant) => ({ ...entry, meant, terms: termsOf(meant) }));
      }
    }
  }
  return repairs;
}

const exists = async (word) => (await commonWords()).has(word) || (await wordsThatBeginLike(word)).has(word);

// Lists of rare words, and the script that repairs, are loaded only if they are needed. A typo may be in the first letter
// or in the last.
async function meaningsOf(word, isAlone) {
  const common = await commonWords();
  if (common.has(word) || isCjk(word)) return { meanings: [word], power: common.get(word) };
  const rare = await wordsThatBeginLike(word);
  if (rare.has(word)) return { meanings: [word], power: rare.get(word) };
  if (/\p{N}/u.test(word)) return { word, meanings: [], isRemarkable: true };
  const { closest, isEnding } = await import("./search-repair.js");
  const repaired = closest(word, [common, rare, await wordsThatEndLike(word)], isAlone);
  const { meanings } = repaired;
  return { word, ...repaired, isRemarkable: !isEnding(word, meanings[0] ?? ""), power: common.get(meanings[0]) };
}
