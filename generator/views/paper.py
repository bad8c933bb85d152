"""One paper on a day's page.

Functions instead of a template: this runs once for every paper of the archive, in a fifth of the time. They return
`Markup`, so what comes from outside goes through `escaped` or `generator.ground.text` here.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote

from markupsafe import Markup

from generator.catalogue.days import Entry, day_address
from generator.ground import text
from generator.ground.characters import escaped
from generator.ground.config import Settings
from generator.ground.doi import doi_url
from generator.ground.model import Paper
from generator.ground.publication import Publication
from generator.views import wording
from generator.views.arxiv import Addresses, addresses

Link = Callable[[str], str]

NAMES_IN_CONTENTS = 3
CATEGORIES = 4


def contents_item(entry: Entry) -> Markup:
    """The paper in the day's table of contents."""
    names = entry.paper.authors
    more = f" and {len(names) - NAMES_IN_CONTENTS} more" if len(names) > NAMES_IN_CONTENTS else ""
    by = escaped(", ".join(names[:NAMES_IN_CONTENTS])) + more
    anchor = escaped(quote(entry.paper.arxiv_id))
    return Markup(f'<li><a href="#{anchor}">{text.title(entry.paper.title)}</a> <span class="dim">{by}</span></li>')


def paper(
    entry: Entry, settings: Settings, link: Link, published: Sequence[Publication], several_sources: bool, opened: bool
) -> Markup:
    """The paper in full: the publications it became, `opened` or not its abstract."""
    it = entry.paper
    arxiv = addresses(it.arxiv_id)
    name = escaped(it.arxiv_id)
    title = text.title(it.title)
    heading = f'<a href="{escaped(arxiv.abstract)}" rel="noopener">{title}</a>' if arxiv else title
    by = _authors(it.authors, settings.pages.authors) if it.authors else "Authors not given"
    return Markup(f"""\
<article class="paper" id="{name}" {_data(entry)}>
<header><span class="rank">{entry.rank}</span>
<h2>{heading}</h2>
<div class="by">{by}</div></header>
{"".join(_body(entry, link, published, opened))}<footer>
<span class="scores">{scores(it)}
</span>
{topic_links(entry, settings, link)}{"".join(_facts(entry, settings, several_sources))}<span class="links">
{_arxiv_links(name, arxiv)}{"".join(_other_links(it))}</span>
</footer>
</article>
""")


def scores(it: Paper) -> Markup:
    """What the paper was given for relevance and novelty."""
    if it.score is None:
        return Markup('<span class="score dim">not scored</span>')
    given = ((it.relevance, "relevance"), (it.novelty, "novelty"))
    return Markup(" ".join(f'<span class="score"><b>{wording.number(n)}</b> {scale}</span>' for n, scale in given))


def topic_links(entry: Entry, settings: Settings, link: Link) -> Markup:
    """The pages of the paper's topics, a line each."""
    topics = [topic for topic in settings.topics if topic.id in entry.topics]
    links = (f'<a class="topic" href="{link(f"topics/{t.id}/")}">{escaped(t.label)}</a>\n' for t in topics)
    return Markup("".join(links))


def _data(entry: Entry) -> str:
    relevance, novelty = ("" if score is None else score for score in (entry.paper.relevance, entry.paper.novelty))
    topics = escaped(" ".join(entry.topics))
    return f'data-relevance="{relevance}" data-novelty="{novelty}" data-topics="{topics}"'


def _authors(names: Sequence[str], shown: int) -> str:
    if len(names) <= shown + 1:
        return escaped(", ".join(names))
    first, rest = escaped(", ".join(names[:shown])), escaped(", ".join(names[shown:]))
    return f'{first} <details class="more"><summary>and {len(names) - shown} more</summary>{rest}</details>'


def _body(entry: Entry, link: Link, published: Sequence[Publication], opened: bool) -> Iterator[str]:
    it = entry.paper
    if it.comment:
        yield f'<p class="why">{text.html(it.comment)}</p>'
    for reason in it.reasons:
        yield f'<p class="note">{escaped(text.plain(reason))}</p>'
    if entry.first_seen < entry.date:
        before = escaped(link(f"{day_address(entry.first_seen)}#{quote(it.arxiv_id)}"))
        yield f'<p class="note">Shown before, on <a href="{before}">{wording.day(entry.first_seen)}</a>.</p>'
    for publication in published:
        to = escaped(link(f"publications/{publication.id}/"))
        where = escaped(publication.venue or publication.title) + (f", {publication.year}" if publication.year else "")
        yield f'<p class="note">Published by the group: <a href="{to}">{where}</a>.</p>'
    if it.abstract:
        fold = f'<details class="fold"{" open" if opened else ""}><summary>Abstract</summary>'
        yield f'{fold}<p class="abstract">{text.html(it.abstract)}</p></details>'


def _facts(entry: Entry, settings: Settings, several_sources: bool) -> Iterator[str]:
    it = entry.paper
    if it.upvotes is not None:
        yield f"<span>{wording.count(it.upvotes, 'upvote')}</span>"
    if it.comments is not None:
        yield f"<span>{wording.count(it.comments, 'comment')}</span>"
    if it.categories:
        yield f'<span class="categories">{escaped(" ".join(it.categories[:CATEGORIES]))}</span>'
    if it.announce_type and it.announce_type != "new":
        yield f"<span>{escaped(it.announce_type)}</span>"
    if it.published:
        yield f"<span>{escaped(wording.long_date(it.published))}</span>"
    if several_sources:
        names = " and ".join(settings.sources.get(source, source) for source in entry.sources)
        yield f'<span class="source">from {escaped(names)}</span>'
    for remark in (it.arxiv_comment, it.journal_ref):
        if remark:
            yield f'<span class="source">{text.html(remark)}</span>'


def _arxiv_links(name: str, arxiv: Addresses | None) -> str:
    if arxiv is None:
        return f'<span title="This id has lost its archive and cannot be followed">{name}</span>'
    places = [(arxiv.abstract, name), (arxiv.pdf, "PDF"), (arxiv.html, "HTML")]
    return " · ".join(f'<a href="{escaped(url)}" rel="noopener">{label}</a>' for url, label in places if url)


def _other_links(it: Paper) -> Iterator[str]:
    places = [("DOI", doi_url(it.doi))]
    if it.links:
        foreign = [("Code", it.links.code), ("Project", it.links.project), ("Discussion", it.links.discussion)]
        places += [(label, text.safe_url(url)) for label, url in foreign]
    for label, url in places:
        if url:
            yield f' · <a href="{escaped(url)}" rel="noopener nofollow">{label}</a>'
