"""The list of saved papers: scores and topics, filters, search, and the link that takes it to another device."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.example import paper
from tests.views.test_browser import SHIFT

DAYS = {
    "2025-05-27": [
        paper("2505.00001", topics=["llm"], relevance=9, novelty=9, title="Zebra models"),
        paper("2505.00002", topics=["compression"], title="Pruning", authors=["Grace Hopper"]),
        paper("math/0306266", topics=["compression"], relevance=4, title="Alpha"),
        paper("2505.00004", relevance=None, novelty=None, comment=None, topics=[], title="Unscored"),
    ],
}
KEY = "broadsheet /repo/"
NAMES = ["2505.00001", "2505.00002", "math/0306266", "2505.00004"]


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


def save_all(tab: Page, address: str) -> None:
    tab.goto(address + "daily/2025/05/27/")
    for name in NAMES:
        tab.locator(f"[id='{name}'] button.saved").click()
    tab.goto(address + "saved/")


def titles(tab: Page) -> list[str]:
    return tab.locator("#saved h3").all_inner_texts()


def status(tab: Page) -> Any:
    return tab.locator("#files [role=status]")


def saved(tab: Page) -> set[str]:
    papers = json.loads(tab.evaluate(f"localStorage.getItem('{KEY}')") or '{"papers": {}}')["papers"]
    return {name for name, entry in papers.items() if entry.get("saved", 0) > 0}


def test_without_saved_papers_there_is_nothing_to_sort_or_to_cite(address: str, tab: Page) -> None:
    tab.goto(f"{address}saved/")
    expect(status(tab)).to_have_text("Nothing yet: press ☆ or s")
    for hidden in ("Export as BibTeX", "Export as RIS", "Copy BibTeX"):
        expect(tab.get_by_role("button", name=hidden)).to_have_count(0)
    expect(tab.locator("select[name=sort]")).to_be_hidden()
    expect(tab.get_by_role("button", name="Export as JSON")).to_be_visible()  # has read marks
    save_all(tab, address)
    expect(tab.get_by_role("button", name="Export as RIS")).to_be_visible()
    expect(tab.get_by_role("searchbox")).to_be_visible()


def test_saved_papers_have_scores_and_topics_filters_and_a_search(address: str, tab: Page) -> None:
    save_all(tab, address)
    expect(status(tab)).to_have_text("4 papers")
    assert tab.evaluate(SHIFT) <= 0.01
    row = tab.locator("#saved .item", has_text="Zebra")
    assert row.locator(".score b").inner_text() == "18"
    assert row.locator("a.topic").inner_text() == "Large Language Models"
    tab.locator("select[name=topic]").select_option("compression")
    expect(status(tab)).to_have_text("2 of 4 papers")
    assert set(titles(tab)) == {"Pruning", "Alpha"}
    tab.reload()
    expect(status(tab)).to_have_text("2 of 4 papers")
    tab.get_by_role("button", name="Clear").click()
    tab.locator("select[name=sort]").select_option("title")
    assert titles(tab) == ["Alpha", "Pruning", "Unscored", "Zebra models"]
    tab.get_by_role("searchbox").fill("hopper PRUN")
    expect(status(tab)).to_have_text("1 of 4 papers")
    tab.get_by_role("searchbox").fill("nothing like it")
    expect(status(tab)).to_have_text("0 of 4 papers")


def test_a_link_takes_papers_and_settings_to_another_device_which_asks(
    address: str, context: BrowserContext, chromium: Browser
) -> None:
    tab = context.new_page()
    save_all(tab, address)
    tab.goto(address + "daily/2025/05/27/")
    tab.locator("select[name=density]").select_option("headlines")
    tab.goto(address + "saved/")
    tab.get_by_role("button", name="Take it with you").click()
    tab.get_by_role("button", name="Copy the link").click()
    expect(tab.locator(".toast")).to_contain_text("copied")
    link = tab.evaluate("navigator.clipboard.readText()")
    assert len(link.partition("#")[2]) < 3 * 5 + len("math%2F0306266") + 40
    other = chromium.new_context()
    phone = other.new_page()
    phone.goto(address + "daily/2025/05/27/")
    phone.locator(f"[id='{NAMES[0]}'] button.saved").click()
    for answer, expected in (("Leave them", {NAMES[0]}), ("Add them", set(NAMES))):
        phone.goto("about:blank")
        phone.goto(link)
        expect(phone.locator(".offer")).to_contain_text("4 papers, 3 of them not saved here, and settings")
        assert saved(phone) == {NAMES[0]}
        phone.get_by_role("button", name=answer).click()
        assert saved(phone) == expected
        assert phone.url == address + "saved/"
    assert phone.evaluate("document.documentElement.dataset.density") == "headlines"
    expect(status(phone)).to_have_text("4 papers")
    expect(phone.locator("#saved h3", has_text="Zebra models")).to_be_visible()
    expect(phone.locator("#saved .item", has_text="Pruning").locator(".score b")).to_have_text("15")
    expect(phone.locator("#saved .item", has_text="Alpha").locator("h3 a")).to_have_count(1)
    other.close()


@pytest.mark.parametrize(
    ("fragment", "words"),
    [
        ("take=%E0%A4%A~2505.00001", "1 paper, 1 of them"),
        ("take=" + "x" * 300 + "~2505.00002", "1 paper, 1 of them"),
        (
            "take=%3Cimg%20src%3Dx%3E~2505.00001&density=purple&keys=maybe&__proto__=1",
            "1 paper, 1 of them not saved here. ",
        ),
        ("take=" + "~".join(f"2505.{n:05}" for n in range(3000)), "3000 papers"),
        ("take=10.1101%2F2024.01.01.5~2505.00001~2505.00001", "2 papers"),
    ],
)
def test_a_link_of_any_content_is_taken_as_text(address: str, tab: Page, fragment: str, words: str) -> None:
    tab.goto(f"{address}saved/#{fragment}")
    expect(tab.locator(".offer")).to_contain_text(words)
    tab.get_by_role("button", name="Add them").click()
    assert tab.locator("#saved img").count() == 0
    assert tab.locator(".offer").count() == 0


@pytest.mark.parametrize(
    ("names", "fragment"),
    [
        (["2505.00001"], "ids=DoUKh"),
        (["math/0306266"], "take=math%2F0306266"),
        (["2505.00001", "math/0306266"], "take=math%2F0306266&ids=DoUKh"),
    ],
)
def test_a_link_has_no_empty_part_and_is_taken(address: str, tab: Page, names: list[str], fragment: str) -> None:
    link = link_of(tab, address, names)
    assert link == f"{address}saved/#{fragment}"
    former = link.replace("#ids", "#take=&ids") if "ids" in fragment else f"{link}&ids="
    for to in (link, former):
        tab.evaluate("localStorage.clear()")
        tab.goto("about:blank")
        tab.goto(to)
        tab.get_by_role("button", name="Add them").click()
        assert saved(tab) == set(names)


def test_all_saved_papers_are_copied_as_bibtex(address: str, context: BrowserContext) -> None:
    tab = context.new_page()
    save_all(tab, address)
    tab.get_by_role("button", name="Copy BibTeX").click()
    expect(tab.locator(".toast")).to_have_text("BibTeX copied")
    text = tab.evaluate("navigator.clipboard.readText()")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Export as BibTeX").click()
    assert text == download.value.path().read_text("utf-8")
    assert text.count("@misc{") == len(NAMES)


@pytest.mark.parametrize("count", [1, 5, 100, 200])
def test_a_reader_of_qr_codes_reads_the_link(address: str, tab: Page, count: int) -> None:
    names = [*(f"2505.{n:05}" for n in range(1, count)), "0704.0001", "9901.0001", "doi:10.1101/2025.05.01~é"]
    to = link_of(tab, address, names)
    modules = tab.locator("#take .qr-code path").get_attribute("d") or ""
    dark = [tuple(map(int, place.split("h")[0].split())) for place in modules.split("M")[1:]]
    size = max(x for x, _ in dark) + 1
    image = np.full((size + 8, size + 8), 255, np.uint8)
    for x, y in dark:
        image[y + 4, x + 4] = 0
    (code,) = zxingcpp.read_barcodes(np.kron(image, np.ones((4, 4), np.uint8)))
    assert code.text == to
    tab.evaluate("localStorage.clear()")
    tab.goto("about:blank")
    tab.goto(code.text)
    tab.get_by_role("button", name="Add them").click()
    assert saved(tab) == set(names)


def test_too_many_papers_for_a_code_still_have_a_link(address: str, tab: Page) -> None:
    to = link_of(tab, address, [f"2505.{n:05}" for n in range(1, 401)])
    expect(tab.locator("#take")).to_contain_text("too many papers for a code")
    assert len(to) < 400 * 5 + 80


def link_of(tab: Page, address: str, names: list[str]) -> str:
    tab.goto(address + "about/")
    papers = {name: {"saved": n + 1, "title": "T", "topics": []} for n, name in enumerate(names)}
    tab.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps({"papers": papers})])
    tab.goto(address + "saved/")
    tab.get_by_role("button", name="Take it with you").click()
    return tab.locator("#take").get_by_label("Link", exact=True).input_value()
