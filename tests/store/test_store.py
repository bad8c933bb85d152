"""``data/`` on disk: strict reads, atomic writes, and no write without a change."""

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from broadsheet.model.diagnostics import DigestError
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.model.state import DayState
from broadsheet.store import atomic
from broadsheet.store.atomic import write_atomically, write_together
from broadsheet.store.store import Store

pytestmark = pytest.mark.slow

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
    assert store.write_receipt(Receipt(date="2025-05-28", state=DayState.QUIET))
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
    store.write_receipt(Receipt(date="2025-05-27", state=DayState.OK))
    seen.append(store.fingerprint("2025-05-27"))
    assert len(set(seen)) == 3
    before = store.publications_fingerprint()
    store.write_publications("a.yml", "_id: '1'\ntitle: T\ntype: dataset\n")
    assert store.publications_fingerprint() != before
    assert [publication.id for publication in store.publications()] == ["1"]


FAR = 10**20  # later than any change of a file


def test_a_stamp_follows_each_change_of_the_files_of_its_day_and_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_papers("2025-05-26", [A])
    store.write_papers("2025-05-27", [A])
    path = store.papers_path("2025-05-27")
    other = store.stamps(FAR)["2025-05-26"]

    def keep_size_and_time() -> None:
        before = path.stat()
        time.sleep(0.02)  # a tick of the clock of file systems
        path.write_bytes(path.read_bytes().swapcase())
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def lead_elsewhere() -> None:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")

    changes = (
        keep_size_and_time,
        lambda: store.write_receipt(Receipt(date="2025-05-27", state=DayState.OK)),
        lambda: store.write_dropped("2025-05-27", [B]),
        lead_elsewhere,
        lambda: (tmp_path / "elsewhere").write_bytes(b""),
        lambda: store.receipt_path("2025-05-27").unlink(),
    )
    seen = [store.stamps(FAR)["2025-05-27"]]
    for change in changes:
        time.sleep(0.02)
        change()
        assert store.stamps(FAR)["2025-05-27"] == store.stamps(FAR)["2025-05-27"]
        seen.append(store.stamps(FAR)["2025-05-27"])
    assert len(set(seen)) == len(seen)
    assert store.stamps(FAR)["2025-05-26"] == other


def test_a_day_has_no_stamp_while_one_of_its_files_is_new_or_leads_nowhere(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_papers("2025-05-26", [A])
    store.write_papers("2025-05-27", [A])
    settled_ns = max(path.stat().st_ctime_ns for path in tmp_path.rglob("*.jsonl"))
    time.sleep(0.02)
    store.write_receipt(Receipt(date="2025-05-27", state=DayState.OK))
    assert list(store.stamps(settled_ns)) == ["2025-05-26"]
    store.receipt_path("2025-05-26").symlink_to("nowhere")
    assert list(store.stamps(FAR)) == ["2025-05-27"]


def test_every_bad_line_is_listed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_papers("2025-05-27", [A])
    path = store.papers_path("2025-05-27")
    path.write_bytes(path.read_bytes() + b"\nnonsense\n" + path.read_bytes())
    with pytest.raises(DigestError) as caught:
        store.papers("2025-05-27")
    assert str(caught.value).splitlines() == [
        "data/papers/2025/2025-05-27.jsonl:3: not JSON: invalid character (byte 4): correct or delete the line",
        "data/papers/2025/2025-05-27.jsonl:4: 2505.18313 of arxiv is on line 1 already: delete one of the two lines",
    ]


def test_a_receipt_of_another_day_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write_receipt(Receipt(date="2025-05-27", state=DayState.OK))
    store.receipt_path("2025-05-27").rename(store.receipt_path("2025-05-28"))
    with pytest.raises(DigestError) as caught:
        store.receipt("2025-05-28")
    assert str(caught.value) == (
        "data/runs/2025/2025-05-28.json: the receipt has the date 2025-05-27, its file 2025-05-28:"
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


def test_writing_several_files_reports_the_result_of_each(tmp_path: Path) -> None:
    paths = [tmp_path / "days" / f"{number:02}" for number in range(20)]
    assert write_atomically(paths[3], b"3")
    paths[11].mkdir()
    found = list(write_together((path, str(number).encode()) for number, path in enumerate(paths)))
    assert isinstance(found[11], OSError)
    assert [written for number, written in enumerate(found) if number != 11] == [n != 3 for n in range(20) if n != 11]
    assert all(path.read_bytes() == str(number).encode() for number, path in enumerate(paths) if number != 11)
    assert sorted(os.listdir(tmp_path / "days")) == [path.name for path in paths]


def test_stopping_between_several_files_leaves_none_unfinished(tmp_path: Path) -> None:
    written = write_together((tmp_path / f"{number}", b"new") for number in range(5))
    assert next(written)
    assert len(os.listdir(tmp_path)) == 5
    del written
    assert os.listdir(tmp_path) == ["0"]


def killed_at(number: int, folder: Path) -> int:
    """The signal, if any, by which a process ended that was to be killed before the line with that number."""
    left = [number]

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code is not atomic._writing.__code__:
            return None
        left[0] -= event == "line"
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    child = os.fork()
    if child == 0:
        sys.settrace(trace)
        list(write_together((folder / f"2025-05-0{day}.jsonl", b"new" * 9) for day in range(1, 4)))
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


def test_a_kill_during_several_writes_leaves_each_file_old_or_new(tmp_path: Path) -> None:
    number, results = 0, set()
    while True:
        folder = tmp_path / str(number)
        for day in (1, 2):
            write_atomically(folder / f"2025-05-0{day}.jsonl", b"old")
        killed = killed_at(number, folder)
        atomic.remove_unfinished(folder)
        results.add(tuple((path.name[-8:-6], path.read_bytes()[:3]) for path in sorted(folder.iterdir())))
        if not killed:
            break
        number += 1
    old, new = b"old", b"new"
    assert results == {
        (("01", old), ("02", old)), (("01", new), ("02", old)), (("01", new), ("02", new)),
        (("01", new), ("02", new), ("03", new)),
    }  # fmt: skip
