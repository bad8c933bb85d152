"""``data/`` on disk: strict reads, whole writes, no write without a change."""

import os
from pathlib import Path

import pytest

from generator.edges.atomic import write_atomically
from generator.edges.store import Store
from generator.ground.errors import DigestError
from generator.ground.model import Paper, Receipt, State

A = Paper(arxiv_id="2505.18313", title="A")
B = Paper(arxiv_id="2505.18313", title="B", source="hf")


def test_an_empty_root_has_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert (store.dates(), store.papers("2025-05-27"), store.receipt("2025-05-27")) == ([], (), None)
    assert store.publications() == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_read_in_its_order(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.write_papers("2025-05-27", [B, A])
    assert store.write_receipt(Receipt(date="2025-05-28", state=State.QUIET))
    assert store.papers("2025-05-27") == (B, A)
    assert store.dates() == ["2025-05-27", "2025-05-28"]
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()) == [
        "data/papers/2025/2025-05-27.jsonl",
        "data/runs/2025/2025-05-28.json",
    ]


def test_the_same_again_touches_no_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_papers("2025-05-27", [A])
    path = store.papers_path("2025-05-27")
    os.utime(path, (1, 1))
    assert not store.write_papers("2025-05-27", [A])
    assert path.stat().st_mtime == 1


def test_fingerprints_follow_papers_receipts_and_publications(tmp_path: Path) -> None:
    store = Store(tmp_path)
    seen = [store.fingerprint("2025-05-27")]
    store.write_papers("2025-05-27", [A])
    seen.append(store.fingerprint("2025-05-27"))
    store.write_receipt(Receipt(date="2025-05-27", state=State.OK))
    seen.append(store.fingerprint("2025-05-27"))
    assert len(set(seen)) == 3
    before = store.publications_fingerprint()
    store.write_publications("a.yml", "_id: '1'\ntitle: T\ntype: dataset\n")
    assert store.publications_fingerprint() != before
    assert [publication.id for publication in store.publications()] == ["1"]


def test_every_bad_line_is_listed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_papers("2025-05-27", [A])
    path = store.papers_path("2025-05-27")
    path.write_bytes(path.read_bytes() + b"\nnonsense\n" + path.read_bytes())
    with pytest.raises(DigestError) as caught:
        store.papers("2025-05-27")
    assert str(caught.value).splitlines() == [
        "data/papers/2025/2025-05-27.jsonl:3: not JSON: invalid character (byte 4): mend or delete the line",
        "data/papers/2025/2025-05-27.jsonl:4: 2505.18313 of arxiv stands on line 1 already:"
        " delete one of the two lines",
    ]


def test_a_receipt_of_another_day_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_receipt(Receipt(date="2025-05-27", state=State.OK))
    store.receipt_path("2025-05-27").rename(store.receipt_path("2025-05-28"))
    with pytest.raises(DigestError) as caught:
        store.receipt("2025-05-28")
    assert str(caught.value) == (
        "data/runs/2025/2025-05-28.json: the receipt says 2025-05-27, its file 2025-05-28:"
        " rename the file or correct its date"
    )


def test_files_in_the_wrong_place_are_no_days(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_papers("2025-05-27", [A])
    for stray in ("papers/2024/2025-05-28.jsonl", "papers/2025/2025-02-30.jsonl", "papers/2025/.2025-05-29.jsonl.x7f"):
        path = tmp_path / "data" / stray
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    assert store.dates() == ["2025-05-27"]


@pytest.mark.parametrize("date", ["../../x", "2025-05-27/..", "", "２０２５-05-27", "2025-05-27\n"])
def test_a_date_never_becomes_another_path(tmp_path: Path, date: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        Store(tmp_path).write_papers(date, [])


def test_a_file_in_the_folder_one_is_in_is_written_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_atomically(Path("by-its-name-alone"), b"here")
    assert (tmp_path / "by-its-name-alone").read_bytes() == b"here"


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    write_atomically(path, b"old", durable=True)
    with pytest.raises(TypeError):
        write_atomically(path, "new", durable=True)  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["day.jsonl"]
