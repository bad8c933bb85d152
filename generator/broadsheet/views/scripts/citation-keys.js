// Citation keys by the rule of generator/broadsheet/bibliography/citation_key.py. Of saved papers alone, fewer share one.

import { authorsOf, partsOf, unbraced } from "./names.js";
import { ARXIV } from "./records.js";

const NO_PROSE = /\$[^$]*\$|\\[A-Za-z]+ ?|\\.|[{}'’`]/g; // formulas, macros, accents
const FUNCTION_WORDS = new Set(
  (
    "a about after against all an and any are as at be before between beyond but by can could do does done for from has " +
    "have how if in into is it its just let more must need no not of on one or our out over should so some than that " +
    "the their them then there these they this those through to toward towards under up us using via was we what when " +
    "where which while who whose why will with within without would you your"
  ).split(" "),
);
const LETTERS = { ł: "l", ø: "o", đ: "d", ð: "d", þ: "th", ß: "ss", æ: "ae", œ: "oe", ı: "i", ħ: "h", ŋ: "n" };

const ascii = (text) =>
  text
    .toLowerCase()
    .replace(/[łøđðþßæœıħŋ]/g, (letter) => LETTERS[letter])
    .normalize("NFKD")
    .replace(/[^\0-\x7f]/g, "");

/** Return the year in an arXiv id; empty without one. */
export function yearOf(id) {
  const [year] = (ARXIV.test(id) && /\d\d/.exec(id)) || [];
  return year ? (year > 90 ? "19" : "20") + year : "";
}

/** Return the key of a paper: `haroush2025plumage`. Papers may share it. */
export function citationKey([id, record]) {
  const [author = ""] = authorsOf(record)[0];
  const [family] = partsOf(author) ?? [unbraced(author)];
  const words = ascii((record.title ?? "").replace(NO_PROSE, "")).split(/\s+/);
  const word = words
    .map((part) => part.replace(/[^a-z0-9]+/g, ""))
    .find((part) => /^[a-z][a-z0-9]+$/.test(part) && !FUNCTION_WORDS.has(part));
  const name = ascii(family).replace(/[^a-z]+/g, "");
  return `${name.slice(0, 30) || "anonymous"}${yearOf(id)}${(word ?? "").slice(0, 20)}`;
}

/** Return a key of its own for each paper, by id. Of papers that share one, the earliest id keeps it. */
export function citationKeys(papers) {
  const keys = new Map();
  const taken = new Set();
  for (const paper of [...papers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = citationKey(paper);
    keys.set(paper[0], taken.has(key) ? `${key}:${paper[0].replace(/[^A-Za-z0-9./-]/g, "_")}` : key);
    taken.add(key);
  }
  return keys;
}
