"""A page as the Markdown file MkDocs, ProperDocs and Zensical build alike: front matter, a heading, raw HTML blocks.

And as what a Markdown parser makes of that, which is known beforehand: the short way past the parser.
"""

import json
import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from markupsafe import escape

from broadsheet.text.sanitize import escaped
from broadsheet.views.page import MetaTag, Page

HEADING_ID = "digest"
MARK = "generated: by digest, from data"


def markdown(page: Page) -> str:
    """The file's text. Nothing that came from outside is left for the Markdown parser to read."""
    return f"{markdown_above(page)}{page.body}\n"


def markdown_above(page: Page) -> str:
    """What stands above the body in the file; below it is a line break."""
    front = front_matter({key: value for key, value in meta(page).items() if key != "generated"})
    blocks = [page.lead, f"# {_heading(page)} {{: #{HEADING_ID} }}"]
    above = "\n\n".join(block for block in blocks if block)
    return f"---\n{MARK}\n{front}\n---\n\n{above}" + ("\n\n" if page.body else "")


def front_matter(values: dict[str, Any]) -> str:
    """Lines of YAML, one for each key."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return re.sub(r"[^\x20-\x7e\n]", _yaml_character, "\n".join(lines))


def html(page: Page) -> str:
    """What Python-Markdown makes of the file's text: the blocks as they are, and the heading."""
    return html_above(page) + page.body


def html_above(page: Page) -> str:
    """What of that stands above the body."""
    lead = page.lead and page.lead + "\n\n"
    return f'{lead}<h1 id="{HEADING_ID}">{_heading(page)}</h1>\n'


def meta(page: Page) -> dict[str, Any]:
    """The front matter. Its texts are escaped for HTML, since themes put them into the page as they are."""
    found: dict[str, Any] = {
        "generated": MARK.partition(": ")[2],
        "title": str(escape(page.title)),
        "description": str(escape(page.description)),
        "hide": ["navigation", "toc"],
    }
    if page.updated:
        found["updated"] = str(escape(page.updated))
    if page.script:
        found["script"] = str(escape(page.script))
    if page.reader:
        found["reader"] = True
    if page.alternates:
        found["twins"] = True
    if page.feeds:
        found["feeds"] = [{key: str(escape(value)) for key, value in feed._asdict().items()} for feed in page.feeds]
    if page.head:
        found["head"] = [{key: escaped(value) for key, value in tag._asdict().items()} for tag in page.head]
    return found


def head(tags: Iterable[MetaTag]) -> str:
    """What the theme makes of the tags in the front matter."""
    return "".join([f'<meta {tag.attribute}="{escaped(tag.name)}" content="{escaped(tag.content)}">\n' for tag in tags])


def _yaml_character(found: re.Match[str]) -> str:
    """JSON is YAML 1.1 but for characters that YAML does not let stand in a text."""
    return found[0] if found[0].isprintable() else f"\\U{ord(found[0]):08x}"


def _heading(page: Page) -> str:
    """The title, or its inline HTML, whose tags a Markdown parser leaves alone."""
    if not page.heading:
        return _inert(" ".join(page.title.split()))
    parts = re.split(r"(<[^<>]*>)", " ".join(page.heading.split()))
    parts[::2] = [_inert(unescape(part)) for part in parts[::2]]
    return "".join(parts)


def _inert(text: str) -> str:
    """Text in which no character can start Markdown, an attribute list or HTML."""
    return re.sub(r"[^\w\s]|_", lambda m: f"&#{ord(m[0])};", text)
