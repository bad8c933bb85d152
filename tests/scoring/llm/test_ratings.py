"""Ratings in an LLM's reply: by id, never by position, and only if they are clear."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.scoring.llm.replies import Rating, parse

A, B, C = "2501.00001", "2501.00002", "math/0306266"
NO_LINE = "no line that can be read"


def line(arxiv_id: str = A, **changes: Any) -> str:
    return json.dumps({"ARXIVID": arxiv_id, "COMMENT": "c", "RELEVANCE": 7, "NOVELTY": 5} | changes)


GOOD = Rating(7, 5, "c")


@pytest.mark.parametrize(
    "content",
    [
        f"{line(A)}\n{line(B)}",
        f"{line(B)}\n{line(A)}",
        f"Here are my ratings:\n\n```jsonl\n{line(A)}\n{line(B)}\n```\nLet me know!",
        f"[{line(A)}, {line(B)}]",
        f"[\n  {line(A)},\n  {line(B)}\n]",
        f"{line(A)} {line(B)}",
        f"1. {line(A)}\n2. {line(B)}",
        f"- `{line(A)}`\n- `{line(B)}`",
        json.dumps({"papers": [json.loads(line(A)), json.loads(line(B))]}),
        json.dumps([json.loads(line(A)), json.loads(line(B))], indent=2),
        f"<think>First {line(A, RELEVANCE=1)}\n{line(A, RELEVANCE=2)}</think>\n{line(A)}\n{line(B)}",
        f"{line(A)}\n{line(A)}\n{line(B)}",
        f"{line('arXiv:' + A + 'v2')}\n{line('https://arxiv.org/abs/' + B)}",
        f"{line(A, RELEVANCE='7/10', NOVELTY='5')}\n{line(B, RELEVANCE=7.0)}",
        f"{line(A)}\n{line(B)}".replace("ARXIVID", "arxivid").replace("COMMENT", "Comment"),
        f"\r\n{line(A)}\r\n\r\n{line(B)}\r\n",
    ],
)
def test_lines_are_read_in_any_wrapping(content: str) -> None:
    assert parse(content, (A, B)) == ({A: GOOD, B: GOOD}, {}, ())


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", NO_LINE),
        ("I cannot help with that.", NO_LINE),
        (line()[:-9], NO_LINE),
        (f"<think>{line()}", NO_LINE),
        (line(B), NO_LINE),
        (line(RELEVANCE=11), "RELEVANCE 11 is not from 1 to 10"),
        (line(NOVELTY=0), "NOVELTY 0 is not from 1 to 10"),
        (line(RELEVANCE="high"), "RELEVANCE a text is not from 1 to 10"),
        (line(RELEVANCE=True), "RELEVANCE True is not from 1 to 10"),
        (line(NOVELTY=float("nan")), "NOVELTY nan is not from 1 to 10"),
        (line(NOVELTY=None), "no NOVELTY"),
        ('{"ARXIVID": "2501.00001", "COMMENT": "c"}', "no RELEVANCE"),
        (f"{line()}\n{line(RELEVANCE=8)}", "two lines that contradict each other"),
        (f"{line(RELEVANCE=8)}\n{line()}\n{line()}", "two lines that contradict each other"),
        (f"{line()}\n{line(RELEVANCE=99)}", "RELEVANCE 99 is not from 1 to 10"),
        ("[" * 100_000 + "{" * 100_000, NO_LINE),
        ('{"a":' * 50_000, NO_LINE),
        ('{"ARXIVID": ' + "9" * 5000 + "}", NO_LINE),
    ],
)
def test_what_is_not_clear_does_not_count(content: str, fault: str) -> None:
    parsed = parse(content, (A,))
    assert (parsed.ratings, parsed.faults) == ({}, {A: fault})


def test_one_bad_line_loses_no_other() -> None:
    parsed = parse(f"{line(A)}\n{line(B)[:-12]}\n{line(C)}", (A, B, C))
    assert parsed == ({A: GOOD, C: GOOD}, {B: NO_LINE}, ())


def test_ids_that_were_not_requested_do_not_count() -> None:
    parsed = parse(f"{line('2501.99999')}\n{line('no id')}\n{line(A)}", (A,))
    assert parsed == ({A: GOOD}, {}, ("2501.99999", "no id"))


def test_a_line_inside_a_text_is_a_text() -> None:
    inside = line(B, RELEVANCE=10)
    parsed = parse(line(A, COMMENT=f"As {inside} says"), (A, B))
    assert parsed.faults == {B: NO_LINE}
    broken = '{"ARXIVID": "2501.00001", "COMMENT": "' + inside + '", "RELEVANCE": 7, "NOVELTY": 5}'
    assert parse(broken, (A, B)).ratings == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\alpha and $\sum_i$", r"\alpha and $\sum_i$"),
        (r"\\alpha and \gamma", r"\alpha and \gamma"),
        (r"a \beta-VAE", r"a \beta-VAE"),
        (r"rate $\tau$ of $\nabla f$", r"rate $\tau$ of $\nabla f$"),
        (r"\underline{x} and \{y\}", r"\underline{x} and \{y\}"),
        (r"he said \"so\" \u00e9", 'he said "so" é'),
    ],
)
def test_backslashes_that_break_json_are_repaired(written: str, meant: str) -> None:
    good = f'{{"ARXIVID": "{B}", "COMMENT": "c", "RELEVANCE": 7, "NOVELTY": 5}}'
    content = f'{{"ARXIVID": "{A}", "COMMENT": "{written}", "RELEVANCE": 7, "NOVELTY": 5}}\n{good}'
    assert parse(content, (A, B)).ratings == {A: Rating(7, 5, meant), B: GOOD}
    assert parse(f"[{content}]".replace("\n", ", "), (A, B)).ratings == {A: Rating(7, 5, meant), B: GOOD}


def test_topics_come_along_and_control_characters_do_not() -> None:
    parsed = parse(line(TOPICS=["llm", "Model Compression"], COMMENT="a\x00\x1bb\u202e"), (A,))
    assert parsed.ratings == {A: Rating(7, 5, "ab", ("llm", "Model Compression"))}


@given(st.text(max_size=400) | st.text('{}[]",:\\\nARXIVID12 ', max_size=400))
def test_no_reply_raises_and_every_paper_has_a_rating_or_a_reason(content: str) -> None:
    parsed = parse(content, (A, B))
    assert {*parsed.ratings, *parsed.faults} == {A, B}
    assert not parsed.ratings.keys() & parsed.faults.keys()


@given(
    st.dictionaries(
        st.from_regex(r"2[0-9](0[1-9]|1[0-2])\.[1-9][0-9]{4}", fullmatch=True),
        st.tuples(st.integers(1, 10), st.integers(1, 10), st.text(st.characters(categories=["L", "N"]), min_size=1)),
        min_size=1,
        max_size=6,
    ),
    st.randoms(),
)
def test_what_was_written_is_read(given_lines: dict[str, tuple[int, int, str]], random: Any) -> None:
    rows = [line(k, RELEVANCE=r, NOVELTY=n, COMMENT=c) for k, (r, n, c) in given_lines.items()]
    random.shuffle(rows)
    parsed = parse("\n".join(rows), given_lines.keys())
    assert parsed.ratings == {k: Rating(r, n, c) for k, (r, n, c) in given_lines.items()}
