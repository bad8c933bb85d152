// The facts of the papers of a month, from the file beside the month's page.

import { fetchFile } from "./files.js";
import { marksOf } from "./paper-list.js";

const marked = {
  get mark() {
    return marksOf(this.id);
  },
};

/**
 * Return the papers of a month, best first; a paper of several days once for each. With limits: those of a topic, or of
 * the days from `first` to `last`.
 */
export async function fetchMonth(month, { topic: wanted, first = "", last = "~" } = {}) {
  const { dates, topics, categories, sources, papers } = await fetchFile(`monthly/${month}/papers.json`);
  const times = dates.map(Date.parse);
  const named = (names, numbers) => numbers.map((number) => names[number]);
  const place = topics.indexOf(wanted);
  const isInside = ([, day, , , , topic]) =>
    (!wanted || topic.includes(place)) && dates[day] >= first && dates[day] <= last;
  return papers.filter(isInside).map(([id, day, score, novelty, upvotes, topic, category, source]) => ({
    __proto__: marked,
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
