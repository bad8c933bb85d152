"""Feeds and digests to mail from."""

import datetime as dt
import json
from email.utils import format_datetime
from pathlib import Path

from broadsheet.mail.edition import ParsedFeed
from broadsheet.mail.feed_parser import parse
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.sanitize import clean, escaped
from tests.example import SETTINGS, make_digest

NOW = dt.datetime(2025, 5, 28, 6, 30, 15, tzinfo=dt.UTC)  # of the clock of a test
MAIL = """\
mail:
  from: Group papers <digest@group.example>
  unsubscribe_mailto: leave@group.example
"""


def mail_digest(root: Path, mail: str = MAIL) -> Settings:
    """Create a digest with mail settings in `root`, and return its settings."""
    return config.load(make_digest(root, settings=SETTINGS + mail))


def paper_html(title: str, arxiv_id: str, *paragraphs: str) -> str:
    """Return the HTML of a paper in an edition, with title and paragraphs as in a source."""
    address = f"https://arxiv.org/abs/{arxiv_id}"
    inside = "".join(f"<p>{rendering.html(paragraph)}</p>" for paragraph in paragraphs)
    return f'<h3><a href="{address}">{rendering.title(title)}</a></h3>{inside}'


def edition_html(*papers: tuple[str, str, str]) -> str:
    """Return the HTML of an edition from title, id and abstract of each paper."""
    items = "".join(
        f'<li><a href="https://arxiv.org/abs/{i}">{rendering.title(title)}</a></li>' for title, i, _ in papers
    )
    body = "".join(paper_html(title, i, "Ada Lovelace", abstract) for title, i, abstract in papers)
    return f"<p>{len(papers)} papers.</p><h2>Contents</h2><ol>{items}</ol>{body}"


PAPERS = (
    ("Norms of order $\\beta^2$ for <b>LLMs</b> & more", "2505.00001", "We bound $x_i \\le 3$ and cost $5."),
    ("A second paper", "2505.00002", "Text with https://group.example/code in it."),
)


def rss(*editions: tuple[str, str, tuple[str, ...]]) -> bytes:
    """Return an edition feed from date, HTML and categories of each item."""
    items = []
    for date, html, categories in editions:
        day = dt.datetime.combine(dt.date.fromisoformat(date), dt.time(), dt.UTC)
        marks = "".join(f"<category>{category}</category>" for category in categories)
        items.append(
            f"<item><title>{date}</title><link>https://group.example/daily/{date.replace('-', '/')}/</link>"
            f'<guid isPermaLink="false">tag:group.example,2026:edition/daily/{date}</guid>{marks}'
            f"<pubDate>{format_datetime(day)}</pubDate><description>{date}</description>"
            f"<content:encoded>{escaped(clean(html))}</content:encoded></item>"
        )
    head = "<title>Group papers: daily</title><link>https://group.example/</link><description>x</description>"
    namespace = "http://purl.org/rss/1.0/modules/content/"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<rss version="2.0" xmlns:content="{namespace}"><channel>{head}{"".join(items)}</channel></rss>'
    ).encode()


def feed(*editions: tuple[str, str, tuple[str, ...]]) -> ParsedFeed:
    """Return the parsed feed of `rss`."""
    return parse(rss(*(editions or (("2025-05-27", edition_html(*PAPERS), ()),))), "daily.xml")


def corpus_day(path: Path) -> tuple[tuple[str, str, str], ...]:
    """Return the papers of a scored day of the corpus."""
    rows = json.loads(path.read_text("utf-8")).values()
    return tuple((row["title"], row["arxiv_id"], row["abstract"]) for row in rows)
