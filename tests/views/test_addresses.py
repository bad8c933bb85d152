"""Addresses of pages in a browser: malformed ones, and those of papers that filters hide."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.example import SETTINGS, digest, make_digest, paper
from tests.static_host import hosted

IDS = [f"2505.0{n:04}" for n in range(1, 15)]
DAYS = {
    "2025-05-27": [
        paper(name, title=f"Title {n}", relevance=9 if n < 13 else 4, topics=[["llm", "compression"][n % 2]])
        for n, name in enumerate(IDS)
    ]
}
DAY = "daily/2025/05/27/"
MALFORMED = ["100%", "%E0%A4%A", "%", "%zz", "a%C3", "%F0%28%8C%28"]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = make_digest(tmp_path_factory.mktemp("addresses"), DAYS, SETTINGS + "paper_pages: all\n")
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    with hosted(root / "site", "/broadsheet/") as place:
        yield place


# -- malformed addresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fragment", MALFORMED)
def test_a_malformed_fragment_takes_nothing_from_a_page(address: str, tab: Page, fragment: str) -> None:
    tab.goto(f"{address}{DAY}#{fragment}")
    expect(tab.locator(".toolbar select[name=topic]")).to_be_visible()
    tab.evaluate("text => { location.hash = text; }", fragment + "&")
    expect(tab.locator(".toolbar [role=status]")).to_have_text(f"{len(IDS)} papers")
    tab.goto(f"{address}since/#{fragment}")
    expect(tab.locator("#since [role=status]")).to_contain_text(f"{len(IDS)} papers")
    tab.goto(f"{address}saved/#take={fragment}")
    expect(tab.get_by_role("button", name="Import")).to_be_visible()


@pytest.mark.parametrize("name", ["2505.0001%", "%E0%A4%A"])
def test_a_malformed_address_of_a_lost_page_is_searched_as_it_is(address: str, tab: Page, name: str) -> None:
    tab.goto(f"{address}papers/{name}/")
    tab.wait_for_url("**/search/?q=*")
    expect(tab.get_by_role("searchbox").first).to_have_value(name)


def test_bars_of_a_skyline_need_no_paper_of_the_page(address: str, tab: Page) -> None:
    def spoil(route: Route) -> None:
        answer = route.fetch()
        body = answer.text().replace(f'href="#{IDS[3]}"', 'href="#%E0%A4%A"').replace(f'href="#{IDS[4]}"', 'href="#x"')
        route.fulfill(response=answer, body=body)

    tab.route(f"**/{DAY}", spoil)
    tab.goto(address + DAY)
    assert tab.locator(".skyline a[href='#x'], .skyline a[href='#%E0%A4%A']").count() == 2
    expect(tab.locator(".toolbar [role=status]")).to_have_text(f"{len(IDS)} papers")
    expect(tab.locator(".skyline title")).to_have_count(len(IDS) - 2)


# -- papers that the filters hide ---------------------------------------------------------------------------------

HIDDEN = "The filters hide the paper of this link; it is shown all the same."


def bar(tab: Page, name: str) -> Locator:
    return tab.locator(f".skyline a[href='#{name}']")


def test_a_bar_of_a_hidden_paper_shows_it(address: str, tab: Page) -> None:
    tab.set_viewport_size({"width": 1000, "height": 500})
    tab.goto(f"{address}{DAY}?topic=compression")
    expect(tab.locator(".paper:visible")).to_have_count(7)
    for name in (IDS[0], IDS[12], IDS[0]):  # a card, a headline
        paper = tab.locator(f"[id='{name}']")
        bar(tab, name).click(force=True)
        expect(paper).to_be_visible()
        expect(paper).to_be_in_viewport()
        expect(paper.locator(".comment")).to_be_visible()
        expect(tab.locator(".notice")).to_have_text(HIDDEN)
    tab.keyboard.press("s")
    expect(tab.locator(f"[id='{IDS[0]}'] button.saved")).to_have_attribute("aria-pressed", "true")
    expect(tab.locator(".notice")).to_have_text(HIDDEN)


def test_the_same_bar_shows_its_paper_again(address: str, tab: Page) -> None:
    tab.goto(f"{address}{DAY}?topic=compression#{IDS[2]}")
    paper = tab.locator(f"[id='{IDS[2]}']")
    expect(paper).to_be_visible()
    tab.locator("select[name=score]").select_option(index=1)
    expect(paper).to_be_hidden()
    expect(tab.locator(".notice")).to_have_text("")
    bar(tab, IDS[2]).click(force=True)
    expect(paper).to_be_visible()


def test_an_encoded_id_in_the_address_shows_its_paper(address: str, tab: Page) -> None:
    tab.goto(f"{address}{DAY}?topic=compression#{IDS[4].replace('.', '%2E')}")
    expect(tab.locator(f"[id='{IDS[4]}']")).to_be_visible()
    tab.go_back()


# -- headlines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["Enter", "click of assistive technology"])
def test_the_title_of_a_headline_opens_without_a_pointer(address: str, tab: Page, way: str) -> None:
    tab.goto(address + DAY)
    link = tab.locator(".paper").nth(12).locator("h2 a")
    if way == "Enter":
        link.focus()
        tab.keyboard.press(way)
    else:
        link.evaluate("node => node.click()")
    tab.wait_for_url(f"**/papers/{IDS[12]}/")
