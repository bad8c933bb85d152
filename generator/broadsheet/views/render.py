"""The Jinja2 environment: everything is escaped, an unknown name is an error, links are relative to the page."""

import re
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

import jinja2

from broadsheet import translations
from broadsheet.store.program import Compiled, program_fingerprint
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.views import foreign_text, formatting
from broadsheet.views.charts.receipt_bar import receipt_bar
from broadsheet.views.charts.skyline import bars_of, skyline
from broadsheet.views.coins import coins
from broadsheet.views.data_attributes import has_several_sources
from broadsheet.views.page import relative, remove_empty_lines
from broadsheet.views.paper import PaperRenderer
from broadsheet.views.permalink import paper_address
from broadsheet.views.repository import record_url
from broadsheet.views.topic_colours import topic_hues, topic_labels

TEMPLATES = Path(__file__).resolve().parent / "templates"
PREFORMATTED = re.compile(r"(<pre.*?</pre>)", re.DOTALL)
FILTERS = {
    "html": rendering.html,
    "name": readable_name,
    "foreign": foreign_text.attributes,
    "isolated": foreign_text.isolated,
    "names": foreign_text.names,
    "title": rendering.title,
    "linear": rendering.linear_html,
    "linear_title": rendering.linear_title,
    "plain": rendering.plain,
    "citation": rendering.citation,
    "day": formats.day,
    "short_day": formats.short_day,
    "long_date": formats.long_date,
    "month": formats.month,
    "short_month": formats.short_month,
    "week": formats.week,
    "source": formatting.source,
    "number": formats.number,
    "money": formats.money,
    "translated": translations.gettext,
    "cost": formatting.cost,
    "total_costs": formatting.total_costs,
}


def environment() -> jinja2.Environment:
    """Return the Jinja2 environment of the language, with the filters that turn foreign text into HTML."""
    return _environment(translations.language())


@cache  # the templates are compiled once, not for each page
def _environment(language: str) -> jinja2.Environment:
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        # A filter of a constant runs while a template is compiled.
        bytecode_cache=Compiled(f"pages-{language}", program_fingerprint()),
        extensions=["jinja2.ext.i18n"],
    )
    env.policies["ext.i18n.trimmed"] = True
    callables = {"pgettext": _pgettext, "npgettext": translations.npgettext}
    cast(Any, env).install_gettext_callables(_gettext, _ngettext, newstyle=True, **callables)
    env.filters |= FILTERS
    env.globals |= {"count": formats.count, "quantity": formats.quantity, "state_words": formatting.state_words()}
    env.globals |= {"label": formatting.label, "day_at_a_glance": formatting.day_at_a_glance}
    env.globals |= {"scorer": formatting.scorer, "scorers": formatting.scorers}
    env.globals |= {"paper_renderer": PaperRenderer, "has_several_sources": has_several_sources}
    env.globals |= {"paper_address": paper_address, "coins": coins, "record_url": record_url}
    env.globals |= {"receipt_bar": receipt_bar, "skyline": skyline, "bars_of": bars_of, "topic_hues": topic_hues}
    env.globals |= {"topic_labels": topic_labels, "page_language": translations.language}
    return env


def _gettext(message: str) -> str:
    return _format(translations.gettext(message), message)


def _ngettext(singular: str, plural: str, number: int) -> str:
    return _format(translations.ngettext(singular, plural, number), plural)


def _pgettext(context: str, message: str) -> str:
    return _format(translations.pgettext(context, message), message)


def _format(text: str, message: str) -> str:
    """Return a translation as a format, since templates put values into each: a message without one may have a %."""
    return text if "%" in message else text.replace("%", "%%")


def render(template: str, page_url: str, **context: Any) -> str:
    """Render `template` for the page at `page_url` (relative to the site's root).

    In templates, ``link('topics/x/')`` is the URL relative to the page, so that a site works at any path.
    """
    link = partial(relative, base=page_url)
    html = environment().get_template(template).render(link=link, page_url=page_url, **context)
    parts = PREFORMATTED.split(html) if "<pre" in html else [html]
    # In <pre>, empty lines are text.
    return "".join(part if part.startswith("<pre") else remove_empty_lines(part) for part in parts).strip()
