"""Links that take saved papers along: how many they hold, what they accept, and how the papers get their titles."""

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, FloatRect, Page, Route, expect

from tests.example import paper

DAYS = {
    "2025-05-27": [paper("2505.18313", title="Zebra models"), paper("math/0306266", title="Alpha")],
    "2025-06-02": [paper(f"2505.3{n:04}", title=f"Number {n}") for n in range(260)],
}
KEY = "broadsheet /repo/"


def put(tab: Page, address: str, papers: dict[str, dict[str, Any]]) -> None:
    tab.goto(address + "about/")
    tab.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps({"papers": papers})])
    tab.goto(address + "saved/")


def stored(tab: Page) -> dict[str, dict[str, Any]]:
    papers: dict[str, dict[str, Any]] = json.loads(tab.evaluate(f"localStorage['{KEY}'] ?? '{{}}'")).get("papers", {})
    return papers


def link_of(tab: Page) -> str:
    tab.get_by_role("button", name="Take it with you").click()
    return tab.locator("#take").get_by_label("Link", exact=True).input_value()


def numbered(papers: int) -> dict[str, dict[str, Any]]:
    return {f"25{1 + n // 9000:02}.{n % 9000 + 1:05}": {"saved": n + 1, "title": "T"} for n in range(papers)}


@pytest.mark.parametrize("papers", [1, 3000])
def test_a_link_holds_thousands_of_papers(address: str, tab: Page, papers: int) -> None:
    put(tab, address, numbered(papers))
    link = link_of(tab)
    expect(tab.locator("#take")).to_contain_text("It has your saved papers and settings")
    tab.evaluate("localStorage.clear()")
    tab.goto("about:blank")
    tab.goto(link)
    tab.get_by_role("button", name="Add them").click()
    assert stored(tab).keys() == numbered(papers).keys()


def test_a_link_that_cannot_hold_all_papers_says_so(address: str, tab: Page) -> None:
    put(tab, address, numbered(10_003))
    link = link_of(tab)
    expect(tab.locator("#take")).to_contain_text("the newest 10,000 of 10,003 saved papers")
    expect(tab.locator("#take")).to_contain_text("export JSON for all")
    tab.evaluate("localStorage.clear()")
    tab.goto("about:blank")
    tab.goto(f"{link}DoUKh")
    expect(tab.locator(".offer")).to_contain_text(
        "This link has 10001 papers, 10000 of them not saved here. Only the first 10000 can be added."
    )
    tab.get_by_role("button", name="Add them").click()
    assert stored(tab).keys() == set(list(numbered(10_003))[3:])


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        (["2505.18313v3", "2505.18313", "arXiv:2505.18313v12"], ["2505.18313"]),
        (
            ["math/0306266v2", "math.GT/0309136", "hep-th/9901001"],
            ["math/0306266", "math.GT/0309136", "hep-th/9901001"],
        ),
        (["2513.00001", "2500.00001", "hep-th/9913001", "2505.123", "0001.0001"], []),
        (["javascript:alert(1)", "javascript:void", "data:text/html", "JavaScript:x", "https://evil.org/a"], []),
        (["../../evil", "a/../b", "doi:../x", "..", "/etc/passwd", "//evil.org"], []),
        (["2505.18313\x00", "2505\t.18313", "doi:10.1/\x07", "\u202e2505.18313", "😀", "doi:😀", " ", "<b>"], []),
        (
            ["10.1101/2024.01.01.5", "doi:10.1101/x(1)", "openreview:aB3_x", "a b:c"],
            ["10.1101/2024.01.01.5", "doi:10.1101/x(1)", "openreview:aB3_x"],
        ),
    ],
)
def test_a_link_brings_ids_alone(address: str, tab: Page, texts: list[str], ids: list[str]) -> None:
    tab.goto(f"{address}saved/#take={'~'.join(quote(text, safe='') for text in texts)}")
    if not ids:
        expect(tab.locator(".notice")).to_have_text("This link has no papers.")
        assert tab.locator(".offer").count() == 0
        return
    tab.get_by_role("button", name="Add them").click()
    assert set(stored(tab)) == set(ids)


@pytest.mark.parametrize("fragment", ["take=", "ids=", "take=&ids=", "ids=99999zzzzz", "ids=AAAAA", "take=~~&x=1"])
def test_a_link_without_papers_offers_nothing(address: str, tab: Page, fragment: str) -> None:
    tab.goto(f"{address}saved/#{fragment}")
    expect(tab.locator(".notice")).to_have_text("This link has no papers.")
    assert tab.locator(".offer").count() == 0
    assert stored(tab) == {}


# -- rows of saved papers -----------------------------------------------------------------------------------------

ABSTRACT, PDF = "https://arxiv.org/abs/2505.18313", "https://arxiv.org/pdf/2505.18313"


