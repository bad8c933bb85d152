// The facts of the papers of a month, from the file beside the month's page.

import { fetchFile } from "./files.js";

/** Return the papers of a month, best first; a paper of several days once for each. */
export async function fetchMonth(month) {
  const { dates, topics, categories, sources, papers } = await fetchFile(`monthly/${month}/papers.json`);
  const times = dates.map(Date.parse);
  const named = (names, numbers) => numbers.map((number) => names[number]);
  return papers.map(([id, day, score, novelty, upvotes, topic, category, source]) => ({
    id,
    day: dates[day],
    date: times[day],
    score: score ?? NaN,
    novelty: novelty ?? NaN,
    upvotes: upvotes ?? NaN,
    topic: named(topics, topic),
    category: named(categories, category),
    source: named(sources, source),
  }));
}

/** Return the row of a paper as its day's file has it. */
export const fetchRow = async ({ id, day }) =>
  (await fetchFile(`since/${day}.pack`)).papers.find((paper) => paper.id === id);
