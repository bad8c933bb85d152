"""Charts: the drawing, the table behind it, and unknown values."""

import datetime as dt
import random
import re
from pathlib import Path
from typing import Any, NamedTuple

import lxml.etree
import lxml.html
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from playwright.sync_api import Browser

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.day_stats import DayStats
from broadsheet.index.days import DayHead
from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.index import Index
from broadsheet.model.receipt import Cost, Receipt, Tokens
from broadsheet.model.state import DayState
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.store.store import Store
from broadsheet.views.charts.archive import charts
from broadsheet.views.charts.chart import short, ticks
from broadsheet.views.charts.drawing import HEIGHT
from broadsheet.views.charts.spans import MAX_SPANS, axis
from broadsheet.views.page import Page
from broadsheet.views.pages import month, statistics
from tests.example import SETTINGS, digest, make_digest, paper
from tests.test_hostile_text import PAYLOADS

TOPICS = Settings(topics=(Topic(id="a", name="Alpha"), Topic(id="b", name="Beta & more")))


class Drawn(NamedTuple):
    """A figure as it can be read back: bars by series, in pixels, and the table's rows."""

    title: str
    about: str
    bars: list[list[tuple[float, float]]]
    marks: str
    heads: list[str]
    rows: dict[str, list[str]]
    ticks: list[str]
    source: str


def drawn(html: str) -> dict[str, Drawn]:
    """Every figure, by its title; all that is to be true of each is checked on the way."""
    found = {}
    for source in re.findall(r"<figure.*?</figure>", html, re.DOTALL):
        figure = lxml.etree.fromstring(source)  # well-formed, or this fails
        (svg,) = figure.findall("svg")
        names = {element.get("id"): element.text for element in svg if element.tag in ("title", "desc")}
        assert svg.get("role") == "img"
        assert [names[svg.get("aria-labelledby")], names[svg.get("aria-describedby")]] == [*names.values()]
        assert all(names.values())
        assert not figure.xpath("//@style|//script|//style")
        used = {fill[5:-1] for fill in svg.xpath("//@fill")}
        assert used == {pattern.get("id") for pattern in svg.iter("pattern")} | used
        assert used >= {pattern.get("id") for pattern in svg.iter("pattern")}
        fills = svg.xpath("g[@class='solid' or @class='hatched' or @class='dotted' or @class='hollow']")
        bars = [
            [(float(rect.get("x")[:-1]), float(rect.get("height"))) for rect in group.findall("rect")]
            for group in fills
            if not (len(group) == 1 and group[0].get("width") == "11")  # a key of the legend
        ]
        marks = "".join("○" if mark.tag == "circle" else "×" for mark in svg.xpath("g[@class='day-marks']/*"))
        rows = {
            "".join(tr[0].itertext()): ["".join(td.itertext()) for td in tr[1:]] for tr in figure.xpath(".//tbody/tr")
        }
        heads = ["".join(th.itertext()) for th in figure.xpath(".//thead//th")]
        assert figure.find(".//caption").text
        assert all(len(cells) == len(heads) - 1 for cells in rows.values())
        labels = [text.text for text in svg.xpath("g[@text-anchor='end']/text")]
        title, about = names.values()
        found[title] = Drawn(title, about, bars, marks, heads, rows, labels, source)
    assert len(set(re.findall(r' id="([^"]+)"', html))) == html.count(' id="')
    return found


def value(cell: str) -> float:
    return float(re.sub(r"[^\d.]", "", cell.replace("–", "")) or 0)


def head(date: str, papers: int = 1, state: DayState = DayState.OK, **receipt: Any) -> DayHead:
    told = Receipt(date=date, state=state, **receipt) if receipt else None
    return DayHead(date=date, state=state, papers=papers, receipt=told)


def of(*heads: DayHead | None, first: str = "", tallies: dict[str, DayStats] | None = None) -> dict[str, Drawn]:
    begins = first or next(head.date for head in heads if head)
    return drawn(str(charts(axis(heads, begins, tallies or {}), TOPICS)))


# -- what a chart is -----------------------------------------------------------------------------------------------


