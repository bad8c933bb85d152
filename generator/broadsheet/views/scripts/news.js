// How much is new since the last visit: beside the link in the navigation, and on the front page.

import { formatDate, root } from "./elements.js";
import { fetchNews, newDays, startingPoint } from "./visits.js";

const address = new URL("since/", root).href;

/** Show a number of papers beside the link to the list of them. */
export function showNumber(number) {
  for (const link of document.querySelectorAll(".masthead nav a")) {
    if (link.href !== address) continue;
    link.dataset.new = number || "";
    link.ariaLabel = number ? `${link.textContent}: ${number}` : null;
  }
}

function wordsOf(papers, high, { from, isFirst }, lowest) {
  const since = isFirst ? "in the last week" : `since ${formatDate(from)}`;
  if (!papers) return `Nothing new ${since}`;
  return `${papers} new ${since}${high ? `, ${high} with a score of ${lowest} or more` : ""}`;
}

export async function showNews() {
  const index = await fetchNews("days");
  if (!index.days.length) return;
  const point = startingPoint(index);
  const days = newDays(index, point);
  const papers = days.reduce((sum, [date, , number]) => sum + number - (point.seen[date] ?? 0), 0);
  const high = days.reduce((sum, [date]) => sum + (point.seen[date] ? 0 : (index.high[date] ?? 0)), 0);
  showNumber(papers);
  const line = document.querySelector(".news-line a");
  if (line) line.textContent = `${wordsOf(papers, high, point, index.lowest_high)} ›`;
}
