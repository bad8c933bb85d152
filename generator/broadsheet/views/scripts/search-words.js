// Words and their stems, by the rules of generator/broadsheet/search/words.py, which the page has.

let [steps, letters, max, wordPattern, piecePattern, cjkPattern, syllable] = [[], {}, 0];
const stems = new Map();
export let stopWords = new Set();

export function setRules(rules) {
  ({ steps, letters, max } = rules);
  stopWords = new Set(rules.stop.split(" "));
  syllable = new RegExp(rules.syllable);
  wordPattern = new RegExp(`[${rules.cjk}]+|(?:(?![${rules.cjk}])[\\p{L}\\p{N}])+`, "gu");
  piecePattern = new RegExp(`([${rules.cjk}]+|(?:(?![${rules.cjk}])[\\p{L}\\p{N}\\p{M}])+)`, "u");
  cjkPattern = new RegExp(`^[${rules.cjk}]`, "u");
}

/** Return lower case without accents on letters. */
export function fold(text) {
  const plain = text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return [...plain.normalize("NFC").toLowerCase()].map((letter) => letters[letter] ?? letter).join("");
}

export const wordsOf = (text) => fold(text).match(wordPattern) ?? [];
export const isCjk = (word) => cjkPattern.test(word);

function reduce(word) {
  if (!/^[a-z]+$/.test(word)) return [...word].slice(0, max).join("");
  for (const step of steps) {
    if (syllable.test(word)) break;
    const fits = ([suffix, , least]) => word.endsWith(suffix) && word.length >= suffix.length + least;
    const [suffix, ending] = step.find(fits) ?? ["", ""];
    word = word.slice(0, word.length - suffix.length) + ending;
  }
  return word.slice(0, max);
}

/** Return the form that a word shares with its plural, its other forms and its other spelling. */
export function stem(word) {
  if (!stems.has(word)) stems.set(word, reduce(word));
  return stems.get(word);
}

/** Return the terms of a word: one, or each pair of neighbours of a run of Chinese, Japanese or Korean. */
export function termsOf(word) {
  if (!isCjk(word)) return [stem(word)];
  const run = [...word];
  return run.length < 2 ? run : run.slice(1).map((character, i) => run[i] + character);
}

/** Return the pieces of a text, [piece, its terms among `terms`], so that all pieces are the text. */
export function pieces(text, terms) {
  const result = [];
  for (const part of text.split(piecePattern)) {
    const here = wordsOf(part).flatMap((word) => (isCjk(word) ? [...word, ...termsOf(word)] : [stem(word)]));
    const hits = here.filter((term) => terms.has(term));
    if (hits.length && isCjk(part)) result.push(...cjkPieces(part, terms));
    else result.push([part, hits]);
  }
  return result;
}

function cjkPieces(run, terms) {
  const characters = [...run];
  const pairs = characters.map((character, i) => character + (characters[i + 1] ?? ""));
  const ofCharacter = (character, i) => [character, pairs[i], pairs[i - 1]].filter((term) => terms.has(term));
  return characters.map((character, i) => [character, ofCharacter(character, i)]);
}
