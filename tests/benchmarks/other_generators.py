"""The same papers for other generators: a Hugo project, and a plain MkDocs Material one. Same text, same links.

What ours shows beyond that (weeks, the best of a month, publications, statistics, Atom and JSON feeds, mathematics as
MathML) the others are not asked for.
"""

import re
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from broadsheet.index.days import Entry, TopicMatcher, day_entries
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.settings.config import Settings
from broadsheet.views.arxiv_urls import arxiv_urls

HUGO = Path(__file__).parent / "hugo"
PREFIX = "/broadsheet"  # the path of site_url
MKDOCS = """\
site_name: Broadsheet
site_url: https://example.org/broadsheet/
theme: {name: material, font: false}
plugins: [PLUGINS]
markdown_extensions: [attr_list]
"""
URL = re.compile(r"(https?://[^\s<>()\[\]{}\"'`]+[^\s<>()\[\]{}\"'`.,;:!?*])")


class Day(NamedTuple):
    """A day as both show it: the papers best first, with their topics, and what the run said."""

    entries: list[Entry]
    receipt: Receipt
    topics: dict[str, str]  # id and label of those in use

    @property
    def date(self) -> str:
        """As ``YYYY-MM-DD``."""
        return self.receipt.date

    @property
    def path(self) -> str:
        """As ``YYYY/MM/DD``."""
        return self.date.replace("-", "/")


def day(papers: Sequence[Paper], receipt: Receipt, settings: Settings, match: TopicMatcher) -> Day:
    """The day with its papers ordered and given topics as our own program does."""
    found = day_entries(receipt.date, papers, match)
    used = {topic for entry in found for topic in entry.topics}
    return Day(found, receipt, {topic.id: topic.label for topic in settings.topics if topic.id in used})


def write_hugo(root: Path, days: Sequence[Day], lean: bool = False) -> Path:
    """The days as a Hugo project in `root`: a page each, lists of months, years and topics, and Hugo's own feeds.

    A `lean` one leaves out the topics' lists and all feeds but one, of 30 days: all that Hugo can be spared.
    """
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(HUGO, root)
    lean_settings = root / "lean.toml"
    lean_settings.replace(root / "config.toml") if lean else lean_settings.unlink()
    for folder, title in _lists(days).items():
        _put(root / "content" / folder / "_index.md", f'---\ntitle: "{title}"\n---\n')
    for one in days:
        _put(root / "content" / "daily" / f"{one.path}.md", page(one))
    return root


def write_mkdocs(root: Path, days: Sequence[Day], search: bool = True) -> Path:
    """The days as a MkDocs Material project in `root`, as the theme comes: its own navigation, its search or none."""
    shutil.rmtree(root, ignore_errors=True)
    _put(root / "mkdocs.yml", MKDOCS.replace("PLUGINS", "search" if search else ""))
    months: dict[str, list[Day]] = defaultdict(list)
    topics: dict[str, list[Day]] = defaultdict(list)
    for one in days:
        _put(root / "docs" / "daily" / f"{one.path}.md", page(one))
        months[one.date[:7]].append(one)
        for topic in one.topics:
            topics[topic].append(one)
    for name, listed in [*months.items(), *((f"topics/{topic}", found) for topic, found in topics.items())]:
        links = [f"- [{one.date}]({PREFIX}/daily/{one.path}/)\n" for one in listed]
        folder = "" if "/" in name else "monthly/"
        _put(root / "docs" / f"{folder}{name}.md", f"# {name}\n\n{''.join(links)}")
    newest = "".join(f"- [{month}](monthly/{month}.md)\n" for month in sorted(months, reverse=True))
    _put(root / "docs" / "index.md", f"# Broadsheet\n\n{newest}")
    return root


def page(one: Day) -> str:
    """A day as plain Markdown, that of Hugo and that of MkDocs alike."""
    facts = f"Announced: {one.receipt.announced}. Scanned: {one.receipt.scanned}. Relevant: {one.receipt.shown}."
    first = markdown(one.entries[0].paper.title) if one.entries else ""
    head = {
        "title": f'"{one.date}"',
        "date": one.date,
        "description": f"{len(one.entries)} papers",
        "topics": f"[{', '.join(one.topics)}]",
    }
    front = "".join(f"{key}: {value}\n" for key, value in head.items())
    parts = [facts, f"First: {first}", *(_entry(entry, one.topics) for entry in one.entries)]
    return f"---\n{front}---\n\n" + "\n\n".join(parts) + "\n"


def _entry(entry: Entry, labels: dict[str, str]) -> str:
    paper = entry.paper
    parts = [f"## {markdown(paper.title)} {{#{paper.arxiv_id}}}"]
    parts += [markdown(text) for text in (", ".join(paper.authors), paper.comment, paper.abstract) if text]
    topics = [f"[{labels[topic]}]({PREFIX}/topics/{topic}/)" for topic in entry.topics]
    where = arxiv_urls(paper.arxiv_id)
    if where:
        links = {paper.arxiv_id: where.abstract, "PDF": where.pdf, "HTML": where.html}
        topics += [f"[{name}]({url})" for name, url in links.items() if url]
    scores = [f"{value:g} {name}" for name, value in _scores(paper).items() if value is not None]
    parts.append(" · ".join(scores + topics))
    return "\n\n".join(parts)


def _scores(paper: Paper) -> dict[str, float | None]:
    return {"relevance": paper.relevance, "novelty": paper.novelty}


def markdown(text: str) -> str:
    """Text such that Markdown shows just that text, on one line; bare addresses become links."""
    pieces = URL.split(" ".join(text.split()))
    shown = "".join(f"<{part}>" if place % 2 else _escaped(part) for place, part in enumerate(pieces))
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", re.sub(r"^([-+#])", r"\\\1", shown))


def _escaped(text: str) -> str:
    entities = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("~", "&#126;")
    return re.sub(r"([\\`*_{}\[\]])", r"\\\1", entities)


def _lists(days: Sequence[Day]) -> dict[str, str]:
    """Folder and title of the archive, of every year and month."""
    months = sorted({one.date[:7] for one in days})
    found = {"": "", "daily": "Archive"} | {f"daily/{month[:4]}": month[:4] for month in months}
    return found | {f"daily/{month.replace('-', '/')}": month for month in months}


def _put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
