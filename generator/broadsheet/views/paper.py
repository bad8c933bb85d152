"""One paper on a day's page.

Functions instead of a template: this runs once for every paper of the archive, in a fifth of the time. They return
`Markup`, so what comes from outside goes through `escaped` or `broadsheet.text.rendering` here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from markupsafe import Markup

from broadsheet.index.day_stats import Standing
from broadsheet.index.days import Entry, day_address
from broadsheet.model.arxiv_id import quoted
from broadsheet.model.doi import doi_url
from broadsheet.model.model import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped, safe_url
from broadsheet.views.arxiv_urls import Addresses, arxiv_urls
from broadsheet.views.data_attributes import DataAttributes, several_sources
from broadsheet.views.page import without_empty_lines
from broadsheet.views.permalink import has_page, paper_address
from broadsheet.views.score import Scores

Link = Callable[[str], str]

CATEGORIES = 4


class PaperRenderer:
    """The papers of one page: what they have in common is made once."""

    def __init__(
        self,
        settings: Settings,
        link: Link,
        entries: Sequence[Entry] = (),
        standings: Mapping[str, Standing] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self._link = link
        self._several_sources = several_sources(entries)
        self.data = DataAttributes(entries)
        self.scores = Scores(settings.rubric, entries, standings)
        self._topics = {
            topic.id: without_empty_lines(
                f'<a class="topic" href="{link(f"topics/{topic.id}/")}">{escaped(topic.label)}</a>\n'
            )
            for topic in settings.topics
        }

    def topics(self, entry: Entry) -> Markup:
        """The pages of the paper's topics, a line each."""
        if not entry.topics:
            return Markup("")
        return Markup("".join([link for topic, link in self._topics.items() if topic in entry.topics]))

    def papers(self, entries: Iterable[Entry], published: Mapping[str, Sequence[Publication]], opened: int) -> str:
        """The papers in full, with the publications they became; the abstracts of the first `opened` are unfolded.

        Finished HTML without empty lines.
        """
        numbered = enumerate(entries)
        return "".join([self._paper(it, published.get(it.paper.arxiv_id, ()), n < opened) for n, it in numbered])

    def _paper(self, entry: Entry, published: Sequence[Publication], opened: bool) -> str:
        it = entry.paper
        arxiv = arxiv_urls(it.arxiv_id)
        name, place = escaped(it.arxiv_id), self.address(entry)
        title = rendering.title(it.title)
        # To where there is more of it: its own page, or arXiv.
        to = place if has_page(entry, self._settings) else arxiv and arxiv.abstract
        heading = f'<a href="{to}">{title}</a>' if to else title
        by = authors(it.authors, self._settings.pages.authors) if it.authors else "Authors not given"
        body = "".join(_body(entry, self._link, published, opened, self._settings.pages.abstracts))
        facts = "".join(_facts(entry, self._settings, self._several_sources))
        links = f'<a href="{place}">{name}</a>{self._arxiv_links(arxiv)}' if arxiv else _lost(name, place)
        links += "".join(other_links(it))
        start = f'<article class="paper" id="{name}" {self.data(entry)}>'
        scores = self.scores(entry)
        made = f"""\
{start}
<h2>{heading}</h2>
<div class="authors">{by}</div>
{body}<footer>{scores}
{self.topics(entry)}{facts}<span class="links">{links}</span></footer>
</article>
"""
        # Only a line break from outside can make a line empty.
        return without_empty_lines(made) if "\n" in f"{start}{heading}{by}{body}{scores}{facts}{links}" else made

    def address(self, entry: Entry) -> str:
        """The paper's permanent address, as seen from the page: nothing in it is left to escape."""
        return self._link(paper_address(entry, self._settings))

    def _arxiv_links(self, arxiv: Addresses) -> str:
        # Where papers have no pages, the title leads to arXiv.
        abstract = "" if self._settings.paper_pages == "none" else f' · <a href="{arxiv.abstract}">arXiv</a>'
        html = f' · <a href="{arxiv.html}">HTML</a>' if arxiv.html else ""
        return f'{abstract} · <a href="{arxiv.pdf}">PDF</a>{html}'


