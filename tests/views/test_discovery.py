"""Programs that look for feeds in a page find all of them on every page, and nothing that is no feed.

The rules are those of the programs' sources, in words of our own; `reader` itself is asked.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from lxml import html
from reader import discover

from broadsheet.settings import config
from broadsheet.views.feeds.registry import feed_links
from broadsheet.views.page import FeedLink
from tests.example import SETTINGS, digest, make_digest, paper

DAYS = {
    "2025-05-22": [paper("2505.00021")],
    "2025-05-26": [paper("2505.00001"), paper("2410.06074", source="hf")],
}
PUBLICATION = "_id: '7'\ntype: journal_article\ntitle: Ours\nyear: '2025'\nauthor:\n- {full_name: 'Author, Ada'}\n"
ADDRESS = "https://site.example/"
# A page of every kind, by hand, generated or for an error.
PAGES = (
    *("", "archive/", "daily/2025/05/26/", "weekly/2025-W21/", "monthly/2025-05/", "papers/2505.00001/"),
    *("topics/", "topics/compression/", "publications/", "publications/7/", "publications/years/2025/", "authors/"),
    *("search/", "saved/", "since/", "statistics/", "subscribe/", "about/", "by-hand/", "404.html"),
)

Rule = Callable[[html.HtmlElement], Iterator[html.HtmlElement]]


def netnewswire(page: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the links whose rel is the one word, and whose type is a feed's by its end or missing."""
    for link in page.iter("link"):
        kind = link.get("type", "").lower()
        is_feed = not kind or kind.endswith(("/rss+xml", "/atom+xml", "/json"))
        is_variant = link.get("hreflang") or link.get("media")
        if (link.get("rel") or "").lower() == "alternate" and is_feed and not is_variant:
            yield link


def feedbag(page: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the links of an XML type whose rel has the word anywhere."""
    names = ("x.atom+xml", "atom+xml", "xml", "rss+xml", "rdf+xml")
    kinds = {f"application/{name}" for name in names} | {"text/xml"}
    for link in page.iter("link"):
        if link.get("type", "").lower().strip() in kinds and "alternate" in (link.get("rel") or "").lower():
            yield link


def selector(page: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield what scripts and extensions select: the exact rel and one of the usual types."""
    kinds = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")
    for kind in kinds:
        yield from page.xpath(f"//link[@rel='alternate'][@type='{kind}']")


def miniflux(page: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the links of a feed's exact type, whatever their rel; application/json is one."""
    kinds = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/json")
    yield from (link for link in page.iter("link") if link.get("type") in kinds)


def simplepie(page: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """Yield the links, in head or body, whose rel has the word and whose type is RSS, Atom or HTML."""
    kinds = ("text/html", "application/rss+xml", "application/atom+xml")
    for link in page.iter("link", "a", "area"):
        words = (link.get("rel") or "").lower().split()
        if "alternate" in words and "stylesheet" not in words and link.get("type", "").lower() in kinds:
            yield link


RULES: tuple[Rule, ...] = (netnewswire, feedbag, selector, miniflux, simplepie)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a page of every kind."""
    root = make_digest(tmp_path_factory.mktemp("discovery"), DAYS, SETTINGS + "alternates: all\npaper_pages: all\n")
    (root / "data/publications").mkdir(parents=True)
    (root / "data/publications/ours.yml").write_text(PUBLICATION, "utf-8")
    (root / "docs/by-hand.md").write_text("# By hand\n", "utf-8")
    run = digest("build", "--root", root)
    assert run.returncode == 0, run.stdout + run.stderr
    return root / "site"


def page_of(site: Path, address: str) -> Path:
    return site / address if address.endswith(".html") else site / address / "index.html"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_leads_to_feeds_alone(site: Path, address: str, rule: Rule) -> None:
    page = html.fromstring(page_of(site, address).read_bytes())
    links = list(rule(page))
    assert links, address
    for link in links:
        path = re.sub(r"^https?://[^/]+/(?:broadsheet/)?", "", urljoin(ADDRESS + address, link.get("href")))
        assert path.startswith("feeds/"), path
        assert (site / path).is_file(), path


@pytest.mark.filterwarnings("ignore::bs4.GuessedAtParserWarning")  # the library's own choice
@pytest.mark.parametrize("address", PAGES)
def test_the_library_finds_them_under_names_that_tell_them_apart(site: Path, address: str) -> None:
    found = list(discover.from_html(page_of(site, address).read_bytes(), "utf-8"))
    assert found, address
    titles = [alternate.title or "" for alternate in found]
    assert len(set(titles)) == len(titles)
    assert all(re.fullmatch(r"Broadsheet: .+ \((RSS|Atom|JSON Feed)\)", title) for title in titles), titles
    assert all("feeds/" in alternate.href for alternate in found)


@pytest.mark.parametrize("address", ["by-hand/", "404.html"])
def test_pages_that_are_not_generated_have_the_feed_of_all_papers_in_every_format(site: Path, address: str) -> None:
    page = html.fromstring(page_of(site, address).read_bytes())
    links = page.xpath("//link[@rel='alternate']")
    prefix = re.compile(r"^.*(?=feeds/)")
    actual = [FeedLink(link.get("title"), prefix.sub("", link.get("href")), link.get("type")) for link in links]
    assert actual == list(feed_links(config.load(site.parent, {})))


@pytest.mark.parametrize("address", ["", "daily/2025/05/26/", "papers/2505.00001/", "topics/compression/"])
def test_programs_still_find_the_page_in_other_forms(site: Path, address: str) -> None:
    page = html.fromstring(page_of(site, address).read_bytes())
    forms = {link.get("type"): link.get("href") for link in page.xpath("//link[@rel='alternate']")}
    assert forms["text/markdown"] == "index.md"
    assert forms["application/vnd.broadsheet+json"] == "index.json"
    assert (page_of(site, address).parent / "index.json").is_file()
