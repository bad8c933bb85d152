"""Merging loses nothing, moves a score with all its fields, and changes nothing the second time."""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.daily.import_ import run
from broadsheet.daily.merge import DayMerge, PublicationMerge, RowOutcome, merge, merge_receipts
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.scorer import Scorer
from broadsheet.model.state import DayState
from broadsheet.providers.parse_result import PaperRow, PublicationRecord
from broadsheet.store.store import Store
from tests.store.test_records import VALUES, papers

pytestmark = pytest.mark.slow

SAME = papers().map(lambda paper: msgspec.structs.replace(paper, arxiv_id="2505.18313", source="arxiv"))
SCORE = ("relevance", "novelty", "comment", "topics", "scorer")


def is_gap(value: object) -> bool:
    return value in (None, (), {}, "")


@given(SAME, SAME, st.booleans())
def test_a_merge_never_loses_a_field(old: Paper, new: Paper, replace: bool) -> None:
    merged, conflicts = merge(old, new, replace=replace)
    for name in Paper.__struct_fields__:
        before, after, now = (getattr(paper, name) for paper in (old, new, merged))
        if name in ("links", "extra"):
            continue
        if not is_gap(before) and not replace and (name not in SCORE or old.score is not None):
            assert now == before
            assert (name in conflicts) == (not is_gap(after) and after != before)
        anew = replace and name in SCORE and old.score is not None and new.score is not None
        assert not is_gap(now) or is_gap(before) or anew
        assert not is_gap(now) or is_gap(after) or name in SCORE
    assert old.extra.keys() | new.extra.keys() == merged.extra.keys()
    for name in old.extra.keys() if not replace else ():
        assert merged.extra[name] == old.extra[name]
    code = [paper.links.code if paper.links else None for paper in (old, new, merged)]
    assert code[2] == ((code[1] or code[0]) if replace else (code[0] or code[1]))


@given(SAME, SAME, st.booleans())
def test_a_second_merge_changes_nothing(old: Paper, new: Paper, replace: bool) -> None:
    merged, _ = merge(old, new, replace=replace)
    assert merge(merged, new, replace=replace)[0] == merged
    assert merge(old, old, replace=replace) == (old, ())


@given(SAME, SAME)
def test_a_score_is_never_mixed(old: Paper, new: Paper) -> None:
    merged, _ = merge(old, new)
    first = old if old.score is not None or new.score is None else new
    if first.score is not None:
        assert (merged.relevance, merged.novelty) == (first.relevance, first.novelty)
        if not is_gap(first.scorer):
            assert merged.scorer == first.scorer


def test_a_scored_row_fills_an_unscored_one_as_a_whole() -> None:
    old = Paper(arxiv_id="2505.18313", title="T", comment="Author match", upvotes=3, extra={"score": 20})
    new = Paper(
        arxiv_id="2505.18313",
        title="Another",
        relevance=9,
        novelty=8,
        comment="Good",
        scorer=Scorer(model="m"),
        doi="10.1/x",
    )
    merged, conflicts = merge(old, new)
    assert merged == Paper(
        arxiv_id="2505.18313",
        title="T",
        relevance=9,
        novelty=8,
        comment="Good",
        scorer=Scorer(model="m"),
        doi="10.1/x",
        upvotes=3,
        extra={"score": 20},
    )
    assert conflicts == ("title",)


def test_another_scorers_words_do_not_explain_this_score() -> None:
    old = Paper(arxiv_id="2505.18313", title="T", relevance=9, novelty=8)
    new = Paper(arxiv_id="2505.18313", title="T", relevance=2, novelty=3, comment="Weak", topics=("a",))
    assert merge(old, new) == (old, ("relevance", "novelty", "comment", "topics"))
    same = msgspec.structs.replace(new, relevance=9, novelty=8)
    assert merge(old, same) == (same, ())
    assert merge(old, new, replace=True) == (new, ())


def test_an_unscored_row_never_unscores_even_with_replace() -> None:
    old = Paper(arxiv_id="2505.18313", title="T", relevance=9, novelty=8, comment="Good")
    merged, _ = merge(old, Paper(arxiv_id="2505.18313", title="New", comment="?"), replace=True)
    assert merged == msgspec.structs.replace(old, title="New")


def test_rows_keep_their_order_and_sources_stay_apart() -> None:
    day = DayMerge({})
    rows = [
        Paper(arxiv_id=f"2505.0000{n}", title="T", source=source)
        for n, source in ((2, "hf"), (1, "arxiv"), (2, "arxiv"))
    ]
    assert [day.merge_row(PaperRow(paper, "2025-05-27", "f"))[0] for paper in [*rows, rows[1]]] == [
        RowOutcome.ADDED
    ] * 3 + [RowOutcome.UNCHANGED]
    assert list(day.papers.values()) == rows


FEW = st.builds(Paper, arxiv_id=st.sampled_from(["2505.00001", "2505.00002", "2505.00003"]),
                title=st.sampled_from(["T", "U", "2505.00001"]), source=st.sampled_from(["arxiv", "hf"]))  # fmt: skip
ROWS = st.lists(FEW.map(lambda paper: PaperRow(paper, "2025-05-27", "f")), max_size=5)


@given(ROWS, ROWS)
def test_all_at_once_is_one_after_the_other(before: list[PaperRow], rows: list[PaperRow]) -> None:
    alone, together = DayMerge({}), DayMerge({})
    for row in before:
        alone.merge_row(row)
        together.merge_row(row)
    outcomes = [alone.merge_row(row) for row in rows]
    others = together.add(rows)
    more = [together.merge_row(row) for row in others]
    assert sorted([*more, *[(RowOutcome.ADDED, ())] * (len(rows) - len(others))]) == sorted(outcomes)
    assert list(together.papers.items()) == list(alone.papers.items())


