"""Every feed of an archive is valid in its format, with the same content in all formats and any text."""

import datetime as dt
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html

from broadsheet.build.generate import generate
from broadsheet.daily.import_ import run
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings import config
from broadsheet.text.sanitize import clean
from broadsheet.views.feeds.feed import FeedContent, FeedItem
from broadsheet.views.feeds.files import write
from broadsheet.views.feeds.registry import ATOM, JSON
from tests.example import NO_IMAGES, ROOT, make_digest, tree
from tests.views.test_feeds import HOSTILE, URL, archive, build_feeds, feed_items, paper, with_feeds

SITE = "https://example.org/broadsheet/"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
RFC_822 = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
HUB = "https://hub.example.net/"


@pytest.fixture(scope="module")
def feeds(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The feeds of the month of real papers that has the day of 84, and of publications."""
    root = make_digest(tmp_path_factory.mktemp("corpus"), settings=NO_IMAGES + (ROOT / "digest.yml").read_text("utf-8"))
    days = [corpus / "scored/daizedong/2025-05", *sorted(corpus.glob("hf/raw/2025-05-*.json"))]
    run(root, tuple(map(str, days)), date=None, replace=False, stdin=None)
    shutil.copytree(ROOT / "data/publications", root / "data/publications")
    generate(root, processes=1)
    return {path: data for path, data in tree(root / "docs").items() if path.startswith("feeds/")}


def of(feeds: dict[str, bytes], suffix: str) -> dict[str, bytes]:
    found = {path: data for path, data in feeds.items() if path.endswith(suffix)}
    assert len(found) >= 6
    return found


def validated(jing: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    command = [str(part) for part in (jing, "-c", ROOT / "tests/schemas/atom.rnc", *files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_atom_feed_is_valid(feeds: dict[str, bytes], jing: Path, tmp_path: Path) -> None:
    for path, data in of(feeds, ".atom").items():
        (tmp_path / path.replace("/", "-")).write_bytes(data)
        ids = [e.text for e in etree.fromstring(data).iter("{*}id")]
        assert len(ids) == len(set(ids)), path
    done = validated(jing, *sorted(tmp_path.glob("*.atom")))
    assert (done.returncode, done.stdout) == (0, "")


def test_the_schema_of_atom_refuses_what_is_wrong(jing: Path, tmp_path: Path) -> None:
    item = FeedItem("tag:x,2026:1", "T", URL, dt.datetime(2025, 1, 1, tzinfo=dt.UTC), "S", "<p>B</p>", ("A",), ("C",))
    right = write(FeedContent("feeds/x", "tag:x,2026:x", "T", "D", URL, "A", (item,), hub=HUB), ATOM, URL).decode()
    wrong = {
        "right": right,
        "type": right.replace('type="html"', 'type="CDATA"'),
        "date": right.replace("<published>2025-01-01T00:00:00+00:00", "<published>2025-01-01"),
        "relative": right.replace(f'<link href="{URL}"/>', '<link href="/x"/>'),
        "updated": right.replace("<updated>2025-01-01T00:00:00+00:00</updated>", "", 1),
        "author": right.replace("<author><name>A</name></author>", "", 1),
    }
    for name, text in wrong.items():
        file = tmp_path / f"{name}.atom"
        file.write_text(text, "utf-8")
        done = validated(jing, file)
        assert (done.returncode == 0) == (name == "right"), (name, done.stdout)


def test_every_rss_feed_keeps_the_rules(feeds: dict[str, bytes]) -> None:
    for path, data in of(feeds, ".xml").items():
        channel = etree.fromstring(data).find("channel")
        ours = [e.get("href") for e in channel.iterfind("{http://www.w3.org/2005/Atom}link[@rel='self']")]
        assert ours == [SITE + path]
        assert all(RFC_822.fullmatch(date.text) for date in channel.iter("pubDate", "lastBuildDate"))
        for item in channel.iterfind("item"):
            order = [child.tag for child in item]
            assert order.index("description") < order.index("{http://purl.org/rss/1.0/modules/content/}encoded")
            assert item.findtext("link").startswith(SITE)
            assert urlsplit(item.findtext("guid")).scheme == "tag"


def json_faults(feed: dict[str, Any]) -> list[str]:
    """Return violations of https://www.jsonfeed.org/version/1.1/, and of our rule that URLs are absolute."""
    faults = [] if feed.get("version") == "https://jsonfeed.org/version/1.1" else ["version"]
    faults += [name for name in ("title", "home_page_url", "feed_url") if not isinstance(feed.get(name), str)]
    if not isinstance(feed.get("items"), list):
        return [*faults, "items"]
    for item in feed["items"]:
        faults += [name for name in ("id", "content_html", "title") if not isinstance(item.get(name), str)]
        faults += [name for name in ("date_published", "date_modified") if not RFC_3339.fullmatch(item.get(name, ""))]
        faults += [] if re.match("https?://", item.get("url", "")) else ["url"]
        faults += [] if all(author.get("name") for author in item.get("authors", [])) else ["authors"]
        faults += [] if all(isinstance(tag, str) for tag in item.get("tags", [])) else ["tags"]
    ids = [item.get("id") for item in feed["items"]]
    return faults + ([] if len(ids) == len(set(ids)) else ["ids"])


def test_every_json_feed_is_valid(feeds: dict[str, bytes]) -> None:
    assert json_faults({"items": [{"id": 1}, {"id": 1}]})  # it can fail
    for path, data in of(feeds, ".json").items():
        feed = json.loads(data)
        assert json_faults(feed) == []
        assert feed["feed_url"] == SITE + path


def test_every_opml_is_valid_and_leads_to_feeds(feeds: dict[str, bytes]) -> None:
    lists = of(feeds, ".opml")
    for data in lists.values():
        root = etree.fromstring(data)
        assert (root.tag, root.get("version"), [child.tag for child in root]) == ("opml", "2.0", ["head", "body"])
        outlines = list(root.iter("outline"))
        assert all(outline.get("text") for outline in outlines)
        leaves = [outline for outline in outlines if outline.get("type")]
        assert leaves
        for leaf in leaves:
            feed = etree.fromstring(feeds[leaf.get("xmlUrl").removeprefix(SITE)])
            assert (leaf.get("type"), leaf.get("title")) == ("rss", feed.findtext("channel/title"))
            assert leaf.get("htmlUrl") == feed.findtext("channel/link")
    everything = etree.fromstring(lists["feeds/digest.opml"])
    assert {leaf.get("xmlUrl") for leaf in everything.iter("outline")} - {None} == {
        SITE + path for path in of(feeds, ".xml")
    }


def test_a_feed_parser_accepts_every_format_and_reads_the_same(feeds: dict[str, bytes]) -> None:
    for path, data in of(feeds, ".xml").items():
        rss, atom = feedparser.parse(data), feedparser.parse(feeds[path.replace(".xml", ".atom")])
        assert not rss.bozo, path
        assert not atom.bozo, path
        listed = json.loads(feeds[path.replace(".xml", ".json")])["items"]
        fewest = min(len(rss.entries), len(atom.entries), len(listed))  # a larger form holds fewer of them
        assert fewest >= 14 or fewest == len(rss.entries) == len(listed)
        for one, other, third in zip(rss.entries[:fewest], atom.entries, listed, strict=False):
            assert one.id == other.id == third["id"]
            assert one.title == other.title
            assert one.link == other.link == third["url"]
            assert one.published_parsed == other.published_parsed
            assert one.content[0].value == other.content[0].value
            assert len(one.get("tags", [])) == len(other.get("tags", [])) == len(third.get("tags", []))


def test_no_feed_is_too_large_or_has_raw_tex_in_a_title(feeds: dict[str, bytes]) -> None:
    assert max(map(len, feeds.values())) <= 1_000_000
    titles = [item["title"] for data in of(feeds, ".json").values() for item in json.loads(data)["items"]]
    assert not [title for title in titles if re.search(r"\$[^$]*[\\^_][^$]*\$", title)]
    bodies = [item["content_html"] for data in of(feeds, ".json").values() for item in json.loads(data)["items"]]
    assert not any(tag in body for body in bodies for tag in ("<math", "<sup", "<sub"))
    for path, data in of(feeds, ".json").items():
        for item in json.loads(data)["items"]:
            links = html.fragment_fromstring(item["content_html"], create_parent="div").iterfind(".//a")
            assert all(re.match("https?://", link.get("href")) for link in links), path


@settings(max_examples=60, deadline=None)
@given(st.lists(feed_items, max_size=3), st.text(st.characters(codec=None), max_size=60) | st.sampled_from(HOSTILE))
def test_atom_json_and_opml_are_well_formed_with_any_text(some: list[FeedItem], title: str) -> None:
    channel = FeedContent("feeds/x", "tag:x,2026:x", title, title, URL, title, tuple(some), hub=HUB)
    entries = etree.fromstring(write(channel, ATOM, URL)).findall("{*}entry")
    listed = json.loads(write(channel, JSON, URL))["items"]
    assert len(entries) == len(listed) == len(some)
    for item, entry, fields in zip(some, entries, listed, strict=True):
        assert fields["title"] == (clean(item.title) or item.id)
        assert fields["content_html"] == clean(item.html)
        assert re.sub(r"[\r\n]", "", entry.findtext("{*}content") or "") == re.sub(r"[\r\n]", "", clean(item.html))
    assert write(channel, JSON, URL) == write(channel, JSON, URL)


def test_awkward_real_texts_are_read_without_complaint(corpus: Path, tmp_path: Path) -> None:
    rows = [json.loads(line)["record"] for line in (corpus / "hard_cases.jsonl").read_text("utf-8").splitlines()]
    names = ("title", "abstract")
    papers = [
        paper(n, comment=row.get("COMMENT"), authors=tuple(row["authors"]), **{name: row[name] for name in names})
        for n, row in enumerate(rows, 1)
    ]
    strings = (json.loads(line)["text"] for line in (corpus / "latex_strings.jsonl").read_text("utf-8").splitlines())
    papers += [paper(n, title=text, abstract=text) for n, text in enumerate(strings, 1000)]
    many = with_feeds(items=1000, max_mb=10, edition_papers=1000, edition_abstracts=1000)
    every = build_feeds(archive(tmp_path, {"2025-05-27": papers}), many)
    for path in ("feeds/all.xml", "feeds/all.atom", "feeds/daily.xml", "feeds/daily.atom"):
        parsed = feedparser.parse(every[path])
        assert not parsed.bozo
        assert len(parsed.entries) == (1 if "daily" in path else len(papers))
        assert all(entry.title and entry.summary and entry.content[0].value for entry in parsed.entries)
    assert json_faults(json.loads(every["feeds/all.json"])) == []
    (edition,) = json.loads(every["feeds/daily.json"])["items"]
    assert edition["content_html"].count("<h3>") == len(papers) > 300


def test_a_hub_is_named_where_one_is_set(tmp_path: Path) -> None:
    days = {"2025-05-27": [paper(1)]}
    without = build_feeds(archive(tmp_path, days))
    assert not [path for path, data in without.items() if b"hub" in data]
    every = build_feeds(archive(tmp_path, days), with_feeds(hub=HUB))
    for path in ("feeds/all.xml", "feeds/daily.atom"):
        links = etree.fromstring(every[path]).iter("{http://www.w3.org/2005/Atom}link")
        assert [link.get("href") for link in links if link.get("rel") == "hub"] == [HUB]
    assert feedparser.parse(every["feeds/all.xml"]).feed.link == URL
    assert json.loads(every["feeds/all.json"])["hubs"] == [{"type": "WebSub", "url": HUB}]


def test_the_style_sheet_of_a_feed_exists(feeds: dict[str, bytes]) -> None:
    for path in ("feeds/all.xml", "feeds/all.atom", "feeds/topics/ai-for-science.xml"):
        href = re.findall(r'<\?xml-stylesheet type="text/css" href="([./]+)assets/feed.css"\?>', feeds[path].decode())
        assert href == ["../" * path.count("/")]


def test_an_empty_feed_is_valid_too(jing: Path, tmp_path: Path) -> None:
    every = build_feeds(archive(tmp_path / "digest", {}))
    (tmp_path / "empty.atom").write_bytes(every["feeds/all.atom"])
    assert validated(jing, tmp_path / "empty.atom").returncode == 0
    assert json_faults(json.loads(every["feeds/all.json"])) == []
    assert not feedparser.parse(every["feeds/all.xml"]).bozo


def test_a_hub_that_is_no_address_is_a_problem_of_the_settings(tmp_path: Path) -> None:
    root = make_digest(tmp_path, settings="feeds:\n  hub: hub.example\nsources:\n  ../x: X\n")
    with pytest.raises(DigestError) as error:
        config.load(root)
    assert [str(problem) for problem in error.value.problems] == [
        "digest.yml:2: hub 'hub.example' is not an absolute http(s) address: "
        "write the address of a WebSub hub, or leave it out",
        "digest.yml:4: source '../x' cannot be part of an address, and each source has a feed: "
        "use a-z, 0-9 and single hyphens",
    ]
