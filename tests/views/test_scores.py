"""Scores on pages: the place among all that was scanned, the scorer, the rubric's words."""

import json
from pathlib import Path
from typing import Any

import lxml.html
import msgspec
import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from broadsheet.build.generate import generate
from broadsheet.build.preview import served
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.dependencies import DependencyTracker
from broadsheet.index.index import Index
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.settings.rubric import Grade, Rubric
from broadsheet.store.store import Store
from broadsheet.views.page import File, Page
from broadsheet.views.pages import day, home, month, paper, topic
from broadsheet.views.score import grade_of
from tests.example import SETTINGS, digest, make_digest
from tests.example import paper as row
from tests.test_hostile_text import PAYLOADS

RUBRIC = """\
rubric:
  relevance:
    - {low: 9, high: 10, name: Core, description: It is a topic.}
    - {low: 7, high: 8, name: Close, description: It is near a topic.}
  novelty:
    - {low: 6, high: 10, name: New, description: Nobody thought of it.}
    - {low: 5, high: 5, name: Known, description: Some did.}
"""
GPT = {"model": "gpt-x", "rubric": "r1"}
# Sums of 11 to 30 papers: 17, 17, 16 … so that places differ.
MANY = [row(f"2505.1{n:04}", relevance=9 - n % 5, novelty=8 - n % 4, scorer=GPT) for n in range(24)]


def write_receipt(root: Path, date: str, scanned: int) -> None:
    """Write the receipt of a day on which so many papers were scanned."""
    file = root / "data" / "runs" / date[:4] / f"{date}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"date": date, "state": "ok", "scanned": scanned}), "utf-8")


def archive(
    root: Path,
    days: dict[str, list[dict[str, Any]]],
    settings: str = SETTINGS + RUBRIC,
    receipts: dict[str, int] | None = None,
) -> tuple[Catalogue, Settings]:
    make_digest(root, days, settings)
    for date, scanned in (receipts or {}).items():
        write_receipt(root, date, scanned)
    loaded = config.load(root)
    catalogue = Index(":memory:", loaded)
    catalogue.refresh(Store(root))
    return DependencyTracker(catalogue), loaded


def body(pages: Any) -> lxml.html.HtmlElement:
    page = next(page for page in pages if isinstance(page, Page))
    return lxml.html.fromstring(page.body)