def _lost(name: str, place: str) -> str:
    return f'<a href="{place}"><span title="This id has lost its archive">{name}</span></a>'


def contents(entries: Iterable[Entry]) -> Markup:
    """The papers as a table of contents: list items that lead to each."""
    titles = ((quoted(entry.paper.arxiv_id), rendering.title(entry.paper.title)) for entry in entries)
    return Markup("\n".join([f'<li><a href="#{anchor}">{title}</a></li>' for anchor, title in titles]))


def authors(names: Sequence[str], shown: int, marked: Callable[[str], str] | None = None) -> str:
    """The first `shown` names; the rest is folded. `marked` makes HTML of a name, where it is more than that."""

    def joined(some: Sequence[str]) -> str:
        return ", ".join(map(marked, some)) if marked else escaped(", ".join(some))

    if len(names) <= shown + 1:
        return joined(names)
    first, rest = joined(names[:shown]), joined(names[shown:])
    return f'{first} <details class="more"><summary>and {len(names) - shown} more</summary>{rest}</details>'


def _body(entry: Entry, link: Link, published: Sequence[Publication], opened: bool, abstracts: int) -> Iterator[str]:
    it = entry.paper
    if it.comment:
        yield f'<p class="comment">{rendering.inline(it.comment)}</p>'
    for reason in it.reasons:
        yield f'<p class="note">{escaped(rendering.plain(reason))}</p>'
    if entry.first_seen < entry.date:
        before = escaped(link(f"{day_address(entry.first_seen)}#{quoted(it.arxiv_id)}"))
        yield f'<p class="note">Shown before, on <a href="{before}">{formats.day(entry.first_seen)}</a>.</p>'
    yield from published_notes(published, link)
    if it.abstract and entry.rank <= abstracts:
        fold = f"<details{' open' if opened else ''}><summary>Abstract</summary>"
        yield f"{fold}<p>{rendering.inline(it.abstract)}</p></details>"


def published_notes(published: Iterable[Publication], link: Link) -> Iterator[str]:
    """A line for each publication that the paper became."""
    for publication in published:
        to = escaped(link(f"publications/{publication.id}/"))
        where = escaped(rendering.plain(publication.venue or publication.title)) + (
            f", {publication.year}" if publication.year else ""
        )
        yield f'<p class="note">Published by the group: <a href="{to}">{where}</a>.</p>'


def _facts(entry: Entry, settings: Settings, several_sources: bool) -> Iterator[str]:
    it = entry.paper
    if it.upvotes is not None:
        yield f"<span>{formats.count(it.upvotes, 'upvote')}</span>"
    if it.comments is not None:
        yield f"<span>{formats.count(it.comments, 'comment')}</span>"
    if it.categories:
        yield f'<span class="categories">{escaped(" ".join(it.categories[:CATEGORIES]))}</span>'
    if it.announce_type and it.announce_type != "new":
        yield f"<span>{escaped(it.announce_type)}</span>"
    if it.published:
        yield f"<span>{escaped(formats.long_date(it.published))}</span>"
    if several_sources:
        names = " and ".join(settings.sources.get(source, source) for source in entry.sources)
        yield f'<span class="source">from {escaped(names)}</span>'
    for remark in (it.arxiv_comment, it.journal_ref):
        if remark:
            yield f'<span class="source">{rendering.inline(remark)}</span>'


def other_links(it: Paper) -> Iterator[str]:
    """The DOI, code, project and discussion of a paper, each with what stands before it."""
    places = [("DOI", doi_url(it.doi))]
    if it.links:
        foreign = [("Code", it.links.code), ("Project", it.links.project), ("Discussion", it.links.discussion)]
        places += [(label, safe_url(url)) for label, url in foreign]
    for label, url in places:
        if url:
            yield f' · <a href="{escaped(url)}" rel="noopener nofollow">{label}</a>'
