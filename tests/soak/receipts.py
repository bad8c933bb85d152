"""The receipts of all days, compared with the truth and with the rows of ``data/``."""

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.soak.comparison import Evidence, Finding
from tests.soak.other_services import has_foreign_entry
from tests.soak.runs import Run
from tests.soak.schedule import DAY
from tests.soak.world import ALIASES, Listing, is_of, names, own_codes

_SETTLED, _TROUBLED = {"ok", "quiet"}, {"partial", "failed"}


def states(evidence: Evidence) -> Iterator[Finding]:
    """Each day has the state that the world gave it."""
    date = evidence.visibility.first
    while date <= evidence.last:
        receipt = evidence.archive.receipts.get(date)
        if evidence.visibility.in_window(date):
            state = receipt["state"] if receipt else "missing"
            allowed = _states(evidence, date)
            if state not in allowed:
                why = f"not {' or '.join(sorted(allowed))}; {_explained(receipt)}"
                yield Finding("wrong states", f"{date}: {state}, {why}")
        date += DAY


def _explained(receipt: dict[str, Any] | None) -> str:
    if receipt is None:
        return "no receipt"
    sources = {name: tally["status"] for name, tally in receipt.get("sources", {}).items()}
    return f"{sources}, unscored {len(receipt.get('unscored', {}))}, errors {receipt.get('errors', [])[:3]}"


def _states(evidence: Evidence, date: datetime.date) -> set[str]:
    """The states that are right for a day."""
    visibility, rows = evidence.visibility, evidence.archive.rows(date)
    arxiv, lists = list(visibility.arxiv(date)), visibility.lists(date)
    shown = {i: places for i, places in rows.items() if any(place.shown for place in places)}
    unscored = [i for i, places in shown.items() if not any("relevance" in place.row for place in places)]
    settled = {"ok"} if rows or _announced_any(evidence, date) else {"quiet"}  # how much, `announced` proves
    allowed = set() if unscored else settled
    if unscored:
        allowed |= {"failed" if len(unscored) == len(shown) and not _dropped_rated(evidence, date) else "partial"}
    if not arxiv or not lists:
        allowed = _TROUBLED | (settled if visibility.later(date) else set())
    if date > evidence.last - DAY * 2:
        allowed |= {"partial"}  # open still
    if _deferred(evidence, date) and len({run.day for run in arxiv}) < 2:
        allowed |= _TROUBLED
    if _repository_failed(evidence, date):
        allowed |= {"partial", *({"failed"} if not rows else ())}
    if not any(_all_at_once(evidence, run, date) for run in visibility.in_window(date)):
        allowed |= _TROUBLED  # no run saw everything at once
    return allowed


def _announced_any(evidence: Evidence, date: datetime.date) -> bool:
    receipt = evidence.archive.receipts.get(date, {})
    return any(tally.get("announced") for tally in receipt.get("sources", {}).values())


def _dropped_rated(evidence: Evidence, date: datetime.date) -> bool:
    return any("relevance" in row for row in evidence.archive.dropped.get(date, []))


def _deferred(evidence: Evidence, date: datetime.date) -> bool:
    return evidence.world.known.announcement(date) is not None and evidence.world.schedule.announcement(date) is None


def _repository_failed(evidence: Evidence, date: datetime.date) -> bool:
    runs = [run for run in evidence.runs if run.day == date]
    return bool(runs) and not any(run.completed and run.faults["librecat"].is_truthful for run in runs)


def _all_at_once(evidence: Evidence, run: Run, date: datetime.date) -> bool:
    """Whether a run could have everything of a day; without the feed replacements come by OAI-PMH."""
    arxiv = evidence.visibility.feed(run, date) or run.faults["oai"].is_truthful
    return arxiv and run.faults["hf"].is_truthful and any(run is other for other in evidence.visibility.arxiv(date))


# -- sums ----------------------------------------------------------------------------------------------------------


def sums(evidence: Evidence) -> Iterator[Finding]:
    """The counts of each receipt are those of its day's rows, and they add up."""
    for date, receipt in evidence.archive.receipts.items():
        if any("begun, and not finished" in error for error in receipt.get("errors", [])):
            continue  # a killed run; whether it may stay so, its state says
        for what in _wrong_sums(evidence, date, receipt):
            yield Finding("wrong sums", f"{date}: {what}")


def _wrong_sums(evidence: Evidence, date: datetime.date, receipt: dict[str, Any]) -> Iterator[str]:
    rows = evidence.archive.rows(date)
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
        recorded = receipt.get(key, empty.get(key, 0))
        recorded = sorted(recorded) if key == "unscored" else recorded
        if recorded != value:
            yield f"{key} {recorded}, not {value}"
    for name, tally in receipt.get("sources", {}).items():
        for paper_id, day in tally.get("duplicates", {}).items():
            if not any(str(place.date) == day for place in evidence.archive.of(paper_id)):
                yield f"{name}: {paper_id} is a duplicate of {day}, which does not have it"


