// The sentences beside the number of hits, about words that were not taken as they are written; and the people they name.

import { element, root } from "./elements.js";
import { chosen } from "./facets.js";
import { hash, manifest, packOf } from "./search-index.js";
import { daysOf } from "./search-query.js";
import { fold, wordsOf } from "./search-words.js";

const MOST_PEOPLE = 6;
const ABOUT_DAYS =
  /\b(?:from|to|since|until|after|before|date):|^(?:(?:last|past|this) (?:week|month|year)|today|yesterday)$/i;
const either = new Intl.ListFormat(document.documentElement.lang, { type: "disjunction" });
const quote = (word) => gettext("“%(word)s”", { word: word.length > 40 ? shorten(word) : word });
const listOf = (links) => element("span", {}, ...links.flatMap((link, i) => (i ? [", ", link] : [link])));
const shorten = (word) => `${word.slice(0, 40)}…`;

/** Return sentences and links; `words` is what was typed. */
export function remarks(asked, answer, words) {
  const sentences = [...aboutWords(asked, answer), ...aboutDays(answer, words), ...aboutPapers(asked, answer)];
  const nodes = [...sentences, ...others(answer, words)];
  return nodes.flatMap((node, i) => (i ? [" ", node] : [node]));
}

function aboutWords({ parts, ignored, isUnchecked }, { repairs = [], isStrict }) {
  const lines = isUnchecked ? [gettext("The list of words could not be loaded: words are taken as they are.")] : [];
  for (const { word, meanings } of repairs) {
    lines.push(remarkOn(quote(word), either.format(meanings.map(quote)), isStrict));
  }
  const common = [...new Set(ignored)].map(quote).join(", ");
  const isCommon = gettext("Ignored as too common: %(words)s.", { words: common });
  if (common) lines.push(parts.length ? isCommon : gettext("These words are in nearly every paper."));
  return lines;
}

function remarkOn(word, meanings, isStrict) {
  if (meanings) return gettext("Nothing for %(word)s: showing %(meanings)s.", { word, meanings });
  if (isStrict) return gettext("Nothing has %(word)s.", { word });
  return gettext("Nothing has %(word)s, so it was ignored.", { word });
}

function aboutDays({ days }, words) {
  const lines = ["from", "to"]
    .filter((name) => chosen(name) && !daysOf(chosen(name)))
    .map((name) => quote(chosen(name)))
    .map((date) =>
      gettext("%(date)s was ignored: write a day as 2025-05-27, a week as 2025-W22, a month as 2025-05.", { date }),
    );
  if (days?.[0] > days?.[1]) lines.push(gettext("These days exclude each other."));
  if (ABOUT_DAYS.test(words)) lines.push(gettext("For days, use “from” and “to”, or write a month as 2025-05."));
  return lines;
}

// Without a list of `missing` parts, not all papers were asked for all parts.
function aboutPapers({ parts }, { papers, missing, notes = [], isLoose }) {
  const lines = [...(missing ?? []).map(({ text }) => remarkOn(quote(text), "", true)), ...notes];
  const isApart = !papers.length && missing?.length === 0 && !parts.some(({ isExcluded }) => isExcluded);
  if (isApart && parts.length > 1) lines.push(gettext("No paper has all of these words."));
  if (isLoose) lines.push(gettext("The places of words could not be loaded: words of phrases may be apart."));
  return lines;
}

// Return links to the same query with less likely words.
function others({ repairs = [] }, words) {
  const links = repairs.flatMap(({ word, others = [] }) => others.map((other) => linkTo(words, word, other)));
  return links.length ? [gettext("Or did you mean:"), listOf(links)] : [];
}

function linkTo(words, word, textContent) {
  const query = words.replace(/[\p{L}\p{N}\p{M}]+/gu, (piece) => (fold(piece) === word ? textContent : piece));
  return element("a", { href: `?q=${encodeURIComponent(query)}`, textContent });
}

// Return [name, address] of each person with a page whose name has all these words.
async function peopleNamed(words) {
  if (!manifest.people.length) return [];
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a));
  const list = await packOf(manifest.people[hash(longest) % manifest.people.length]);
  const people = Object.hasOwn(list, longest) ? list[longest] : [];
  return people.filter(([name]) => words.every((word) => wordsOf(name).includes(word)));
}

/** Return a line of links to the people with all these words in their names; nothing if there are none. */
export async function linksToPeople(words) {
  const persons = await peopleNamed(words).catch(() => []);
  const links = persons.slice(0, MOST_PEOPLE).map(([name, address]) => {
    return element("a", { href: new URL(address, root).href, textContent: name });
  });
  if (!links.length) return [];
  const number = persons.length - links.length;
  const names = listOf(links);
  const all = number
    ? ngettext("%(names)s and %(number)s more", "%(names)s and %(number)s more", number, { names, number })
    : [names];
  return [gettext("People:"), " ", ...all];
}

/** Return how many papers were found, of how many without the filters, and since when if older ones are not searched. */
export function foundWords(number, { papers, waiting, last }) {
  const total = papers.length;
  const [few, all] = [number, total].map((count) => count.toLocaleString(document.documentElement.lang));
  const list = number < total ? gettext("%(number)s of %(total)s", { number: few, total: all }) : few;
  if (!waiting) return ngettext("%(number)s found", "%(number)s found", number, { number: list });
  const month = last.dates[0].slice(0, 7);
  return ngettext("%(number)s found in papers since %(month)s", "%(number)s found in papers since %(month)s", number, {
    number: list,
    month,
  });
}

export const lost = (missing) =>
  ngettext("%(missing)s of them could not be loaded.", "%(missing)s of them could not be loaded.", missing, {
    missing,
  });
