// A site whose newest day is long past says so: only the reader's clock knows.

const DAY_MS = 864e5;
const USUAL_DAYS = 4; // a weekend with a holiday before and after it

for (const line of document.querySelectorAll(".stale")) {
  const days = Math.floor((Date.now() - Date.parse(line.dataset.newest)) / DAY_MS);
  if (!(days > USUAL_DAYS)) continue;
  line.classList.add("is-stale");
  const number = days.toLocaleString(document.documentElement.lang);
  line.textContent = ngettext(
    "Nothing has been published for %(number)s day.",
    "Nothing has been published for %(number)s days.",
    days,
    { number },
  );
}
