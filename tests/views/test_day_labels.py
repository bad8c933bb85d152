"""Labels of open days and of days without papers, on pages, in alternates and in feeds."""

import json
from pathlib import Path
from typing import Any

import pytest

from broadsheet.build.build import build
from broadsheet.build.generate import generate
from broadsheet.checks.check import check
from broadsheet.index.days import DayHead
from broadsheet.model.receipt import Receipt, SourceStats
from broadsheet.model.state import DayState
from broadsheet.views import formatting
from tests.example import make_digest

pytestmark = pytest.mark.slow

DAY, BEFORE = "2025-05-28", "2025-05-27"
HF = "Hugging Face adds papers until the day ends in UTC, and a few after that"
ARXIV = "arXiv's list of this day was taken before its feed came out"
PAPER = {"arxiv_id": "2505.00001", "title": "On rank", "authors": ["Ada"], "relevance": 8, "novelty": 7, "source": "hf"}


def receipt(date: str, state: str, **sources: dict[str, Any]) -> dict[str, Any]:
    return {"date": date, "state": state, "sources": sources}


def make(root: Path, papers: dict[str, list[dict[str, Any]]], *receipts: dict[str, Any]) -> None:
    make_digest(root, papers)
    for record in receipts:
        file = root / f"data/runs/{record['date'][:4]}/{record['date']}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(record))


def test_an_open_day_is_labelled_everywhere(tmp_path: Path) -> None:
    tallies = {"hf": {"status": "ok", "announced": 1, "fetched": 1, "open": HF}}
    make(tmp_path, {DAY: [PAPER], BEFORE: [PAPER]}, receipt(DAY, "ok", **tallies), receipt(BEFORE, "ok"))
    build(tmp_path)
    page = (tmp_path / "site/daily/2025/05/28/index.html").read_text()
    assert '<span class="state open">Open</span>' in page
    assert f"More papers may come: {HF}." in page
    assert '<th scope="row">Hugging Face</th><td>ok, open' in page
    assert 'title="Wednesday, 28 May 2025: open, 1 paper"' in page
    places = ("daily/2025/05/28/index.md", "index.html", "since/index.html", "feeds/daily.xml", "since/days.json")
    for place in places:
        assert f"More papers may come: {HF}." in (tmp_path / "site" / place).read_text(), place
    for place in ("index.html", "weekly/2025-W22/index.html"):
        assert '1 paper</span> <span class="state open">Open</span>' in (tmp_path / "site" / place).read_text(), place
    (day,) = json.loads((tmp_path / "site/daily/2025/05/28/index.json").read_bytes())["days"]
    assert (day["state"], day["label"], day["explanation"]) == ("ok", "Open", f"More papers may come: {HF}.")
    index = json.loads((tmp_path / "site/since/days.json").read_bytes())
    assert index["days"] == [[BEFORE, "ok", 1], [DAY, "open", 1, ["Open", f"More papers may come: {HF}."]]]
    assert "Complete" in (tmp_path / "site/daily/2025/05/27/index.html").read_text()


def head(state: DayState, papers: int, **sources: SourceStats) -> DayHead:
    return DayHead(date=DAY, state=state, papers=papers, receipt=Receipt(date=DAY, state=state, sources=sources))


OPEN_HF = SourceStats(status="quiet", announced=0, fetched=0, open=HF)
STALE = SourceStats(status="stale", announced=0, fetched=0)
AGAIN = "Runs of the following days ask again."


@pytest.mark.parametrize(
    ("day", "word", "text"),
    [
        (
            head(DayState.OK, 3, hf=SourceStats(status="ok")),
            "Complete",
            "Everything that was announced is accounted for.",
        ),
        (
            head(DayState.OK, 3, arxiv=SourceStats(status="ok", open=ARXIV), hf=OPEN_HF),
            "Open",
            f"More papers may come: {ARXIV}; {HF}.",
        ),
        (head(DayState.QUIET, 0, hf=OPEN_HF), "Open", f"More papers may come: {HF}."),
        (
            head(DayState.PARTIAL, 0, arxiv=STALE, hf=OPEN_HF),
            "Partial",
            f"No papers are shown: arXiv gave none. {AGAIN} More papers may come: {HF}.",
        ),
        (
            head(DayState.PARTIAL, 0, arxiv=SourceStats(status="quiet"), hf=SourceStats(status="failed")),
            "Partial",
            f"No papers are shown: Hugging Face could not be read. {AGAIN}",
        ),
        (
            head(DayState.FAILED, 0, arxiv=STALE, hf=SourceStats(status="failed")),
            "Failed",
            f"No papers are shown: arXiv gave none, and Hugging Face could not be read. {AGAIN}",
        ),
        (
            head(DayState.PARTIAL, 2, arxiv=STALE),
            "Partial",
            "Part of this day could not be fetched or scored; what is here is right, but not all.",
        ),
    ],
)
def test_the_label_of_a_day(day: DayHead, word: str, text: str) -> None:
    assert formatting.label(day)[1:3] == (word, text)


def test_the_reason_of_a_receipt_from_outside_is_text_everywhere(tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> [a](javascript:b) **bold**"
    make(tmp_path, {DAY: [PAPER]}, receipt(DAY, "ok", hf={"status": "ok", "open": hostile}))
    build(tmp_path)
    for place in ("daily/2025/05/28/index.html", "daily/2025/05/28/index.md", "index.html", "feeds/daily.xml"):
        text = (tmp_path / "site" / place).read_text()
        assert "<script>alert" not in text, place
        if place.endswith(".md"):
            assert "[a](javascript:" not in text


@pytest.mark.parametrize(("first", "week"), [("2025-02-03", "2026-W14"), ("2025-03-31", "2025-W14")])
def test_only_months_with_a_page_are_linked(tmp_path: Path, first: str, week: str) -> None:
    last = "2026-04-01" if week.startswith("2026") else "2025-04-01"
    make(tmp_path, {first: [PAPER], last: [PAPER]})
    build(tmp_path)
    assert [
        str(problem) for problem in check(tmp_path, site=tmp_path / "site").problems if "monthly" in str(problem)
    ] == []
    page = (tmp_path / "site/weekly" / week / "index.html").read_text()
    assert ("monthly/2026-03/" in page, f"monthly/{last[:7]}/" in page) == (False, True)
    assert ("monthly/2025-03/" in page) == (first == "2025-03-31")


def test_an_open_day_without_papers_has_none_so_far_in_its_feed_item(tmp_path: Path) -> None:
    make(tmp_path, {BEFORE: [PAPER]}, receipt(DAY, "quiet", hf={"status": "quiet", "open": HF}))
    generate(tmp_path)
    assert "<title>Wednesday, 28 May 2025: no papers so far</title>" in (tmp_path / "docs/feeds/daily.xml").read_text()