def test_a_rating_reaches_its_paper_from_any_source() -> None:
    hf = Paper(arxiv_id="2505.00001", title="T", source="hf")
    day = DayMerge({("2505.00001", "hf"): hf})
    rating = Paper(arxiv_id="2505.00001", title="2505.00001", relevance=9, novelty=8)
    assert day.merge_row(PaperRow(rating, "2025-05-27", "f")) == (RowOutcome.FILLED, ())
    assert list(day.papers.values()) == [msgspec.structs.replace(hf, relevance=9, novelty=8)]


def test_receipts_fill_gaps_and_replace_turns_it_round() -> None:
    old = Receipt(date="2025-05-27", state=DayState.OK, scanned=5, cost=Cost(total=1), extra={"a": 1})
    new = Receipt(date="2025-05-27", state=DayState.PARTIAL, scanned=6, tokens=Tokens(total=9), extra={"a": 2, "b": 3})
    merged = merge_receipts(old, new)
    assert (merged.state, merged.scanned, merged.tokens, merged.cost) == (
        DayState.OK,
        5,
        Tokens(total=9),
        Cost(total=1),
    )
    assert merged.extra == {"a": 1, "b": 3}
    assert merge_receipts(old, new, replace=True).scanned == 6
    assert merge_receipts(None, new) == new


def test_the_newer_of_two_records_wins() -> None:
    publications = PublicationMerge(
        {
            "a.yml": [
                PublicationRecord("1", "2024-01-01", {"title": "old"}),
                PublicationRecord("2", "2024-01-01", {"title": "two"}),
            ]
        }
    )
    outcomes = publications.merge_records(
        "b.yml",
        [
            PublicationRecord("1", "2025-01-01", {"title": "new"}),
            PublicationRecord("2", "2023-01-01", {"title": "older"}),
            PublicationRecord("3", "", {"title": "three"}),
            PublicationRecord("3", "", {"title": "three"}),
        ],
    )
    assert outcomes == [
        (RowOutcome.FILLED, ()),
        (RowOutcome.CONFLICTING, ("title",)),
        (RowOutcome.ADDED, ()),
        (RowOutcome.UNCHANGED, ()),
    ]
    assert [[record.data["title"] for record in records] for records in publications.files.values()] == [
        ["new", "two"],
        ["three"],
    ]


# -- through files -------------------------------------------------------------------------------------------------

ROW = st.fixed_dictionaries(
    {},
    optional={
        "ARXIVID": st.sampled_from(["2501.00001", "2501.00002v3", " 2501.00003 ", "none"]) | VALUES,
        "arxiv_id": st.sampled_from(["2501.00001", "arXiv:2501.00002", "0411431"]) | VALUES,
        "title": st.sampled_from(["A title", "  Another\n title"]) | VALUES,
        "authors": st.lists(st.sampled_from(["A. B", "C (D", "E)", ":", "", "\\'Eva"]) | VALUES, max_size=5) | VALUES,
        "abstract": st.sampled_from(["arXiv:2501.00001v2 Announce Type: new  Abstract: text", "a &amp;lt; b"]) | VALUES,
        "COMMENT": VALUES,
        "RELEVANCE": st.integers(-1, 12) | st.sampled_from(["8", "8/10", "high"]) | VALUES,
        "NOVELTY": st.integers(-1, 12) | VALUES,
        "SCORE": VALUES,
        "topics": VALUES,
        "links": st.dictionaries(st.sampled_from(["code", "project"]), st.sampled_from(["https://a.org /b", "x"]))
        | VALUES,
        "published": st.sampled_from(["2025-01-01", "yesterday"]) | VALUES,
        "scorer": VALUES,
        "source": VALUES,
        "own": VALUES,
    },
)
FILES = st.lists(
    st.tuples(
        st.sampled_from(["2025-01-02.json", "2025-01-02.jsonl", "2025-01-03.json"]),
        st.dictionaries(st.sampled_from(["2501.00001", "2501.00004", "x"]), ROW, min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=3,
)


def snapshot(root: Path) -> dict[str, tuple[bytes, int]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(files=FILES, replace=st.booleans())
def test_importing_again_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, dict[str, Any]]], replace: bool
) -> None:
    folder, root = tmp_path_factory.mktemp("given"), tmp_path_factory.mktemp("root")
    for number, (name, rows) in enumerate(files):
        lines = "".join(json.dumps(row) + "\n" for row in rows.values())
        (folder / str(number)).mkdir()
        (folder / str(number) / name).write_text(lines if name.endswith("l") else json.dumps(rows))
    first = run(root, [str(folder)], replace=replace)
    before = snapshot(root)
    second = run(root, [str(folder)], replace=replace)
    if replace:  # two files that contradict each other take turns, and end where they ended before
        assert {path: data for path, (data, _) in snapshot(root).items()} == {
            path: data for path, (data, _) in before.items()
        }
    else:
        assert snapshot(root) == before
        assert second.days == []
    assert (second.outcomes.get("added", 0), second.rejected) == (0, first.rejected)
    assert second.read == first.read
    store = Store(root)
    for date in store.dates():
        assert store.papers(date)  # strict to read: raises if anything unfit was written


def test_old_times_stay_when_nothing_changes(tmp_path: Path) -> None:
    source = tmp_path / "2025-01-02.json"
    source.write_text('{"2501.00001": {"title": "T", "COMMENT": "c"}}')
    run(tmp_path, [str(source)])
    path = Store(tmp_path).papers_path("2025-01-02")
    os.utime(path, (1, 1))
    assert run(tmp_path, [str(source)]).outcomes == {"unchanged": 1}
    assert path.stat().st_mtime == 1
