"""Versions of answers: an answer is the same while its version is, so pages made from it may be reused."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from tests.index.test_counts import PAPERS, SETTINGS
from tests.index.test_related import Memory

pytestmark = pytest.mark.slow

# A Friday, a weekend, days that may be missing in between, and the first of a month.
DATES = [(dt.date(2025, 5, 30) + dt.timedelta(days=step)).isoformat() for step in range(6)]
CHANGES = st.lists(st.tuples(st.sampled_from(DATES), st.none() | PAPERS), min_size=2, max_size=6)
ASKED: list[tuple[str, tuple[Any, ...]]] = [
    *(
        (query, (date,))
        for query in ("head", "day", "places", "scorer_change", "publications_on", "later_entries")
        for date in DATES
    ),
    *(("span", (first, last)) for first in DATES for last in DATES if first <= last),
    ("best", (DATES[1], DATES[4], 3)),
    *(("neighbours", ("day", date)) for date in DATES),
    *(("topic_months", (topic,)) for topic in "abc"),
    *(("newest", (3, topic)) for topic in "abc"),
    *(
        (query, ())
        for query in ("newest_day", "topic_counts", "paper_count", "days", "day_stats", "periods", "scorer_changes")
    ),
    *((query, (first, DATES[4])) for query in ("topic_counts", "paper_count") for first in DATES[:2]),
    ("is_recent", (DATES[0], 3)),
]


@examples(deadline=None, max_examples=60)
@given(CHANGES)
def test_an_answer_of_the_same_version_is_the_same(changes: list[tuple[str, Any]]) -> None:
    archive = Memory({})
    known: dict[tuple[str, tuple[Any, ...], str], str] = {}
    catalogue = Index(":memory:", SETTINGS)
    for date, papers in changes:
        archive.change(date, papers)
        catalogue.refresh(archive)
        versions = catalogue.versions(ASKED)
        assert versions == [catalogue.version(query, arguments) for query, arguments in ASKED]
        for (query, arguments), version in zip(ASKED, versions, strict=True):
            answer = repr(getattr(catalogue, query)(*arguments))
            assert known.setdefault((query, arguments, version), answer) == answer


def test_a_day_becomes_a_gap_when_a_later_one_is_there() -> None:
    archive = Memory({"2025-05-29": ()})
    catalogue = Index(":memory:", Settings())
    week = ("2025-05-26", "2025-06-01")
    versions = []
    for date in ("2025-05-29", "2025-06-02", "2025-06-03"):
        archive.change(date, ())
        catalogue.refresh(archive)
        versions.append((catalogue.version("span", week), repr(catalogue.span(*week))))
    assert versions[0][0] != versions[1][0]  # Friday the 30th was to come, and has become a gap
    assert versions[1] == versions[2]


def test_days_with_publications_have_versions_of_their_own() -> None:
    class Published(Memory):
        def publications_fingerprint(self) -> str:
            return "two"

        def publications(self) -> list[Publication]:
            return [
                Publication(id="1", type="article", title="By its arXiv id", arxiv_ids=("2505.00001",)),
                Publication(id="2", type="article", title="By its DOI", doi="10.1234/A"),
            ]

    days: dict[str, tuple[Paper, ...]] = {
        DATES[0]: (Paper(arxiv_id="2505.00001", title="-"),),
        DATES[1]: (Paper(arxiv_id="2505.00002", title="-", doi="10.1234/a"),),
        DATES[2]: (Paper(arxiv_id="2505.00003", title="-"),),
    }
    catalogue = Index(":memory:", Settings())
    catalogue.refresh(Published(days))
    queries: list[tuple[str, tuple[Any, ...]]] = [("publications_on", (date,)) for date in DATES]
    versions = catalogue.versions(queries)
    assert versions == [catalogue.version(query, arguments) for query, arguments in queries]
    assert len(set(versions[:3])) == 3
    assert len(set(versions[2:])) == 1
