"""An edition as it goes out: subject, plain text and HTML, no longer than a message may be."""

from collections.abc import Callable
from typing import NamedTuple

from broadsheet.mail import html as markup
from broadsheet.mail import plain_text as plain
from broadsheet.mail.edition import Edition, Section
from broadsheet.mail.prose import Block, Run
from broadsheet.model.state import DayState
from broadsheet.text import formats

_LONGEST_SUBJECT = 150
_BEST = 5
_LONG = 400  # characters: a comment is shorter, an abstract longer


class Letter(NamedTuple):
    """What everybody gets."""

    subject: str
    text: str
    html: str


def letter(edition: Edition, name: str, leave: str | None, limit: int, size: Callable[[Letter], int]) -> Letter:
    """The longest letter whose `size` in bytes is within `limit`.

    What gives way first is the long paragraphs of all papers but the best, then papers from the last, then contents.
    What is left out is counted, with a link to the site.
    """
    whole = _letter(edition, _most(edition), name, leave)
    if size(whole) <= limit:
        return whole
    fits, too_much = 0, _most(edition)
    while too_much - fits > 1:
        middle = (fits + too_much) // 2
        if size(_letter(edition, middle, name, leave)) <= limit:
            fits = middle
        else:
            too_much = middle
    return _letter(edition, fits, name, leave)


def _most(edition: Edition) -> int:
    return len(edition.lead) + len(edition.contents) + len(edition.sections) + max(0, len(edition.sections) - _BEST)


def _letter(edition: Edition, amount: int, name: str, leave: str | None) -> Letter:
    """The first `amount` parts: of the lead, the contents, the papers (the best whole), then what those were spared."""
    before = len(edition.lead) + len(edition.contents)
    begun = edition.sections[: max(0, amount - before)]
    whole = max(_BEST, _BEST + amount - before - len(edition.sections))
    shown = edition._replace(
        lead=edition.lead[:amount],
        contents=edition.contents[: max(0, amount - len(edition.lead))],
        sections=begun[:whole] + tuple(map(_short, begun[whole:])),
    )
    papers = max(len(edition.sections), len(edition.contents))
    left_out = papers - len(shown.sections) if papers else len(edition.lead) - len(shown.lead)
    return Letter(
        subject=subject(edition),
        text=plain.text(shown, left_out, name, leave),
        html=markup.html(shown, left_out, name, leave),
    )


def _short(section: Section) -> Section:
    """A paper without its long paragraphs, which are the abstract."""
    kept = [block for block in section.blocks if len(block.text) <= _LONG]
    where = next((place for place, block in enumerate(section.blocks) if len(block.text) > _LONG), None)
    if where is not None:
        kept.insert(where, Block("p", (Run("Read on", url=section.url), Run(" …"))))
    return section._replace(blocks=tuple(kept))


def subject(edition: Edition) -> str:
    """The date (or week), and the best paper; how many more there are."""
    date = formats.week(edition.name) if "W" in edition.name else formats.long_date(edition.name)
    if edition.state is DayState.FAILED:
        return f"{date}: the run of this day failed"
    papers = max(len(edition.sections), len(edition.contents))
    more = f" and {papers - 1:,} more" if papers > 1 else ""
    best = edition.sections[0].title if edition.sections else edition.title
    room = _LONGEST_SUBJECT - len(date) - len(more) - 2
    return f"{date}: {best if len(best) <= room else best[: room - 1].rstrip() + '…'}{more}"
