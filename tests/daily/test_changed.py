"""The time of a change: a row gets it when it joins a day that readers know, or a text or score of it is replaced."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broadsheet.build.generate import generate
from broadsheet.daily import import_
from broadsheet.daily.import_ import run
from broadsheet.daily.score import with_scores
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.store.store import Store
from tests.example import SETTINGS, digest, make_digest, paper

DAY = "2025-05-27"
FIRST, SECOND = "2025-05-28T06:00:00Z", "2025-05-29T06:00:00Z"


def scored(number: int, relevance: int | None, **fields: Any) -> Paper:
    score = {} if relevance is None else {"relevance": relevance, "novelty": 5}
    return Paper(arxiv_id=f"2505.0000{number}", title="T", **score, **fields)  # type: ignore[arg-type]


def changed(rows: list[Paper]) -> list[object]:
    return [row.extra.get("changed") for row in rows]


def test_only_a_replaced_or_late_score_is_a_change() -> None:
    rows = [scored(1, 9), scored(2, 9), scored(3, None), scored(4, None)]
    new = [scored(1, 9), scored(2, 3), scored(3, 7), scored(4, 7)]
    assert changed(with_scores(rows, new, FIRST, {"2505.00003"})) == [None, FIRST, FIRST, None]
    assert changed(with_scores(with_scores(rows, new, FIRST), new, SECOND)) == [None, FIRST, None, None]
    assert changed(with_scores(rows, new)) == [None] * 4


def imported(root: Path, rows: list[dict[str, Any]], now: str, *, replace: bool = True) -> list[object]:
    file = root / f"{DAY}.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    run(root, [str(file)], replace=replace, now=now)
    return changed(list(Store(root).papers(DAY)))


def test_an_import_notes_what_it_replaces(tmp_path: Path) -> None:
    rows = [paper("2505.00001", relevance=9), paper("2505.00002")]
    worse = [rows[0] | {"relevance": 3}, rows[1], paper("2505.00003")]
    make_digest(tmp_path)
    assert imported(tmp_path, rows, FIRST) == [None, None]
    assert imported(tmp_path, rows, SECOND) == [None, None]
    assert imported(tmp_path, worse[:2], SECOND, replace=False) == [None, None]
    assert imported(tmp_path, worse[:2], SECOND) == [SECOND, None]
    assert imported(tmp_path, worse, "2025-06-01T00:00:00Z") == [SECOND, None, "2025-06-01T00:00:00Z"]
    assert imported(tmp_path, worse, "2025-06-02T00:00:00Z") == [SECOND, None, "2025-06-01T00:00:00Z"]


def test_a_gap_that_is_filled_is_no_change_and_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    whole, bare = paper("2505.00001"), {"arxiv_id": "2505.00001", "title": "T"}
    bare["title"] = whole["title"]
    folders = [make_digest(tmp_path / name) for name in ("one", "other")]
    for folder, order in zip(folders, ([whole, bare], [bare, whole]), strict=True):
        for now, row in zip((FIRST, SECOND), order, strict=True):
            imported(folder, [row], now, replace=False)
    one, other = (Store(folder).papers_path(DAY).read_bytes() for folder in folders)
    assert one == other


def modified(root: Path) -> dict[str, str]:
    """Return the time of the last change of each item of the feeds."""
    generate(root, processes=1)
    feeds = [json.loads((root / f"docs/feeds/{name}.json").read_bytes()) for name in ("all", "daily", "weekly")]
    return {item["id"].rpartition("broadsheet/")[2]: item["date_modified"] for feed in feeds for item in feed["items"]}


@pytest.mark.slow
def test_feeds_tell_readers_of_a_replaced_score(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest", {DAY: [paper("2505.00001"), paper("2505.00002")]})
    file = tmp_path / f"{DAY}.jsonl"
    file.write_text(json.dumps(paper("2505.00001", relevance=3, novelty=2)) + "\n", "utf-8")
    before = modified(root)
    assert set(before.values()) == {f"{DAY}T00:00:00+00:00"}
    run_ = digest("import", "--replace", file, "--root", root)
    assert run_.returncode == 0, run_.stderr
    (time,) = (row.extra["changed"] for row in Store(root).papers(DAY) if row.extra)
    after = modified(root)
    assert modified(root) == after
    moved = {name for name in after if after[name] != before[name]}
    assert moved == {"paper/2505.00001", f"edition/daily/{DAY}"}
    assert {after[name] for name in moved} == {time.replace("Z", "+00:00")}
    assert msgspec.json.decode(Store(root).papers_path(DAY).read_bytes().splitlines()[0])["changed"] == time


def test_rows_that_join_a_day_of_an_earlier_import_note_the_time(tmp_path: Path) -> None:
    first, late, other = paper("2505.00001"), paper("2505.00002"), paper("2505.00003", source="hf")
    make_digest(tmp_path)
    assert imported(tmp_path, [first], FIRST, replace=False) == [None]
    assert imported(tmp_path, [first, late], SECOND, replace=False) == [None, SECOND]
    rating = {"arxiv_id": "2505.00001", "relevance": 4, "novelty": 4, "source": "hf", "title": "T"}
    assert imported(tmp_path, [late, other, rating], "2025-06-01T06:00:00Z", replace=False) == [
        None, SECOND, "2025-06-01T06:00:00Z", "2025-06-01T06:00:00Z",
    ]  # fmt: skip
    before = Store(tmp_path).papers_path(DAY).read_bytes()
    imported(tmp_path, [first, late, other], "2025-06-02T06:00:00Z", replace=False)
    assert Store(tmp_path).papers_path(DAY).read_bytes() == before


def test_a_day_of_which_readers_saw_only_the_state_grows_too(tmp_path: Path) -> None:
    make_digest(tmp_path)
    Store(tmp_path).write_receipt(Receipt(date=DAY, state=DayState.QUIET))
    assert imported(tmp_path, [paper("2505.00001")], FIRST, replace=False) == [FIRST]


def test_several_files_of_one_import_make_a_new_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_digest(tmp_path / "digest")
    files = [tmp_path / name / f"{DAY}.jsonl" for name in ("a", "b")]
    for number, file in enumerate(files, 1):
        file.parent.mkdir()
        file.write_text(json.dumps(paper(f"2505.0000{number}")) + "\n", "utf-8")
    monkeypatch.setattr(import_, "_MAX_BUFFERED", 0)  # the day is written after each file
    run(root, [str(file) for file in files], now=FIRST)
    assert changed(list(Store(root).papers(DAY))) == [None, None]


@pytest.mark.slow
def test_feeds_tell_readers_of_a_day_that_grew(tmp_path: Path) -> None:
    days = {DAY: [paper("2505.00001")], "2025-06-02": [paper("2506.00001")]}
    root = make_digest(tmp_path / "digest", days, SETTINGS + "feeds: {edition_papers: 1}\n")
    before = modified(root)
    late = paper("2505.00002", relevance=1, novelty=1)  # not among the best of its week
    imported(root, [late], "2025-06-03T06:00:00Z", replace=False)
    after = modified(root)
    assert {name: after[name] for name in after if after[name] != before.get(name)} == dict.fromkeys(
        ("paper/2505.00002", f"edition/daily/{DAY}", "edition/weekly/2025-W22"), "2025-06-03T06:00:00+00:00"
    )
