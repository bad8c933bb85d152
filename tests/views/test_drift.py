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


def test_statistics_have_the_means_of_each_model_and_rubric(archive: tuple[Catalogue, Settings]) -> None:
    page = body(statistics.pages(*archive))
    (table,) = page.xpath("//figure[.//b='Drift of scores']//table")
    heads = [cell.text_content() for cell in table.xpath(".//thead//th")]
    means = {
        head: [cell for row in table.xpath(".//tbody/tr") if (cell := row.xpath("td")[at].text_content()) != "–"]
        for at, head in enumerate(heads[1:])
    }
    assert means["Relevance: gpt-x, rubric r1"] in (["7.00"], ["8.00", "6.00"])
    assert means["Relevance: gpt-x, rubric r2"] == ["9.00"]
    assert means["Relevance: the local scorer"] == ["4.00"]


def test_every_chart_over_time_marks_a_change_and_says_it(archive: tuple[Catalogue, Settings]) -> None:
    for page in (body(statistics.pages(*archive)), body(month.pages(*archive, "2025-05"))):
        figures = [
            figure for figure in page.xpath("//figure") if not figure.xpath(".//caption[contains(., 'by score')]")
        ]
        assert len(figures) >= 2
        for figure in figures:
            assert figure.xpath(".//*[@class='scorer-changes']/line"), figure.xpath("string(.//b)")
            assert "5 May 2025: gpt-x, rubric r1, then gpt-x, rubric r2" in figure.xpath("string(.//figcaption)")
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
