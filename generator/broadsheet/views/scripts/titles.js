// The titles and authors of papers of which only the ids are known: from the files of this site that have many papers, and
// those that are not there from the papers' pages.

import { root } from "./elements.js";
import { lookUp } from "./ids.js";
import { fetchMonth, fetchRow } from "./months.js";
import { paperOf, savedPapers } from "./paper-list.js";
import { opening } from "./search-index.js";
import { state, updatePaper, updateRecords } from "./storage.js";

const MAX_FILES = 200; // of each kind, a visit: a later one goes on

const isUntitled = (id) => !state.papers.get(id)?.title;

// A paper is listed in the month of its id, or in the next one.
function monthsOf(id) {
  const [, year, month] = /^(?:[a-z-]+(?:\.[A-Z]{2})?\/)?(\d\d)(\d\d)/.exec(id) ?? [];
  if (!year) return [];
  const first = Date.UTC(year > 90 ? 1900 + +year : 2000 + +year, month - 1);
  return [first, first + 31 * 864e5].map((time) => new Date(time).toISOString().slice(0, 7));
}

function detailsIn({ title, authors, more, address, topics, relevance, novelty }) {
  const scores = relevance && novelty ? { relevance, novelty } : {};
  return { title, authors, more, address, topics, ...scores };
}

// Return the rows of papers as the files of their days have them; those of a broken file are left out.
async function rowsOf(papers) {
  const results = await Promise.allSettled(papers.map(fetchRow));
  return results.map(({ value }) => value).filter(Boolean);
}

async function completeFromDays(ids) {
  const left = new Set(ids);
  const days = new Set();
  for (const month of [...new Set(ids.flatMap(monthsOf))].sort().reverse()) {
    const papers = (await fetchMonth(month).catch(() => [])).filter(({ id }) => left.has(id));
    for (const { day } of papers) if (days.size < MAX_FILES) days.add(day);
    const rows = await rowsOf(papers.filter(({ day }) => days.has(day)));
    for (const { id } of rows) left.delete(id);
    if (rows.length) updateRecords(rows.map((row) => [row.id, detailsIn(row)]));
    if (days.size === MAX_FILES) return;
  }
}

async function fetchDetails(id, address) {
  const response = await fetch(new URL(address, root));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const node = page.getElementById(id) ?? page.querySelector("article[data-paper]");
  return node && { ...paperOf(node, 0).details(), address };
}

async function completeFromPages(ids) {
  if (!ids.length) return;
  await opening;
  let files = 0;
  for (const id of ids) {
    const [address] = (await lookUp(id))?.addresses ?? [];
    if (!address) continue;
    if (files++ === MAX_FILES) return;
    const details = await fetchDetails(id, address).catch(() => null);
    if (details) updatePaper(id, details);
  }
}

/** Complete the records of saved papers that have no title, as far as this site has them. */
export async function completeRecords() {
  const untitled = () =>
    savedPapers()
      .map(([id]) => id)
      .filter(isUntitled);
  await completeFromDays(untitled());
  await completeFromPages(untitled());
}
