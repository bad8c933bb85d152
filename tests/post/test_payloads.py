"""The messages of each service: within its limits, and without any markup of foreign text."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.mail.edition import issues, read
from broadsheet.mail.feed_parser import parse
from broadsheet.model.state import DayState
from broadsheet.post import escapes
from broadsheet.post.bulletin import Bulletin, PostedPaper, bulletin
from broadsheet.post.service import Payload
from broadsheet.post.services import SERVICES
from tests.chat_servers import FAULTS
from tests.mail_digest import corpus_day, edition_html, feed
from tests.views.test_editions import scored
from tests.views.test_feeds import archive, build_feeds, with_feeds

PAYLOADS = {service.id: service.payload for service in SERVICES}
HOSTILE = (
    "<!channel> *bold* _it_ ~no~ `code` @everyone <@U123> <https://spy.example|free> & [x](https://spy.example) "
    "||spoiler|| <@&1> <#2> <t:0:R> :smile: {{DATE(2017-02-14T06:08:39Z,SHORT)}} # heading"
)


def a_bulletin(title: str, text: str, papers: int = 10, url: str | None = "https://group.example/p/1/") -> Bulletin:
    paper = PostedPaper(title, url, "Relevance 9, novelty 7.", text)
    state = DayState.OK
    return Bulletin("tag:x", "2025-05-27", title, "Tue", title, url, state, text, (paper,) * papers, 3)


def faults(service: str, message: Payload) -> list[str]:
    size = len(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())
    return list(FAULTS[service](message)) + (["larger than 28 KB"] if service == "teams" and size > 28_000 else [])


@pytest.mark.parametrize("service", PAYLOADS)
def test_the_largest_days_fit(service: str, corpus: Path) -> None:
    for path in sorted((corpus / "scored").rglob("*.json"), key=lambda path: path.stat().st_size)[-4:]:
        papers = corpus_day(path)
        source = feed((path.name[:10], edition_html(*papers), ("partial",)))
        message = PAYLOADS[service](bulletin(read(issues(source)[0], source), "Group papers", 40))
        assert faults(service, message) == []
        listed_papers = len(re.findall(r"arxiv\.org/abs/", json.dumps(message)))
        assert listed_papers >= 8
        assert f"{len(papers) - listed_papers:,} more on the site" in json.dumps(message) or service == "json"


@settings(max_examples=60, deadline=None)
@given(
    title=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("<>&*_~`@|\U0001d504"), min_size=1),
    length=st.integers(1, 400),
    papers=st.integers(0, 40),
)
def test_any_text_fits(title: str, length: int, papers: int) -> None:
    for service, payload in PAYLOADS.items():
        message = payload(a_bulletin((title * length)[:250] or "x", (title * length)[:500], papers))
        assert faults(service, message) == []


def test_a_hostile_title_has_no_effect_in_slack() -> None:
    message = PAYLOADS["slack"](a_bulletin(HOSTILE, HOSTILE, 1))
    texts = [message["text"], *(block["text"]["text"] for block in message["blocks"][1:])]
    for text in texts:
        own = re.sub(r"<https://group\.example/p/1/\|([^<>|]*(?:\|\|[^<>|]*)*[^<>]*)>", r"\1", text)
        assert not set("<>") & set(own), own
        assert not re.search(r"&(?!amp;|lt;|gt;)", own)
        assert "~" not in own
        assert "`" not in own
        assert not re.search(r"(?<!\w)_|:smile:|@(everyone|U1)", own)
    assert all(block["text"].get("verbatim") for block in message["blocks"][1:])


def test_a_hostile_title_has_no_effect_in_discord() -> None:
    message = PAYLOADS["discord"](a_bulletin(HOSTILE, "- a\n# b\n> c\n1. d " + HOSTILE, 1))
    assert message["allowed_mentions"] == {"parse": []}
    for embed in message["embeds"]:
        for text in (embed["title"], embed["description"]):
            bare = re.sub(r"\\.", "", text, flags=re.DOTALL)
            assert not set("*_~`|<>[]()#") & set(bare), bare
            assert not re.search(r":smile:|@(everyone|&?\d|U1)", text)
    assert re.search(r"\\-(?= a)", escapes.discord("- a"))


def test_a_hostile_title_has_no_effect_in_teams() -> None:
    message = PAYLOADS["teams"](a_bulletin(HOSTILE, HOSTILE, 1))
    body = message["attachments"][0]["content"]["body"]
    assert {block["type"] for block in body} == {"RichTextBlock"}  # no Markdown
    assert "{{" not in json.dumps(body, ensure_ascii=False)
    urls = re.findall(r'"url": "([^"]*)"', json.dumps(message))
    assert set(urls) == {"https://group.example/p/1/"}


def test_a_paper_has_scores_and_comment() -> None:
    html = (
        "<p>2 papers. Partial: not all.</p>"
        "<h2>Contents</h2><ol><li><a href='https://g.example/1'>One</a> (relevance 9, novelty 7)</li><li><a href='https://g.example/2'>Two</a></li></ol>"
        "<h3><a href='https://g.example/1'>One</a></h3><p>Ada Lovelace</p><p>Relevance 9, novelty 7. Optimization.</p>"
        "<p>A comment.</p><p>The abstract.</p>"
    )
    source = feed(("2025-05-27", html, ("partial",)))
    edition = read(issues(source)[0], source)
    result = bulletin(edition, "Group", 5)
    assert result.lead == "2 papers. Partial: not all."
    assert result.papers == (PostedPaper("One", "https://g.example/1", "Relevance 9, novelty 7.", "A comment."),)
    assert (result.omitted, result.state) == (1, DayState.PARTIAL)
    assert [entry.scores for entry in edition.contents] == ["9 · 7", ""]


@pytest.mark.parametrize(("papers", "described", "omitted"), [(44, 40, 34), (1234, 40, 1224), (9, 3, 0)])
def test_a_post_of_a_built_day_counts_its_papers_once(
    tmp_path: Path, papers: int, described: int, omitted: int
) -> None:
    day = {"2025-05-27": [scored(number) for number in range(1, papers + 1)]}
    feeds = build_feeds(archive(tmp_path, day), with_feeds(edition_papers=described))
    source = parse(feeds["feeds/daily.xml"], "daily.xml")
    assert f"The {described} best follow" in source.items[0].html
    result = bulletin(read(issues(source)[0], source), "Group", 10)
    assert re.findall(r"[\d,]+(?= paper)|follow|on the site", result.lead) == [f"{papers:,}"]
    assert result.omitted == max(omitted, papers - described)


def test_a_week_counts_all_its_papers(tmp_path: Path) -> None:
    days = {f"2025-05-{day}": [scored(day * 100 + n) for n in range(40)] for day in range(19, 24)}
    days["2025-05-26"] = [scored(1)]
    feeds = build_feeds(archive(tmp_path, days), with_feeds(edition_papers=10))
    source = parse(feeds["feeds/weekly.xml"], "weekly.xml")
    result = bulletin(read(issues(source)[0], source), "Group", 5)
    assert (len(result.papers), result.omitted) == (5, 195)
    assert "follow" not in result.lead
