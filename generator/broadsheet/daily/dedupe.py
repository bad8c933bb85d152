"""Each paper is announced once: what of a day's papers is new, and what the archive has on an earlier day. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from broadsheet.model.arxiv_categories import canonical
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.store.store import Store

_FEW = 3  # fewer papers may have been filed under the day they were submitted for, and announced later


class Announced(msgspec.Struct, frozen=True):
    """What a day brings: papers nobody saw before, and more about those that stand on an earlier day.

    `duplicates` are ids that were listed as new again, with the day that has them; `updates` are all later sightings
    (those, and new versions) by that day. `unknown` are new versions of papers that the archive does not have.
    """

    new: tuple[Paper, ...]
    duplicates: dict[str, str]
    updates: dict[str, tuple[Paper, ...]]
    unknown: tuple[str, ...]


def announce(papers: Iterable[Paper], known: Mapping[str, str], judged: Mapping[str, str] | None = None) -> Announced:
    """Sort `papers` by what is `known`: the first day of every paper that stands on a day before this one.

    Those `judged` were looked at on the day given there, and are not shown by it: they are not looked at again.
    """
    new: list[Paper] = []
    duplicates: dict[str, str] = {}
    updates: dict[str, list[Paper]] = defaultdict(list)
    unknown: list[str] = []
    for paper in papers:
        day = known.get(paper.arxiv_id)
        replaced = (paper.announce_type or "").startswith("replace")
        if day is not None:
            updates[day].append(msgspec.structs.replace(paper, announce_type=None))  # it tells of this day, not of that
            if not replaced:
                duplicates[paper.arxiv_id] = day
        elif replaced:
            unknown.append(paper.arxiv_id)
        elif judged and paper.arxiv_id in judged:
            duplicates[paper.arxiv_id] = judged[paper.arxiv_id]
        else:
            new.append(paper)
    by_day = {day: tuple(sightings) for day, sightings in sorted(updates.items())}
    return Announced(tuple(new), duplicates, by_day, tuple(unknown))


def stale_categories(papers: Iterable[Paper], known: Mapping[str, str]) -> list[str]:
    """The primary categories whose papers all stand on an earlier day: arXiv calls no paper new twice."""
    seen: dict[str, list[bool]] = defaultdict(list)
    for paper in papers:
        if paper.announce_type == "new" and paper.categories:
            seen[canonical(paper.categories[0])].append(paper.arxiv_id in known)
    return sorted(category for category, found in seen.items() if len(found) >= _FEW and all(found))


def require_archive(store: Store, date: str) -> None:
    """Raise DigestError where an archive that must be there is not: without it every paper would look new."""
    for earlier in reversed([day for day in store.dates() if day < date]):
        if store.papers_path(earlier).is_file():
            return
        receipt = store.receipt(earlier)
        if receipt is not None and receipt.relevant:
            what = f"says that {receipt.relevant} papers were shown, yet data/papers has none of them"
            do = "bring data/papers back: without it papers would be announced again"
            raise DigestError(Diagnostic(store.label(store.receipt_path(earlier)), what, do))
