"""Feeds: their items, order and ids, and safety with any text."""

import datetime as dt
import email.utils
import json
from collections.abc import Mapping, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import feedparser
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from broadsheet.index.index import Index
from broadsheet.model.paper import Links, Paper
from broadsheet.settings.config import Settings
from broadsheet.settings.pages import Feeds
from broadsheet.settings.site import Site
from broadsheet.settings.topics import Topic
from broadsheet.store.store import Store
from broadsheet.text.sanitize import clean
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.files import keys, write
from broadsheet.views.feeds.files import pages as feed_files
from broadsheet.views.feeds.registry import FORMATS, JSON, RSS, all_feeds, feed_links, publication_feed_links, tag_uri
from broadsheet.views.page import FeedLink

URL = "https://example.org/digest/"
SOURCES = {"arxiv": "arXiv"}
TOPICS = (Topic(id="pruning", name="Pruning & more", words=("sparse",)), Topic(id="empty", name="Nothing"))
SETTINGS = Settings(
    topics=TOPICS, sources=SOURCES, site=Site(site_name="Test", site_url=URL, site_description="A test.")
)
NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
PUBLICATION = """\
_id: '7'
type: journal_article
title: A $\\\\beta$ of ours
year: '2025'
date_published: 2025-04-01T00:00:00Z
date_updated: 2025-08-04T08:03:11Z
author:
- {full_name: 'Author, Ada', first_name: Ada, last_name: Author}
external_id: {arxiv: ['2410.06074']}
doi: 10.1234/abc
keyword: [networks]
"""


def paper(number: int, **fields: object) -> Paper:
    return Paper(**({"arxiv_id": f"2505.{number:05}", "title": f"Paper {number}"} | fields))  # type: ignore[arg-type]


def archive(root: Path, days: Mapping[str, Sequence[Paper]], publications: str = "") -> Index:
    store = Store(root)
    for date, papers in days.items():
        store.write_papers(date, papers)
    if publications:
        store.write_publications("ours.yml", publications)
    catalogue = Index(":memory:", SETTINGS)
    catalogue.refresh(store)
    return catalogue


def build_feeds(catalogue: Index, using: Settings = SETTINGS) -> dict[str, bytes]:
    return {file.path: file.data for key in keys(catalogue, using) for file in feed_files(catalogue, using, key)}