def words(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_a_grade_is_that_of_the_whole_number() -> None:
    scale = (Grade(low=9, high=10, name="a", description=""), Grade(low=5, high=7, name="b", description=""))
    assert [grade_of(scale, score) for score in (10, 9, 8.9, 8, 7.5, 5, 4.9, None)] == [
        0,
        0,
        None,
        None,
        1,
        1,
        None,
        None,
    ]


# -- lists ---------------------------------------------------------------------------------------------------------


def test_a_day_has_the_rubric_once_and_each_score_links_it(tmp_path: Path) -> None:
    days = archive(tmp_path, {"2025-05-27": MANY}, receipts={"2025-05-27": 1027})
    page = body(day.pages(*days, "2025-05-27"))
    assert words(page.find_class("score-note")[0]) == "Scored by gpt-x, rubric r1. What the scores mean"
    first, *_, last = page.xpath("//article/button")
    assert words(first) == "17"
    assert first.xpath("svg/@aria-label") == ["relevance 9, novelty 8"]
    assert words(page.find_class("grades")[0]) == "9 relevance 8 novelty 2 share 17, 1st of 1,027 scanned"
    assert (first.get("popovertarget"), first.get("aria-describedby")) == ("rubric", "r1 n1")
    assert (words(last), last.get("aria-describedby")) == ("10", "n2")
    (legend,) = page.xpath("//div[@popover]")
    assert {element.get("id"): words(element) for element in legend if element.get("id")} == {
        "r1": "Relevance 9–10 Core: It is a topic.",
        "r2": "Relevance 7–8 Close: It is near a topic.",
        "n1": "Novelty 6–10 New: Nobody thought of it.",
        "n2": "Novelty 5 Known: Some did.",
    }
    assert words(legend[-1]).startswith("1st, 2nd … The place of relevance plus novelty among all papers scanned")
    assert "gpt-x" not in words(page.find_class("papers")[0])


def test_where_scorers_differ_each_score_names_its_own(tmp_path: Path) -> None:
    rows = [row("2505.00001", scorer=GPT), row("2505.00002", scorer={"model": "local"}), row("2505.00003")]
    page = body(day.pages(*archive(tmp_path, {"2025-05-27": rows}), "2025-05-27"))
    assert words(page.find_class("score-note")[0]) == "What the scores mean"
    said = [words(footer).partition("novelty ")[2] for footer in page.xpath("//footer")]
    places = [text.partition(" Compression")[0] for text in said]
    assert places == ["3 share 15 by gpt-x, rubric r1", "3 share 15 by the local scorer", "3 share 15"]


def test_the_local_scorer_is_no_model_called_local(tmp_path: Path) -> None:
    rows = [row("2505.00001", scorer={"model": "local", "rubric": "words"})]
    page = body(day.pages(*archive(tmp_path, {"2025-05-27": rows}), "2025-05-27"))
    assert words(page.find_class("score-note")[0]) == "Scored by the local scorer, rubric words. What the scores mean"


def test_among_few_scores_and_without_a_rubric_there_is_only_the_number(tmp_path: Path) -> None:
    page = body(day.pages(*archive(tmp_path, {"2025-05-27": MANY[:19]}, SETTINGS), "2025-05-27"))
    assert words(page.find_class("score")[0]) == "17"
    assert not page.xpath("//*[@popovertarget or @popover]")
    assert words(page.find_class("score-note")[0]) == "Scored by gpt-x, rubric r1."


def test_a_day_without_scores_has_no_word_of_them(tmp_path: Path) -> None:
    days = {"2025-05-26": MANY, "2025-05-27": [row("2505.00001", relevance=None, novelty=None)]}
    page = body(day.pages(*archive(tmp_path, days), "2025-05-27"))
    assert not page.xpath("//*[@popovertarget or @popover]|//*[@class='muted score-note']")
    assert "not scored" in words(page)


def test_in_a_list_of_several_days_each_score_is_held_against_its_own_day(tmp_path: Path) -> None:
    days = {
        "2025-04-30": [row("2504.00001", relevance=9, novelty=8), *MANY[1:20]],
        "2025-05-27": [row(f"2505.2{n:04}") for n in range(1, 41)] + MANY[:1],
    }
    catalogue, settings = archive(tmp_path, days, receipts={"2025-04-30": 300, "2025-05-27": 1027})
    places = {
        li.get("data-paper"): words(li.xpath(".//*[@class='grades']/i")[0])
        for pages in (month.pages(catalogue, settings, "2025-04"), month.pages(catalogue, settings, "2025-05"))
        for li in body(pages).find_class("item")
    }
    assert places["2504.00001"] == "1st of 300 scanned"
    assert places["2505.10000"] == "1st of 1,027 scanned"
    assert places["2505.20001"] == "40 share 15, 2nd of 1,027 scanned"
    page = body(topic.pages(catalogue, settings, "compression"))
    expected = {
        "1st of 1,027 scanned",
        "2 share 16 that day, 2nd of 300 scanned",
        "40 share 15 that day, 2nd of 1,027 scanned",
    }
    assert expected <= {words(i) for i in page.xpath("//*[@class='grades']/i")}
    assert "Equal scores have the same place" in words(page.get_element_by_id("rubric"))
    assert body(home.pages(catalogue, settings)).xpath("//li//*[@class='grades']/i")


def test_without_a_receipt_there_is_no_place_among_the_scanned_and_never_a_percentage(tmp_path: Path) -> None:
    catalogue, settings = archive(tmp_path, {"2025-05-26": MANY[3:], "2025-05-27": MANY[:3]})
    pages = [*day.pages(catalogue, settings, "2025-05-27"), *paper.pages(catalogue, settings, "2025-05-27")]
    for page in pages:
        if isinstance(page, Page):
            assert "scanned" not in page.body.partition("Receipt")[0]
            assert "top " not in page.body.lower().replace("to the top", "")
            assert "best in" not in page.body


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_rubric_and_the_scorer_are_text(payload: str, tmp_path: Path) -> None:
    rubric = Rubric(relevance=(Grade(low=1, high=10, name=payload, description=payload),))
    rows = [row("2505.00001", scorer={"model": payload, "rubric": payload}), row("2505.00002")]
    catalogue, settings = archive(tmp_path, {"2025-05-27": rows})
    settings = msgspec.structs.replace(settings, rubric=rubric)
    for made in (*day.pages(catalogue, settings, "2025-05-27"), *paper.pages(catalogue, settings, "2025-05-27")):
        if isinstance(made, File):
            continue
        page = lxml.html.fromstring(made.body)
        assert not page.xpath("//script|//img|//iframe|//*[@onerror or @onload or @onclick or @style]")


def test_a_paper_page_has_the_whole_rubric(tmp_path: Path) -> None:
    catalogue, settings = archive(tmp_path, {"2025-05-27": MANY}, receipts={"2025-05-27": 1027})
    pages = {page.address: lxml.html.fromstring(page.body) for page in paper.pages(catalogue, settings, "2025-05-27")}
    page = pages["papers/2505.10000/"]
    assert [words(line) for line in page.find_class("grade")] == [
        "Relevance 9 of 10: Core: It is a topic.",
        "Novelty 8 of 10: New: Nobody thought of it.",
    ]
    place = "Score 17: shared by 2 papers of that day, 1st of the 1,027 papers scanned on 27 May 2025"
    assert words(page.find_class("meta")[0]) == f"{place} by gpt-x, rubric r1"


# -- in a browser, without scripts -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_digest(tmp_path_factory.mktemp("site"), {"2025-05-27": MANY}, SETTINGS + RUBRIC + "search: false\n")
    write_receipt(root, "2025-05-27", 1027)
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


@pytest.fixture
def phone_tab(site: Path, chromium: Browser) -> Any:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto((site / "daily/2025/05/27/index.html").as_uri())
    yield page
    context.close()


def visible(page: Tab) -> list[str]:
    return [name for name in ("r1", "r2", "n1", "n2") if page.locator(f"#{name}").is_visible()]


def test_pointing_at_a_score_shows_its_meaning(phone_tab: Tab) -> None:
    assert visible(phone_tab) == []
    phone_tab.locator("article > button").first.hover()
    assert visible(phone_tab) == ["r1", "n1"]
    said = phone_tab.locator("#rubric p", has_text="papers scanned").inner_text()
    assert said.startswith("1st, 2nd … ")  # no paper's own place: it is said once for all of them
    phone_tab.mouse.move(2, 2)
    assert visible(phone_tab) == []


def test_the_keyboard_reaches_it_too(phone_tab: Tab) -> None:
    phone_tab.locator('article > button[aria-describedby="r2 n1"]').first.focus()
    phone_tab.keyboard.press("Shift+Tab")
    phone_tab.keyboard.press("Tab")  # now the focus is seen
    assert visible(phone_tab) == ["r2", "n1"]
    phone_tab.keyboard.press("Enter")
    assert visible(phone_tab) == ["r1", "r2", "n1", "n2"]
    phone_tab.keyboard.press("Escape")
    assert visible(phone_tab) == ["r2", "n1"]


def test_escape_puts_it_away_until_the_next_score(site: Path, chromium: Browser) -> None:
    context = chromium.new_context()
    tab = context.new_page()
    with served(site, "/", "127.0.0.1", 0) as address:
        tab.goto(address + "daily/2025/05/27/")
        tab.locator('article > button[aria-describedby="r1 n1"]').first.hover()
        assert visible(tab) == ["r1", "n1"]
        tab.keyboard.press("Escape")
        assert visible(tab) == []
        tab.locator('article > button[aria-describedby="r1 n1"]').first.locator("svg").hover()
        assert visible(tab) == []  # it is still the same score
        tab.locator('article > button[aria-describedby="r2 n1"]').first.hover()
        assert visible(tab) == ["r2", "n1"]
        tab.mouse.move(2, 2)
        tab.keyboard.press("Escape")
        tab.keyboard.press("Tab")
        tab.locator('article > button[aria-describedby="r1 n1"]').first.focus()
        assert visible(tab) == ["r1", "n1"]
        tab.keyboard.press("Escape")
        assert visible(tab) == []
    context.close()


def test_a_tap_opens_the_whole_rubric_without_a_layout_shift(phone_tab: Tab) -> None:
    button = phone_tab.locator("article > button").first
    button.scroll_into_view_if_needed()
    before = button.bounding_box()
    button.click()
    assert visible(phone_tab) == ["r1", "r2", "n1", "n2"]
    assert button.bounding_box() == before
    box = phone_tab.locator("#rubric").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_a_day_of_eighty_four_papers_pays_little_for_it(tmp_path: Path) -> None:
    rows = [row(f"2505.1{n:04}", relevance=9 - n % 5, novelty=8 - n % 4) for n in range(84)]
    make_digest(tmp_path, {"2025-05-27": rows}, SETTINGS + RUBRIC)
    generate(tmp_path)
    page = lxml.html.fromstring((tmp_path / "docs/daily/2025/05/27/index.md").read_text("utf-8"))
    sizes = [len(lxml.html.tostring(button)) for button in page.xpath("//article/button")]
    assert len(sizes) == 84
    assert max(sizes) < 280