def announced(evidence: Evidence) -> Iterator[Finding]:
    """How much each source announced, and what was fetched of it, is what the world had for the day."""
    for date, receipt in evidence.archive.receipts.items():
        for name, right in (("hf", _listed_counts), ("arxiv", _announced_counts)):
            tally = receipt.get("sources", {}).get(name, {})
            if tally.get("status") in _SETTLED:
                counts = (tally.get("announced", 0), tally.get("fetched", 0))
                if counts not in (allowed := right(evidence, date)):
                    what = f"{name}: announced and fetched {counts}, not {sorted(allowed)}"
                    yield Finding("wrong sums", f"{date}: {what}")


def _listed_counts(evidence: Evidence, date: datetime.date) -> set[tuple[int, int]]:
    """Return the counts that are right: as many as the list had at the last request, or later."""
    listings = evidence.world.listings[date]
    views = [sum(item.visible <= run.now for item in listings) for run in evidence.visibility.lists(date)]
    others = (0, 1) if has_foreign_entry(evidence.world, date) else (0,)
    return {(number + other, number) for number in range(max(views, default=0), len(listings) + 1) for other in others}


def _announced_counts(evidence: Evidence, date: datetime.date) -> set[tuple[int, int]]:
    """Return the counts that are right: by the feed, by the API at each run, or by both.

    With a faulty feed, any lower count is right. Papers that the settings leave out are counted, but not on record: the
    larger number of them in feed or API is the least.
    """
    runs = [*evidence.visibility.in_window(date), *evidence.visibility.later(date)]
    views = [_window(evidence, date, run.now) for run in runs]
    feed = evidence.arxiv.items(evidence.world.followed, date)
    both = [feed, *views, *(view | feed for view in views)]
    counts = {(len(view), _wanted(evidence, view)) for view in both}
    for view in views:
        left_out = max(len(item) - _wanted(evidence, item) for item in (view, feed))
        fetched = _wanted(evidence, view | feed)
        counts |= {(number, fetched) for number in range(fetched + left_out, len(view | feed))}
    if evidence.world.floods.get(date) or date in dict(evidence.stale_days):
        most = sum(len(view) for view in both)
        counts |= {(item, other) for item in range(most + 1) for other in range(item + 1)}
    return counts


def _wanted(evidence: Evidence, view: Mapping[str, str]) -> int:
    """How many of what a feed or the API has are fetched."""
    return sum(evidence.world.cross_lists or kind == "new" for kind in view.values())


def _window(evidence: Evidence, date: datetime.date, now: datetime.datetime) -> dict[str, str]:
    """What the API has for a day by the known calendar, and as what it counts: new or cross."""
    announcement = evidence.world.known.announcement(date)
    if announcement is None:
        return {}
    wanted = {name for want in evidence.world.followed for name in _codes(want)}
    papers = evidence.arxiv.window(wanted, announcement.opens, announcement.closes - datetime.timedelta(seconds=1), now)
    return {paper.id: "new" if evidence.world.wants(own_codes(paper)) else "cross" for paper in papers}


def _codes(want: str) -> set[str]:
    """The codes under which the API has a category or an archive."""
    if "." in want or "-" in want:
        return names(want)
    return {f"{want}.*", *(code for pair in ALIASES.items() for code in pair if is_of(code, want))}


def spending(evidence: Evidence) -> Iterator[Finding]:
    """The tokens of each day are those that the model reported; the last replies of killed runs may be missing."""
    killed = {run.number for run in evidence.runs if not run.completed}
    recorded: Counter[datetime.date] = Counter()
    uncertain: Counter[datetime.date] = Counter()
    for call in evidence.model.calls:
        places = [place for i in call.asked for place in evidence.archive.of(i)]
        if places:
            recorded[places[0].date] += call.tokens
            uncertain[places[0].date] += call.tokens if call.run in killed else 0
    for date, receipt in evidence.archive.receipts.items():
        total = receipt.get("tokens", {}).get("total", 0)
        if not recorded[date] - uncertain[date] <= total <= recorded[date]:
            yield Finding("wrong sums", f"{date}: {total} tokens, yet the model reported {recorded[date]}")


def votes(evidence: Evidence) -> Iterator[Finding]:
    """Votes of what is shown are as the last run saw them that was to look: for a week."""
    for listing in evidence.listings.values():
        places = [place for place in evidence.archive.of(listing.paper.id) if place.shown]
        rows = [place.row for place in places if place.row.get("upvotes") is not None]
        views = [run for run in evidence.visibility.in_window(listing.date) if run.faults["hf"].is_truthful]
        views = [run for run in views if run.now >= listing.visible]
        if rows and views:
            recorded = max(row["upvotes"] for row in rows)
            early = [run for run in views if run.day <= listing.date + DAY * 6]
            least = listing.votes_at(early[-1].now) if early else 0
            if not least <= recorded <= listing.votes_at(evidence.runs[-1].now):
                yield Finding("wrong sums", f"{_named(listing)}: {recorded} votes, not {least}")


def _named(listing: Listing) -> str:
    return f"{listing.paper.id} of the list of {listing.date}"


CHECKS = (states, sums, announced, spending, votes)
