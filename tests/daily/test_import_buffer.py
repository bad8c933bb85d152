"""Papers wait until their day is complete. The size of the buffer does not change the files."""

import json
from pathlib import Path

import pytest

from broadsheet.daily import import_
from broadsheet.daily.import_ import run


def test_a_day_comes_out_the_same_however_many_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, name in enumerate("abc", 1):
        for day in range(1, 6 if name != "a" else 16):
            ids = [f"2505.{number + offset:05}" for offset in range(6)]
            papers = {id_: {"arxiv_id": id_, "title": f"Title {id_}", "RELEVANCE": 8, "NOVELTY": 7} for id_ in ids}
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / f"2025-05-{day:02}.json").write_text(json.dumps(papers))
    reports = []
    for root, most in ((tmp_path / "all", 1_000), (tmp_path / "few", 10), (tmp_path / "none", 0)):
        monkeypatch.setattr(import_, "_MAX_BUFFERED", most)
        reports.append(run(root, [str(tmp_path / name) for name in "abc"]))
    assert reports[0] == reports[1] == reports[2]
    for file in (tmp_path / "all" / "data").rglob("*.jsonl"):
        assert file.read_bytes().count(b"\n") == (8 if file.stem <= "2025-05-05" else 6)
        for other in ("few", "none"):
            assert (tmp_path / other / file.relative_to(tmp_path / "all")).read_bytes() == file.read_bytes()
