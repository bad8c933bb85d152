"""A page as the Markdown file MkDocs, ProperDocs and Zensical build alike: front matter, a heading, raw HTML blocks."""

import json
import re

from markupsafe import escape

from generator.views.page import Page

HEADING_ID = "digest"
MARK = "generated: by digest, from data"


def markdown(page: Page) -> str:
    """The file's text. Nothing that came from outside is left for the Markdown parser to read."""
    blocks = [page.lead, f"# {_inert(page.title)} {{: #{HEADING_ID} }}", page.body]
    return _front_matter(page) + "\n\n".join(block for block in blocks if block) + "\n"


def _front_matter(page: Page) -> str:
    """YAML whose texts are escaped for HTML: themes put them into the page as they are."""
    lines = ["---", MARK, f"title: {_yaml(page.title)}", f"description: {_yaml(page.description)}"]
    if page.updated:
        lines.append(f"updated: {_yaml(page.updated)}")
    if page.script:
        lines.append(f"script: {_yaml(page.script)}")
    lines.append("hide: [navigation, toc]")
    if page.feeds:
        lines.append("feeds:")
        lines += [f"  - {{title: {_yaml(f.title)}, url: {_yaml(f.url)}, type: {_yaml(f.type)}}}" for f in page.feeds]
    return "\n".join([*lines, "---", "", ""])


def _yaml(text: str) -> str:
    """Text as a YAML 1.1 double-quoted scalar, escaped for HTML first."""
    quoted = json.dumps(str(escape(text)), ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e]", lambda m: m[0] if m[0].isprintable() else f"\\U{ord(m[0]):08x}", quoted)


def _inert(text: str) -> str:
    """Text in which no character can start Markdown, an attribute list or HTML."""
    return re.sub(r"[^\w\s]|_", lambda m: f"&#{ord(m[0])};", " ".join(text.split()))
