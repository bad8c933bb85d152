"""One paper on a day's page.

Functions replace a template, since they run for every paper of the archive and take a third of its time (0.13 ms for
0.41 ms a paper). They return `Markup`, so untrusted text goes through `escaped` or `broadsheet.text.rendering` here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import quote

from markupsafe import Markup

from broadsheet.index.days import Entry, day_address
from broadsheet.index.places import Places
from broadsheet.model.doi import doi_url
from broadsheet.model.paper import Links, Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.settings.topics import Topic
from broadsheet.text import formats, rendering
from broadsheet.text.sanitize import escaped, safe_url
from broadsheet.translations import gettext, ngettext
from broadsheet.views.arxiv_urls import ArxivUrls, arxiv_urls
from broadsheet.views.coins import coins
from broadsheet.views.data_attributes import DataAttributes, has_several_sources
from broadsheet.views.foreign_text import attributes, names
from broadsheet.views.page import File, packed_file, remove_empty_lines
from broadsheet.views.permalink import has_page, paper_address
from broadsheet.views.score import ScoreRenderer
from broadsheet.views.topic_colours import hue_of, topic_hues

MakeLink = Callable[[str], str]

MAX_CATEGORIES = 4
ABSTRACTS = "abstracts.pack"
CARDS = 10  # of a day's papers; the others are headlines at first (styles/rows.css)


class PaperRenderer:
    """A renderer of the papers of one page; it renders once what they have in common."""

    def __init__(
        self,
        settings: Settings,
        link: MakeLink,
        entries: Sequence[Entry] = (),
        places: Mapping[str, Places] = MappingProxyType({}),
    ) -> None:
        self._settings = settings
        self.link = link
        self._several_sources = has_several_sources(entries)
        self.data = DataAttributes(entries)
        self.scores = ScoreRenderer(settings.rubric, entries, places)
        self._hues = topic_hues(settings.topics)
        self._topics = {topic.id: topic_link(topic, self._hues[topic.id], link) for topic in settings.topics}

    def hue(self, entry: Entry) -> str:
        """Return the class of the paper's colour."""
        return f"hue-{hue_of(entry, self._hues)}"

    def topics(self, entry: Entry) -> Markup:
        """Return links to the pages of the paper's topics, a line each."""
        if not entry.topics:
            return Markup("")
        return Markup("".join([link for topic, link in self._topics.items() if topic in entry.topics]))

    def papers(
        self, entries: Iterable[Entry], published: Mapping[str, Sequence[Publication]], *, abstracts: int, expanded: int
    ) -> str:
        """Return the papers in full, with the publications they became, as HTML without empty lines.

        The first `abstracts` papers have their abstract; those of the first `expanded` ones are open.
        """
        works = (published.get(entry.paper.arxiv_id, ()) for entry in entries)
        folds = (_abstract(entry, expanded) if entry.rank <= abstracts else "" for entry in entries)
        return "".join(map(self._paper, entries, works, folds))

    def _paper(self, entry: Entry, published: Sequence[Publication], abstract: str) -> str:
        paper = entry.paper
        arxiv = arxiv_urls(paper.arxiv_id)
        name, address = escaped(paper.arxiv_id), self.address(entry)
        title = rendering.title(paper.title)
        # The title links to the paper's own page, or else to arXiv.
        to = address if has_page(entry, self._settings) else arxiv and arxiv.abstract
        heading = f'<a href="{to}">{title}</a>' if to else title
        by = author_list(paper.authors, self._settings.pages.authors) if paper.authors else gettext("Authors not given")
        body = "".join(_body(entry, self.link, published)) + abstract
        facts = "".join(_facts(entry, self._settings, self._several_sources))
        id_link = f'<a class="id" href="{address}">{name}</a>' if arxiv else _unresolvable_id(name, address)
        links = " · ".join([*(self._arxiv_links(arxiv) if arxiv else ()), *other_links(paper)])
        start = f'<article class="paper {self.hue(entry)}" id="{name}" {self.data(entry)}>'
        scores = self.scores(entry)
        html = f"""\
{start}
{self.scores.mark(entry)}
<h2{attributes(paper.title)}>{heading}</h2>
<div class="authors">{by}</div>
{body}<footer>{scores}
{self.topics(entry)}{facts}{id_link}
<span class="links">{links}</span></footer>
{coins(paper)}
</article>
"""
        # Only a line break in untrusted text can make an empty line.
        return remove_empty_lines(html) if "\n" in f"{start}{heading}{by}{body}{scores}{facts}{links}" else html

    def links(self, entry: Entry) -> Markup:
        """Return the links of a paper in a short list: its abstract and PDF at arXiv, or else its DOI."""
        arxiv = arxiv_urls(entry.paper.arxiv_id)
        doi = doi_url(entry.paper.doi)
        if arxiv:
            links = f'<a href="{arxiv.abstract}">arXiv</a> · <a href="{arxiv.pdf}">PDF</a>'
        else:
            links = f'<a href="{escaped(doi)}" rel="noopener nofollow">DOI</a>' if doi else ""
        return Markup(f'<span class="links">{links}</span>' if links else "")

    def address(self, entry: Entry) -> str:
        """Return the paper's permanent address relative to the page; it needs no escaping."""
        return self.link(paper_address(entry, self._settings))

    def _arxiv_links(self, arxiv: ArxivUrls) -> Iterator[str]:
        if self._settings.paper_pages != "none":  # else the title links to arXiv
            yield f'<a href="{arxiv.abstract}">arXiv</a>'
        yield f'<a href="{arxiv.pdf}">PDF</a>'
        if arxiv.html:
            yield f'<a href="{arxiv.html}">HTML</a>'