def rss_only(every: dict[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in every.items() if path.endswith(".xml")}


def channel(title: str, some: Sequence[FeedItem]) -> FeedContent:
    return FeedContent("feeds/x", "tag:example.org,2026:feed/x", title, title, URL, title, tuple(some), hub="")


def items(data: bytes) -> list[etree._Element]:
    return list(etree.fromstring(data).iterfind("channel/item"))


def texts(data: bytes, path: str) -> list[str]:
    return [element.text or "" for element in etree.fromstring(data).findall(path, NAMESPACES)]


def with_feeds(**limits: float | str) -> Settings:
    return Settings(topics=TOPICS, sources=SOURCES, site=SETTINGS.site, feeds=Feeds(**limits))  # type: ignore[arg-type]


def test_there_is_a_feed_of_everything_of_each_topic_and_of_publications(tmp_path: Path) -> None:
    every = build_feeds(archive(tmp_path, {}))
    names = ["all", "scores/7", "best", "daily", "weekly", "topics/pruning", "topics/empty", "sources/arxiv"]
    named = [f"feeds/{name}{form.suffix}" for name in [*names, "publications"] for form in FORMATS]
    lists = ["feeds/digest.opml", "feeds/each-paper-once.opml", "feeds/topics/pruning.opml", "feeds/topics/empty.opml"]
    assert sorted(every) == sorted([*named, *lists])
    for path, data in rss_only(every).items():
        assert texts(data, "channel/item") == []
        assert texts(data, "channel/lastBuildDate") == texts(data, "channel/pubDate") == [], path


def test_the_channel_names_its_own_address_its_page_and_its_age(tmp_path: Path) -> None:
    days = {"2025-05-26": [paper(1)], "2025-05-27": [paper(2, title="Sparse nets")]}
    every = build_feeds(archive(tmp_path, days))
    pages = {
        "all": "",
        "scores/7": "",
        "best": "archive/",
        "daily": "archive/",
        "weekly": "archive/",
        "sources/arxiv": "",
        "topics/pruning": "topics/pruning/",
        "topics/empty": "topics/empty/",
        "publications": "publications/",
    }
    for name, page in pages.items():
        path = f"feeds/{name}.xml"
        root = etree.fromstring(every[path])
        assert root.find("channel/atom:link[@rel='self']", NAMESPACES).get("href") == URL + path
        assert root.findtext("channel/link") == URL + page
        assert int(root.findtext("channel/ttl")) <= 360
    assert texts(every["feeds/all.xml"], "channel/title") == ["Test: All papers"]
    assert texts(every["feeds/topics/pruning.xml"], "channel/title") == ["Test: Pruning & more"]
    assert texts(every["feeds/all.xml"], "channel/lastBuildDate") == ["Tue, 27 May 2025 00:00:00 +0000"]
    assert texts(every["feeds/all.xml"], "channel/pubDate") == ["Tue, 27 May 2025 00:00:00 +0000"]


def test_newest_day_first_and_best_first_within_a_day(tmp_path: Path) -> None:
    days = {
        "2025-05-26": [paper(1, relevance=9, novelty=9)],
        "2025-05-27": [paper(2, relevance=2, novelty=2), paper(3, relevance=8, novelty=8), paper(4)],
    }
    data = build_feeds(archive(tmp_path, days))["feeds/all.xml"]
    assert texts(data, "channel/item/title") == ["Paper 3", "Paper 2", "Paper 4", "Paper 1"]
    dates = [email.utils.parsedate_to_datetime(text) for text in texts(data, "channel/item/pubDate")]
    assert [date.date().isoformat() for date in dates] == ["2025-05-27"] * 3 + ["2025-05-26"]
    assert all(date.utcoffset() == dt.timedelta(0) for date in dates)


def test_an_item_has_the_fields_that_readers_need(tmp_path: Path) -> None:
    full = paper(
        1,
        title=r"Sparse $\mathcal{O}(n^2)$ na\"ive <b>",
        authors=("Ada Author", "Bo Builder"),
        abstract="We show $x_i^2 < 1$ & more.",
        comment="Worth it.",
        relevance=9,
        novelty=7,
        links=Links(code="https://example.com/code", project="javascript:alert(1)"),
    )
    item = items(build_feeds(archive(tmp_path, {"2025-05-27": [full]}))["feeds/topics/pruning.xml"])[0]
    assert item.findtext("title").endswith("naïve <b>")
    assert not set("$\\") & set(item.findtext("title"))
    assert item.findtext("link") == URL + "daily/2025/05/27/#2505.00001"
    assert item.findtext("guid") == "tag:example.org,2026:digest/paper/2505.00001"
    assert item.find("guid").get("isPermaLink") == "false"
    assert item.findtext("description") == "Relevance 9, novelty 7. Worth it."
    assert [e.text for e in item.findall("category")] == ["Pruning & more"]
    assert [e.text for e in item.findall("dc:creator", NAMESPACES)] == ["Ada Author", "Bo Builder"]
    body = html.fragment_fromstring(item.findtext("content:encoded", namespaces=NAMESPACES), create_parent="div")
    links = {a.text: a.get("href") for a in body.iter("a")}
    assert links == {
        "In the digest": URL + "daily/2025/05/27/#2505.00001",
        "arXiv": "https://arxiv.org/abs/2505.00001",
        "PDF": "https://arxiv.org/pdf/2505.00001",
        "HTML": "https://arxiv.org/html/2505.00001",
        "Code": "https://example.com/code",
    }
    words = body.text_content()
    assert all(text in words for text in ("Worth it.", "Relevance 9, novelty 7.", "Ada Author, Bo Builder", "& more."))
    assert body.find(".//math") is None
    assert "We show xᵢ²<1 & more." in words


def test_a_repeated_paper_is_not_announced_again(tmp_path: Path) -> None:
    before = {"2025-05-26": [paper(1, title="Sparse", comment="first", relevance=5, novelty=5)]}
    again = {"2025-05-27": [paper(1, title="Sparse", comment="second", relevance=9, novelty=9), paper(2)]}
    catalogue = archive(tmp_path, before | again)
    for path, data in rss_only(build_feeds(catalogue)).items():
        ids = texts(data, "channel/item/guid")
        assert len(ids) == len(set(ids)), path
    assert texts(build_feeds(catalogue)["feeds/all.xml"], "channel/item/title") == ["Paper 2", "Sparse"]
    assert "first" in texts(build_feeds(catalogue)["feeds/topics/pruning.xml"], "channel/item/description")[0]


def test_a_feed_ends_after_so_many_days_items_and_bytes(tmp_path: Path) -> None:
    long = "Long. " * 500
    days = {
        f"2025-05-{day:02}": [paper(day * 10 + n, abstract=long, upvotes=9 - n) for n in range(5)]
        for day in range(1, 11)
    }
    catalogue = archive(tmp_path, days)
    assert len(items(build_feeds(catalogue, with_feeds(days=2))["feeds/all.xml"])) == 10
    newest = texts(build_feeds(catalogue, with_feeds(items=17))["feeds/all.xml"], "channel/item/link")
    numbers = [day * 10 + number for day in (10, 9, 8, 7) for number in range(5)]
    assert [link[-6:] for link in newest] == [f".{number:05}" for number in numbers[:17]]
    small = build_feeds(catalogue, with_feeds(max_mb=0.05))["feeds/all.xml"]
    assert 40_000 < len(small) <= 50_000
    every_link = texts(build_feeds(catalogue)["feeds/all.xml"], "channel/item/link")
    assert texts(small, "channel/item/link") == every_link[: len(items(small))]
    assert len(build_feeds(catalogue, with_feeds(max_mb=0.00001))["feeds/all.xml"]) < 2_000


def test_a_feed_has_three_days_in_full_whatever_a_day_brings(tmp_path: Path) -> None:
    sizes = {"2025-05-23": 4, "2025-05-26": 30, "2025-05-27": 0, "2025-05-28": 12, "2025-05-29": 25}
    days = {
        date: [paper(100 * (index + 1) + n, topics=("pruning",), relevance=8, novelty=8) for n in range(size)]
        for index, (date, size) in enumerate(sizes.items())
    }
    days["2025-05-29"].append(days["2025-05-23"][0])  # a repeat is no new item
    catalogue = archive(tmp_path, days)
    every = build_feeds(catalogue, with_feeds(items=10))
    for name in ("all", "scores/7", "topics/pruning", "sources/arxiv"):
        assert len(items(every[f"feeds/{name}.xml"])) == 30 + 12 + 25, name
    assert len(items(build_feeds(catalogue, with_feeds(items=70))["feeds/all.xml"])) == 70


def test_a_description_survives_readers_that_take_it_for_html(tmp_path: Path) -> None:
    texts_of = ["cost <b and a<c imply p<q; needs AT&T's <T5> tokens and x<y.", "2<z<5", "a &lt; b", "R<sup>2</sup>"]
    rows = [paper(n, comment=text) for n, text in enumerate(texts_of, 1)]
    every = build_feeds(archive(tmp_path, {"2025-05-27": rows}))
    plain = [item["summary"] for item in json.loads(every["feeds/all.json"])["items"]]
    entries = feedparser.parse(every["feeds/all.xml"]).entries
    assert [html.fragment_fromstring(e.summary, create_parent="p").text_content() for e in entries] == plain
    assert plain[1] == "Not scored. 2<z<5"


def test_a_new_day_leaves_an_empty_feed_as_it_was(tmp_path: Path) -> None:
    days = {"2025-05-27": [paper(1)]}
    before, after = (
        build_feeds(archive(tmp_path / name, papers))["feeds/topics/empty.atom"]
        for name, papers in (("one", days), ("two", days | {"2025-05-28": [paper(2)]}))
    )
    assert before == after
    assert etree.fromstring(before).findtext("{*}updated") == "2026-01-01T00:00:00+00:00"


def test_feeds_have_the_language_of_their_words(tmp_path: Path) -> None:
    """Of a site in a language without translation, these are English."""
    german = msgspec.structs.replace(SETTINGS, site=msgspec.structs.replace(SETTINGS.site, theme={"language": "de"}))
    feeds = build_feeds(archive(tmp_path, {"2025-05-27": [paper(1)]}), german)
    assert texts(feeds["feeds/all.xml"], "channel/language") == ["en"]


def test_no_two_entries_of_a_feed_changed_at_the_same_time(tmp_path: Path) -> None:
    rows = [paper(n) for n in range(1, 120)]
    for data in build_feeds(archive(tmp_path, {"2025-05-27": rows})).values():
        if data.startswith(b"<?xml") and b"<entry>" in data:
            updated = [e.text for e in etree.fromstring(data).iterfind("{*}entry/{*}updated")]
            assert len(updated) == len(set(updated))


def test_ids_and_the_bytes_of_old_items_outlive_a_new_day_a_new_order_and_new_topics(tmp_path: Path) -> None:
    days = {"2025-05-26": [paper(1, relevance=9, novelty=9), paper(2, relevance=8, novelty=8)]}
    before = items(build_feeds(archive(tmp_path, days))["feeds/all.xml"])
    later = {"2025-05-26": list(reversed(days["2025-05-26"])), "2025-05-27": [paper(3), paper(1, version=2)]}
    after = items(build_feeds(archive(tmp_path, later))["feeds/all.xml"])
    assert [etree.tostring(item).strip() for item in after[1:]] == [etree.tostring(item).strip() for item in before]
    assert after[0].findtext("guid") == "tag:example.org,2026:digest/paper/2505.00003"


def test_the_same_data_gives_the_same_bytes(tmp_path: Path) -> None:
    days = {"2025-05-27": [paper(n, topics=("pruning",)) for n in range(1, 21)]}
    one = archive(tmp_path / "one", days, PUBLICATION)
    other = archive(tmp_path / "other", days, PUBLICATION)
    assert build_feeds(one) == build_feeds(one) == build_feeds(other)


def test_publications_have_ids_and_dates_of_their_own(tmp_path: Path) -> None:
    same = {"2025-05-27": [paper(1, arxiv_id="2410.06074")]}
    (item,) = items(build_feeds(archive(tmp_path, same, PUBLICATION))["feeds/publications.xml"])
    assert item.findtext("guid") == "tag:example.org,2026:digest/publication/7"
    assert item.findtext("link") == URL + "publications/7/"
    assert item.findtext("pubDate") == "Tue, 01 Apr 2025 00:00:00 +0000"
    assert [e.text for e in item.findall("dc:creator", NAMESPACES)] == ["Ada Author"]
    assert [e.text for e in item.findall("category")] == ["networks"]
    body = html.fragment_fromstring(item.findtext("content:encoded", namespaces=NAMESPACES), create_parent="div")
    assert [a.get("href") for a in body.iter("a")] == [
        URL + "publications/7/",
        "https://doi.org/10.1234/abc",
        "https://arxiv.org/abs/2410.06074",
    ]


@pytest.mark.parametrize(
    ("published", "recorded", "shown"),
    [
        ("date_published: 2024-05-01", "date_created: 2024-06-07T22:02:01Z", "Fri, 07 Jun 2024 00:00:00 +0000"),
        ("year: '2024'", "", "Mon, 01 Jan 2024 00:00:00 +0000"),
        ("date_published: 2024-05", "", "Wed, 01 May 2024 00:00:00 +0000"),
        ("date_published: 2027-05-01", "date_updated: 2026-02-03T10:00:00Z", "Tue, 03 Feb 2026 00:00:00 +0000"),
        ("keyword: [undated]", "", "Thu, 01 Jan 1970 00:00:00 +0000"),
    ],
)
def test_the_date_of_a_publication_is_never_missing_and_never_ahead(
    tmp_path: Path, published: str, recorded: str, shown: str
) -> None:
    record = f"_id: '7'\ntype: report\ntitle: T\n{published}\n{recorded}\n"
    assert texts(build_feeds(archive(tmp_path, {}, record))["feeds/publications.xml"], "channel/item/pubDate") == [
        shown
    ]


def test_publications_are_sorted_by_the_day_of_their_record(tmp_path: Path) -> None:
    created = {"1": "2024-01-05", "2": "2024-03-05", "3": "2024-02-05"}
    stream = "".join(f"---\n_id: '{i}'\ntype: report\ntitle: T{i}\ndate_created: {d}\n" for i, d in created.items())
    data = build_feeds(archive(tmp_path, {}, stream), with_feeds(items=2))["feeds/publications.xml"]
    assert texts(data, "channel/item/title") == ["T2", "T3"]


def test_the_feeds_that_a_page_links_exist(tmp_path: Path) -> None:
    every = build_feeds(archive(tmp_path, {}))
    listed = all_feeds(SETTINGS)
    named = [
        *feed_links(SETTINGS, *(f.path for f in listed if f.kind != "publications")),
        *publication_feed_links(SETTINGS),
    ]
    assert sorted(a.url for a in named) == sorted(path for path in every if not path.endswith(".opml"))
    assert [a.url for a in feed_links(SETTINGS, "feeds/daily")][::3] == ["feeds/daily.xml", "feeds/all.xml"]
    for link in named:
        data = every[link.url]
        title = json.loads(data)["title"] if link.type == JSON.mime_type else feedparser.parse(data).feed.title
        assert link.title == f"{title} ({_form(link)})"
    assert {a.type for a in named} == {"application/rss+xml", "application/atom+xml", "application/feed+json"}


def _form(link: FeedLink) -> str:
    return next(form.name for form in FORMATS if form.mime_type == link.type)


def test_many_authors_are_cut_short(tmp_path: Path) -> None:
    crowd = paper(1, authors=tuple(f"Author {n}" for n in range(664)))
    data = build_feeds(archive(tmp_path, {"2025-05-27": [crowd]}))["feeds/all.xml"]
    creators = texts(data, "channel/item/dc:creator")
    assert (len(creators), creators[-1]) == (51, "et al.")


HOSTILE = (
    "]]></content:encoded></item><item>",
    "<script>alert(1)</script>",
    "&lt;b&gt; &amp; &#x1; &nbsp;",
    "<![CDATA[ x ]]>",
    "<title>x</title>",
    "\x00\x0b\ud800\ufffe\uffff\u202e",
    "{{ 7 * 7 }} {% raw %}",
    r"$\frac{1}{$ \begin{x}",
    '" onload="x',
    "?><?xml version='1.1'?>",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, text: str) -> None:
    fields = {"title": text + " t", "authors": [text + " a"], "abstract": text, "comment": text}
    row = {"arxiv_id": "2505.00001", "source": "hf", **fields}
    encodable = {name: json.loads(json.dumps(value).replace("\\ud800", "")) for name, value in row.items()}
    store = tmp_path / "data/papers/2025/2025-05-27.jsonl"
    store.parent.mkdir(parents=True)
    store.write_text(json.dumps(encodable) + "\n")
    catalogue = Index(":memory:", SETTINGS)
    catalogue.refresh(Store(tmp_path))
    data = build_feeds(catalogue)["feeds/all.xml"]
    (item,) = items(data)
    assert not feedparser.parse(data).bozo
    body = html.fragment_fromstring(item.findtext("content:encoded", namespaces=NAMESPACES), create_parent="div")
    known = {"div", "p", "a", "math", "semantics", "annotation", "em", "strong", "code", "span", "sub", "sup"}
    assert {e.tag for e in body.iter()} - known <= {e.tag for m in body.iter("math") for e in m.iter()}
    assert not [name for e in body.iter() for name in e.attrib if name.startswith("on")]


anything = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(HOSTILE)
feed_items = st.builds(
    FeedItem,
    id=st.just("tag:example.org,2026:paper/1"),
    title=anything,
    link=st.just("https://example.org/#1"),
    date=st.integers(0, 2**32).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC)),
    summary=anything,
    html=anything,
    authors=st.lists(anything, max_size=3).map(tuple),
    categories=st.lists(anything, max_size=3).map(tuple),
    updated=st.none(),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(feed_items, max_size=3), anything)
