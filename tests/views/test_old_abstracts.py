"""The abstracts of the headlines of an old day: in a file beside the page, from which a script adds them."""

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from broadsheet.build.generate import generate
from tests.example import SETTINGS, digest, make_digest, paper
from tests.static_host import hosted

NAMES = [f"2501.000{number:02}" for number in range(1, 13)]  # the best first
OLD = "daily/2025/01/10/"
PACK = f"{OLD}abstracts.pack"
DAYS = {
    "2025-01-10": [
        paper(name, relevance=10 - n // 2, novelty=10 - (n + 1) // 2, abstract=f"Of {name}, $x^2$ <b>.")
        for n, name in enumerate(NAMES)
    ],
    "2025-05-27": [paper(f"2505.000{number:02}") for number in range(1, 13)],
}
DIGEST_YML = SETTINGS + "search: false\npages: {old_abstracts: file}\n"
LOST = "Some abstracts could not be loaded: reload the page."


def abstract(tab: Page, name: str) -> str:
    return tab.locator(f"[id='{name}'] > details > p").inner_text()


def test_the_page_of_an_old_day_has_ten_abstracts_and_the_file_the_others(site: Path) -> None:
    page = (site / OLD / "index.html").read_text("utf-8")
    assert re.findall(r"<p>Of (\S+),", page) == NAMES[:10]
    assert '<script type="module" src="../../../../assets/abstracts.js"></script>' in page
    pack = gzip.decompress((site / PACK).read_bytes()).decode()
    assert re.findall(r'data-of="([^"]+)"><summary>Abstract</summary><p>Of (\S+),', pack) == [
        (n, n) for n in NAMES[10:]
    ]
    assert "&lt;b&gt;" in pack
    assert not (site.parent / "docs" / PACK).exists()


def test_a_recent_day_has_all_abstracts_on_its_page(site: Path) -> None:
    page = (site / "daily/2025/05/27/index.html").read_text("utf-8")
    assert page.count("<summary>Abstract</summary>") == 12
    assert "abstracts.js" not in page
    assert not (site / "daily/2025/05/27/abstracts.pack").exists()


@pytest.mark.parametrize(
    ("pages", "on_page", "in_file"),
    [
        ("old_abstracts: page", 12, 0),
        ("abstracts: 11", 11, 0),
        ("old_abstracts: file, abstracts: 11", 10, 1),
        ("old_abstracts: file, abstracts: 3", 3, 0),
        ("old_abstracts: file, expanded_abstracts: 11", 11, 1),
    ],
)
def test_settings_decide_where_abstracts_are(tmp_path: Path, pages: str, on_page: int, in_file: int) -> None:
    make_digest(tmp_path, DAYS, f"pages: {{{pages}}}\n")
    generate(tmp_path)
    page = (tmp_path / "docs" / OLD / "index.md").read_text("utf-8")
    assert page.count("<summary>Abstract</summary>") == on_page
    assert ("abstracts.js" in page) == bool(in_file)


@pytest.mark.slow
def test_a_headline_of_an_old_day_unfolds_with_its_abstract(address: str, tab: Page) -> None:
    tab.goto(f"{address}{OLD}#{NAMES[11]}")
    row = tab.locator(f"[id='{NAMES[11]}']")
    expect(row.locator("> details[open]")).to_be_visible()
    assert abstract(tab, NAMES[11]).split() == ["Of", f"{NAMES[11]},", "𝑥", "2", "<b>."]
    assert row.locator("math").count() == 1
    other = tab.locator(f"[id='{NAMES[10]}']")
    expect(other.locator("details")).to_be_hidden()
    other.locator("h2").click()
    expect(other.locator("> details[open]")).to_be_visible()
    assert tab.locator("[data-of]").count() == 0


@pytest.mark.slow
def test_without_the_file_the_rows_stay_and_the_network_brings_it(address: str, tab: Page) -> None:
    tab.route(f"**/{PACK}", lambda route: route.abort())
    with tab.expect_event("requestfailed"):
        tab.goto(f"{address}{OLD}#{NAMES[11]}")
    row = tab.locator(f"[id='{NAMES[11]}']")
    expect(row.locator(".links")).to_be_visible()
    expect(row.locator("details")).to_have_count(0)
    expect(tab.locator(".notice:has-text('abstracts')")).to_have_text(LOST)
    tab.locator("select[name=sort]").select_option("novelty")
    expect(tab.get_by_text(LOST)).to_be_visible()
    with tab.expect_event("requestfailed"):
        tab.evaluate("dispatchEvent(new Event('online'))")
    tab.unroute(f"**/{PACK}")
    tab.wait_for_load_state("networkidle")
    tab.evaluate("dispatchEvent(new Event('online'))")
    expect(row.locator("> details[open]")).to_be_visible()
    expect(tab.get_by_text(LOST)).to_have_count(0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "body": "not here"},
        {"status": 404, "path": "index.html"},
        {"status": 200, "content_type": "text/html", "body": "<!doctype html><article class=paper>"},
        {"status": 200, "body": b"\x1f\x8b broken"},
        {"status": 200, "body": ""},
    ],
    ids=["text", "page", "page as if there", "damaged", "empty"],
)
def test_a_file_that_is_another_one_is_reported(site: Path, address: str, tab: Page, answer: dict[str, Any]) -> None:
    path = answer.pop("path", None)
    tab.route(f"**/{PACK}", lambda route: route.fulfill(**answer, **({"path": site / path} if path else {})))
    tab.goto(f"{address}{OLD}")
    expect(tab.get_by_text(LOST)).to_be_visible()
    assert tab.locator("article.paper").count() == 12


@pytest.mark.slow
def test_a_browser_that_cannot_decompress_says_so(address: str, context: BrowserContext, tab: Page) -> None:
    context.add_init_script("delete globalThis.DecompressionStream")
    tab.goto(f"{address}{OLD}")
    expect(tab.get_by_text(LOST)).to_be_visible()


@pytest.mark.slow
def test_a_host_may_say_that_the_file_is_encoded(site: Path, context: BrowserContext, tab: Page) -> None:
    with hosted(site, "/repo/", sniffs=True) as place:
        context.add_init_script("delete globalThis.DecompressionStream")  # which is not needed then
        tab.goto(f"{place}{OLD}#{NAMES[11]}")
        expect(tab.locator(f"[id='{NAMES[11]}'] > details[open]")).to_be_visible()
        expect(tab.get_by_text(LOST)).to_have_count(0)
        tab.goto(f"{place}since/")
        expect(tab.locator("#since [role=status]")).to_have_text("12 papers of 1 day")


def test_a_day_that_grows_old_is_as_in_a_clean_build(site: Path, tmp_path: Path) -> None:
    make_digest(tmp_path, {"2025-01-10": DAYS["2025-01-10"]}, DIGEST_YML)
    assert digest("build", "--root", tmp_path).returncode == 0
    assert not (tmp_path / "site" / PACK).exists()
    make_digest(tmp_path, DAYS, DIGEST_YML)
    assert digest("build", "--root", tmp_path).returncode == 0
    for path in (f"{OLD}index.html", PACK):
        assert (tmp_path / "site" / path).read_bytes() == (site / path).read_bytes(), path
