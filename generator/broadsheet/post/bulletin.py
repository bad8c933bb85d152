"""The content of a post: an edition's heading, its first paragraph and its best papers, as plain text."""

from typing import NamedTuple

from broadsheet.mail.edition import Edition, Section
from broadsheet.mail.plain_text import more_on_site
from broadsheet.model.state import DayState
from broadsheet.text.sanitize import one_line
from broadsheet.translations import gettext

_LEAD_CHARS = 500
_TITLE_CHARS = 250
_TEXT_CHARS = 300


class PostedPaper(NamedTuple):
    """A paper in a post. `scores` may be empty; `text` is the comment, or else the first paragraph."""

    title: str
    url: str | None
    scores: str
    text: str

    @property
    def details(self) -> str:
        """The line below the title: scores and text."""
        return " ".join(filter(None, (self.scores, self.text)))


class Bulletin(NamedTuple):
    """An edition as a post has it. `omitted` is the number of papers that are on the site only."""

    id: str
    edition: str
    site: str
    label: str
    title: str
    url: str | None
    state: DayState
    lead: str
    papers: tuple[PostedPaper, ...]
    omitted: int

    @property
    def heading(self) -> str:
        """The name of the digest, and the day or week."""
        return f"{self.site}: {self.label}"

    @property
    def more(self) -> str:
        """The words of the link to the site."""
        return more_on_site(self.omitted) if self.omitted else gettext("On the site")

    def first(self, papers: int) -> "Bulletin":
        """Return the bulletin with the first `papers` papers only."""
        left_out = len(self.papers) - len(self.papers[:papers])
        return self._replace(papers=self.papers[:papers], omitted=self.omitted + left_out)


def bulletin(edition: Edition, site: str, papers: int) -> Bulletin:
    """Return the bulletin of an edition with its first `papers` papers."""
    lead = " ".join(block.text for block in edition.lead[:1])
    sections = edition.sections[:papers]
    return Bulletin(
        id=edition.id,
        edition=edition.name,
        site=one_line(site),
        label=edition.label,
        title=edition.title,
        url=edition.url,
        state=edition.state,
        lead=shortened(one_line(lead), _LEAD_CHARS),
        papers=tuple(map(_paper, sections)),
        omitted=edition.papers - len(sections),
    )


def _paper(section: Section) -> PostedPaper:
    scores = section.scores
    lines = [one_line(block.text) for block in section.blocks]
    # Below the scores of our own editions comes the comment; the first paragraph of another feed is its text.
    below = next((index for index, line in enumerate(lines) if scores and line.startswith(scores)), -1) + 1
    text = next((line for line in lines[below:] if line), "")
    return PostedPaper(shortened(section.title, _TITLE_CHARS), section.url, scores, shortened(text, _TEXT_CHARS))


def shortened(text: str, limit: int) -> str:
    """Return `text`, cut at a space if it has more than `limit` characters."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 2]
    return f"{cut.rpartition(' ')[0] or cut} …"
