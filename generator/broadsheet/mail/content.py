"""The content of a mail: subject, plain text and HTML of an edition, within the size limit."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from broadsheet.mail import html, plain_text
from broadsheet.mail.edition import Edition, Section
from broadsheet.mail.prose import Block, Inline
from broadsheet.model.state import DayState
from broadsheet.text import formats
from broadsheet.translations import gettext, ngettext

_MAX_SUBJECT = 150
_BEST = 5
_LONG = 400  # characters: a comment is shorter, an abstract longer


class MailContent(NamedTuple):
    """The content of a mail, the same for all recipients."""

    subject: str
    text: str
    html: str


def compose(
    edition: Edition,
    name: str,
    unsubscribe: str | None,
    limit: int,
    size: Callable[[MailContent], int],
    hues: Mapping[str, str] = MappingProxyType({}),
) -> MailContent:
    """Return the longest content whose `size` in bytes is within `limit`.

    First the long paragraphs of all but the best papers are cut, then papers from the last one on, then the contents.
    The content states how many papers it omits, with a link to the site. `hues` are those of topics, by name.
    """
    whole = _compose(edition, _max_amount(edition), name, unsubscribe, hues)
    if size(whole) <= limit:
        return whole
    fits, too_much = 0, _max_amount(edition)
    while too_much - fits > 1:
        middle = (fits + too_much) // 2
        if size(_compose(edition, middle, name, unsubscribe, hues)) <= limit:
            fits = middle
        else:
            too_much = middle
    return _compose(edition, fits, name, unsubscribe, hues)


def _max_amount(edition: Edition) -> int:
    return len(edition.lead) + len(edition.contents) + len(edition.sections) + max(0, len(edition.sections) - _BEST)


def _compose(edition: Edition, amount: int, name: str, unsubscribe: str | None, hues: Mapping[str, str]) -> MailContent:
    """Compose the first `amount` parts: lead, contents, papers (the best in full), then the others' long paragraphs."""
    before = len(edition.lead) + len(edition.contents)
    sections = edition.sections[: max(0, amount - before)]
    in_full = max(_BEST, _BEST + amount - before - len(edition.sections))
    shortened = edition._replace(
        lead=edition.lead[:amount],
        contents=edition.contents[: max(0, amount - len(edition.lead))],
        sections=sections[:in_full] + tuple(map(_short, sections[in_full:])),
    )
    papers = edition.papers
    left_out = papers - len(shortened.sections) if papers else len(edition.lead) - len(shortened.lead)
    return MailContent(
        subject=subject(edition),
        text=plain_text.text(shortened, left_out, name, unsubscribe),
        html=html.html(shortened, left_out, name, unsubscribe, hues),
    )


def _short(section: Section) -> Section:
    """Return a paper with a link in place of its long paragraphs, which are the abstract."""
    blocks = [block for block in section.blocks if len(block.text) <= _LONG]
    first_long = next((index for index, block in enumerate(section.blocks) if len(block.text) > _LONG), None)
    if first_long is not None:
        blocks.insert(first_long, Block("p", (Inline(gettext("Read on"), url=section.url), Inline(" …"))))
    return section._replace(blocks=tuple(blocks))


def subject(edition: Edition) -> str:
    """Return the subject: date or week, its state, the title of the best paper, and the number of others."""
    date = formats.week(edition.name) if "W" in edition.name else formats.long_date(edition.name)
    if edition.state is DayState.FAILED:
        return gettext("%(date)s: the run of this day failed") % {"date": date}
    date += f" ({edition.remark})" if edition.remark and edition.papers else ""
    best = edition.sections[0].title if edition.sections else edition.title
    room = _MAX_SUBJECT - len(_subject(date, "", edition.papers))
    return _subject(date, best if len(best) <= room else best[: room - 1].rstrip() + "…", edition.papers)


def _subject(date: str, best: str, papers: int) -> str:
    if papers <= 1:
        return f"{date}: {best}"
    # Translators: the subject of a mail: the title of the best paper, and the number of others.
    words = ngettext("%(date)s: %(title)s and %(number)s more", "%(date)s: %(title)s and %(number)s more", papers - 1)
    return words % {"date": date, "title": best, "number": formats.number(papers - 1)}
