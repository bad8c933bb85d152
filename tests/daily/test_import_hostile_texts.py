"""No text of a row or a receipt has characters that XML forbids, or that reorder or hide text."""

import json
from pathlib import Path
from typing import Any

import pytest

from broadsheet.daily.import_ import ImportReport, run
from broadsheet.store.store import Store
from broadsheet.text.sanitize import clean

DAY = "2026-11-23"
BAD = "\u202egpt\x00\x08\u200b"
ROW: dict[str, Any] = {"arxiv_id": "2611.01001", "title": "T", "relevance": 8, "novelty": 7}
RECEIPT: dict[str, Any] = {"date": DAY, "state": "ok"}


def import_value(root: Path, name: str, *values: Any) -> ImportReport:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return run(root, [str(root / name)], date=DAY)


def texts_in_data(root: Path) -> list[str]:
    found: list[str] = []
    for path in (root / "data").rglob("*.json*"):
        for line in path.read_bytes().split(b"\n") if path.suffix == ".jsonl" else [path.read_bytes()]:
            if line.strip():
                _collect(json.loads(line), found)
    return found


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    for part in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        _collect(part, found)
    found += value if isinstance(value, dict) else ()


@pytest.mark.parametrize(
    "fields",
    [
        {"scorer": BAD},
        {"scorer": {"model": BAD, "rubric": f"r\n{BAD}"}},
        {"source": BAD, "topics": [BAD], "categories": BAD, "reasons": [BAD]},
        {"links": {"code": f"https://example.org/{BAD}", "project": BAD}},
        {"published": f"2026-11-20T{BAD}", "updated": f"2026-11-20 {BAD}"},
        {"published": f"{DAY}T" + "x" * 1000},
        {"doi": BAD, "journal_ref": BAD, "arxiv_comment": BAD, "announce_type": BAD, "comment": BAD},
        {f"mine{BAD}": {f"a{BAD}": [BAD, {"b": BAD}]}, "other": BAD},
        {"title": BAD, "authors": [BAD, f"Ann {BAD} (Place{BAD})"], "abstract": BAD},
        {"scorer": "gpt\ud800"},
    ],
)
def test_rows(tmp_path: Path, fields: dict[str, Any]) -> None:
    import_value(tmp_path, "rows.json", [ROW | fields])
    texts = texts_in_data(tmp_path)
    assert "2611.01001" in texts
    assert [text for text in texts if clean(text) != text or len(text) > 200] == []


@pytest.mark.parametrize(
    ("scorer", "model"), [(BAD, "gpt"), (" a\nb ", "a b"), ("\u202e\x00", None), ({"model": "\x00"}, None)]
)
def test_scorers(tmp_path: Path, scorer: object, model: str | None) -> None:
    import_value(tmp_path, "rows.json", [ROW | {"scorer": scorer}])
    (paper,) = Store(tmp_path).papers(DAY)
    assert (paper.scorer.model if paper.scorer else None) == model


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"{DAY}T10:20:30Z", f"{DAY}T10:20:30Z"),
        (f"{DAY}T10:20:30.123456+02:00", f"{DAY}T10:20:30.123456+02:00"),
        (f"{DAY} 10:20:30 UTC", f"{DAY} 10:20:30 UTC"),
        (DAY, DAY),
        (f"{DAY}T\u202e10:20", DAY),
        (f"{DAY} about noon", DAY),
    ],
)
def test_times(tmp_path: Path, given: str, kept: str) -> None:
    import_value(tmp_path, "rows.json", [ROW | {"published": given}])
    assert [paper.published for paper in Store(tmp_path).papers(DAY)] == [kept]


@pytest.mark.parametrize(
    "fields",
    [
        {"model": BAD, "note": BAD, "errors": [BAD], "unscored": {BAD: BAD}},
        {f"mine{BAD}": {BAD: [BAD]}, "other": BAD},
        {"near_misses": [{"arxiv_id": "2611.01002", "title": BAD, "score": 5}]},
        {"note\u200b": "hidden", "note": "seen"},
        {"note": "\ud800", "mine": "\ud800", "number": float("nan")},
    ],
)
def test_receipts(tmp_path: Path, fields: dict[str, Any]) -> None:
    report = import_value(tmp_path, "receipt.json", RECEIPT | fields)
    assert (report.faults, report.receipts) == ([], 1)
    assert [text for text in texts_in_data(tmp_path) if clean(text) != text] == []
    receipt = Store(tmp_path).receipt(DAY)
    assert receipt is not None
    assert receipt.note in (None, "", "gpt", "seen")


def test_replies_and_downloads_with_lone_surrogates(tmp_path: Path) -> None:
    reply = {"model": "m\ud800", "sent": "x", "large": 10**30, "none": float("nan")}
    report = import_value(tmp_path, "other/replies/2026/2026-11-23.jsonl", reply, reply)
    assert report.faults == []
    day = {"type": "day", "date": DAY, "record": RECEIPT | {"note": "\ud800"}}
    report = import_value(tmp_path, "archive.jsonl", {"type": "archive", "record": {}}, day)
    assert (report.faults, report.receipts) == ([], 1)


@pytest.mark.parametrize("data", [b'{\x00"a": 1}\n{"b": 2}', b'{"a": "\xff"}\n{"b": 2}', b'{"a": 1}\n{\x00\x00"b": 2}'])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / f"{DAY}.json").write_bytes(data)
    report = run(tmp_path, [str(tmp_path / f"{DAY}.json")])
    assert (len(report.faults), report.outcomes) == (1, {})
