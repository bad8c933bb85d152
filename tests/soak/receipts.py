"""The receipts of all days, compared with the truth and with the rows of ``data/``."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.soak.judge import Court, Finding
from tests.soak.mornings import Run
from tests.soak.others import has_stranger
from tests.soak.schedule import DAY
from tests.soak.world import ALIASES, Listing, is_of, names, own_codes

_SETTLED, _TROUBLED = {"ok", "quiet"}, {"partial", "failed"}


def states(court: Court) -> Iterator[Finding]:
    """Each day has the state that the world gave it."""
    date = court.chances.first
    while date <= court.last:
        receipt = court.archive.receipts.get(date)
        if court.chances.in_window(date):
            state = receipt["state"] if receipt else "missing"
            allowed = _states(court, date)
            if state not in allowed:
                why = f"not {' or '.join(sorted(allowed))}; {_explained(receipt)}"
                yield Finding("wrong states", f"{date}: {state}, {why}")
        date += DAY


def _explained(receipt: dict[str, Any] | None) -> str:
    if receipt is None:
        return "no receipt"
    sources = {name: tally["status"] for name, tally in receipt.get("sources", {}).items()}
    return f"{sources}, unscored {len(receipt.get('unscored', {}))}, errors {receipt.get('errors', [])[:3]}"


def _states(court: Court, date: datetime.date) -> set[str]:
    """The states that are right for a day."""
    chances, rows = court.chances, court.archive.rows(date)
    arxiv, lists = list(chances.arxiv(date)), chances.lists(date)
    shown = {i: places for i, places in rows.items() if any(place.shown for place in places)}
    unscored = [i for i, places in shown.items() if not any("relevance" in place.row for place in places)]
    settled = {"ok"} if rows or _announced_any(court, date) else {"quiet"}  # how much, `announced` proves
    allowed = set() if unscored else settled
    if unscored:
        allowed |= {"failed" if len(unscored) == len(shown) and not _dropped_rated(court, date) else "partial"}
    if not arxiv or not lists:
        allowed = _TROUBLED | (settled if chances.later(date) else set())
    if date > court.last - DAY * 2:
        allowed |= {"partial"}  # open still
    if _deferred(court, date) and len({run.day for run in arxiv}) < 2:
        allowed |= _TROUBLED
    if _repository_failed(court, date):
        allowed |= {"partial", *({"failed"} if not rows else ())}
    if not any(_all_at_once(court, run, date) for run in chances.in_window(date)):
        allowed |= _TROUBLED  # no run saw everything at once; each saw a part
    return allowed


def _announced_any(court: Court, date: datetime.date) -> bool:
    receipt = court.archive.receipts.get(date, {})
    return any(tally.get("announced") for tally in receipt.get("sources", {}).values())


def _dropped_rated(court: Court, date: datetime.date) -> bool:
    return any("relevance" in row for row in court.archive.dropped.get(date, []))


def _deferred(court: Court, date: datetime.date) -> bool:
    return court.world.known.announcement(date) is not None and court.world.schedule.announcement(date) is None


def _repository_failed(court: Court, date: datetime.date) -> bool:
    runs = [run for run in court.runs if run.day == date]
    return bool(runs) and not any(run.completed and run.weather["librecat"].tells_truth for run in runs)


def _all_at_once(court: Court, run: Run, date: datetime.date) -> bool:
    """Whether a run could have everything of a day; without the feed replacements come by OAI-PMH."""
    arxiv = court.chances.feed(run, date) or run.weather["oai"].tells_truth
    return arxiv and run.weather["hf"].tells_truth and any(run is other for other in court.chances.arxiv(date))


# -- sums ----------------------------------------------------------------------------------------------------------


def sums(court: Court) -> Iterator[Finding]:
    """The counts of each receipt are those of its day's rows, and they add up."""
    for date, receipt in court.archive.receipts.items():
        if any("begun, and not finished" in error for error in receipt.get("errors", [])):
            continue  # a killed run; whether it may stay so, its state says
        for what in _wrong_sums(court, date, receipt):
            yield Finding("wrong sums", f"{date}: {what}")


def _wrong_sums(court: Court, date: datetime.date, receipt: dict[str, Any]) -> Iterator[str]:
    rows = court.archive.rows(date)
    shown = {i for i, places in rows.items() if any(place.shown for place in places)}
    rated = {i for i, places in rows.items() if any("relevance" in place.row for place in places)}
    reasons = Counter(places[0].row["dropped"] for i, places in rows.items() if i not in shown)
    tallies = receipt.get("sources", {}).values()
    fetched = sum(tally.get("fetched") or 0 for tally in tallies)
    right = {
        "scanned": len(rows), "shown": len(shown & rated), "scored": len(rated), "dropped": dict(reasons),
        "unscored": sorted(shown - rated), "fetched": fetched, "duplicates": fetched - len(rows),
    }  # fmt: skip
    empty: dict[str, Any] = {"dropped": {}, "unscored": []}
    for key, value in right.items():
        told = receipt.get(key, empty.get(key, 0))
        told = sorted(told) if key == "unscored" else told
        if told != value:
            yield f"{key} {told}, not {value}"
    for name, tally in receipt.get("sources", {}).items():
        for paper_id, day in tally.get("duplicates", {}).items():
            if not any(str(place.date) == day for place in court.archive.of(paper_id)):
                yield f"{name}: {paper_id} is said to stand on {day}, where it is not"


