"""Jinja2 at its strictest: everything is escaped, an unknown name is an error, links are relative to the page."""

import re
from functools import cache, partial
from pathlib import Path
from typing import Any

import jinja2

from broadsheet.store.program import Compiled, program_fingerprint
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.views import formatting as wording
from broadsheet.views.data_attributes import several_sources
from broadsheet.views.page import relative, without_empty_lines
from broadsheet.views.paper import PaperRenderer, contents
from broadsheet.views.permalink import paper_address

TEMPLATES = Path(__file__).resolve().parent / "templates"
PREFORMATTED = re.compile(r"(<pre.*?</pre>)", re.DOTALL)
FILTERS = {
    "html": rendering.html,
    "name": readable_name,
    "title": rendering.title,
    "plain": rendering.plain,
    "citation": rendering.citation,
    "day": formats.day,
    "short_day": formats.short_day,
    "long_date": formats.long_date,
    "month": formats.month,
    "week": formats.week,
    "source": wording.source,
    "number": formats.number,
    "money": formats.money,
    "cost": wording.cost,
}


@cache
def environment() -> jinja2.Environment:
    """The one Jinja2 environment, with the filters that turn foreign text into HTML."""
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        bytecode_cache=Compiled("pages", program_fingerprint()),
    )
    env.filters |= FILTERS
    env.globals |= {"count": formats.count, "state_words": wording.STATE_KEYS}
    env.globals |= {"label": wording.label, "day_at_a_glance": wording.day_at_a_glance}
    env.globals |= {"scorer": wording.scorer, "scorers": wording.scorers}
    env.globals |= {"sheet_of": PaperRenderer, "contents": contents, "several_sources": several_sources}
    env.globals |= {"paper_address": paper_address}
    return env


def render(template: str, page_url: str, **context: Any) -> str:
    """Render `template` for the page at `page_url` (relative to the site's root).

    In templates, ``link('topics/x/')`` is that address as seen from the page, so that a site works at any path.
    """
    link = partial(relative, base=page_url)
    html = environment().get_template(template).render(link=link, page_url=page_url, **context)
    parts = PREFORMATTED.split(html) if "<pre" in html else [html]
    # In <pre> they are text.
    return "".join(part if part.startswith("<pre") else without_empty_lines(part) for part in parts).strip()
