"""Days before arXiv and after a site's last day: rejected on import, a problem in ``data/``."""

import json
from pathlib import Path
from typing import Any

import pytest

from broadsheet.build.build import build
from broadsheet.checks.check import check
from broadsheet.daily.import_ import run
from broadsheet.model.diagnostics import DigestError
from broadsheet.providers.dates import day_of_path, day_of_time, day_of_value
from broadsheet.store.store import Store
from tests.example import make_digest, paper

pytestmark = pytest.mark.slow

EXTREMES = ["0001-01-01", "0001-12-31", "1990-12-31", "2100-01-01", "9999-01-01", "9999-12-31"]
ROW = {"arxiv_id": "2611.01001", "title": "T", "relevance": 8, "novelty": 7}


def imported(root: Path, name: str, value: Any) -> list[str]:
    (root / name).write_text(json.dumps(value), "utf-8")
    return [problem.message for problem in run(root, [str(root / name)]).faults]


@pytest.mark.parametrize("date", EXTREMES)
def test_an_import_refuses_them(tmp_path: Path, date: str) -> None:
    receipt = {"date": date, "state": "quiet"}
    files: dict[str, Any] = {
        "rows.json": [{**ROW, "date": date}, {**ROW, "date": "2026-11-24"}],
        "day.json": {"date": date, "papers": [ROW]},
        "days.json": {"2026-11-23": [ROW], date: [ROW]},
        "receipt.json": receipt,
        f"{date}.json": [ROW],
        "download.jsonl": {"type": "paper", "date": date, "record": {**ROW, "authors": [], "source": "arxiv"}},
    }
    assert [name for name, value in files.items() if not imported(tmp_path, name, value)] == []
    assert Store(tmp_path).dates() == ["2026-11-24"]


@pytest.mark.parametrize("date", EXTREMES[1::3])
def test_build_and_check_name_the_file(tmp_path: Path, date: str) -> None:
    make_digest(tmp_path, {"2025-06-02": [paper("2506.00001")]})
    for name, text in ((f"papers/{date[:4]}/{date}.jsonl", json.dumps(ROW | {"authors": [], "source": "arxiv"}) + "\n"),
                       (f"runs/{date[:4]}/{date}.json", json.dumps({"date": date, "state": "ok"}))):  # fmt: skip
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_text(text, "utf-8")
    places = [f"data/papers/{date[:4]}/{date}.jsonl", f"data/runs/{date[:4]}/{date}.json"]
    assert [problem.location for problem in check(tmp_path).problems if problem.location.startswith("data/")] == places
    with pytest.raises(DigestError) as caught:
        build(tmp_path)
    assert [problem.location for problem in caught.value.problems] == places[:1]


@pytest.mark.parametrize("date", ["1991-01-01", "2099-12-31"])
def test_the_first_and_the_last_day_have_a_page(tmp_path: Path, date: str) -> None:
    make_digest(tmp_path, {date: [paper("2506.00001")]})
    build(tmp_path)
    assert (tmp_path / "site/daily" / date.replace("-", "/") / "index.html").is_file()


def test_papers_with_extreme_times_of_publication_are_shown(tmp_path: Path) -> None:
    times = [{"published": date, "updated": f"{date}T00:00:00Z"} for date in EXTREMES]
    make_digest(tmp_path, {"2025-06-02": [paper(f"2506.0000{n}", **fields) for n, fields in enumerate(times, 1)]})
    build(tmp_path)
    page = (tmp_path / "site/daily/2025/06/02/index.html").read_text("utf-8")
    assert [n for n in range(1, len(times) + 1) if f"A paper called 2506.0000{n}" not in page] == []


@pytest.mark.parametrize("date", EXTREMES[::5])
def test_publications_with_extreme_dates_are_shown(tmp_path: Path, date: str) -> None:
    make_digest(tmp_path, {"2025-06-02": [paper("2506.00001")]})
    record = dict.fromkeys(("date_published", "date_created", "date_updated", "publication_date"), date)
    record |= {"_id": "1", "title": "T", "type": "journal_article", "status": "public", "year": date[:4]}
    (tmp_path / "data/publications").mkdir(exist_ok=True)
    (tmp_path / "data/publications/a.yml").write_text(f"---\n{json.dumps(record)}\n", "utf-8")
    build(tmp_path)
    assert (tmp_path / "site/publications/1/index.html").is_file()


def test_days_of_values_and_names() -> None:
    assert [day_of_value(date) for date in EXTREMES] == [None] * len(EXTREMES)
    assert [day_of_path(f"{date}.json") for date in EXTREMES] == [None] * len(EXTREMES)
    assert day_of_time("Fri, 31 Dec 9999 23:59:59 +0000") is None
    assert day_of_time("Thu, 24 Sep 2026 00:00:00 -0400") == "2026-09-24"
