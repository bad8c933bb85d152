"""Editions: a day or a week as one item that has all papers, names faults, and never changes its id."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from lxml import html

from broadsheet.index.index import Index
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Cost, Receipt, SourceStats, Tokens
from broadsheet.model.state import DayState
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store
from tests.views.test_feeds import SETTINGS, URL, archive, build_feeds, paper, with_feeds

pytestmark = pytest.mark.slow

RECEIPT = Receipt(
    date="2025-05-27",
    state=DayState.OK,
    model="gpt-4o",
    tokens=Tokens(total=124807),
    cost=Cost(total=0.42),
    announced=1691,
    scanned=1027,
)


def scored(number: int, **fields: object) -> Paper:
    return paper(number, **({"relevance": 9, "novelty": 8, "authors": ("Ada", "Bo"), "abstract": "A."} | fields))


def items(catalogue: Index, name: str, settings: Settings = SETTINGS) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(build_feeds(catalogue, settings)[f"feeds/{name}.json"])["items"]
    return found


def with_receipts(root: Path, days: dict[str, list[Paper]], *receipts: Receipt) -> Index:
    for receipt in receipts:
        Store(root).write_receipt(receipt)
    return archive(root, days)


def body(item: dict[str, object]) -> html.HtmlElement:
    return html.fragment_fromstring(str(item["content_html"]), create_parent="div")


def test_a_day_is_one_item_with_everything(tmp_path: Path) -> None:
    papers = [
        scored(1, title="Sums $x_i^2$ & more", comment="Why $x$.", topics=("pruning",)),
        scored(2, relevance=5),
        paper(3),
    ]
    (item,) = items(with_receipts(tmp_path, {"2025-05-27": papers}, RECEIPT), "daily", with_feeds(edition_abstracts=1))
    assert item["id"] == "tag:example.org,2026:digest/edition/daily/2025-05-27"
    assert item["title"] == "Tuesday, 27 May 2025: 3 papers, best: Sums xᵢ² & more"
    assert item["url"] == URL + "daily/2025/05/27/"
    assert item["date_published"] == item["date_modified"] == "2025-05-27T00:00:00+00:00"
    assert "tags" not in item
    page = body(item)
    assert [child.tag for child in page][:4] == ["p", "h2", "ol", "h3"]
    assert page[0].text_content() == (
        "3 papers. Complete: Everything that was announced is accounted for. "
        "1,691 announced, 1,027 scanned; gpt-4o, 124,807 tokens, $0.42."
    )
    links = [URL + f"daily/2025/05/27/#2505.0000{n}" for n in (1, 2, 3)]
    assert [a.get("href") for a in page.iterfind("ol/li/a")] == links
    assert [a.get("href") for a in page.iterfind("h3/a")] == links
    first = [child.text_content() for child in page[4 : list(page).index(page.findall("h3")[1])]]
    assert first[:2] == ["Ada, Bo", "Relevance 9, novelty 8. Pruning & more."]
    assert first[3] == "A."
    assert page.find("h3/a").text_content() == "Sums xᵢ² & more"
    assert "A." not in [p.text_content() for p in page.findall("p")][6:]


def test_a_long_day_lists_every_title_and_describes_the_best(tmp_path: Path) -> None:
    days = {"2025-05-27": [scored(n, relevance=10 - n % 9) for n in range(1, 85)]}
    (item,) = items(archive(tmp_path, days), "daily", with_feeds(edition_papers=10))
    page = body(item)
    assert (len(page.findall("ol/li")), len(page.findall("h3"))) == (84, 10)
    assert page[1].text_content() == "The 10 best follow; all 84 are on the site."
    assert page.find("p/a").get("href") == item["url"]


def test_days_that_are_not_complete_say_so(tmp_path: Path) -> None:
    def receipt(date: str, state: DayState, **fields: object) -> Receipt:
        return msgspec.structs.replace(Receipt(date=date, state=state), **fields)

    receipts = [
        receipt("2025-05-24", DayState.QUIET),
        receipt("2025-05-26", DayState.FAILED, note="The source was <b>down</b>."),
        receipt("2025-05-27", DayState.PARTIAL, scanned=5),
    ]
    catalogue = with_receipts(tmp_path, {"2025-05-27": [scored(1)], "2025-05-28": [scored(2)]}, *receipts)
    found = items(catalogue, "daily")
    assert [(item["title"], item.get("tags", [])) for item in found] == [
        ("Wednesday, 28 May 2025: 1 paper, best: Paper 2", []),
        ("Tuesday, 27 May 2025: 1 paper (partial), best: Paper 1", ["partial"]),
        ("Monday, 26 May 2025: failed", ["failed"]),
        ("Saturday, 24 May 2025: quiet", ["quiet"]),
    ]
    assert "The source was <b>down</b>." in body(found[2]).text_content()
    assert body(found[2]).find(".//b") is None


def test_a_week_is_an_item_when_it_is_over_and_then_stays(tmp_path: Path) -> None:
    days = {"2025-05-22": [scored(1, relevance=5), scored(2)], "2025-05-23": [scored(3, relevance=10)]}
    assert items(archive(tmp_path / "during", days), "weekly") == []
    assert items(archive(tmp_path / "during", days), "best") == []
    (over,) = items(archive(tmp_path / "over", days | {"2025-05-26": [scored(4)]}), "weekly")
    next_week = {"2025-05-26": [scored(4)], "2025-06-02": [scored(5)]}
    later = items(archive(tmp_path / "later", days | next_week), "weekly")
    assert over == later[-1]
    assert over["id"] == "tag:example.org,2026:digest/edition/weekly/2025-W21"
    assert over["title"] == "Week 21, 2025: 3 papers, best: Paper 3"
    assert over["url"] == URL + "weekly/2025-W21/"
    assert over["date_published"] == "2025-05-26T00:00:00+00:00"
    page = body(over)
    assert [a.text_content() for a in page.iterfind("h3/a")] == ["Paper 3", "Paper 2", "Paper 1"]
    assert page.find("h3/a").get("href") == URL + "daily/2025/05/23/#2505.00003"


def test_the_best_of_a_week_are_five_and_of_each_week(tmp_path: Path) -> None:
    days = {
        "2025-05-15": [scored(n, relevance=n) for n in range(1, 8)],
        "2025-05-22": [scored(7, relevance=9), scored(8, relevance=2)],
        "2025-05-26": [scored(9, relevance=10)],
    }
    best = items(archive(tmp_path, days), "best")
    assert [str(item["id"])[-5:] for item in best] == ["00008", "00007", "00006", "00005", "00004", "00003"]
    dates = [str(item["date_published"])[:10] for item in best]
    assert dates == ["2025-05-26"] + ["2025-05-22"] * 5  # the first day of the week after


def test_good_papers_and_those_of_a_source_are_listed_on_the_first_day_they_were_such(tmp_path: Path) -> None:
    days = {
        "2025-05-26": [scored(1, relevance=7, novelty=3), scored(2, relevance=6, novelty=9), paper(3, source="hf")],
        "2025-05-27": [scored(2, relevance=9, novelty=6, comment="Now."), scored(1), paper(3)],
    }
    catalogue = archive(tmp_path, days)

    def entries(name: str) -> list[tuple[str, str]]:
        return [(str(i["id"])[-5:], str(i["date_published"])[8:10]) for i in items(catalogue, name)]

    assert entries("scores/7") == [("00002", "27"), ("00001", "26")]
    assert entries("sources/arxiv") == [("00003", "27"), ("00002", "26"), ("00001", "26")]


def test_an_item_changed_when_the_data_say_so(tmp_path: Path) -> None:
    def dates(updated: str | None) -> list[object]:
        days = {"2025-05-26": [paper(1, updated=updated)], "2025-05-30": [paper(2)]}
        item = items(archive(tmp_path / str(updated), days), "all")[-1]
        return [item["date_published"], item["date_modified"]]

    shown = "2025-05-26T00:00:00+00:00"
    assert dates(None) == dates("2025-05-20") == dates("2099-01-01") == [shown, shown]
    assert dates("2025-05-29T10:00:00Z") == [shown, "2025-05-29T00:00:00+00:00"]


def test_an_item_changed_when_its_text_or_scores_were_replaced(tmp_path: Path) -> None:
    changed = scored(1, extra={"changed": "2025-05-29T08:30:00Z"})
    odd = [scored(n, extra={"changed": value}) for n, value in enumerate(("yesterday", 3, None, "0001-01-01"), 2)]
    catalogue = archive(tmp_path, {"2025-05-26": [changed, *odd], "2025-05-30": [scored(9)]})
    shown, moved = "2025-05-26T00:00:00+00:00", "2025-05-29T08:30:00+00:00"
    assert {str(i["id"])[-1]: i["date_modified"] for i in items(catalogue, "all")[1:]} == {
        "1": moved,
        **dict.fromkeys("2345", shown),
    }
    assert [item["date_modified"] for item in items(catalogue, "daily")] == ["2025-05-30T00:00:00+00:00", moved]


def test_an_edition_changed_when_a_run_changed_its_day(tmp_path: Path) -> None:
    def modified(finished: str, **fields: object) -> list[object]:
        receipt = msgspec.structs.replace(RECEIPT, finished=finished, **fields)
        days = {"2025-05-27": [scored(1)], "2025-06-03": [scored(2)]}
        catalogue = with_receipts(tmp_path / f"{finished}{len(fields)}".replace(":", ""), days, receipt)
        return [items(catalogue, name)[-1]["date_modified"] for name in ("daily", "weekly", "all")]

    times = [f"2025-06-0{day}T06:10:00+00:00" for day in (1, 4)]
    assert modified("2025-06-01T06:10:00Z") == [times[0], "2025-06-03T00:00:00+00:00", times[0]]
    assert modified("2025-06-04T06:10:00Z") == [times[1], times[1], times[1]]
    # A run's receipt changes with any paper of the day: it says nothing of a single one.
    sources = {"arxiv": SourceStats(status="ok")}
    assert modified("2025-06-04T06:10:00Z", sources=sources) == [times[1], times[1], "2025-05-27T00:00:00+00:00"]


def steps(catalogue: Index, ask: Callable[[], object]) -> int:
    """Return the work of SQLite for a query, in thousands of its instructions."""
    count = 0

    def count_steps() -> int:
        nonlocal count
        count += 1
        return 0

    catalogue._db.set_progress_handler(count_steps, 100)
    ask()
    catalogue._db.set_progress_handler(None, 0)
    return count


def test_feeds_cost_the_same_however_long_the_archive_is(tmp_path: Path) -> None:
    def of(years: int) -> int:
        days = {
            f"{2025 - year}-{month:02}-{day:02}": [
                scored(n, arxiv_id=f"{25 - year:02}{month:02}.{day:02}{n:03}", topics=("pruning",)) for n in range(3)
            ]
            for year in range(years)
            for month in range(1, 13)
            for day in range(1, 29)
        }
        catalogue = archive(tmp_path / str(years), days)
        settings = with_feeds(items=20, days=10)
        catalogue.head("2025-01-01")  # the index of days is read once, whoever asks
        catalogue.day_versions()
        return steps(catalogue, lambda: build_feeds(catalogue, settings))

    assert of(4) <= of(1) * 1.1
