"""The feed of each author with a page: its items, its address, and the links to it."""

from pathlib import Path
from urllib.parse import urljoin

import feedparser
import pytest
from lxml import etree, html

from broadsheet.build.build import build
from broadsheet.mail.edition import issues
from broadsheet.mail.feed_parser import parse
from tests.example import SETTINGS, make_digest, paper, tree

HOSTILE = "Eve <script>alert(1)</script>]]>"
ORCID = "0000-0002-1825-0097"
TOGETHER = {"authors": ["Ada Byron", "Emmy Noether"], "relevance": 9}
MANY = range(10, 30)
OLD = {"authors": ["Old Author"]}
DAYS = {
    "2023-05-26": [paper(f"2305.0000{n}", **OLD) for n in range(1, 4)],
    "2025-05-26": [paper("2505.00001", title="Sums $x_i^2$ & more", **TOGETHER), paper("2505.00002", **TOGETHER)],
    "2025-05-27": [
        paper("2505.00001", **TOGETHER),
        *(paper(f"2505.001{n}", authors=["Ada Byron"]) for n in MANY),
    ],
    "2025-05-28": [paper("2505.00004", **TOGETHER)],
}
PUBLICATION = f"""\
_id: '7'
type: journal_article
title: Ours
year: '2025'
date_published: 2025-05-28T00:00:00Z
author:
- {{full_name: 'Byron, Ada', first_name: Ada, last_name: Byron}}
- {{full_name: '{HOSTILE}', last_name: '{HOSTILE}', orcid: {ORCID}}}
"""
HUB = "feeds: {hub: 'https://hub.example.net/'}\n"


def built(root: Path, settings: str = SETTINGS + HUB) -> dict[str, bytes]:
    """Build the digest in one process. Return the files of its site."""
    make_digest(root, DAYS, settings)
    (root / "data/publications").mkdir(exist_ok=True)
    (root / "data/publications/ours.yml").write_text(PUBLICATION, "utf-8")
    build(root, processes=1)
    return tree(root / "site")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return built(tmp_path_factory.mktemp("authors"))


def feeds_of(site: dict[str, bytes]) -> dict[str, bytes]:
    """Return the feeds of authors by slug."""
    return {path.split("/")[1]: data for path, data in site.items() if path.endswith("/feed.xml")}


def by_id(feed: bytes) -> dict[str, list[str | None]]:
    """Return what the items of a feed have without their HTML, by id."""
    items = etree.fromstring(feed).iter("item")
    return {item.findtext("guid"): [part.text for part in item if "encoded" not in str(part.tag)] for item in items}


def test_every_author_with_works_has_a_valid_feed_that_the_page_links(site: dict[str, bytes]) -> None:
    feeds = feeds_of(site)
    pages = [path.split("/")[1] for path in site if path.startswith("authors/") and path.count("/") == 2]
    assert set(pages) - {"index.html"} == set(feeds)
    assert set(feeds) == {"ada-byron", "emmy-noether", "old-author", ORCID}
    for slug, data in feeds.items():
        parsed = feedparser.parse(data)
        assert not parsed.bozo, slug
        page = html.fromstring(site[f"authors/{slug}/index.html"].decode())
        links = page.xpath("//link[@rel='alternate']")
        assert [links[0].get(name) for name in ("href", "type")] == ["feed.xml", "application/rss+xml"]
        assert links[0].get("title") == f"{parsed.feed.title} (RSS)"
        (link,) = page.xpath("//article//a[@href='feed.xml']")
        assert link.text == f"Follow {parsed.feed.title.partition(': ')[2]}: RSS"
        assert page.xpath("//meta[@property='og:type']/@content") == ["profile"]


def test_a_feed_names_its_address_page_and_language_but_no_hub_that_nothing_notifies(site: dict[str, bytes]) -> None:
    feed = feedparser.parse(feeds_of(site)["ada-byron"])
    links = {(link.rel, link.href) for link in feed.feed.links}
    page = urljoin(feed.feed.link, "./")
    assert page.endswith("/authors/ada-byron/")
    assert ("self", f"{page}feed.xml") in links
    assert "hub" not in dict(links)
    assert feed.feed.language == "en"
    assert feed.feed.title.endswith(": Ada Byron")
    assert feed.feed.updated == "Wed, 28 May 2025 00:00:00 +0000"  # of the data, not of the build


def test_items_are_the_newest_ten_and_the_same_in_all_feeds(site: dict[str, bytes]) -> None:
    feeds = feeds_of(site)
    ada, emmy = by_id(feeds["ada-byron"]), by_id(feeds["emmy-noether"])
    everything = by_id(site["feeds/all.xml"]) | by_id(site["feeds/publications.xml"])
    assert len(ada) == 10
    assert next(iter(ada)).endswith("paper/2505.00004")
    assert any(name.endswith("publication/7") for name in ada)
    assert [name.rpartition("/")[2] for name in emmy] == ["2505.00004", "2505.00001", "2505.00002"]
    assert {name: everything[name] for name in ada | emmy} == ada | emmy


def test_an_author_without_recent_papers_keeps_a_feed(site: dict[str, bytes]) -> None:
    feed = feedparser.parse(feeds_of(site)["old-author"])
    assert {entry.published for entry in feed.entries} == {"Fri, 26 May 2023 00:00:00 +0000"}
    assert len(feed.entries) == 3


def test_a_hostile_name_stays_text(site: dict[str, bytes]) -> None:
    page = site[f"authors/{ORCID}/index.html"]
    assert not any(b"<script>alert" in text for text in (page, feeds_of(site)[ORCID]))
    assert HOSTILE in html.fromstring(page.decode()).xpath("//article//a[@href='feed.xml']/text()")[0]


def test_a_changed_score_changes_the_feeds_of_its_authors_alone(tmp_path: Path) -> None:
    before = feeds_of(built(tmp_path / "digest"))
    newer = {"2025-05-28": [paper("2505.00004", **TOGETHER | {"relevance": 2})]}
    make_digest(tmp_path / "digest", newer, SETTINGS + HUB)
    build(tmp_path / "digest", processes=1)
    after = feeds_of(tree(tmp_path / "digest/site"))
    assert {slug for slug in after if after[slug] != before[slug]} == {"ada-byron", "emmy-noether"}
    build(tmp_path / "digest", processes=1, full=True)
    assert after == feeds_of(tree(tmp_path / "digest/site"))


def test_no_list_of_feeds_names_them_and_without_authors_pages_there_are_none(
    site: dict[str, bytes], tmp_path: Path
) -> None:
    for path in ("feeds/digest.opml", "subscribe/index.html"):
        assert b"feed.xml" not in site[path]
    assert b"authors/SLUG/feed.xml" in site["llms.txt"]
    without = built(tmp_path / "none", SETTINGS + "author_pages: none\n")
    assert not feeds_of(without)
    assert b"feed.xml" not in without["llms.txt"]


def test_mail_reads_the_feed_as_any_other(site: dict[str, bytes]) -> None:
    (newest, *_) = issues(parse(feeds_of(site)["emmy-noether"], "feed.xml"))
    assert [item.title for item in newest.items] == ["A paper called 2505.00004"]
