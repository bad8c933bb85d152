"""The frame around pages: navigation and space on a phone, paper, lost pages, the language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from broadsheet.build.build import build
from tests.example import SETTINGS, make_digest, paper
from tests.static_host import hosted

pytestmark = pytest.mark.slow

ABSTRACT = "We route tokens to experts and prune the rest of the network. " * 20
PAPERS = [paper(f"2505.{number:05}", abstract=ABSTRACT, relevance=9 - number % 5) for number in range(1, 43)]
SHEETS = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    root = make_digest(tmp_path_factory.mktemp("frame"), {"2025-05-27": PAPERS}, settings=SETTINGS)
    settings = root / "mkdocs.yml"
    settings.write_text(settings.read_text("utf-8").replace("language: en", "language: de"), "utf-8")
    build(root, processes=1)
    with hosted(root / "site", "/broadsheet/") as address:
        yield root / "site", address


def test_on_a_phone_the_first_paper_is_high_and_the_navigation_has_one_row(
    site: tuple[Path, str], chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    tab = context.new_page()
    for path in ("", "daily/2025/05/27/"):
        tab.goto(site[1] + path)
        first = tab.locator(".paper, .item").first.bounding_box()
        assert first is not None
        assert first["y"] <= 260, path
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tops = {
        round(box["y"]) for link in tab.locator(".masthead nav > ul > li > a").all() if (box := link.bounding_box())
    }
    assert len(tops) == 1
    rest = tab.locator(".more-pages a", has_text="Archive")
    assert rest.is_hidden()
    tab.get_by_text("More", exact=True).click()
    expect(rest).to_be_visible()
    context.close()


def test_a_day_of_42_papers_is_printed_on_a_dozen_sheets(site: tuple[Path, str], chromium: Browser) -> None:
    tab = chromium.new_page()
    tab.goto(f"{site[1]}daily/2025/05/27/")
    assert tab.pdf(format="A4").count(b"/Type /Page\n") <= SHEETS
    tab.emulate_media(media="print")
    after = "[...document.querySelectorAll('.links a')].map((a) => getComputedStyle(a, '::after').content).join()"
    assert "../" not in tab.evaluate(after)
    tab.close()


def test_the_address_of_a_lost_page_leads_to_its_paper(site: tuple[Path, str], chromium: Browser) -> None:
    tab = chromium.new_page()
    tab.goto(f"{site[1]}papers/2505.00042/")
    tab.wait_for_url("**/daily/2025/05/27/#2505.00042")
    tab.goto(f"{site[1]}papers/2401.99999/")
    expect(tab.get_by_text("This archive does not have 2401.99999")).to_be_visible()
    assert tab.goto(f"{site[1]}nothing/here/").status == 404  # type: ignore[union-attr]
    expect(tab.get_by_role("link", name="Topics").last).to_be_visible()
    tab.close()


def test_the_language_of_a_page_is_that_of_its_words(site: tuple[Path, str]) -> None:
    assert '<html lang="en"' in (site[0] / "index.html").read_text("utf-8")
