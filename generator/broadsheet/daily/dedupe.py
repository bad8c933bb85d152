"""Split a day's papers into new ones and those that the archive has on another day. Pure, but for the archive check."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from broadsheet.model.arxiv_categories import canonical
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.model.paper import Paper
from broadsheet.store.store import Store

_FEW = 3  # fewer papers may be listed under the day of their submission, and announced later


class NewAndKnown(msgspec.Struct, frozen=True):
    """A day's papers, split into `new` ones and `updates` of papers on another day, by that day.

    `duplicates` are ids that are listed as new again, with the day that has them. `updates` holds these and new
    versions. `unknown` are new versions of papers that the archive does not have.
    """

    new: tuple[Paper, ...]
    duplicates: dict[str, str]
    updates: dict[str, tuple[Paper, ...]]
    unknown: tuple[str, ...]


def split_new(
    papers: Iterable[Paper], first_days: Mapping[str, str], previously_dropped: Mapping[str, str] | None = None
) -> NewAndKnown:
    """Split `papers` by `first_days`, the first day of each paper that is on another day.

    `previously_dropped` has the day that dropped a paper: such a paper is a duplicate.
    """
    new: list[Paper] = []
    duplicates: dict[str, str] = {}
    updates: dict[str, list[Paper]] = defaultdict(list)
    unknown: list[str] = []
    for paper in papers:
        day = first_days.get(paper.arxiv_id)
        is_new_version = (paper.announce_type or "").startswith("replace")
        if day is not None:
            updates[day].append(
                msgspec.structs.replace(paper, announce_type=None)
            )  # the type of this day, not of that one
            if not is_new_version:
                duplicates[paper.arxiv_id] = day
        elif is_new_version:
            unknown.append(paper.arxiv_id)
        elif previously_dropped and paper.arxiv_id in previously_dropped:
            duplicates[paper.arxiv_id] = previously_dropped[paper.arxiv_id]
        else:
            new.append(paper)
    by_day = {day: tuple(sightings) for day, sightings in sorted(updates.items())}
    return NewAndKnown(tuple(new), duplicates, by_day, tuple(unknown))


def stale_categories(papers: Iterable[Paper], first_days: Mapping[str, str]) -> list[str]:
    """Return the primary categories whose papers are all on an earlier day: arXiv calls no paper new twice."""
    repeats: dict[str, list[bool]] = defaultdict(list)
    for paper in papers:
        if paper.announce_type == "new" and paper.categories:
            repeats[canonical(paper.categories[0])].append(paper.arxiv_id in first_days)
    return sorted(category for category, flags in repeats.items() if len(flags) >= _FEW and all(flags))


def require_archive(store: Store, date: str) -> None:
    """Raise DigestError if the archive's papers are lost: without them every paper would look new."""
    for earlier in reversed([day for day in store.dates() if day < date]):
        if store.papers_path(earlier).is_file():
            return
        receipt = store.receipt(earlier)
        if receipt is not None and receipt.shown:
            what = f"says that {receipt.shown} papers were shown, yet data/papers has none of them"
            hint = "bring data/papers back: without it papers would be announced again"
            raise DigestError(Diagnostic(store.label(store.receipt_path(earlier)), what, hint))
