"""The counts of receipts: every fetched paper has a row, and `broadsheet check` reports one that has none."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.checks.check import check
from broadsheet.daily import ledger
from broadsheet.daily.receipts import SourceRun, reconcile
from broadsheet.index.states import derive_state
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.model.state import DayState
from broadsheet.store.store import DROPPED, Store
from tests.example import make_digest

DAY = "2026-09-24"
START = Receipt(date=DAY, state=DayState.FAILED, errors=("run: begun, and not finished",))
IDS = st.integers(1, 12).map(lambda n: f"2609.{n:05}")


def row(arxiv_id: str, source: str = "arxiv", score: int | None = 7, why: str | None = None) -> Paper:
    return Paper(
        arxiv_id=arxiv_id, title="T", source=source, relevance=score, novelty=score, extra={DROPPED: why} if why else {}
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(("arxiv", "hf")), IDS, st.sampled_from(("shown", "unscored", "below 5", "old")))
    ),
    st.booleans(),
)
def test_the_counts_add_up_after_any_reply(found: list[tuple[str, str, str]], again: bool) -> None:
    fate: Mapping[str, str] = {arxiv_id: what for _, arxiv_id, what in reversed(found)}
    pairs = sorted({(source, arxiv_id) for source, arxiv_id, _ in found})
    listed = [row(i, s, 7 if fate[i] == "shown" else None) for s, i in pairs if fate[i] in ("shown", "unscored")]
    dropped = [row(i, s, 2, "below 5") for s, i in pairs if fate[i] == "below 5"]
    sources = [
        SourceRun(
            source=name,
            status="ok",
            ids=frozenset(i for s, i in pairs if s == name),
            announced=12,
            duplicates={i: "2026-09-01" for s, i in pairs if s == name and fate[i] == "old"},
        )
        for name in ("arxiv", "hf")
    ]
    receipt = reconcile(START, sources, listed, dropped, {}, ())
    if again:
        assert reconcile(receipt, [], listed, dropped, {}, ()) == receipt
        assert reconcile(receipt, sources, listed, dropped, {}, ()) == receipt
    assert receipt.fetched == len(pairs) == (receipt.duplicates or 0) + (receipt.scanned or 0)
    assert receipt.scanned == sum(what != "old" for what in fate.values())
    assert receipt.scanned == (receipt.shown or 0) + sum(receipt.dropped.values()) + len(receipt.unscored)
    assert receipt.scored == (receipt.shown or 0) + len({paper.arxiv_id for paper in dropped})
    assert (receipt.state, receipt.errors) == (derive_state(receipt), ())
    if receipt.unscored:
        assert receipt.state in (DayState.PARTIAL, DayState.FAILED)
    if receipt.scanned and not receipt.scored:
        assert receipt.state is DayState.FAILED


def test_a_fetched_paper_without_a_row_is_an_error() -> None:
    given_now = [SourceRun("arxiv", "ok", frozenset({"2609.00001", "2609.00002"}), announced=2)]
    receipt = reconcile(START, given_now, [row("2609.00001")], [], {}, ())
    assert (receipt.state, receipt.errors) == (
        DayState.PARTIAL,
        ("1 of the fetched papers could not be stored: 2609.00002",),
    )


@pytest.mark.parametrize(
    ("conditions", "scanned", "state"),
    [
        ({"arxiv": "quiet", "hf": "quiet"}, 0, DayState.QUIET),
        ({"arxiv": "quiet", "hf": "failed"}, 0, DayState.PARTIAL),
        ({"arxiv": "stale"}, 0, DayState.FAILED),
        ({"arxiv": "failed", "hf": "failed"}, 0, DayState.FAILED),
        ({"arxiv": "ok", "hf": "stale"}, 1, DayState.PARTIAL),
        ({"arxiv": "ok"}, 1, DayState.OK),
    ],
)
def test_the_state_follows_from_the_sources(conditions: dict[str, str], scanned: int, state: DayState) -> None:
    given_now = [SourceRun(name, condition) for name, condition in conditions.items()]
    listed = [row("2609.00001")] * scanned
    assert reconcile(START, given_now, listed, [], {}, ()).state is state


def test_a_repository_that_fails_on_a_sunday_is_no_quiet_day() -> None:
    given_now = [SourceRun("arxiv", "quiet"), SourceRun("librecat x", "failed", dated=False)]
    receipt = reconcile(START, given_now, [], [], {}, ())
    assert (receipt.state, receipt.sources["librecat x"].fetched) == (DayState.PARTIAL, None)


# -- broadsheet check --------------------------------------------------------------------------------------------------

GOOD = Receipt(
    date=DAY,
    state=DayState.PARTIAL,
    announced=9,
    fetched=5,
    duplicates=1,
    replaced=0,
    scanned=4,
    scored=3,
    shown=2,
    dropped={"below 5": 1},
    unscored={"2609.00003": "no line that can be read"},
    sources={
        "arxiv": SourceStats(status="ok", announced=9, fetched=5, replaced=0, duplicates={"2609.00009": "2026-09-01"})
    },
)


def faults(root: Path, **changes: object) -> list[str]:
    """Return the faults that `broadsheet check` finds in the receipt with these changes."""
    store = Store(make_digest(root))
    store.write_papers(DAY, [row("2609.00001"), row("2609.00002"), row("2609.00003", score=None)])
    store.write_dropped(DAY, [row("2609.00004", score=2, why="below 5")])
    store.write_receipt(msgspec.structs.replace(GOOD, **changes))
    found = [problem for problem in check(root).problems if problem.location.startswith("data/")]
    assert all(problem.hint == f"count again: broadsheet run --date {DAY}" for problem in found[:1])
    return [problem.message for problem in found]


def test_a_receipt_that_adds_up_is_sound(tmp_path: Path) -> None:
    assert faults(tmp_path) == []


def test_a_receipt_from_before_0_1_0_is_read_and_written_with_todays_keys(tmp_path: Path) -> None:
    assert faults(tmp_path) == []
    store = Store(tmp_path)
    path = store.receipt_path(DAY)
    text = path.read_text("utf-8")
    old = text.replace('"shown"', '"relevant"').replace('"status"', '"condition"')
    assert old.count("relevant") == old.count("condition") == 1
    path.write_text(old)
    assert store.receipt(DAY) == GOOD
    assert [problem for problem in check(tmp_path).problems if problem.location.startswith("data/")] == []
    ledger.write(store, GOOD)
    assert path.read_text("utf-8") == text
    path.write_text(old.replace('"relevant": 2', '"relevant": 9'))
    line = text[: text.index('"shown"')].count("\n") + 1
    assert f"data/runs/2026/{DAY}.json:{line}: 9 shown of 4 scanned: correct the counts" in map(
        str, check(tmp_path).problems
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"announced": 8}, "8 announced, yet the sources make 9"),
        ({"fetched": 6, "duplicates": 2}, "6 fetched, yet the sources make 5"),
        ({"replaced": 3}, "3 replaced, yet the sources make 0"),
        ({"duplicates": 0}, "5 fetched, yet 0 duplicates and 4 scanned make 4"),
        (
            {"unscored": {}, "state": DayState.OK},
            "4 scanned, yet 2 shown, 1 dropped and 0 unscored make 3",
        ),
        (
            {"shown": 3, "scanned": 5, "fetched": 6},
            "3 shown with a score and 1 unscored, yet 2 scored papers are listed, and 1 without a score",
        ),
        ({"dropped": {"below 6": 1}}, "the receipt has 1 dropped paper, yet data/dropped has: 1 below 5"),
        ({"scored": 4}, "4 scored, yet 2 are shown, and 1 were dropped with a score"),
        ({"state": DayState.OK}, "the state is ok, but by the counts it is partial"),
        ({"state": DayState.FAILED}, "the state is failed, but by the counts it is partial"),
    ],
)
def test_every_sum_is_checked(tmp_path: Path, changes: dict[str, object], says: str) -> None:
    assert says in faults(tmp_path, **changes)


def test_broken_lines_and_misplaced_files_of_dropped_papers_are_reported(tmp_path: Path) -> None:
    store = Store(make_digest(tmp_path))
    store.write_dropped(DAY, [row("2609.00004", why="below 5")])
    store.write_papers(DAY, [row("2609.00001")])
    file = store.dropped_path(DAY)
    (file.parent.parent / f"{DAY}.jsonl").write_bytes(file.read_bytes())
    file.write_text("{broken\n")
    found = [str(problem) for problem in check(tmp_path).problems if problem.location.startswith("data/")]
    assert found[1].startswith(f"data/dropped/2026/{DAY}.jsonl:1: not JSON")
    do = "move it to data/dropped/YYYY/YYYY-MM-DD.jsonl"
    assert found[0] == f"data/dropped/{DAY}.jsonl: dropped papers are not read from here: {do}"


def test_what_either_list_of_a_source_left_out_counts_as_announced() -> None:
    listed = [row("2609.00001"), row("2609.00002")]
    feed = SourceRun("arxiv", "ok", frozenset({"2609.00001", "2609.00002"}), announced=5)
    api = SourceRun("arxiv", "ok", frozenset({"2609.00001"}), announced=3)
    for first, second in ((feed, api), (api, feed), (feed._replace(status="stale"), api)):
        before = reconcile(START, [first], [paper for paper in listed if paper.arxiv_id in first.ids], [], {}, ())
        receipt = reconcile(before, [second], listed, [], {}, ())
        assert (receipt.announced, receipt.fetched) == (5, 2)