@given(st.floats(1e-4, 1e15) | st.integers(0, 10**6))
def test_an_axis_begins_at_zero_and_reaches_the_highest(highest: float) -> None:
    found = ticks(highest)
    assert found[0] == 0
    assert found[-1] >= highest
    assert 2 <= len(found) <= 5
    assert all(float(tick).is_integer() for tick in ticks(highest, whole=True))
    if highest > 0:
        assert found[-2] < highest
    assert len(set(map(short, found))) == len(found)
    assert max(map(len, map(short, found))) <= 7


def test_numbers_are_short() -> None:
    assert [short(n) for n in (0, 0.05, 1200, 15000, 2.5e6, 3e9)] == ["0", "0.05", "1,200", "15k", "2.5M", "3G"]


@given(st.dates(dt.date(1995, 1, 1), dt.date(2040, 1, 1)), st.integers(1, 12_000))
@examples(max_examples=30, deadline=None)
def test_every_day_is_in_one_span_and_there_are_never_many(first: dt.date, number: int) -> None:
    days = [head((first + dt.timedelta(at)).isoformat()) for at in range(number)]
    found = axis(days, first.isoformat(), {})
    assert [one.date for span in found.spans for one in span.heads] == [one.date for one in days]
    assert len(found.spans) <= MAX_SPANS
    assert len(set(found.labels)) == len(found.labels)


def days_of(number: int, chance: random.Random) -> list[DayHead | None]:
    heads: list[DayHead | None] = []
    for at in range(number):
        announced, scanned, tokens = (chance.choice([None, chance.randrange(2000)]) for _ in range(3))
        cost = Cost(total=chance.choice([None, chance.randrange(9999) / 1000]), currency=chance.choice(["USD", "<X>"]))
        date = (dt.date(2025, 1, 1) + dt.timedelta(at)).isoformat()
        told = {"announced": announced, "scanned": scanned, "tokens": Tokens(total=tokens or 0), "cost": cost}
        one = head(date, chance.randrange(90), chance.choice(list(DayState)), **told)
        heads.append(chance.choice([None, one, one]))
    return heads


