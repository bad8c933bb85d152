// The reader's visits to the list of new papers, and what is new since the last one.
// visit: { at, seen, shown }: the time (ms) of the last look; by date, how many papers were listed before this visit,
// and by now. Counts only grow: two tabs lose nothing of each other.

import { isDate } from "./dates.js";
import { load, notify, state, store } from "./storage.js";

const VISIT_GAP_MS = 6 * 3600 * 1000; // after it, a new visit begins
const MAX_DAYS = 120;
const MAX_DAYS_AHEAD = 31; // of the newest day: a cache may have an older index

// Join counts by date, none of which may be far ahead of the index: this device's clock may be wrong by years.
function mergeCounts(index, a, b) {
  const limit = new Date(Date.parse(index.days.at(-1)[0]) + MAX_DAYS_AHEAD * 864e5).toISOString();
  const counts = {};
  for (const [date, papers] of [a, b].flatMap((part) => Object.entries(Object(part)))) {
    if (isDate(date) && date < limit && Number.isInteger(papers) && papers >= 0 && papers < 1e5) {
      counts[date] = Math.max(papers, counts[date] ?? 0);
    }
  }
  return Object.fromEntries(Object.entries(counts).sort().slice(-MAX_DAYS));
}

let visit = {};

export function recordVisit(index, seen, shown = {}) {
  load();
  const visits = [visit, Object(state.rest.visit)];
  const merged = (name, counts) => visits.map((part) => part[name]).reduce((a, b) => mergeCounts(index, a, b), counts);
  visit = { ...visits[1], at: Date.now(), seen: merged("seen", seen), shown: merged("shown", shown) };
  store({ visit });
  notify();
}

// What the last visit showed, if a new one begins now.
function shownBefore(index) {
  const { at, shown } = Object(state.rest.visit);
  return Math.abs(Date.now() - at) < VISIT_GAP_MS ? {} : mergeCounts(index, {}, shown);
}

/** Begin a visit: papers shown on one visit are seen on the next. */
export const startVisit = (index) => recordVisit(index, shownBefore(index));

export const countsOf = (days) => Object.fromEntries(days.map(([date, , papers]) => [date, papers]));
const countsBefore = (index, limit) => countsOf(index.days.filter(([date]) => date < limit));

/**
 * Return what is seen, by date: all before `from`, or as of the last visit; at first, all but the last week. `isFirst`
 * is true without a visit, `isCut` if older days may be new too.
 */
export function startingPoint(index, from = "") {
  const counts = mergeCounts(index, Object(state.rest.visit).seen, shownBefore(index));
  const seen = Object.entries(counts).filter(([date]) => date <= index.days.at(-1)[0]);
  if (from || !seen.length) {
    const first = from || index.week;
    return { from: first, seen: countsBefore(index, first), isCut: from && index.before >= from, isFirst: !from };
  }
  const [last] = seen.at(-1);
  return { from: last, seen: { ...countsBefore(index, seen[0][0]), ...counts }, isCut: index.before > last };
}

/** Return the days that have papers that are not seen. */
export const newDays = (index, { seen }) =>
  index.days.filter(([date, , papers]) => !Object.hasOwn(seen, date) || papers > seen[date]);
