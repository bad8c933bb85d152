"""The order of a day: scores, then what breaks ties; never the order of the file."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from broadsheet.index.ranking import UNSCORED, rank, sort_key
from broadsheet.model.paper import Paper

DAY = "2025-05-27"
NAMES = ("agents", "biology", "compression")


def paper(arxiv_id: str, **fields: Any) -> Paper:
    return Paper(arxiv_id=arxiv_id, title=f"Title of {arxiv_id}", **fields)


def tied(arxiv_id: str, **fields: Any) -> Paper:
    return paper(arxiv_id, **{"relevance": 9, "novelty": 8, **fields})


def order(*papers: Paper, date: str = DAY) -> list[str]:
    """Return the ids of a day, whatever the order of its file."""
    orders = set()
    for seed in range(4):
        shuffled = random.Random(seed).sample(papers, len(papers))
        orders.add(tuple(ranked.paper.arxiv_id for ranked in rank(date, shuffled, lambda paper: paper.topics)))
    (only,) = orders
    return list(only)


def test_best_first_then_relevance_then_the_unscored_by_votes() -> None:
    papers = [
        paper("unscored"),
        paper("liked", upvotes=9),
        paper("b", relevance=8, novelty=8),
        paper("a", relevance=9, novelty=7),
        paper("best", relevance=9, novelty=9),
        paper("half", relevance=10),
        paper("followed", extra={"score": 20}),
    ]
    *first, last, other = order(*papers)
    assert first == ["followed", "best", "a", "b", "liked"]
    assert {last, other} == {"half", "unscored"}


def test_the_local_score_breaks_ties_then_votes_do() -> None:
    papers = [
        tied("a", upvotes=300),
        tied("b", local_score=16.204),
        tied("c", local_score=16.205),
        tied("d", local_score=16.204, upvotes=2),
        tied("e", upvotes=2000),
        paper("f", relevance=9, novelty=9, local_score=3.0),
        paper("g", relevance=8, novelty=9, local_score=16.3),
    ]
    assert order(*papers) == ["f", "g", "c", "d", "b", "e", "a"]


def test_what_is_still_equal_takes_turns_by_topic() -> None:
    topics = "compression compression compression agents agents biology".split()
    papers = [tied(f"{index}", topics=(topic,)) for index, topic in enumerate(topics)] + [tied("none")]
    ids = order(*papers)
    names = [dict(enumerate(topics)).get(int(i), "") if i != "none" else "" for i in ids]
    assert sorted(names[:3]) == [*NAMES]
    assert names[3] == ""
    assert sorted(names[4:6]) == ["agents", "compression"]
    assert names[6] == "compression"


def test_each_day_another_topic_leads() -> None:
    papers = [tied(name, topics=(name,)) for name in NAMES]
    leaders = [order(*papers, date=f"2025-05-{day}")[0] for day in range(20, 26)]
    assert set(leaders[:3]) == {*NAMES}
    assert leaders[:3] == leaders[3:]


grades = st.integers(1, 10) | st.floats(1, 10).map(lambda value: round(value, 2))
papers = st.builds(
    paper,
    st.integers(0, 99_999).map(lambda number: f"2505.{number:05}"),
    relevance=grades,
    novelty=grades,
    local_score=st.none() | st.floats(2, 20).map(lambda value: round(value, 3)),
    upvotes=st.none() | st.integers(0, 2**53),
    topics=st.sampled_from([(), *((name,) for name in NAMES)]),
)


@given(st.lists(papers, max_size=30, unique_by=lambda paper: paper.arxiv_id))
@examples(max_examples=80, deadline=None)
def test_keys_sort_as_their_parts_do_and_are_exact_in_a_browser(day: list[Paper]) -> None:
    ranked = rank(DAY, day, lambda paper: paper.topics)
    assert [key for key, _, _ in ranked] == sorted(key for key, _, _ in ranked)
    parts = [
        (-round(p.relevance + p.novelty, 6), -(p.local_score or 0), -p.relevance)  # type: ignore[operator]
        for _, p, _ in ranked
    ]
    assert parts == sorted(parts)
    assert all(0 <= key < UNSCORED <= 2**53 for key, _, _ in ranked)


@pytest.mark.parametrize("votes", [0, 1, 10**6, 2**53])
def test_an_unscored_paper_comes_after_every_scored_one(votes: int) -> None:
    worst = paper("worst", relevance=1, novelty=1)
    assert sort_key(worst) + 63 < sort_key(paper("liked", upvotes=votes)) <= UNSCORED < 2**53 - 63


def test_of_many_ties_all_are_listed_once() -> None:
    names = [f"{number:03}" for number in range(150)]
    ids = order(*(tied(name, topics=("agents",)) for name in names))
    assert sorted(ids) == names


@pytest.mark.parametrize("topics", [(), ("agents",)])
def test_the_headline_is_not_the_first_of_the_file_or_the_lowest_id(topics: tuple[str, ...]) -> None:
    days = [[tied(f"2505.{100 * day + number:05}", topics=topics) for number in range(5)] for day in range(40)]
    headlines = {int(order(*papers)[0][-2:]) for papers in days}
    assert headlines == set(range(5))
