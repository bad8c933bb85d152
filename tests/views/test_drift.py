"""Drift of scores: by span, model and rubric; a change of the scorer in every chart over time, and on its day."""

from pathlib import Path
from typing import Any

import lxml.html
import pytest

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.day_stats import DayStats, ScorerStats
from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.index import Index
from broadsheet.index.scorer_changes import scorer_changes
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.store import Store
from broadsheet.views.page import Page
from broadsheet.views.pages import day, month, statistics
from tests.example import make_digest, paper

OLD, NEW = {"model": "gpt-x", "rubric": "r1"}, {"model": "gpt-x", "rubric": "r2"}
TRAINED = {"model": "local", "rubric": "4f2a"}
DAYS = {"2025-04-01": (OLD, 8), "2025-04-02": (OLD, 6), "2025-05-05": (NEW, 9), "2025-05-06": (TRAINED, 4)}


@pytest.fixture
def archive(tmp_path: Path) -> tuple[Catalogue, Settings]:
    rows = {
        date: [paper(f"25{date[5:7]}.{date[8:]}{n:03}", relevance=relevance, novelty=5, scorer=scorer) for n in (1, 2)]
        for date, (scorer, relevance) in DAYS.items()
    }
    make_digest(tmp_path, rows)
    settings = config.load(tmp_path)
    catalogue = Index(":memory:", settings)
    catalogue.refresh(Store(tmp_path))
    return DependencyTracker(catalogue), settings


def body(pages: Any) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(next(page for page in pages if isinstance(page, Page)).body)


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_each_column_of_the_table_by_month_has_its_header(archive: tuple[Catalogue, Settings]) -> None:
    table = body(statistics.pages(*archive)).xpath("//div[@aria-label='By month']/table")[0]
    headers = table.xpath("thead/tr/th")
    columns = sum(int(header.get("colspan", "1")) for header in headers)
    assert {len(row) for row in table.xpath("tbody/tr")} == {columns}
    assert [words(header) for header in headers][-5:] == ["Quiet", "Partial", "Failed", "Missing", "No receipt"]


def test_statistics_have_the_means_of_each_month_model_and_rubric(archive: tuple[Catalogue, Settings]) -> None:
    page = body(statistics.pages(*archive))
    assert [
        [words(cell) for cell in row] for row in page.xpath("//div[@aria-label='Scores by month and scorer']//tbody/tr")
    ] == [
        ["May 2025", "gpt-x, rubric r2", "2", "9.00", "5.00"],
        ["May 2025", "the local scorer", "2", "4.00", "5.00"],
        ["April 2025", "gpt-x, rubric r1", "4", "7.00", "5.00"],
    ]
    assert [words(change) for change in page.xpath("//h2[.='Scores by month and scorer']/following::ul[1]/li")] == [
        "6 May 2025: gpt-x, rubric r2, then the local scorer",
        "5 May 2025: gpt-x, rubric r1, then gpt-x, rubric r2",
    ]


def test_a_range_is_drawn_where_its_figures_say(tmp_path: Path) -> None:
    first = [paper(f"2505.2{n:04}", relevance=8, novelty=7, scorer=OLD) for n in range(3)]
    rows = [paper(f"2505.3{n:04}", relevance=5 + n % 5, novelty=7, scorer=OLD) for n in range(20)]
    make_digest(tmp_path, {"2025-05-29": first, "2025-05-30": rows})
    settings = config.load(tmp_path)
    catalogue = Index(":memory:", settings)
    catalogue.refresh(Store(tmp_path))
    (figure,) = body(statistics.pages(catalogue, settings)).xpath("//figure[.//b='Relevance over time']")
    assert [words(cell) for cell in figure.xpath(".//tbody/tr[last()]/td")] == ["5.00", "7.00", "9.00", "20"]
    *_, drawn = figure.xpath(".//g[@class='ranges']/g")
    ticks = {int(text.text): float(text.get("y")) - 4 for text in figure.xpath(".//g[@text-anchor='end']/text")}
    bar, mean = drawn.find("rect"), drawn.find("line")
    assert float(bar.get("y")) == pytest.approx(ticks[9], abs=0.2)
    assert float(bar.get("y")) + float(bar.get("height")) == pytest.approx(ticks[5], abs=0.2)
    assert float(mean.get("y1")) == pytest.approx(ticks[7], abs=0.2)
    assert ticks[9] - ticks[8] < -20  # pixels: a drift of half a grade is seen


def test_every_chart_over_time_marks_a_change_and_says_it(archive: tuple[Catalogue, Settings]) -> None:
    for page in (body(statistics.pages(*archive)), body(month.pages(*archive, "2025-05"))):
        figures = page.xpath("//figure")
        titles = {figure.xpath("string(.//b)") for figure in figures}
        assert {"Papers a day", "Relevance", "Relevance over time", "Novelty over time"} <= titles
        for figure in figures:
            over_time = not figure.xpath(".//caption[contains(., 'by score')]")
            assert bool(figure.xpath(".//*[@class='scorer-changes']/line")) == over_time
            assert "5 May 2025: gpt-x, rubric r1, then gpt-x, rubric r2" in words(figure)
    assert not body(month.pages(*archive, "2025-04")).xpath("//*[@class='scorer-changes']")


def test_the_day_of_a_change_says_so_and_no_other(archive: tuple[Catalogue, Settings]) -> None:
    words = {date: body(day.pages(*archive, date)).xpath("string(//*[@class='scorer-change'])") for date in DAYS}
    assert [date for date, text in words.items() if text] == ["2025-05-05", "2025-05-06"]
    assert words["2025-05-05"].startswith(
        "The scorer changed on this day to gpt-x, rubric r2; until 2 April 2025 it was"
    )


def day_of(model: str, rubric: str) -> DayStats:
    return DayStats((), {}, (ScorerStats(model, rubric, 2, 10, 10),))


def test_neither_an_unknown_scorer_nor_a_new_training_is_a_change() -> None:
    days = [("gpt-x", "r1"), ("", ""), ("gpt-x", ""), ("gpt-x", "r1"), ("gpt-y", "r1"), ("gpt-y", "r1")]
    changes = scorer_changes((f"2025-05-0{n}", day_of(*scorer)) for n, scorer in enumerate(days, 1))
    assert [(change.date, change.last_date, change.before.model) for change in changes] == [
        ("2025-05-05", "2025-05-04", "gpt-x")
    ]