def announced(court: Court) -> Iterator[Finding]:
    """How much each source announced, and what was fetched of it, is what the world had for the day."""
    for date, receipt in court.archive.receipts.items():
        for name, right in (("hf", _listed_counts), ("arxiv", _announced_counts)):
            tally = receipt.get("sources", {}).get(name, {})
            if tally.get("status") in _SETTLED:
                counts = (tally.get("announced", 0), tally.get("fetched", 0))
                if counts not in (allowed := right(court, date)):
                    what = f"{name}: announced and fetched {counts}, not {sorted(allowed)}"
                    yield Finding("wrong sums", f"{date}: {what}")


def _listed_counts(court: Court, date: datetime.date) -> set[tuple[int, int]]:
    """As many as the list had when it was looked at last, or later."""
    listed = court.world.listings[date]
    looks = [sum(one.visible <= run.now for one in listed) for run in court.chances.lists(date)]
    others = (0, 1) if has_stranger(court.world, date) else (0,)
    return {(number + other, number) for number in range(max(looks, default=0), len(listed) + 1) for other in others}


def _announced_counts(court: Court, date: datetime.date) -> set[tuple[int, int]]:
    """By the feed, by the API at each run, or by both together; of lying feeds anything up to that.

    What the settings leave out is counted, but not on record: of both together, the more of either is the least.
    """
    runs = [*court.chances.in_window(date), *court.chances.later(date)]
    views = [_window(court, date, run.now) for run in runs]
    feed = court.arxiv.items(court.world.followed, date)
    both = [feed, *views, *(view | feed for view in views)]
    counts = {(len(view), _wanted(court, view)) for view in both}
    for view in views:
        left_out = max(len(one) - _wanted(court, one) for one in (view, feed))
        fetched = _wanted(court, view | feed)
        counts |= {(number, fetched) for number in range(fetched + left_out, len(view | feed))}
    if court.world.floods.get(date) or date in dict(court.stale_days):
        most = sum(len(view) for view in both)
        counts |= {(one, other) for one in range(most + 1) for other in range(one + 1)}
    return counts


def _wanted(court: Court, view: Mapping[str, str]) -> int:
    """How many of what a feed or the API has are fetched."""
    return sum(court.world.cross_lists or kind == "new" for kind in view.values())


def _window(court: Court, date: datetime.date, now: datetime.datetime) -> dict[str, str]:
    """What the API has for a day by the known calendar, and as what it counts: new or cross."""
    found = court.world.known.announcement(date)
    if found is None:
        return {}
    wanted = {name for want in court.world.followed for name in _codes(want)}
    papers = court.arxiv.window(wanted, found.opens, found.closes - datetime.timedelta(seconds=1), now)
    return {paper.id: "new" if court.world.wants(own_codes(paper)) else "cross" for paper in papers}


def _codes(want: str) -> set[str]:
    """The codes under which the API has a category or an archive."""
    if "." in want or "-" in want:
        return names(want)
    return {f"{want}.*", *(code for pair in ALIASES.items() for code in pair if is_of(code, want))}


def spending(court: Court) -> Iterator[Finding]:
    """Tokens are what the model told, day by day; of killed runs the last replies may be missing."""
    killed = {run.number for run in court.runs if not run.completed}
    told: Counter[datetime.date] = Counter()
    loose: Counter[datetime.date] = Counter()
    for call in court.model.calls:
        places = [place for i in call.asked for place in court.archive.of(i)]
        if places:
            told[places[0].date] += call.tokens
            loose[places[0].date] += call.tokens if call.run in killed else 0
    for date, receipt in court.archive.receipts.items():
        total = receipt.get("tokens", {}).get("total", 0)
        if not told[date] - loose[date] <= total <= told[date]:
            yield Finding("wrong sums", f"{date}: {total} tokens, yet the model told {told[date]}")


def votes(court: Court) -> Iterator[Finding]:
    """Votes of what is shown are as the last run saw them that was to look: for a week."""
    for listing in court.listings.values():
        places = [place for place in court.archive.of(listing.paper.id) if place.shown]
        rows = [place.row for place in places if place.row.get("upvotes") is not None]
        looks = [run for run in court.chances.in_window(listing.date) if run.weather["hf"].tells_truth]
        looks = [run for run in looks if run.now >= listing.visible]
        if rows and looks:
            told = max(row["upvotes"] for row in rows)
            early = [run for run in looks if run.day <= listing.date + DAY * 6]
            least = listing.votes_at(early[-1].now) if early else 0
            if not least <= told <= listing.votes_at(court.runs[-1].now):
                yield Finding("wrong sums", f"{_named(listing)}: {told} votes, not {least}")


def _named(listing: Listing) -> str:
    return f"{listing.paper.id} of the list of {listing.date}"


CHECKS = (states, sums, announced, spending, votes)