def test_rss_is_well_formed_with_any_text(some: list[FeedItem], title: str) -> None:
    data = write(channel(title, some), RSS, URL + "feeds/x.xml")
    root = etree.fromstring(data)
    assert len(root.findall("channel/item")) == len(some)
    for item, element in zip(some, root.findall("channel/item"), strict=True):
        name = clean(item.title) or item.id
        assert _line_feeds(element.findtext("title")) == _line_feeds(name)
        assert _line_feeds(unescape(element.findtext("description"))) == _line_feeds(clean(item.summary) or name)
        body = element.findtext("content:encoded", "", NAMESPACES)
        assert _line_feeds(body) == _line_feeds(clean(item.html))
    again = write(channel(title, some), RSS, URL + "feeds/x.xml")
    assert data == again


def _line_feeds(text: str) -> str:
    """XML turns every line end into a line feed (XML 1.0, section 2.11), unless it is written as a reference."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_titles_survive_readers_that_decode_them_twice() -> None:
    date = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    item = FeedItem("id", "a < b & c", "https://example.org/", date, "x & y", "<p>&lt;</p>")
    data = write(channel("T", [item]), RSS, URL)
    assert b"<title>a &#x3C; b &#x26; c</title>" in data
    assert b"<description>x &#x26;amp; y</description>" in data
    assert b"<![CDATA[<p>&lt;</p>]]>" in data


@pytest.mark.parametrize("name", ["a b", "math/0309136", 'x#?%"<>\u00e9'])
def test_ids_are_tag_uris(name: str) -> None:
    uri = tag_uri(SETTINGS, "paper", name)
    assert uri.isascii()
    assert not set(" #") & set(uri)
    assert unquote(urlsplit(uri).path).removeprefix("example.org,2026:digest/paper/") == name
    port = Settings(site=Site(site_name="", site_url="https://Example.org:8080/x/"))
    assert tag_uri(port, "paper", "1") == "tag:example.org,2026:x/paper/1"
    root = Settings(site=Site(site_name="", site_url="https://example.org"))
    assert tag_uri(root, "paper", "1") == "tag:example.org,2026:paper/1"