@given(st.integers(1, 70), st.randoms(use_true_random=True))
@examples(max_examples=40, deadline=None)
def test_the_drawing_matches_the_table(number: int, chance: random.Random) -> None:
    heads = days_of(number, chance)
    tallies = {
        one.date: DayStats(((8, 7, one.papers),) if one.papers else (), {"a": one.papers // 2, "b": one.papers})
        for one in heads
        if one
    }
    for chart in of(*heads, first="2025-01-01", tallies=tallies).values():
        if chart.title == "Share of topics":
            continue  # its bars are paths: see below
        pixel = HEIGHT / value(chart.ticks[-1].replace("k", "000").replace("M", "000000"))
        columns = [[value(cells[at]) for cells in chart.rows.values()] for at in range(len(chart.bars))]
        bars = chart.bars
        if (
            chart.title in ("Papers a day", "Tokens") or "Cost" in chart.title
        ):  # sure ones, then doubtful ones: one series
            columns, bars = columns[:1], [sorted(bar for some in chart.bars for bar in some)]
        for told, drawn_bars in zip(columns, bars, strict=True):
            heights = [height for _, height in drawn_bars]
            assert heights == pytest.approx([one * pixel for one in told if one], abs=0.051 * (1 + pixel))


def test_the_rows_of_topics_are_their_shares() -> None:
    tallies = {"2025-05-26": DayStats((), {"a": 5, "b": 10}), "2025-05-28": DayStats((), {"b": 1})}
    chart = of(head("2025-05-26", 10), None, head("2025-05-28", 4), tallies=tallies)["Share of topics"]
    assert chart.rows == {"26 May 2025": ["100 %", "50 %"], "28 May 2025": ["25 %", "0 %"]}
    assert chart.heads == ["Day", "Beta & more", "Alpha"]
    svg = lxml.etree.fromstring(chart.source).find("svg")
    assert [text.text for text in svg.findall("text")] == ["Beta & more", "78.6 %", "Alpha", "35.7 %"]
    first, base, second, _ = svg.xpath(".//path/@d")
    assert first == "M0 20v-20h0.76V20zM2 20v-5h0.76V20z"
    assert second == "M0 20v-10h0.76V20z"  # nothing is drawn of a share of nothing
    assert base == "M0 20h0.76M2 20h0.76"  # nor below a day that is none


# -- what is known and what is not -----------------------------------------------------------------------------------


def test_a_quiet_day_is_no_failed_one_and_a_weekend_is_neither() -> None:
    chart = of(
        head("2025-05-30", 4),
        None,
        None,
        head("2025-06-02", 0, DayState.QUIET),
        head("2025-06-03", 0, DayState.FAILED),
        head("2025-06-04", 0, DayState.MISSING),
        head("2025-06-05", 2, DayState.PARTIAL),
    )["Papers a day"]
    assert chart.rows == {
        "30 May 2025": ["4", "Complete"],
        "2 June 2025": ["0", "Quiet"],
        "3 June 2025": ["–", "Failed"],
        "4 June 2025": ["–", "Missing"],
        "5 June 2025": ["2", "Partial"],
    }
    assert chart.marks == "○××"
    assert [len(bars) for bars in chart.bars] == [1, 1]  # the partial one is hatched
    assert "ring: nothing was announced; cross: failed, missing or unread; hatched: partial" in chart.about


def test_costs_in_several_currencies_are_never_added_and_unknown_is_not_zero() -> None:
    found = of(
        head("2025-05-26", cost=Cost(total=0.5)),
        head("2025-05-27", cost=Cost(total=0.25, currency="EUR")),
        head("2025-05-28", cost=Cost()),
        head("2025-05-29"),
    )
    assert found["Cost in USD"].rows == {
        "26 May 2025": ["$0.50", "–"],
        "28 May 2025": ["–", "1"],
        "29 May 2025": ["–", "1"],
    }
    assert found["Cost in EUR"].rows["27 May 2025"] == ["0.25 EUR", "–"]
    assert [len(bars) for bars in found["Cost in USD"].bars] == [1]
    assert found["Cost in USD"].marks == "××"
    assert "Tokens" not in found


def test_a_sum_with_unknown_parts_is_hatched() -> None:
    weeks = [head((dt.date(2025, 3, 3) + dt.timedelta(at)).isoformat(), tokens=Tokens(total=10)) for at in range(70)]
    weeks[3] = head(weeks[3].date)
    chart = of(*weeks)["Tokens"]
    assert [len(bars) for bars in chart.bars] == [9, 1]
    assert chart.rows["Week 10, 2025"] == ["60", "1"]
    assert chart.rows["Week 11, 2025"] == ["70", "–"]


def test_coverage_counts_only_days_that_say_all_of_it() -> None:
    weeks = [head((dt.date(2025, 3, 3) + dt.timedelta(at)).isoformat(), 2, announced=9, scanned=5) for at in range(49)]
    weeks[0] = head(weeks[0].date, 50)
    weeks[8] = head(weeks[8].date, 2, scanned=5)
    chart = of(*weeks)["Coverage"]
    assert chart.rows["Week 10, 2025"] == ["54", "30", "12"]
    assert chart.rows["Week 11, 2025"] == ["–", "35", "14"]
    assert "1 day with papers and without these figures is left out." in chart.about


def test_days_that_were_not_complete_stand_on_one_another() -> None:
    days = [head((dt.date(2025, 3, 3) + dt.timedelta(at)).isoformat()) for at in range(49)]
    days[1], days[2] = head(days[1].date, 0, DayState.QUIET), head(days[2].date, 0, DayState.FAILED)
    days[3] = head(days[3].date, 0, DayState.FAILED)
    chart = of(*days)["Days that were not complete"]
    assert chart.heads == ["Week", "Quiet", "Failed"]
    assert chart.rows["Week 10, 2025"] == ["1", "2"]
    (quiet,), (failed,) = chart.bars
    assert failed[1] == pytest.approx(2 * quiet[1], abs=0.11)
    assert chart.ticks[-1] == "3"


def test_an_archive_without_days_has_no_charts() -> None:
    assert charts(axis([], "2025-01-01", {}), TOPICS) == ""
    assert charts(axis([None], "2025-01-01", {}), TOPICS) == ""


def test_one_day_without_scores_or_receipt() -> None:
    found = of(head("2025-05-27", 3))
    assert list(found) == ["Papers a day"]
    assert found["Papers a day"].rows == {"27 May 2025": ["3", "Complete"]}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_are_text(payload: str) -> None:
    settings = Settings(topics=(Topic(id="a", name=payload),))
    heads = [head("2025-05-27", 3, cost=Cost(total=1, currency=payload))]
    html = str(charts(axis(heads, "2025-05-27", {"2025-05-27": DayStats((), {"a": 1})}), settings))
    page = lxml.html.fromstring(html)
    assert not page.xpath("//script|//img|//iframe|//*[@onerror or @onload or @onclick or @style]")
    assert len(page.xpath("//figure")) == 3


def test_ten_years_are_no_larger_than_one() -> None:
    years = [
        head(
            (dt.date(2016, 1, 1) + dt.timedelta(at)).isoformat(),
            84,
            announced=1500 + at % 300,
            scanned=600,
            tokens=Tokens(total=78_000 + at),
            cost=Cost(total=0.25 + at / 10_000),
        )
        for at in range(3650)
    ]
    tallies = {one.date: DayStats(((8, 7, 84),), {"a": 20, "b": 40}) for one in years}
    for chart in of(*years, tallies=tallies).values():
        assert len(chart.source) < 12_000, chart.title
    assert of(*years)["Papers a day"].heads[0] == "Quarter"


# -- pages ---------------------------------------------------------------------------------------------------------


def archive(root: Path, days: dict[str, Any]) -> tuple[Catalogue, Settings]:
    make_digest(root, days)
    loaded = config.load(root)
    catalogue = Index(":memory:", loaded)
    catalogue.refresh(Store(root))
    return catalogue, loaded


def test_months_query_their_own_days_and_statistics_only_cheap_queries(tmp_path: Path) -> None:
    days = {
        "2025-04-30": [paper("2504.00001")],
        "2025-05-27": [paper("2505.00001"), paper("2505.00002", topics=["llm"])],
    }
    catalogue, settings = archive(tmp_path, days)
    recorder = DependencyTracker(catalogue)
    (page,) = (made for made in month.pages(recorder, settings, "2025-05") if isinstance(made, Page))
    assert ("day_stats", ("2025-05-01", "2025-05-31")) in recorder.dependencies
    found = drawn(page.body)
    assert found["Papers a day"].rows == {"27 May 2025": ["2", "No receipt"]} | {
        key: row for key, row in found["Papers a day"].rows.items() if row[1] == "Missing"
    }
    assert found["Share of topics"].rows["27 May 2025"] == ["50 %", "50 %"]
    recorder = DependencyTracker(catalogue)
    (page,) = statistics.pages(recorder, settings)
    assert {query for query, _ in recorder.dependencies} == {
        *("day_stats", "days", "newest_day", "paper_count", "periods", "publications", "scorer_changes", "span"),
        "topic_counts",
    }
    over_time = {"Relevance over time", "Novelty over time"}  # May has one day with scores, and nothing to compare
    assert found.keys() == drawn(page.body).keys() - over_time


def test_an_empty_archive_has_statistics(tmp_path: Path) -> None:
    catalogue, settings = archive(tmp_path, {})
    (page,) = statistics.pages(catalogue, settings)
    assert drawn(page.body) == {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    days = {f"2025-05-{n:02}": [paper(f"2505.{n:02}{m:03}", relevance=m) for m in range(1, 9)] for n in range(5, 28)}
    root = make_digest(tmp_path_factory.mktemp("site"), days, SETTINGS + "search: false\n")
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 768, 1440])
@pytest.mark.parametrize("address", ["statistics", "monthly/2025-05"])
def test_a_chart_is_as_wide_as_its_column_and_can_be_read(
    address: str, width: int, scheme: Any, site: Path, chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto((site / address / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate(
        "[...document.querySelectorAll('.chart text')].every(it => parseFloat(getComputedStyle(it).fontSize) >= 11)"
    )
    # The labels below an axis do not run into each other, and none leaves the screen.
    assert page.evaluate(
        """[...document.querySelectorAll('.chart > svg > g[text-anchor=middle]:last-of-type')].every(axis => {
          const boxes = [...axis.children].map(it => it.getBoundingClientRect());
          return boxes.every((box, at) => box.right <= innerWidth && (!at || boxes[at - 1].right < box.left));
        })"""
    )
    context.close()
