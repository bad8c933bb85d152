"""Fields that are over a limit: pages show a part, ``data/`` keeps the whole, and the check names each."""

import json
from pathlib import Path
from typing import Any

import pytest

from broadsheet.checks.check import check
from broadsheet.daily import drop as dropping
from broadsheet.daily import import_ as importing
from broadsheet.store.store import DROPPED, Store
from tests.example import make_digest, paper

DAY = "2025-05-28"
LONG: dict[str, Any] = {
    "title": "x" * 3_000,
    "abstract": "y " * 20_000,
    "authors": ["a" * 600, "B"],
    "categories": ["cs.LG"] * 150,
    "scorer": {"model": "m" * 500},
    "own": {"deep": ["w" * 30_000]},
    "numbers": list(range(30_000)),
    "k" * 30_000: 1,
}


def digest_with(root: Path, *rows: dict[str, Any]) -> Path:
    return make_digest(root, {DAY: list(rows)})


def rows_of(root: Path, kind: str = "papers") -> dict[str, dict[str, Any]]:
    lines = (root / "data" / kind / DAY[:4] / f"{DAY}.jsonl").read_text().splitlines()
    return {row["arxiv_id"]: row for row in map(json.loads, lines)}


def import_row(root: Path, row: dict[str, Any], *, replace: bool = False) -> None:
    file = root.parent / f"{DAY}.json"
    file.write_text(json.dumps([row]))
    assert importing.run(root, [str(file)], replace=replace).faults == []


@pytest.mark.parametrize("field", LONG, ids=lambda field: field[:10])
def test_a_command_that_writes_a_day_keeps_its_long_fields(tmp_path: Path, field: str) -> None:
    root = digest_with(tmp_path / "digest", paper("2505.00001") | {field: LONG[field]})
    import_row(root, paper("2505.00002"))
    assert rows_of(root).keys() == {"2505.00001", "2505.00002"}
    assert rows_of(root)["2505.00001"][field] == LONG[field]


def test_a_row_that_changes_keeps_the_fields_that_do_not(tmp_path: Path) -> None:
    root = digest_with(tmp_path / "digest", paper("2505.00001") | LONG | {"doi": None})
    import_row(root, paper("2505.00001") | {"title": "New", "doi": "10.1/x"}, replace=True)
    row = rows_of(root)["2505.00001"]
    assert (row["title"], row["doi"]) == ("New", "10.1/x")
    assert {name: row[name] for name in ("own", "numbers", "k" * 30_000)} == {
        name: LONG[name] for name in ("own", "numbers", "k" * 30_000)
    }


def test_a_paper_that_is_dropped_keeps_them_too(tmp_path: Path) -> None:
    root = digest_with(tmp_path / "digest", paper("2505.00001") | LONG, paper("2505.00002"))
    store = Store(root)
    dropping.move_to_dropped(store, DAY, store.papers(DAY), {"2505.00001": "off topic"})
    row = rows_of(root, "dropped")["2505.00001"]
    assert row[DROPPED] == "off topic"
    assert {name: row[name] for name in ("title", "own", "numbers")} == {
        name: LONG[name] for name in ("title", "own", "numbers")
    }
    assert rows_of(root).keys() == {"2505.00002"}


WORDS = {
    "title": "title is longer than 2,000 characters",
    "authors": "authors: an entry is longer than 500 characters",
    "categories": "categories: there are more than 100 entries",
    "scorer": "scorer is longer than 400 characters",
    "own": "own has more than 20,000 entries in one place, or a text of more characters",
    "numbers": "numbers has more than 20,000 entries in one place, or a text of more characters",
    "k" * 30_000: f"the key {'k' * 39}… is longer than 20,000 characters",
}


@pytest.mark.parametrize("field", WORDS, ids=lambda field: field[:10])
def test_the_check_names_each_field_that_is_too_long(tmp_path: Path, field: str) -> None:
    root = digest_with(tmp_path, paper("2505.00001") | {field: LONG[field]})
    (note,) = [problem for problem in check(root).problems if problem.is_note and problem.location.startswith("data/")]
    assert note.message == f"2505.00001: {WORDS[field]}, and is cut when it is read"


def test_the_check_names_the_first_of_too_many_keys(tmp_path: Path) -> None:
    root = digest_with(tmp_path, paper("2505.00001") | {f"key{number}": 0 for number in range(20_005)})
    (note,) = [problem for problem in check(root).problems if problem.is_note and problem.location.startswith("data/")]
    assert note.message.startswith("2505.00001: key20000: there are more than 20,000 keys")


def test_the_check_names_a_dropped_paper_of_an_otherwise_empty_day(tmp_path: Path) -> None:
    root = make_digest(tmp_path)
    file = root / "data/dropped/2025/2025-05-28.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(paper("2505.00001") | {"title": LONG["title"]}) + "\n")
    (note,) = [problem for problem in check(root).problems if problem.is_note and problem.location.startswith("data/")]
    assert note.location == "data/dropped/2025/2025-05-28.jsonl:1"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("note", "n" * 5_000),
        ("errors", ["e" * 5_000]),
        ("near_misses", [{"arxiv_id": "2505.00009", "title": "t" * 5_000, "score": 4}]),
    ],
)
def test_the_check_names_the_cut_parts_of_a_receipt(tmp_path: Path, key: str, value: object) -> None:
    root = digest_with(tmp_path, paper("2505.00001"))
    file = root / "data/runs/2025/2025-05-28.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"date": DAY, "state": "ok", key: value}, indent=1))
    notes = [problem for problem in check(root).problems if problem.is_note and "is cut" in problem.message]
    assert [note.message.split()[0] for note in notes] == [key]
    assert notes[0].location.startswith("data/runs/2025/2025-05-28.json:")


@pytest.mark.parametrize("field", ["updated", "published", "arxiv_id"])
def test_a_message_does_not_print_a_long_value_at_length(tmp_path: Path, field: str) -> None:
    root = digest_with(tmp_path, paper("2505.00001") | {field: "u" * 4_000})
    problem = next(problem for problem in check(root).problems if problem.message.startswith(field))
    assert len(problem.message) < 200
