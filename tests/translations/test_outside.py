"""What leaves the site in a made-up language: feeds, mails, posts, share images, Markdown: translated, or data."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from broadsheet.build.build import build
from broadsheet.http.client import HttpClient
from broadsheet.mail.deliver import open_feed, render_mail
from broadsheet.mail.edition import ParsedFeed, issues, read
from broadsheet.post.deliver import preview
from broadsheet.post.services import SERVICES
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.views.share.picture import drawable
from tests.translations.pseudo import LANGUAGE, foreign_texts, pseudo_locale, write_digest

__all__ = ["pseudo_locale"]
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
# Of a feed, elements and keys whose texts no reader sees.
HIDDEN = {"id", "guid", "link", "url", "language", "pubDate", "lastBuildDate", "updated", "published", "generator"}
HIDDEN |= {"category", "tags", "version", "docs", "home_page_url", "feed_url", "date_published", "date_modified"}
# Of Markdown: formulas, addresses, and values that are neither words nor names.
MARKDOWN = re.compile(r"\$`.*?`\$|https?\\?:[^\s\]]*|\]\([^)]*\)|<https?:[^>]*>|(?<=⟦Categories⟧: ).*|(?<=DOI: ).*")
# Of a text: an id, an address, the name of a format, and the cut end of a message.
NAMES = re.compile(r"\d{4}\.\d{5}(v\d+)?|https?://\S+|\bHTML\b|⟦[^⟦⟧]*…$")


@pytest.fixture(scope="module")
def drawn() -> list[str]:
    """The texts of the share images of the site, which the fixture `root` builds."""
    return []


@pytest.fixture(scope="module")
def root(pseudo_locale: None, drawn: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small digest with its site in the made-up language."""
    root = write_digest(tmp_path_factory.mktemp("digest"))

    def recorded(text: str) -> str:
        drawn.append(text)
        return drawable(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("broadsheet.views.share.card.drawable", recorded)
        build(root, processes=1)
    return root


@pytest.fixture
def settings(root: Path) -> Settings:
    """The settings of the digest."""
    return config.load(root)


@pytest.fixture(params=["daily", "weekly"])
def feed(request: pytest.FixtureRequest, root: Path, settings: Settings, web: HttpClient) -> ParsedFeed:
    """A feed of editions as `broadsheet mail` reads it."""
    return open_feed(settings, root, str(root / "site" / "feeds" / f"{request.param}.xml"), web)[0]


def foreign(*texts: str) -> list[str]:
    """Return the texts, plain or HTML, that have a Latin letter outside brackets."""
    html = [f"<p>{text}</p>".encode() for text in texts if text.strip()]
    return [
        text for page in html for text in foreign_texts(page) if foreign_texts(f"<p>{NAMES.sub('', text)}".encode())
    ]


def xml_texts(data: bytes) -> Iterator[str]:
    """Yield the texts of RSS, Atom or OPML."""
    for element in etree.fromstring(data).iter(tag=etree.Element):
        if etree.QName(element).localname not in HIDDEN:
            yield element.text or ""
            yield from (element.get(name, "") for name in ("text", "title"))


def json_texts(value: Any) -> Iterator[str]:
    """Yield the texts of JSON, without those of hidden keys."""
    if isinstance(value, dict):
        yield from (text for key, part in value.items() if key not in HIDDEN for text in json_texts(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in json_texts(part))
    elif isinstance(value, str):
        yield value


def test_every_text_of_a_feed_is_translated_or_data(root: Path) -> None:
    files = sorted((root / "site" / "feeds").rglob("*.*"))
    assert {file.suffix for file in files} >= {".xml", ".atom", ".json", ".opml"}
    for file in files:
        data = file.read_bytes()
        texts = [*(json_texts(json.loads(data)) if file.suffix == ".json" else xml_texts(data))]
        assert any("⟦" in text for text in texts), file.name
        assert (file.name, foreign(*texts)) == (file.name, [])


def test_every_text_of_a_mail_is_translated_or_data(settings: Settings, feed: ParsedFeed) -> None:
    for issue in issues(feed):
        mail = render_mail(settings, feed, issue.name, NOW)
        assert foreign(mail.subject) == []
        assert foreign(re.sub("[<>]", " ", mail.text)) == []
        assert foreign(mail.html) == []
        assert f'<html lang="{LANGUAGE}"' in mail.html


def test_mail_knows_the_days_of_its_site_in_every_language(root: Path, settings: Settings, web: HttpClient) -> None:
    feed = open_feed(settings, root, None, web)[0]
    editions = {issue.name: read(issue, feed) for issue in issues(feed)}
    days = [json.loads(file.read_bytes()) for file in sorted((root / "site" / "daily").rglob("index.json"))]
    assert len(days) == len(editions) > 3
    for day in days:
        papers = [record["record"] for record in day.get("papers", [])]
        head, edition = day["days"][0], editions[day["days"][0]["date"]]
        scores = [paper["relevance"] + paper["novelty"] if paper.get("novelty") else None for paper in papers]
        assert edition.papers == len(papers)
        assert [entry.score for entry in edition.contents] == scores
        assert [bool(section.scores) for section in edition.sections] == [score is not None for score in scores]
        assert edition.is_empty == (not papers and head["state"] not in ("failed", "partial"))
        remark = "" if head["state"] in ("ok", "unknown") or not papers else f"⟦{head['state']}⟧"
        assert not papers or edition.remark == remark


def test_every_text_of_a_post_is_translated_or_data(settings: Settings, feed: ParsedFeed) -> None:
    for issue in issues(feed):
        bulletin = preview(settings, feed, issue.name)
        papers = [text for paper in bulletin.papers for text in (paper.title, paper.scores, paper.text)]
        assert foreign(bulletin.heading, bulletin.title, bulletin.lead, bulletin.more, *papers) == []
        for service in SERVICES:
            assert "⟦" in json.dumps(service.payload(bulletin), ensure_ascii=False), service.id


def test_every_text_of_a_share_image_is_translated_or_data(root: Path, drawn: list[str]) -> None:
    assert {"⟦Topic⟧", "⟦relevance ⟧9"} <= set(drawn)
    names = r"\d{4}\.\d{5}(v\d+)?|\d{4}-W?\d\d|https?://\S+"
    assert foreign(*(re.sub(names, "", text.replace("<", "&lt;")) for text in drawn)) == []


def test_every_text_of_markdown_is_translated_or_data(root: Path) -> None:
    files = sorted((root / "site").rglob("index.md"))
    assert files
    lines = [line for file in files for line in file.read_text("utf-8").partition("\n---\n")[2].splitlines()]
    assert foreign(*(MARKDOWN.sub("", line).replace("<", "&lt;") for line in lines)) == []