def topic_link(topic: Topic, hue: str, link: MakeLink) -> str:
    """Return a link to the page of a topic, on a line."""
    to = link(f"topics/{topic.id}/")
    return remove_empty_lines(f'<a class="topic hue-{hue}" href="{to}">{escaped(topic.label)}</a>\n')


def _unresolvable_id(name: str, address: str) -> str:
    words = escaped(gettext("This id has lost its archive"))
    return f'<a class="id" href="{address}"><span title="{words}">{name}</span></a>'


def author_list(authors: Sequence[str], limit: int, render: Callable[[str], str] | None = None) -> str:
    """Return the first `limit` authors, the others folded. `render` makes HTML of a name, by default `names` of all."""

    def joined(part: Sequence[str]) -> str:
        return ", ".join(map(render, part)) if render else str(names(part))

    if len(authors) <= limit + 1:
        return joined(authors)
    first, rest = joined(authors[:limit]), joined(authors[limit:])
    return f'{first} <details class="more"><summary>{and_more(len(authors) - limit)}</summary>{rest}</details>'


def and_more(authors: int) -> str:
    """Return ``and 12 more``: the authors that a list leaves out."""
    return ngettext("and %(number)s more", "and %(number)s more", authors) % {"number": authors}


def abstracts_file(address: str, entries: Iterable[Entry]) -> File:
    """Return a file with abstracts for a day's page at `address`, from which the script abstracts.js takes them."""
    folds = (_abstract(entry, of=entry.paper.arxiv_id) for entry in entries)
    return packed_file(f"{address}{ABSTRACTS}", "".join(folds).encode())._replace(site_only=True)


def _abstract(entry: Entry, expanded: int = 0, of: str = "") -> str:
    """Return the paper's abstract to unfold, if it has one; `of` is the id of a row that is elsewhere."""
    abstract = entry.paper.abstract
    if not abstract:
        return ""
    row = f' data-of="{escaped(of)}"' if of else ""
    fold = f"<details{' open' if entry.rank <= expanded else ''}{row}><summary>{gettext('Abstract')}</summary>"
    return f"{fold}<p{attributes(abstract)}>{rendering.inline(abstract)}</p></details>"


def _body(entry: Entry, link: MakeLink, published: Sequence[Publication]) -> Iterator[str]:
    paper = entry.paper
    if paper.comment:
        yield f'<p class="comment"{attributes(paper.comment)}>{rendering.inline(paper.comment)}</p>'
    for reason in paper.reasons:
        yield f'<p class="note"{attributes(reason)}>{escaped(rendering.plain(reason))}</p>'
    if entry.first_seen < entry.date:
        before = escaped(link(f"{day_address(entry.first_seen)}#{quote(paper.arxiv_id)}"))
        day = f'<a href="{before}">{formats.day(entry.first_seen)}</a>'
        yield f'<p class="note">{gettext("Shown before, on %(day)s.") % {"day": day}}</p>'
    yield from publication_notes(published, link)


def publication_notes(published: Iterable[Publication], link: MakeLink) -> Iterator[str]:
    """Yield a line for each publication that the paper became."""
    for publication in published:
        to = escaped(link(f"publications/{publication.id}/"))
        where = escaped(rendering.plain(publication.venue or publication.title)) + (
            f", {publication.year}" if publication.year else ""
        )
        words = gettext("Published by the group: %(place)s.") % {"place": f'<a href="{to}">{where}</a>'}
        yield f'<p class="note">{words}</p>'


def _facts(entry: Entry, settings: Settings, names_sources: bool) -> Iterator[str]:
    paper = entry.paper
    if paper.upvotes is not None:
        yield f"<span>{upvotes(paper.upvotes)}</span>"
    if paper.comments is not None:
        yield f"<span>{formats.comments(paper.comments)}</span>"
    if paper.categories:
        yield f'<span class="categories">{escaped(" ".join(paper.categories[:MAX_CATEGORIES]))}</span>'
    if paper.announce_type and paper.announce_type != "new":
        yield f"<span>{escaped(paper.announce_type)}</span>"
    if paper.published:
        yield f"<span>{escaped(formats.long_date(paper.published))}</span>"
    if names_sources:
        yield f'<span class="source">{from_sources(entry, settings)}</span>'
    for remark in (paper.arxiv_comment, paper.journal_ref):
        if remark:
            yield f'<span class="source"{attributes(remark)}>{rendering.inline(remark)}</span>'


def upvotes(number: int) -> str:
    """Return ``1 upvote``, ``12 upvotes``."""
    return ngettext("%(number)s upvote", "%(number)s upvotes", number) % {"number": formats.number(number)}


def source_names(entry: Entry, settings: Settings) -> str:
    """Return the names of the paper's sources on its day: ``arXiv and Hugging Face``."""
    return formats.joined([settings.sources.get(source, source) for source in entry.sources])


def from_sources(entry: Entry, settings: Settings) -> str:
    """Return ``from arXiv``, escaped."""
    return gettext("from %(sources)s") % {"sources": escaped(source_names(entry, settings))}


def foreign_links(links: Links) -> list[tuple[str, str | None]]:
    """Return the name and the address, which is untrusted, of a paper's code, project and discussion."""
    return [
        (gettext("Code"), links.code),
        (gettext("Project"), links.project),
        (gettext("Discussion"), links.discussion),
    ]


def other_links(paper: Paper) -> Iterator[str]:
    """Yield links to the DOI, code, project and discussion of a paper."""
    links = [("DOI", doi_url(paper.doi))]
    if paper.links:
        links += [(label, safe_url(url)) for label, url in foreign_links(paper.links)]
    for label, url in links:
        if url:
            yield f'<a href="{escaped(url)}" rel="noopener nofollow">{label}</a>'
