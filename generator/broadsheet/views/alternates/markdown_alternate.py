"""A page as readable Markdown without untrusted markup: CommonMark, formulas as TeX."""

from collections.abc import Iterable, Iterator, Sequence

from broadsheet.index.days import DayHead, Entry
from broadsheet.model.doi import doi_url
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.text import markdown as md
from broadsheet.text.sanitize import safe_url
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext, pgettext
from broadsheet.views import formatting
from broadsheet.views.alternates.page_content import ListLink, PageContent, day_link
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.markdown import front_matter
from broadsheet.views.page import Page
from broadsheet.views.paper import foreign_links, source_names
from broadsheet.views.permalink import lasting_address
from broadsheet.views.place import entry_place, place_words


def markdown_alternate(content: PageContent, page: Page, settings: Settings) -> bytes:
    """Return the file's bytes: front matter, a heading, and a section for each item of the page."""
    facts = {"title": page.title, "kind": content.kind, "url": absolute(settings, page.address), "date": page.updated}
    parts = [f"# {md.escaped(page.title)}", *_parts(content, settings)]
    front = front_matter({key: value for key, value in facts.items() if value})
    return f"---\n{front}\n---\n\n{chr(10).join(f'{part}{chr(10)}' for part in parts if part)}".encode()


def _parts(content: PageContent, settings: Settings) -> Iterator[str]:
    yield _bullets(_day(head, settings) for head in content.days)
    yield from (_scorers(head) for head in content.days if content.receipts and head.receipt and head.receipt.scorers)
    if content.paper:
        yield from _subject(content.paper, content, settings)
    else:
        for number, entry in enumerate(content.papers, 1):
            yield from _paper(number, entry, content, settings)
    is_subject = content.kind == "publication"
    for number, work in enumerate(content.publications, 1):
        yield "" if is_subject else f"## {number}. {md.link(md.title(work.title), absolute(settings, work.address))}"
        yield from _publication(work, content.entries.get(work.id, ()), settings)
    yield _bullets(_list(link, settings) for link in content.lists)


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


def _list(link: ListLink, settings: Settings) -> str:
    number = "" if link.number is None else f" ({formats.number(link.number)})"
    return md.link(md.escaped(link.title), absolute(settings, link.address)) + number


def _day(head: DayHead, settings: Settings) -> str:
    link = day_link(head)
    name = md.link(formats.day(head.date), absolute(settings, link.address)) if link else formats.day(head.date)
    label = formatting.label(head)
    return f"{name}: {formats.papers(head.papers)}. {label.word}. {md.escaped(label.text)}"


def _scorers(head: DayHead) -> str:
    words = gettext("Scored by %(scorer)s.")
    return words % {"scorer": md.escaped(formatting.scorers(head.receipt))} if head.receipt else ""


def _paper(number: int, entry: Entry, content: PageContent, settings: Settings) -> Iterator[str]:
    paper, published = entry.paper, content.published.get(entry.paper.arxiv_id, ())
    yield f"## {number}. {md.link(md.title(paper.title), absolute(settings, lasting_address(entry, settings)))}"
    yield _bullets([*_facts(paper), *_day_facts(entry, content, settings), *_publication_lines(published, settings)])
    yield md.text(paper.comment or "")
    if paper.abstract:
        yield _abstract(paper.abstract)


def _subject(paper: Paper, content: PageContent, settings: Settings) -> Iterator[str]:
    """Yield the paper as it is now, and its scores on each day that showed it."""
    yield _bullets([*_facts(paper), *_publication_lines(content.published.get(paper.arxiv_id, ()), settings)])
    for entry in content.papers:
        yield f"## {md.link(formats.day(entry.date), absolute(settings, entry.address))}"
        yield _bullets([_fact(gettext("Rank"), str(entry.rank)), *_day_facts(entry, content, settings)])
        yield md.text(entry.paper.comment or "")
    if paper.abstract:
        yield f"## {gettext('Abstract')}"
        yield md.text(paper.abstract)


