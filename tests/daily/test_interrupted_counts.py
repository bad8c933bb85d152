"""A command that ends before it wrote the receipts of its days: repeating it corrects the counts."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broadsheet.checks.check import check
from broadsheet.daily import import_ as importing
from broadsheet.daily import ledger
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.store.store import Store
from tests.example import make_digest
from tests.hourly_services import HfPaper, Operator, World
from tests.loopback import Loopback

DAYS = ("2026-09-22", "2026-09-23", "2026-09-24")


class Killed(BaseException):
    """Stands for SIGKILL: nothing of the program is run after it."""


def scored(number: int, **fields: Any) -> dict[str, Any]:
    return {"arxiv_id": f"2609.{number:05}", "title": "T", "relevance": 8, "novelty": 7, "comment": "C", **fields}


def faults(root: Path) -> list[str]:
    problems = [str(problem) for problem in check(root).problems if not problem.is_note]
    return [problem for problem in problems if problem.startswith("data/")]


def end_at(monkeypatch: pytest.MonkeyPatch, number: int, error: BaseException, date: str = "") -> None:
    """Let the write of a receipt with this number fail, counted from 1; only those of `date` if that is given."""
    write, left = Store.write_receipt, [number]

    def failing(store: Store, receipt: Receipt) -> bool:
        left[0] -= not date or receipt.date == date
        if not left[0]:
            raise error
        return write(store, receipt)

    monkeypatch.setattr(Store, "write_receipt", failing)


@pytest.fixture
def digest(tmp_path: Path) -> Path:
    """Three days of two papers, with receipts."""
    root = make_digest(
        tmp_path / "digest", {day: [scored(1 + 10 * n), scored(2 + 10 * n)] for n, day in enumerate(DAYS)}
    )
    for day in DAYS:
        ledger.write(Store(root), Receipt(date=day, state=DayState.OK, shown=2))
    assert not faults(root)
    return root


def shown_counts(root: Path) -> list[int | None]:
    receipts = [Store(root).receipt(day) for day in DAYS]
    return [receipt.shown if receipt else None for receipt in receipts]


def write_rows(folder: Path, days: tuple[str, ...]) -> str:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(scored(100 + n, date=day)) + "\n" for n, day in enumerate(days)))
    return str(file)


@pytest.mark.parametrize("days", [DAYS[2:], DAYS])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("replace", [False, True])
def test_a_second_import_repairs_one_that_was_killed(
    tmp_path: Path, digest: Path, monkeypatch: pytest.MonkeyPatch, days: tuple[str, ...], number: int, replace: bool
) -> None:
    rows = write_rows(tmp_path, days)
    if number <= len(days):
        with monkeypatch.context() as patch, pytest.raises(Killed):
            end_at(patch, number, Killed())
            importing.run(digest, [rows])
    report = importing.run(digest, [rows], replace=replace)
    assert report.outcomes == {"unchanged" if number <= len(days) else "added": len(days)}
    assert shown_counts(digest) == [3 if day in days else 2 for day in DAYS]
    assert not faults(digest)


def test_a_second_import_repairs_one_without_space_for_a_receipt(
    tmp_path: Path, digest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = write_rows(tmp_path, DAYS)
    with monkeypatch.context() as patch:
        end_at(patch, 2, OSError(errno.ENOSPC, "No space left on device"))
        assert importing.run(digest, [rows]).faults
    assert not importing.run(digest, [rows]).faults
    assert shown_counts(digest) == [3, 3, 3]


def test_dropped_papers_of_a_killed_import_are_counted(
    tmp_path: Path, digest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "data" / "dropped" / "2026" / f"{DAYS[2]}.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(scored(100, dropped="below")) + "\n")
    ledger.write(Store(digest), Receipt(date=DAYS[2], state=DayState.OK, shown=2, scored=2))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        end_at(patch, 1, Killed())
        importing.run(digest, [str(tmp_path / "data")])
    importing.run(digest, [str(tmp_path / "data")])
    receipt = Store(digest).receipt(DAYS[2])
    assert receipt
    assert receipt.scored == 3


def test_the_same_again_writes_nothing(tmp_path: Path, digest: Path) -> None:
    rows = write_rows(tmp_path, DAYS)
    importing.run(digest, [rows])
    files = {path: path.stat().st_mtime_ns for path in (digest / "data").rglob("*") if path.is_file()}
    report = importing.run(digest, [rows])
    assert (report.days, report.receipts) == ([], 0)
    assert files == {path: path.stat().st_mtime_ns for path in (digest / "data").rglob("*") if path.is_file()}


@pytest.fixture
def world() -> Iterator[World]:
    with Loopback() as server:
        yield World(server)
        server._unrequested.clear()


@pytest.mark.parametrize("day", ["2025-09-23", "2025-09-22"])
def test_votes_that_a_killed_run_renewed_on_another_day_are_counted(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    digest = Operator(tmp_path, world, huggingface=True)
    world.hf = [HfPaper("2509.20001", day, f"{day}T06:00:00Z")]
    digest.run("2025-09-22T20:10")
    digest.run("2025-09-23T20:10")
    world.hf.append(HfPaper("2509.20001", "2025-09-24", "2025-09-24T06:00:00Z", upvotes=9))
    with monkeypatch.context() as patch, pytest.raises(Killed):
        _stop_before(patch, day)
        digest.run_alone("2025-09-24", "2025-09-24T20:10")
    digest.run_alone("2025-09-24", "2025-09-24T20:20")
    assert digest.receipt(day).sources["hf"].renewed == 1
    assert not digest.faults()


def _stop_before(monkeypatch: pytest.MonkeyPatch, date: str) -> None:
    """End before the receipts of other days are counted again."""

    def stopping(store: Store, dates: Any) -> list[str]:
        if date in dates:
            raise Killed
        return []

    monkeypatch.setattr(ledger, "recount", stopping)


@pytest.mark.parametrize("fields", [{}, {"abstract": "Words."}])
def test_a_row_with_its_own_day_keeps_it_after_any_import(tmp_path: Path, digest: Path, fields: dict[str, Any]) -> None:
    file = tmp_path / f"{DAYS[2]}.jsonl"
    file.write_text(json.dumps(scored(21, sighted=DAYS[1], **fields)) + "\n")
    importing.run(digest, [str(file)])
    rows = {row.arxiv_id: row for row in Store(digest).papers(DAYS[2])}
    assert "sighted" not in rows["2609.00021"].extra
    assert rows["2609.00021"].abstract == fields.get("abstract")


def test_a_new_row_keeps_the_day_whose_list_had_it(tmp_path: Path, digest: Path) -> None:
    file = tmp_path / f"{DAYS[2]}.jsonl"
    file.write_text(json.dumps(scored(99, sighted=DAYS[1])) + "\n")
    importing.run(digest, [str(file)])
    assert {row.extra.get("sighted") for row in Store(digest).papers(DAYS[2])} == {None, DAYS[1]}
