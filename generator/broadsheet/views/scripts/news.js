// How much is new since the last visit, and not read: beside the link in the navigation, and on the front page. The front
// page has the number of saved papers too.

import { formatDate } from "./dates.js";
import { root } from "./elements.js";
import { fetchFile } from "./files.js";
import { hasMark, state, subscribe } from "./storage.js";
import { newDays, startingPoint } from "./visits.js";

const SAVED = gettext("Saved");
const address = new URL("since/", root).href;

/** Fetch the papers of a day, the index of the days, or the ids of their papers. */
export const fetchNews = (name) => fetchFile(`since/${name}`);

// Show a number of papers beside the link to the list of them.
function showNumber(number) {
  for (const link of document.querySelectorAll(".masthead nav a")) {
    if (link.href !== address) continue;
    link.dataset.new = number || "";
    link.ariaLabel = number ? `${link.textContent}: ${number}` : null;
  }
}

function wordsOf(papers, high, { from, isFirst }, lowest) {
  const date = formatDate(from);
  if (!papers && isFirst) return gettext("Nothing new in the last week");
  if (!papers) return gettext("Nothing new since %(date)s", { date });
  const fresh = isFirst
    ? ngettext("%(papers)s new in the last week", "%(papers)s new in the last week", papers, { papers })
    : ngettext("%(papers)s new since %(date)s", "%(papers)s new since %(date)s", papers, { papers, date });
  // Translators: %(fresh)s is "12 new since Tue 27 May 2025".
  return high ? gettext("%(fresh)s, %(high)s with a score of %(lowest)s or more", { fresh, high, lowest }) : fresh;
}

const unread = (ids) => ids.filter((id) => !hasMark(id, "read")).length;

// Return by day the ids of papers with a high score and of the others: null if the reader has read none, or without them.
async function loadIds() {
  const hasRead = [...state.papers.values()].some(({ read }) => read > 0);
  return hasRead ? fetchNews("ids.json").catch(() => null) : null;
}

// A paper counts on its first day alone.
function countPapers(days, { fresh, high }, ids) {
  const numbers = days.map(([date]) => {
    if (!ids) return [high[date] ?? 0, fresh[date] ?? 0];
    const [best, others] = (ids[date] ?? [[], []]).map(unread);
    return [best, best + others];
  });
  return [0, 1].map((i) => numbers.reduce((sum, number) => sum + number[i], 0));
}

async function showNumbers(index) {
  const ids = await loadIds();
  const point = startingPoint(index);
  const [high, papers] = countPapers(newDays(index, point), index, ids);
  showNumber(papers);
  const line = document.querySelector(".news-line a");
  if (line) line.textContent = `${wordsOf(papers, high, point, index.lowest_high)} ›`;
}

function showSaved() {
  const link = document.querySelector(".saved-link");
  const papers = [...state.papers.values()].filter(({ saved }) => saved > 0).length;
  if (link) link.textContent = `${SAVED} ${papers || ""}`.trim();
}

/** Show the numbers, now and after each change of what is saved or read. */
export async function showNews() {
  subscribe(showSaved);
  showSaved();
  const index = await fetchNews("days.json");
  if (!index.days.length) return;
  subscribe(() => showNumbers(index));
  await showNumbers(index);
}
