"""The HTML of a mail: one column, inline styles, light and dark, nothing loaded from a server."""

import textwrap
from collections.abc import Mapping
from types import MappingProxyType

from css_inline import CSSInliner
from markupsafe import Markup

from broadsheet.mail.edition import Edition
from broadsheet.mail.plain_text import contents_title, more_on_site
from broadsheet.mail.prose import HEADINGS, Block, Inline
from broadsheet.settings.topics import NO_HUE
from broadsheet.text.sanitize import escaped, one_line
from broadsheet.translations import gettext, language
from broadsheet.views.charts.skyline import Bar, skyline_table
from broadsheet.views.render import environment
from broadsheet.views.topic_colours import COLOURS

_LEAD_CHARS = 100
_PREHEADER_CHARS = 200
# keep_at_rules: prefers-color-scheme cannot be inlined. load_remote_stylesheets: a mail loads nothing.
_INLINER = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def html(
    edition: Edition, left_out: int, name: str, unsubscribe: str | None, hues: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Return the HTML of a mail; `hues` are by the name of a topic, the others those of `plain_text.text`."""
    template = environment().get_template("mail.html.j2")
    source = template.render(
        edition=edition,
        name=name,
        unsubscribe=unsubscribe,
        colours=COLOURS,
        skyline=skyline_table(_bars(edition, hues)),
        markup=markup,
        title=_title,
        contents_title=contents_title(edition),
        language=language(),
        more=_more(edition, left_out),
        preheader=_preheader(edition),
    )
    return _INLINER.inline(source)


def _more(edition: Edition, left_out: int) -> str:
    """Return the words of the link to the site; empty if there is nothing there."""
    if left_out:
        has_papers = edition.sections or edition.contents
        return more_on_site(left_out) if has_papers else gettext("All of it is on the site")
    return gettext("Read it on the site") if edition.url else ""


def _bars(edition: Edition, hues: Mapping[str, str]) -> list[Bar]:
    return [
        Bar(entry.url, entry.title, entry.score, _hue(entry.topics, hues), "")
        for entry in edition.contents
        if entry.url
    ]


def _hue(topics: str, hues: Mapping[str, str]) -> str:
    """Return the hue of the first topic, in the digest's order, that the text ``Theory, Vision.`` names."""
    names = f", {topics.strip().removesuffix('.')}, "
    return next((hue for name, hue in hues.items() if f", {name}, " in names), NO_HUE)


def _preheader(edition: Edition) -> str:
    """Return the line that mail programs show beside the subject, which has the best paper: the lead, and the next."""
    lead = textwrap.shorten(" ".join(block.text for block in edition.lead[:1]), _LEAD_CHARS, placeholder=" …")
    titles = "; ".join(section.title for section in edition.sections[1:3])
    return one_line(f"{lead} {titles}")[:_PREHEADER_CHARS]


def markup(blocks: tuple[Block, ...]) -> Markup:
    """Return blocks as HTML. All of their text is escaped here."""
    parts = []
    for block in blocks:
        tag = "pre" if block.kind == "pre" else "h4" if block.kind in HEADINGS else "p"
        parts.append(f"<{tag}>{_inlines(block)}</{tag}>")
    return Markup("\n".join(parts))


def _inlines(block: Block) -> str:
    mark = f"{escaped(block.marker)} " if block.marker else ""
    return mark + "".join(map(_inline, block.inlines))


def _inline(inline: Inline) -> str:
    words = "<br>" if inline.text == "\n" else escaped(inline.text)
    if inline.style:
        words = f"<{inline.style}>{words}</{inline.style}>"
    return f'<a href="{escaped(inline.url)}">{words}</a>' if inline.url else words


def _title(words: str, url: str | None) -> Markup:
    return Markup(f'<a href="{escaped(url)}">{escaped(words)}</a>' if url else escaped(words))
