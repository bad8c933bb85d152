"""The time of a change: a row gets it when a text or score that readers had seen is replaced, and only then."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from broadsheet.daily.import_ import run
from broadsheet.daily.score import with_scores
from broadsheet.model.paper import Paper
from broadsheet.store.store import Store
from tests.example import digest, make_digest, paper

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
    assert imported(tmp_path, worse, SECOND, replace=False) == [None, None, None]
    assert imported(tmp_path, worse, SECOND) == [SECOND, None, None]
    assert imported(tmp_path, worse, "2025-06-01T00:00:00Z") == [SECOND, None, None]


def test_a_gap_that_is_filled_is_no_change_and_the_order_of_files_does_not_matter(tmp_path: Path) -> None:
    whole, bare = paper("2505.00001"), {"arxiv_id": "2505.00001", "title": "T"}
    bare["title"] = whole["title"]
    folders = [make_digest(tmp_path / name) for name in ("one", "other")]
    for folder, order in zip(folders, ([whole, bare], [bare, whole]), strict=True):
        for now, row in zip((FIRST, SECOND), order, strict=True):
            imported(folder, [row], now, replace=False)
    one, other = (Store(folder).papers_path(DAY).read_bytes() for folder in folders)
    assert one == other


@pytest.mark.slow
def test_feeds_tell_readers_of_a_replaced_score(tmp_path: Path) -> None:
    root = make_digest(tmp_path / "digest", {DAY: [paper("2505.00001"), paper("2505.00002")]})
    file = tmp_path / f"{DAY}.jsonl"
    file.write_text(json.dumps(paper("2505.00001", relevance=3, novelty=2)) + "\n", "utf-8")

    def modified() -> dict[str, str]:
        assert digest("generate", "--root", root).returncode == 0
        items = json.loads((root / "docs/feeds/all.json").read_bytes())["items"]
        items += json.loads((root / "docs/feeds/daily.json").read_bytes())["items"]
        return {item["id"].rpartition("broadsheet/")[2]: item["date_modified"] for item in items}

    before = modified()
    assert set(before.values()) == {f"{DAY}T00:00:00+00:00"}
    run_ = digest("import", "--replace", file, "--root", root)
    assert run_.returncode == 0, run_.stderr
    (time,) = (row.extra["changed"] for row in Store(root).papers(DAY) if row.extra)
    after = modified()
    assert modified() == after
    moved = {name for name in after if after[name] != before[name]}
    assert moved == {"paper/2505.00001", f"edition/daily/{DAY}"}
    assert {after[name] for name in moved} == {time.replace("Z", "+00:00")}
    assert msgspec.json.decode(Store(root).papers_path(DAY).read_bytes().splitlines()[0])["changed"] == time
