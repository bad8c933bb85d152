"""The plain text of a mail: 72 columns, contents first, addresses on their own lines."""

import textwrap
from collections.abc import Iterator

from broadsheet.mail.edition import Edition, Section
from broadsheet.mail.prose import HEADINGS, Block, Inline
from broadsheet.text import formats
from broadsheet.translations import gettext
from broadsheet.views.feeds import edition_words

WIDTH = 72
_MAX_LABEL = 40  # characters; a paragraph of links no longer than this is a list of links


def text(edition: Edition, left_out: int, name: str, unsubscribe: str | None) -> str:
    """Return the plain text. `left_out` is the number of papers that are on the site only."""
    parts = [_title(f"{name}: {edition.label}", "=")]
    parts += map(_block, edition.lead)
    if edition.contents:
        parts.append("\n".join([_title(contents_title(edition), "-"), "", *_contents(edition)]))
    parts += (_section(number, section) for number, section in enumerate(edition.sections, 1))
    if left_out:
        words = more_on_site(left_out) if edition.sections or edition.contents else gettext("All of it is on the site")
        parts.append(f"{words}:\n{edition.url}" if edition.url else words)
    elif edition.url:
        parts.append(f"{gettext('On the site')}:\n{edition.url}")
    foot = ["-- ", name] + ([f"{gettext('Unsubscribe')}: {unsubscribe}"] if unsubscribe else [])
    return "\n\n".join(part for part in parts if part) + "\n\n" + "\n".join(foot) + "\n"


def contents_title(edition: Edition) -> str:
    """Return the title of the contents, with the scale of their scores and the state of an incomplete day."""
    has_scores = any(entry.scores for entry in edition.contents)
    remark = ", ".join(filter(None, [edition.remark, gettext("relevance · novelty") if has_scores else ""]))
    return f"{edition_words.contents_title()} ({remark})" if remark else edition_words.contents_title()


def more_on_site(papers: int) -> str:
    """Return ``72 more on the site``."""
    return formats.quantity(papers, "%(number)s more on the site", "%(number)s more on the site")


def _title(words: str, line: str) -> str:
    rows = _wrapped(words)
    return "\n".join([*rows, line * max(map(len, rows), default=0)])


def _contents(edition: Edition) -> Iterator[str]:
    digits = len(str(len(edition.contents)))
    for number, entry in enumerate(edition.contents, 1):
        mark = f"{number:>{digits}}. "
        title = f"{entry.title} ({entry.scores})" if entry.scores else entry.title
        yield "\n".join(_wrapped(title, mark, " " * len(mark)))


def _section(number: int, section: Section) -> str:
    head = "\n".join(_wrapped(section.title, f"{number}. ", " " * len(f"{number}. ")))
    parts = ["-" * WIDTH + "\n" + head + (f"\n{section.url}" if section.url else "")]
    return "\n\n".join([*parts, *map(_block, section.blocks)])


def _block(block: Block) -> str:
    if block.kind == "pre":
        return block.text.strip("\n")
    if links := _link_list(block):
        return links
    mark = f"{block.marker} " if block.marker else ""
    lines = _lines(block.inlines)
    rows = _wrapped(lines[0], mark, " " * len(mark)) if lines else []
    rows += [row for line in lines[1:] for row in _wrapped(line, " " * len(mark), " " * len(mark))]
    return _title(" ".join(rows), "-") if block.kind in HEADINGS else "\n".join(rows)


def _link_list(block: Block) -> str:
    """Return a paragraph of short links with one link a line; nothing for any other paragraph."""
    between = "".join(inline.text for inline in block.inlines if not inline.url)
    links = [inline for inline in block.inlines if inline.url]
    width = max((len(link.text) for link in links), default=0)
    if not links or any(character.isalnum() for character in between) or width > _MAX_LABEL:
        return ""
    return "\n".join(
        f"{link.text + ':':<{width + 1}} {link.url}" if link.text != link.url else link.url for link in links
    )


def _lines(inlines: tuple[Inline, ...]) -> list[str]:
    return "".join(map(_words, inlines)).split("\n")


def _words(inline: Inline) -> str:
    return f"{inline.text} <{inline.url}>" if inline.url and inline.url != inline.text else inline.text


def _wrapped(words: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
