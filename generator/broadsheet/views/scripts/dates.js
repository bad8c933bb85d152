// Dates as readers and as files have them.

export const isDate = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text));

const WEEKDAYS = [
  pgettext("abbreviation", "Sun"),
  pgettext("abbreviation", "Mon"),
  pgettext("abbreviation", "Tue"),
  pgettext("abbreviation", "Wed"),
  pgettext("abbreviation", "Thu"),
  pgettext("abbreviation", "Fri"),
  pgettext("abbreviation", "Sat"),
];
const MONTHS = [
  pgettext("abbreviation", "Jan"),
  pgettext("abbreviation", "Feb"),
  pgettext("abbreviation", "Mar"),
  pgettext("abbreviation", "Apr"),
  pgettext("abbreviation", "May"),
  pgettext("abbreviation", "Jun"),
  pgettext("abbreviation", "Jul"),
  pgettext("abbreviation", "Aug"),
  pgettext("abbreviation", "Sep"),
  pgettext("abbreviation", "Oct"),
  pgettext("abbreviation", "Nov"),
  pgettext("abbreviation", "Dec"),
];

/** Return "2025-05-27" as "Tue 27 May 2025". */
export function formatDate(date) {
  const time = new Date(date);
  return gettext("%(weekday)s %(day)s %(month)s %(year)s", {
    weekday: WEEKDAYS[time.getUTCDay()],
    day: time.getUTCDate(),
    month: MONTHS[time.getUTCMonth()],
    year: time.getUTCFullYear(),
  });
}