def _facts(paper: Paper) -> Iterator[str]:
    """Yield the facts of a paper that hold for every day."""
    yield _fact(gettext("Authors"), md.escaped(", ".join(map(readable_name, paper.authors)))) if paper.authors else ""
    arxiv = arxiv_urls(paper.arxiv_id)
    yield (
        f"arXiv: {md.link(paper.arxiv_id, arxiv.abstract)}"
        if arxiv
        else _fact(gettext("Id"), md.escaped(paper.arxiv_id))
    )
    yield f"PDF: <{arxiv.pdf}>" if arxiv else ""
    yield _fact(gettext("Submitted"), md.escaped(paper.published[:10])) if paper.published else ""
    yield _fact(gettext("Categories"), md.escaped(" ".join(paper.categories))) if paper.categories else ""
    yield _fact(gettext("Published in"), md.text(paper.journal_ref)) if paper.journal_ref else ""
    yield _fact(gettext("Remarks"), md.text(paper.arxiv_comment)) if paper.arxiv_comment else ""
    foreign = foreign_links(paper.links) if paper.links else []
    for label, url in [("DOI", doi_url(paper.doi)), *((name, safe_url(url)) for name, url in foreign)]:
        yield f"{label}: {md.link(md.escaped(url), url)}" if url else ""


def _fact(name: str, value: str) -> str:
    return f"{name}: {value}"


def _abstract(text: str) -> str:
    return f"**{gettext('Abstract.')}** {md.text(text)}"


def _score(entry: Entry, content: PageContent) -> str:
    paper = entry.paper
    words = gettext("Score: relevance %(relevance)s, novelty %(novelty)s, of 10 each") % {
        "relevance": formats.number(paper.relevance),
        "novelty": formats.number(paper.novelty),
    }
    if paper.scorer:
        words += f" ({gettext('by %(scorer)s') % {'scorer': md.escaped(formatting.scorer(paper.scorer.model))}})"
    place = place_words(entry_place(content.places, entry))
    return f"{words}; {place}" if place else words


def _day_facts(entry: Entry, content: PageContent, settings: Settings) -> Iterator[str]:
    """Yield the facts that one day adds: scores and their place, topics, votes, sources."""
    paper = entry.paper
    yield _score(entry, content) if paper.score is not None else gettext("Score: none")
    names = {topic.id: topic.name for topic in settings.topics}
    yield (
        _fact(gettext("Topics"), md.escaped(", ".join(names[topic] for topic in entry.topics))) if entry.topics else ""
    )
    yield from (_fact(gettext("Note"), md.text(reason)) for reason in paper.reasons)
    yield _fact(gettext("Upvotes"), formats.number(paper.upvotes)) if paper.upvotes is not None else ""
    sources = source_names(entry, settings)
    # Translators: the sources of a paper.
    yield _fact(pgettext("of a paper", "From"), md.escaped(sources))
    yield _fact(gettext("First shown"), entry.first_seen) if entry.first_seen and entry.first_seen < entry.date else ""


def _publication_lines(published: Sequence[Publication], settings: Settings) -> Iterator[str]:
    for work in published:
        yield _fact(gettext("Published by the group"), md.link(md.title(work.title), absolute(settings, work.address)))


def _publication(publication: Publication, entries: Sequence[Entry], settings: Settings) -> Iterator[str]:
    names = ", ".join(readable_name(person.display) for person in publication.authors or publication.editors)
    facts = [
        (gettext("Authors"), names),
        (gettext("Type"), publication.type_label),
        (gettext("Year"), publication.year or ""),
        ("DOI", publication.doi or ""),
    ]
    lines = [_fact(name, md.escaped(value)) for name, value in facts if value]
    # Translators: the journal or book of a publication.
    lines += [_fact(pgettext("of a publication", "In"), md.text(publication.venue))] if publication.venue else []
    lines += [
        f"arXiv: {md.link(md.escaped(name), urls.abstract)}"
        for name in publication.arxiv_ids
        if (urls := arxiv_urls(name))
    ]
    lines += [
        _fact(gettext("In the digest"), md.link(formats.day(entry.date), absolute(settings, entry.address)))
        for entry in entries
    ]
    yield _bullets(lines)
    for abstract in publication.abstracts:
        yield _abstract(abstract.text)
