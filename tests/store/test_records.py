"""Lines of papers and receipts: the reader returns what was written, and messages name each fault."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.model.paper import Links, Paper
from broadsheet.model.receipt import Receipt, Tokens
from broadsheet.model.scorer import Scorer
from broadsheet.model.state import DayState
from broadsheet.store import records

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
SCORES = st.none() | st.integers(1, 10) | st.floats(1, 10)
DATES = st.none() | st.sampled_from(["2025-05-27", "2025-05-27T10:00:00Z"])


def papers() -> st.SearchStrategy[Paper]:
    """Papers of every shape, with keys of their own."""
    keys = WORDS.filter(lambda name: name not in records.PAPER_FIELDS)
    return st.builds(
        Paper,
        arxiv_id=st.sampled_from(["2505.18313", "math/0306266", "0411431"]),
        title=WORDS.filter(str.strip),
        authors=st.lists(WORDS, max_size=3).map(tuple),
        abstract=st.none() | WORDS,
        categories=st.lists(WORDS, max_size=2).map(tuple),
        published=DATES,
        updated=DATES,
        version=st.none() | st.integers(1, 30),
        doi=st.none() | WORDS,
        relevance=SCORES,
        novelty=SCORES,
        comment=st.none() | WORDS,
        topics=st.lists(WORDS, max_size=2).map(tuple),
        scorer=st.none() | st.builds(Scorer, model=WORDS, rubric=st.none() | WORDS),
        source=st.sampled_from(["arxiv", "hf"]),
        links=st.none() | st.builds(Links, code=st.none() | WORDS),
        upvotes=st.none() | st.integers(0, 10**6),
        extra=st.dictionaries(keys, VALUES, max_size=4),
    )


@given(papers())
def test_a_paper_is_read_as_it_was_written(paper: Paper) -> None:
    line = records.encode_paper(paper)
    assert b"\n" not in line
    assert records.decode_paper(line) == paper
    assert records.encode_paper(records.decode_paper(line)) == line


@given(papers(), st.sampled_from(["comment", "doi", "abstract", "announce_type"]), st.booleans())
def test_only_fields_with_a_value_are_written(paper: Paper, name: str, empty: bool) -> None:
    if empty:
        paper = msgspec.structs.replace(paper, **{name: ""})
    values = {field: getattr(paper, field) for field in records.PAPER_FIELDS}
    always = ("arxiv_id", "title", "authors", "source")
    said = {field: value for field, value in values.items() if field in always or value not in (None, "", ())}
    line = msgspec.json.encode(said | dict(sorted(paper.extra.items())))
    assert records.encode_paper(paper) == line
    assert records.encode_papers([paper, paper]) == line + b"\n" + line + b"\n"


def test_keys_stand_in_the_order_of_the_design_and_the_others_sorted_after_them() -> None:
    paper = Paper(
        arxiv_id="2505.18313", title="T", relevance=9, upvotes=0, extra={"zeta": 1, "alpha": {"b": 1, "a": 2}}
    )
    line = records.encode_paper(paper)
    assert list(json.loads(line)) == ["arxiv_id", "title", "authors", "relevance", "source", "upvotes", "alpha", "zeta"]
    assert json.loads(line)["alpha"] == {"b": 1, "a": 2}


def test_a_key_called_extra_is_a_key_like_any_other() -> None:
    line = b'{"arxiv_id":"2505.18313","title":"T","authors":[],"source":"arxiv","extra":{"a":1}}'
    assert records.decode_paper(line).extra == {"extra": {"a": 1}}
    assert records.encode_paper(records.decode_paper(line)) == line


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"", "not JSON: Input data was truncated"),
        (b"[]", "not a JSON object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"title":"T"}', "Object missing required field `arxiv_id`"),
        (b'{"arxiv_id":"2505.18313"}', "Object missing required field `title`"),
        (b'{"arxiv_id":2505.18313,"title":"T"}', "arxiv_id: Expected `str`, got `float`"),
        (b'{"arxiv_id":"2505.18313v2","title":"T"}', "arxiv_id: '2505.18313v2' is not an arXiv id without version"),
        (b'{"arxiv_id":"../../x","title":"T"}', "arxiv_id: '../../x' is not an arXiv id without version"),
        (b'{"arxiv_id":"2505.18313","title":" "}', "title: is empty"),
        (b'{"arxiv_id":"2505.18313","title":"T","relevance":11}', "relevance: 11 is not from 1 to 10"),
        (
            b'{"arxiv_id":"2505.18313","title":"T","novelty":"8"}',
            "novelty: Expected `int | float | null`, got `str`",
        ),
        (
            b'{"arxiv_id":"2505.18313","title":"T","authors":["A",1]}',
            "authors[1]: Expected `str`, got `int`",
        ),
        (
            b'{"arxiv_id":"2505.18313","title":"T","published":"2025-02-30"}',
            "published: '2025-02-30' is not an ISO 8601 date",
        ),
        (b'{"arxiv_id":"2505.18313","title":"T","source":""}', "source: is empty"),
    ],
)
def test_what_is_wrong_with_a_line(line: bytes, message: str) -> None:
    with pytest.raises(records.RecordError) as caught:
        records.decode_paper(line)
    assert str(caught.value) == message


@given(st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_no_line_raises_anything_else(line: bytes) -> None:
    for decode in (records.decode_paper, records.decode_receipt):
        with contextlib.suppress(records.RecordError):
            assert decode(line) is not None


@settings(max_examples=50)
@given(st.dictionaries(WORDS.filter(lambda name: name not in Receipt.__struct_fields__), VALUES, max_size=3))
def test_a_receipt_is_read_as_it_was_written(extra: dict[str, Any]) -> None:
    receipt = Receipt(
        date="2025-05-27",
        state=DayState.PARTIAL,
        tokens=Tokens(prompt=1, total=1),
        scanned=0,
        errors=("a", "b"),
        extra=extra,
    )
    data = records.encode_receipt(receipt)
    assert records.decode_receipt(data) == receipt
    assert list(json.loads(data))[:4] == ["date", "state", "tokens", "scanned"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"date":"2025-05-27"}', "Object missing required field `state`"),
        (b'{"date":"2025-05-32","state":"ok"}', "date: '2025-05-32' is not a day as YYYY-MM-DD, from 1991 to 2099"),
        (b'{"date":"0001-12-31","state":"ok"}', "date: '0001-12-31' is not a day as YYYY-MM-DD, from 1991 to 2099"),
        (b'{"date":"2025-05-27","state":"fine"}', "state: Invalid enum value 'fine'"),
        (b'{"date":"2025-05-27","state":"ok","scanned":-1}', "scanned: a count cannot be less than zero"),
    ],
)
def test_what_is_wrong_with_a_receipt(data: bytes, message: str) -> None:
    with pytest.raises(records.RecordError) as caught:
        records.decode_receipt(data)
    assert str(caught.value) == message
