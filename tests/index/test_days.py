"""Days in the index: order, merging of sources, states, topics."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index.days import DayHead, TopicMatcher, day_entries, merge
from broadsheet.index.periods import span
from broadsheet.index.states import state_of
from broadsheet.model.paper import Links, Paper
from broadsheet.model.receipt import Receipt, Tokens
from broadsheet.model.scorer import Scorer
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic

SETTINGS = Settings(
    topics=(
        Topic(id="compression", name="Model Compression", words=("low-rank", "KV cache", "pruning")),
        Topic(id="llm", name="Large Language Models", words=("LLM",)),
    )
)


def paper(arxiv_id: str, **fields: object) -> Paper:
    return Paper(arxiv_id=arxiv_id, title=f"Title of {arxiv_id}", **fields)  # type: ignore[arg-type]


def test_two_sources_of_a_day_are_one_list_without_repeats() -> None:
    rows = (
        paper("1", source="hf", upvotes=5, links=Links(code="https://code.example")),
        paper("2", relevance=5, novelty=5),
        paper("1", relevance=9, novelty=8, comment="close", scorer=Scorer(model="m"), abstract="text"),
    )
    listed = day_entries("2025-05-27", rows, TopicMatcher(SETTINGS))
    assert [(e.rank, e.paper.arxiv_id, e.sources) for e in listed] == [(1, "1", ("hf", "arxiv")), (2, "2", ("arxiv",))]
    first = listed[0].paper
    assert (first.relevance, first.upvotes, first.comment, first.abstract) == (9, 5, "close", "text")
    assert first.links == Links(code="https://code.example")


def test_a_score_is_never_put_together_from_two_rows() -> None:
    merged = merge((paper("1", relevance=9), paper("1", novelty=8, source="hf")))
    assert merged.score is None


@given(st.permutations([paper("1", upvotes=3, source="hf"), paper("1", relevance=7, novelty=7, doi="10.1/x")]))
def test_merging_in_any_order_loses_nothing(rows: list[Paper]) -> None:
    merged = merge(rows)
    assert (merged.upvotes, merged.score, merged.doi) == (3, 14, "10.1/x")


@pytest.mark.parametrize(
    ("receipt", "papers", "state"),
    [
        (None, 3, DayState.UNKNOWN),
        (None, 0, DayState.MISSING),
        (Receipt(date="d", state=DayState.QUIET), 0, DayState.QUIET),
        (Receipt(date="d", state=DayState.QUIET, scanned=500, tokens=Tokens()), 0, DayState.FAILED),
        (Receipt(date="d", state=DayState.OK, scanned=500, tokens=Tokens(), model="local"), 0, DayState.OK),
        (Receipt(date="d", state=DayState.OK, scanned=500, tokens=Tokens(total=9)), 0, DayState.OK),
        (Receipt(date="d", state=DayState.PARTIAL), 3, DayState.PARTIAL),
    ],
)
def test_the_state_a_day_is_shown_with(receipt: Receipt | None, papers: int, state: DayState) -> None:
    assert state_of(receipt, papers) == state


@pytest.mark.parametrize(
    ("fields", "topics"),
    [
        ({"topics": ("Model Compression",), "comment": "about LLMs"}, ("compression",)),
        ({"topics": ("unknown",), "comment": "about LLMs"}, ("llm",)),
        ({"comment": "about LLMs", "abstract": "low-rank"}, ("llm",)),
        (
            {"comment": "nothing of note", "abstract": "A low rank method for the KV\ncache of LLMs"},
            ("compression", "llm"),
        ),
        ({"abstract": "stumpruning"}, ()),
        ({"comment": "touches on model compression"}, ("compression",)),
    ],
)
def test_own_topics_win_then_the_comment_then_title_and_abstract(
    fields: dict[str, object], topics: tuple[str, ...]
) -> None:
    assert TopicMatcher(SETTINGS)(paper("1", **fields)) == topics


def test_a_weekday_without_a_record_is_missing_and_a_weekend_is_not() -> None:
    heads = {date: DayHead(date=date, state=DayState.OK, papers=1) for date in ("2025-05-22", "2025-05-27")}
    days = span(heads, "2025-05-21", "2025-05-28")
    assert [day and day.state for day in days] == [None, "ok", "missing", None, None, "missing", "ok", None]
