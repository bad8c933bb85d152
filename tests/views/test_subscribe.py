"""The Subscribe page in a browser, and a feed opened in one."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from lxml import html
from playwright.sync_api import Browser, expect

from broadsheet.build.build import build
from broadsheet.build.preview import served
from broadsheet.views.feeds.registry import FORMATS
from tests.example import make_digest, paper

pytestmark = pytest.mark.slow

DAYS = {"2025-05-26": [paper("2505.00001", title="Less than < & $x_i^2$")]}
SITE = "https://example.org/broadsheet/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    root = make_digest(tmp_path_factory.mktemp("subscribe"), DAYS)
    build(root, processes=1)
    with served(root / "site", "/", "127.0.0.1", 0) as address:
        yield root / "site", address


def test_every_feed_is_offered_in_every_form_and_named_in_the_head(site: tuple[Path, str]) -> None:
    page = html.fromstring((site[0] / "subscribe/index.html").read_bytes())
    files = {str(path.relative_to(site[0])) for path in (site[0] / "feeds").rglob("*.*")}
    offered = {link.get("href").removeprefix("../") for link in page.iterfind(".//article//a")}
    assert files <= offered
    head = {
        link.get("href").removeprefix("../") for link in page.iterfind("head/link") if "alternate" in link.get("rel")
    }
    assert head == {path for path in files if not path.endswith(".opml")}
    readers = [a.get("href") for a in page.iterfind(".//details//a") if a.get("rel") == "noopener nofollow"]
    assert len(readers) == 5 * len(head) / len(FORMATS)
    assert all(unquote(url).endswith((".xml",)) and SITE + "feeds/" in unquote(url) for url in readers)


def test_lists_name_their_feeds(site: tuple[Path, str]) -> None:
    lists = {
        "": "feeds/daily.xml",
        "daily/2025/05/26/": "feeds/daily.atom",
        "weekly/2025-W22/": "feeds/weekly.json",
        "monthly/2025-05/": "feeds/best.xml",
        "topics/llm/": "feeds/topics/llm.atom",
        "publications/": "feeds/publications.json",
        "archive/": "feeds/weekly.xml",
    }
    for address, feed in lists.items():
        page = html.fromstring((site[0] / address / "index.html").read_bytes())
        links = [link.get("href") for link in page.iterfind("head/link") if "alternate" in (link.get("rel") or "")]
        assert "../" * address.count("/") + feed in [link.removeprefix("./") for link in links], address


def test_a_button_copies_the_address_and_without_scripts_there_is_none(
    site: tuple[Path, str], chromium: Browser
) -> None:
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(site[1] + "subscribe/")
    button = page.locator("tr:has(> th:has-text('All papers')) button").first
    button.click()
    expect(page.locator(".feeds button").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == SITE + "feeds/all.xml"
    context.close()
    plain = chromium.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(site[1] + "subscribe/")
    assert not page.locator("button.copy").first.is_visible()
    assert page.locator("tr:has(> th:has-text('All papers')) td a:has-text('RSS')").first.is_visible()
    plain.close()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_it_fits_its_window(site: tuple[Path, str], chromium: Browser, width: int) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(site[1] + "subscribe/")
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_feed_opened_in_a_browser_can_be_read(site: tuple[Path, str], chromium: Browser) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(site[1] + "feeds/all.xml")
    shown = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => e.checkVisibility()).map(e => [e.tagName, e.textContent])"
    )
    assert ["title", "Less than < & xᵢ²"] in shown
    assert {name for name, _ in shown} == {"rss", "channel", "title", "description", "item", "pubDate"}
    assert "This is a feed" in page.evaluate("getComputedStyle(document.documentElement, '::before').content")
    context.close()
