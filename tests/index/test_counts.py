"""The numbers of different papers and of repeated ones, while the archive changes day by day."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from tests.index.test_related import Memory

pytestmark = pytest.mark.slow

NAMES = ("a", "b", "c")
SETTINGS = Settings(topics=tuple(Topic(id=name, name=name) for name in NAMES))
DATES = ("2025-04-29", "2025-04-30", "2025-05-01", "2025-06-02")
PAPERS = st.lists(
    st.builds(
        Paper,
        arxiv_id=st.sampled_from([f"2504.0000{n}" for n in range(6)]),
        title=st.just("T"),
        topics=st.lists(st.sampled_from(NAMES), unique=True).map(tuple),
        relevance=st.integers(1, 10),
        novelty=st.integers(1, 10),
    ),
    unique_by=lambda paper: paper.arxiv_id,
    max_size=6,
).map(tuple)
CHANGES = st.lists(st.tuples(st.sampled_from(DATES), st.none() | PAPERS), min_size=1, max_size=6)


@examples(deadline=None)
@given(CHANGES)
def test_any_way_to_an_archive_counts_each_paper_once(changes: list[tuple[str, tuple[Paper, ...] | None]]) -> None:
    archive = Memory({})
    grown = Index(":memory:", SETTINGS)
    for date, papers in changes:
        archive.change(date, papers)
        grown.refresh(archive)
        fresh = Index(":memory:", SETTINGS)
        fresh.refresh(archive)
        assert grown.day_versions() == fresh.day_versions()
        rows = [
            (topic, day, entry.paper.arxiv_id)
            for day in archive.days
            for entry in grown.day(day)
            for topic in entry.topics
        ]
        assert grown.paper_count() == len({it.arxiv_id for papers in archive.days.values() for it in papers})
        assert grown.topic_counts() == _different((topic, name) for topic, _, name in rows)
        part = _different((topic, name) for topic, day, name in rows if DATES[1] <= day <= DATES[2])
        assert grown.topic_counts(DATES[1], DATES[2]) == part
        inside = [papers for date, papers in archive.days.items() if DATES[1] <= date <= DATES[2]]
        assert grown.paper_count(DATES[1], DATES[2]) == len({it.arxiv_id for papers in inside for it in papers})
        for topic in NAMES:
            assert grown.topic_total(topic) == len({name for it, _, name in rows if it == topic})
            assert grown.topic_months(topic) == _different((day[:7], name) for it, day, name in rows if it == topic)


def _different(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    return dict(sorted(Counter(name for name, _ in set(pairs)).items()))