@pytest.mark.parametrize("place", [None, "", " ", "#", "?", "./", "https://evil.org/", "javascript:alert(1)"])
def test_a_paper_without_a_page_links_to_arxiv(address: str, context: BrowserContext, place: str | None) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = context.new_page()
    record = {"saved": 1, "title": "Number"} | ({} if place is None else {"address": place})
    put(tab, address, {"2505.18313": record, "openreview:x": record})
    expect(tab.locator("#saved .item")).to_have_count(2)
    assert tab.locator("#saved h3 a").evaluate_all("links => links.map((link) => link.href)") == [ABSTRACT]
    row = tab.locator("#saved .item", has_text="2505.18313")
    row.evaluate("node => { node.tabIndex = -1; node.focus(); }")
    tab.keyboard.press("c")
    expect(tab.locator(".toast")).to_have_text("Link copied")
    assert tab.evaluate("navigator.clipboard.readText()") == ABSTRACT
    tab.locator("#saved .item", has_text="openreview").evaluate("node => { node.tabIndex = -1; node.focus(); }")
    tab.keyboard.press("c")
    expect(tab.locator(".toast")).to_have_text("This paper has no page")


@pytest.mark.parametrize(("key", "target"), [("p", PDF), ("a", ABSTRACT)])
def test_keys_open_the_source_of_a_saved_paper(address: str, context: BrowserContext, key: str, target: str) -> None:
    context.route(re.compile(r"^https://"), lambda route: route.fulfill(body="elsewhere"))
    tab = context.new_page()
    record = {"saved": 1, "title": "Zebra models", "authors": ["Ada"], "address": "daily/2025/05/27/#2505.18313"}
    put(tab, address, {"2505.18313": record})
    row = tab.locator("#saved .item")
    expect(row).to_be_visible()
    assert row.locator(".links a").evaluate_all("links => links.map((link) => link.href)") == [ABSTRACT, PDF]
    for width in (390, 1440):
        tab.set_viewport_size({"width": width, "height": 800})
        boxes = [row.locator(part).bounding_box() for part in (".marks", ".links", "textarea")]
        marks, links, note = (box for box in boxes if box)
        assert not overlap(marks, links)
        assert not overlap(marks, note)
    tab.keyboard.press(key)
    tab.wait_for_url(target)
    assert stored(tab) == {}  # of another site
    tab.go_back()
    assert stored(tab)["2505.18313"]["read"] > 0


def overlap(a: FloatRect, b: FloatRect) -> bool:
    return (
        a["x"] < b["x"] + b["width"]
        and b["x"] < a["x"] + a["width"]
        and a["y"] < b["y"] + b["height"]
        and b["y"] < a["y"] + a["height"]
    )


# -- titles -------------------------------------------------------------------------------------------------------

MANY = [f"2505.3{n:04}" for n in range(260)]


def untitled(tab: Page) -> list[str]:
    return [name for name, entry in stored(tab).items() if not entry.get("title")]


def test_all_papers_of_a_link_get_their_titles_from_few_files(address: str, tab: Page) -> None:
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(f"{address}saved/#take={'~'.join([*MANY, '2505.18313', 'math%2F0306266', '2401.00001'])}")
    tab.get_by_role("button", name="Add them").click()
    while untitled(tab) != ["2401.00001"]:
        tab.wait_for_timeout(50)
    tab.get_by_role("searchbox").fill("alpha")
    expect(tab.locator("#saved h3")).to_have_text(["Alpha"])
    record = stored(tab)["2505.30007"]
    assert (record["title"], record["authors"]) == ("Number 7", ["Ada Lovelace"])
    assert record["address"].endswith("2505.30007") or record["address"] == "papers/2505.30007/"
    assert len([url for url in requests if "/daily/" in url or "/papers/" in url]) <= 2


def test_titles_that_are_missing_come_on_a_later_visit(address: str, tab: Page) -> None:
    tab.route("**/*.json*", lambda route: route.abort())
    put(tab, address, {name: {"saved": 1} for name in MANY[:3]})
    expect(tab.locator("#saved h3")).to_have_text(MANY[:3])
    tab.unroute("**/*.json*")
    tab.reload()
    expect(tab.locator("#saved h3")).to_have_text([f"Number {n}" for n in range(3)])
    tab.locator("textarea").first.fill("mine")
    requests: list[str] = []
    tab.on("request", lambda request: requests.append(request.url))
    tab.reload()
    expect(tab.locator("#saved h3")).to_have_text([f"Number {n}" for n in range(3)])
    assert not [url for url in requests if "titles.js" in url]


def test_titles_that_come_late_leave_the_note_that_is_written(address: str, tab: Page) -> None:
    slow: list[Route] = []

    def hold(route: Route) -> None:
        slow.append(route)

    tab.route("**/since/2025-06-02.pack", hold)
    put(tab, address, {name: {"saved": 1} for name in MANY[:2]})
    tab.locator("textarea").first.fill("mine")
    while not slow:
        tab.wait_for_timeout(20)
    slow[0].continue_()
    while untitled(tab):
        tab.wait_for_timeout(20)
    assert tab.evaluate("document.activeElement.value") == "mine"
    assert stored(tab)[MANY[0]]["note"] == "mine"


def test_the_way_back_leads_to_as_many_saved_papers(address: str, tab: Page) -> None:
    put(tab, address, {name: {"saved": 1, "title": name, "address": f"papers/{name}/"} for name in MANY})
    tab.get_by_role("button", name="Show 100 more").click()
    expect(tab.locator("#saved .item")).to_have_count(200)
    tab.locator("#saved h3 a").nth(150).click()
    tab.wait_for_url("**/papers/**")
    tab.go_back()
    expect(tab.locator("#saved .item")).to_have_count(200)
    tab.get_by_role("searchbox").fill("2505")
    expect(tab.locator("#saved .item")).to_have_count(100)
