"""Filters of a week, a month and a topic cover all papers of the period, also those that the page does not show."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from broadsheet.build.preview import served
from tests.example import SETTINGS, digest, make_digest, paper
from tests.views.test_browser import SHIFT

DAYS = {
    "2024-12-30": [paper("2412.00001", topics=["llm"], relevance=9, novelty=9)],
    "2025-04-30": [paper(f"2504.0{n:04}", topics=["llm"], relevance=6) for n in range(1, 4)],
    "2025-05-26": [paper(f"2505.0{n:04}", topics=["llm"], relevance=9) for n in range(1, 31)],
    "2025-05-27": [
        *(
            paper(f"2505.1{n:04}", topics=["compression"], relevance=7, novelty=5 + n % 3, comment=f"Note {n}.")
            for n in range(1, 35)
        ),
        paper("2505.20001", relevance=None, novelty=None, comment=None, topics=[], title="Unscored <b>one</b>"),
    ],
}
LISTS = "pages: {week_best: 10, month_best: 20, topic_newest: 12}\n"
IDS = "rows => rows.map((row) => row.dataset.paper)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = make_digest(tmp_path_factory.mktemp("period"), DAYS, SETTINGS + LISTS)
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    with served(root / "site", "/repo/", "127.0.0.1", 0) as place:
        yield place


def status(tab: Page) -> str:
    return tab.locator(".toolbar [role=status]").inner_text()


def ids(tab: Page) -> list[str]:
    names: list[str] = tab.locator("ol.list > li:visible").evaluate_all(IDS)
    return names


def choose(tab: Page, name: str, value: str, expected: str) -> None:
    tab.locator(f"select[name={name}]").select_option(value)
    expect(tab.locator(".toolbar [role=status]")).to_have_text(expected)


@pytest.mark.parametrize(("path", "total", "own"), [("weekly/2025-W22/", 65, 10), ("monthly/2025-05/", 65, 20)])
def test_a_topic_of_a_week_or_month_has_all_its_papers(
    address: str, tab: Page, path: str, total: int, own: int
) -> None:
    tab.goto(address + path)
    assert status(tab) == f"{own} of {total} papers"
    assert len(ids(tab)) == own
    choose(tab, "topic", "compression", f"34 of {total} papers")
    expect(tab.locator("ol.list > li")).to_have_count(20)
    assert all(name.startswith("2505.1") for name in ids(tab))
    tab.get_by_role("button", name="Show more: 14 left").click()
    expect(tab.locator("ol.list > li")).to_have_count(34)
    assert len(set(ids(tab))) == 34
    row = tab.locator("ol.list > li").first
    assert row.locator(".score b").inner_text() == "14"
    assert row.locator(".comment").inner_text().startswith("Note ")
    assert row.locator(".links a", has_text="PDF").count() == 1
    row.locator("button.saved").click()
    assert tab.url.endswith("?topic=compression")
    tab.get_by_role("button", name="Clear").click()
    expect(tab.locator(".toolbar [role=status]")).to_have_text(f"{own} of {total} papers")
    assert len(ids(tab)) == own


def test_the_address_holds_the_filter_and_numbers_are_those_of_the_period(address: str, tab: Page) -> None:
    tab.goto(f"{address}weekly/2025-W22/?topic=llm&score=16")
    expect(tab.locator(".toolbar [role=status]")).to_have_text("30 of 65 papers")
    assert "Compression (0)" in tab.locator("select[name=topic] option").all_inner_texts()
    assert "Score 14+ (30)" in tab.locator("select[name=score] option").all_inner_texts()
    assert tab.evaluate(SHIFT) <= 0.01
    choose(tab, "topic", "", "30 of 65 papers")
    choose(tab, "score", "14", "41 of 65 papers")


def test_a_topic_goes_back_through_all_years(address: str, tab: Page) -> None:
    tab.goto(address + "topics/llm/")
    assert status(tab) == "12 of 34 papers"
    choose(tab, "score", "18", "1 of 34 papers")
    assert ids(tab) == ["2412.00001"]
    choose(tab, "score", "", "12 of 34 papers")
    choose(tab, "sort", "date", "34 of 34 papers")


def test_papers_that_strangers_wrote_stay_text(address: str, tab: Page) -> None:
    tab.goto(address + "weekly/2025-W22/?sort=score")
    for left in (45, 25, 5):
        tab.get_by_role("button", name=f"Show more: {left} left").click()
    expect(tab.locator("[data-paper='2505.20001'] h3")).to_have_text("Unscored <b>one</b>")
    assert tab.locator("[data-paper='2505.20001'] .score b").inner_text() == "–"


def test_without_the_index_the_filters_are_those_of_the_page(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    tab.route("**/shards.json", lambda route: route.abort())
    tab.goto(address + "weekly/2025-W22/?topic=llm")
    expect(tab.locator(".toolbar [role=status]")).to_have_text("10 of 10 papers")
    assert len(ids(tab)) == 10


def test_a_list_of_all_papers_needs_no_index(address: str, tab: Page) -> None:
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(address + "weekly/2025-W18/")
    assert status(tab) == "3 papers"
    assert not [url for url in requests if "pagefind" in url]
