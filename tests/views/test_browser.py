"""The demo in a browser, under a sub-path as on project pages: every page type, several widths, both colour schemes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from broadsheet.build.preview import served
from tests.example import DEMO_PAGES

SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { total += entry.value; }))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(total), 150);
})"""

BACKGROUNDS = {"light": "rgb(255, 254, 251)", "dark": "rgb(23, 23, 20)"}
OTHER = {"light": "dark", "dark": "light"}


@pytest.fixture(scope="module")
def address(demo: Path) -> Iterator[str]:
    with served(demo, "/broadsheet/", "127.0.0.1", 0) as place:
        yield place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_shows_the_pictures_of_its_colours(address: str, chromium: Browser, scheme: str) -> None:
    context = chromium.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.goto(f"{address}manual/start/")
    visible = "[...document.images].filter((image) => image.checkVisibility()).map((image) => image.src.split('#')[1])"
    for colours in (scheme, "light", "dark", scheme):  # as the system, the reader's choices, as the system
        assert set(tab.evaluate(visible)) == {f"only-{colours}"}
        tab.locator("button.colours").click()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (768, "dark"), (1440, "light")])
def test_every_page_has_no_layout_shift_fits_and_requests_no_other_host(
    address: str, chromium: Browser, width: int, scheme: str
) -> None:
    wrong: list[str] = []
    tab = tab_with(chromium, width, scheme, address, wrong)
    for page in DEMO_PAGES:
        tab.goto(address + page)
        if page.startswith(("search/", "since/")):
            # What comes later is to move nothing either.
            tab.wait_for_load_state("networkidle")
        assert tab.evaluate(SHIFT) <= 0.01, page
        assert wrong == [], page
        assert tab.locator("h1").count() == 1, page
        assert fits(tab), page
        for colours in (scheme, OTHER[scheme]):
            tab.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == BACKGROUNDS[colours]
        tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        tab.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        assert fits(tab), page
    tab.context.close()


def fits(tab: Page) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def tab_with(chromium: Browser, width: int, scheme: str, address: str, wrong: list[str]) -> Page:
    """Return a tab of its own browser profile. It adds to `wrong` what is wrong with the pages it loads."""
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
    # The next page aborts what the last one still requests.
    tab.on("requestfailed", lambda r: None if r.failure == "net::ERR_ABORTED" else wrong.append(r.url))
    tab.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
    return tab


def test_what_a_reader_opens_makes_no_page_wider_than_a_narrow_phone(address: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 900})
    tab = context.new_page()
    for page in DEMO_PAGES:
        tab.goto(address + page)
        tab.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")
        assert fits(tab), page
    context.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_a_search_leads_to_the_paper(address: str, tab: Page) -> None:
    tab.goto(f"{address}search/")
    tab.locator("#query").fill("PLUMAGE gradient")
    first = tab.locator("#hits .item a").first
    first.wait_for()
    assert "PLUMAGE" in first.inner_text()
    assert tab.url.endswith("?q=PLUMAGE+gradient")
    first.click()
    tab.wait_for_url("**/papers/2505.18313/")
    assert tab.locator("h1").inner_text().startswith("PLUMAGE")


def test_search_finds_a_name_and_an_id_leads_to_its_paper(address: str, tab: Page) -> None:
    tab.goto(f"{address}search/?q=Soudry")
    tab.locator("#hits .item", has_text="PLUMAGE").first.wait_for()
    tab.goto(f"{address}search/?q=2505.18313")
    tab.wait_for_url(f"{address}papers/2505.18313/")


def test_without_javascript_everything_is_there_to_read(address: str, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(f"{address}daily/2025/05/27/")
    assert tab.locator("article.paper").count() == 17
    tab.goto(f"{address}publications/20032/")
    assert {"Short", "BibTeX", "CSL-JSON"} <= set(tab.locator(".digest summary").all_inner_texts())
    tab.goto(f"{address}search/")
    assert "needs JavaScript" in tab.locator("#search-status").inner_text()
    context.close()


def test_a_day_leads_to_the_days_around_it_and_past_those_without_a_page(address: str, tab: Page) -> None:
    tab.goto(f"{address}daily/2025/05/08/")
    tab.locator("nav.page-nav a[rel=next]").click()
    tab.wait_for_url(f"{address}daily/2025/05/12/")  # the 9th is missing, the 10th and 11th are a weekend
    tab.locator("nav.page-nav a[rel=prev]").click()
    tab.wait_for_url(f"{address}daily/2025/05/08/")
    tab.locator("nav.page-nav").get_by_text("Week 19").click()
    tab.wait_for_url(f"{address}weekly/2025-W19/")
