"""A page as a Markdown file that MkDocs, ProperDocs and Zensical build alike: front matter, a heading, raw HTML blocks.

Also the HTML that a Markdown parser makes of it, which `build.theme` takes without asking one.
"""

import json
import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from markupsafe import escape

from broadsheet.text.sanitize import escaped
from broadsheet.views.foreign_text import attributes
from broadsheet.views.page import DataTag, HeadTag, MetaTag, Page

_ALTTEXT = re.compile(r'(?<= alttext=")[^"]*')  # of a formula: a Markdown parser would take its backslashes
_JSON = json.JSONEncoder(ensure_ascii=False)
HEADING_ID = "digest"
GENERATED_MARK = "generated: by digest, from data"


def markdown(page: Page) -> str:
    """Return the file's text. It has no untrusted text that a Markdown parser would interpret."""
    return f"{markdown_above(page)}{page.body}\n"


def markdown_above(page: Page) -> str:
    """Return the file's text above the body; a line break follows the body."""
    front = front_matter({key: value for key, value in meta(page).items() if key != "generated"})
    blocks = [page.lead, f"# {_heading(page)} {{: #{HEADING_ID}{attributes(page.title, page.title_language)} }}"]
    above = "\n\n".join(block for block in blocks if block)
    return f"---\n{GENERATED_MARK}\n{front}\n---\n\n{above}" + ("\n\n" if page.body else "")


def front_matter(values: dict[str, Any]) -> str:
    """Return YAML, one line for each key."""
    lines = [f"{key}: {_JSON.encode(value)}" for key, value in values.items()]
    return re.sub(r"[^\x20-\x7e\n]", _yaml_character, "\n".join(lines))


def html(page: Page) -> str:
    """Return the HTML that Python-Markdown makes of the file: the blocks unchanged, and the heading."""
    return html_above(page) + page.body


def html_above(page: Page) -> str:
    """Return that HTML above the body."""
    lead = page.lead and page.lead + "\n\n"
    # Python-Markdown sorts attributes.
    start, language = f"<h1{attributes(page.title, page.title_language)}".partition(" lang")[::2]
    return f'{lead}{start} id="{HEADING_ID}"{language and " lang"}{language}>{_heading(page)}</h1>\n'


def meta(page: Page) -> dict[str, Any]:
    """Return the front matter. Its texts are escaped for HTML, since themes insert them unchanged."""
    optional = {
        "updated": page.updated and str(escape(page.updated)),
        "script": page.script and str(escape(page.script)),
        "reader": page.reader,
        "alternates": bool(page.alternates),
        "card": escaped(page.card),
        "feeds": [{key: str(escape(value)) for key, value in feed._asdict().items()} for feed in page.feeds],
        "head": [_values(tag) for tag in page.head],
    }
    return {
        "generated": GENERATED_MARK.partition(": ")[2],
        "title": str(escape(page.title)),
        "description": str(escape(page.description)),
        "hide": ["navigation", "toc"],
        **{key: value for key, value in optional.items() if value},
    }


def _values(tag: HeadTag) -> dict[str, str]:
    """Return the fields of a tag that have a value, ready for the theme."""
    if isinstance(tag, DataTag):
        return tag._asdict()
    return {key: escaped(value) for key, value in tag._asdict().items() if value}


def head(tags: Iterable[HeadTag]) -> str:
    """Return `tags` as the theme renders them from the front matter."""
    return "".join(map(_tag, tags))


def _tag(tag: HeadTag) -> str:
    if isinstance(tag, DataTag):
        return f'<script type="application/ld+json">{tag.json}</script>\n'
    if isinstance(tag, MetaTag):
        return f'<meta {tag.attribute}="{escaped(tag.name)}" content="{escaped(tag.content)}">\n'
    kind = f' type="{escaped(tag.type)}"' if tag.type else ""
    title = f' title="{escaped(tag.title)}"' if tag.title else ""
    return f'<link rel="{escaped(tag.rel)}"{kind}{title} href="{escaped(tag.href)}">\n'


def _yaml_character(match: re.Match[str]) -> str:
    """Return a character as YAML 1.1 allows it: JSON strings may hold some that YAML must escape."""
    return match[0] if match[0].isprintable() else f"\\U{ord(match[0]):08x}"


def _heading(page: Page) -> str:
    """Return the title, or its inline HTML; a Markdown parser leaves its tags unchanged."""
    if not page.heading:
        return _inert(" ".join(page.title.split()))
    parts = re.split(r"(<[^<>]*>)", " ".join(page.heading.split()))
    parts[::2] = [_inert(unescape(part)) for part in parts[::2]]
    parts[1::2] = [_ALTTEXT.sub(lambda tex: _inert(unescape(tex[0])), part) for part in parts[1::2]]
    return "".join(parts)


def _inert(text: str) -> str:
    """Return `text` with every character escaped that could start Markdown, an attribute list or HTML."""
    return re.sub(r"[^\w\s]|_", lambda m: f"&#{ord(m[0])};", text)
