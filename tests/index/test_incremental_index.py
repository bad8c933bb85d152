"""An index that was refreshed after each of many changes answers as a new one of the same archive does."""

import datetime as dt
import random

import pytest

from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication, parse_records
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from tests.index.test_citation_keys import Works
from tests.index.test_related import Memory

PEOPLE = ("Ada Lovelace", "Kurt Gödel", "Emmy Noether", "Alan Turing", "Grace Hopper", "Sofia Kovalevskaya")
TITLES = ("Learning A", "Learning routers", "Routers of experts", "Pruning heads", "Folding proteins", "On pruning")
DATES = [f"2025-05-{day:02}" for day in range(1, 19)]


def some_day(draw: random.Random) -> tuple[Paper, ...] | None:
    if draw.random() < 0.2:
        return None
    ids = draw.sample(range(1, 40), draw.randrange(1, 8))
    return tuple(
        Paper(
            arxiv_id=f"2505.{number:05}",
            title=draw.choice(TITLES),
            authors=tuple(draw.sample(PEOPLE, draw.randrange(3))),
            abstract=" ".join(draw.choices("router expert protein head fold prune".split(), k=9)),
            relevance=draw.randrange(1, 11),
            novelty=5,
        )
        for number in ids
    )


def some_works(draw: random.Random) -> tuple[Publication, ...]:
    people = draw.sample(PEOPLE, draw.randrange(4))
    rows = [
        {"_id": str(n), "title": "T", "year": "2025", "author": [{"first_name": a, "last_name": b}]}
        for n, (a, b) in enumerate(name.split() for name in people)
    ]
    return tuple(parse_records(rows, "x")[0])


def answers(index: Index) -> list[object]:
    found: list[object] = [index.author_slugs()]
    queries: list[tuple[str, tuple[object, ...]]]
    queries = [(name, (date,)) for name in ("paper_keys", "author_links", "related") for date in DATES]
    queries += [("author", (slug, 50)) for slug in index.author_slugs()]
    for name, arguments in queries:
        found += [(name, arguments, getattr(index, name)(*arguments), index.version(name, arguments))]
    return found


@pytest.mark.parametrize("pages", ["all", "institution"])
@pytest.mark.parametrize("seed", range(4))
def test_an_index_after_changes_answers_as_a_new_one(seed: int, pages: str) -> None:
    draw = random.Random(seed)
    settings = Settings(paper_pages="all", author_pages=pages)  # type: ignore[arg-type]
    archive, index = Works({}), Index(":memory:", settings)
    for _ in range(12):
        for date in draw.sample(DATES, draw.choice([1, 1, 2, 9])):
            archive.change(date, some_day(draw))
        if draw.random() < 0.3:
            archive.works = some_works(draw)
        index.refresh(archive)
        new = Index(":memory:", settings)
        new.refresh(archive)
        assert answers(index) == answers(new)


class Scanned(Memory):
    """An archive whose days have receipts. Of thirty-one, some have none, and some another model or no rubric."""

    def receipt(self, date: str) -> Receipt | None:
        kind = sum(int(paper.arxiv_id[5:]) for paper in self.days[date]) % 31
        scorer = {"model": f"m{int(kind < 2)}", "rubric": None if kind in (2, 3) else "r1"}
        return Receipt(date=date, state=DayState.OK, scanned=100, **scorer) if kind != 4 else None  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(4))
def test_places_after_changes_are_those_of_a_new_index(seed: int) -> None:
    draw = random.Random(seed)
    days = [(dt.date(2024, 1, 1) + dt.timedelta(number)).isoformat() for number in range(0, 500, 11)]
    settings = Settings(paper_pages="none", author_pages="none")
    archive, index = Scanned({date: some_day(draw) or () for date in days[5:]}), Index(":memory:", settings)
    for _ in range(20):
        index.refresh(archive)
        new = Index(":memory:", settings)
        new.refresh(archive)
        for date in days:
            assert (index.places(date), index.scorer_change(date)) == (new.places(date), new.scorer_change(date))
            assert index.version("places", (date,)) == new.version("places", (date,))
        for date in draw.sample([days[draw.randrange(12)], *archive.dates()[:2], *days], draw.choice([1, 1, 1, 2])):
            archive.change(date, some_day(draw))


class Counted(Works):
    """An archive that notes for which days it took a fingerprint."""

    def __init__(self, days: dict[str, tuple[Paper, ...]]) -> None:
        super().__init__(days)
        self.hashed: list[str] = []

    def fingerprint(self, date: str) -> str:
        self.hashed.append(date)
        return super().fingerprint(date)


def test_only_days_with_another_stamp_are_hashed_again() -> None:
    draw = random.Random(1)
    archive = Counted({date: some_day(draw) or () for date in DATES[:4]})
    index = Index(":memory:", Settings())
    stamps = dict.fromkeys(DATES[:3], "old")  # the last day changed just now
    index.refresh(archive, stamps=stamps)
    for changed, hashed in (({}, DATES[3:4]), ({DATES[0]: "new"}, [DATES[0], DATES[3]]), ({}, DATES[3:4])):
        archive.hashed.clear()
        stamps |= changed
        assert index.refresh(archive, stamps=stamps) == []
        assert archive.hashed == hashed
    archive.change(DATES[1], ())
    assert index.refresh(archive, stamps=stamps | {DATES[1]: "new"}) == [DATES[1]]
    archive.change(DATES[2], None)
    assert index.refresh(archive, stamps=stamps) == [DATES[2]]
    archive.change(DATES[2], ())  # it is back, with the time that it had
    assert index.refresh(archive, stamps=stamps) == [DATES[2]]
