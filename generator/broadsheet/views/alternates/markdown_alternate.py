"""A page as Markdown that reads well as it is and adds no markup from outside: CommonMark, formulas as TeX."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from broadsheet.index.days import DayHead, Entry
from broadsheet.model.doi import doi_url
from broadsheet.model.model import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import formats
from broadsheet.text import markdown as md
from broadsheet.text.sanitize import safe_url
from broadsheet.text.tex_names import readable_name
from broadsheet.views import formatting as wording
from broadsheet.views.alternates.page_content import Place, Twin, day_place
from broadsheet.views.arxiv_urls import arxiv_urls
from broadsheet.views.feeds.registry import absolute
from broadsheet.views.markdown import front_matter
from broadsheet.views.page import Page
from broadsheet.views.permalink import paper_address


def markdown_twin(twin: Twin, page: Page, settings: Settings) -> bytes:
    """The file's bytes: front matter, a heading, and a section for each thing the page lists."""
    facts = {"title": page.title, "kind": twin.kind, "url": absolute(settings, page.address), "date": page.updated}
    parts = [f"# {md.escaped(page.title)}", *_parts(twin, settings)]
    front = front_matter({key: value for key, value in facts.items() if value})
    return f"---\n{front}\n---\n\n{chr(10).join(f'{part}{chr(10)}' for part in parts if part)}".encode()


def _parts(twin: Twin, settings: Settings) -> Iterator[str]:
    yield _listed(_day(head, settings) for head in twin.days)
    yield from (_scorers(head) for head in twin.days if twin.receipts and head.receipt and head.receipt.scorers)
    if twin.paper:
        yield from _whole_paper(twin.paper, twin, settings)
    else:
        for number, entry in enumerate(twin.papers, 1):
            yield from _paper(number, entry, twin.published, settings)
    alone = twin.kind == "publication"
    for number, work in enumerate(twin.publications, 1):
        yield "" if alone else f"## {number}. {md.link(md.title(work.title), absolute(settings, work.address))}"
        yield from _publication(work, twin.shown.get(work.id, ()), settings)
    yield _listed(_place(place, settings) for place in twin.lists)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines if line)


def _place(place: Place, settings: Settings) -> str:
    number = "" if place.number is None else f" ({formats.number(place.number)})"
    return md.link(md.escaped(place.title), absolute(settings, place.address)) + number


def _day(head: DayHead, settings: Settings) -> str:
    place = day_place(head)
    name = md.link(formats.day(head.date), absolute(settings, place.address)) if place else formats.day(head.date)
    label = wording.label(head)
    return f"{name}: {formats.count(head.papers, 'paper')}. {label.word}. {md.escaped(label.text)}"


def _scorers(head: DayHead) -> str:
    return f"Scored by {md.escaped(wording.scorers(head.receipt))}." if head.receipt else ""


def _paper(
    number: int, entry: Entry, published: Mapping[str, Sequence[Publication]], settings: Settings
) -> Iterator[str]:
    it = entry.paper
    yield f"## {number}. {md.link(md.title(it.title), absolute(settings, paper_address(entry, settings)))}"
    yield _listed([*_facts(it), *_standing(entry, settings), *_became(published.get(it.arxiv_id, ()), settings)])
    yield md.text(it.comment or "")
    if it.abstract:
        yield f"**Abstract.** {md.text(it.abstract)}"


def _whole_paper(it: Paper, twin: Twin, settings: Settings) -> Iterator[str]:
    """The paper as it is by now, and what it was given on each day that showed it."""
    yield _listed([*_facts(it), *_became(twin.published.get(it.arxiv_id, ()), settings)])
    for entry in twin.papers:
        yield f"## {md.link(formats.day(entry.date), absolute(settings, entry.address))}"
        yield _listed([f"Place: {entry.rank}", *_standing(entry, settings)])
        yield md.text(entry.paper.comment or "")
    if it.abstract:
        yield "## Abstract"
        yield md.text(it.abstract)


def _facts(it: Paper) -> Iterator[str]:
    """What the paper is, wherever it is shown."""
    yield f"Authors: {md.escaped(', '.join(map(readable_name, it.authors)))}" if it.authors else ""
    arxiv = arxiv_urls(it.arxiv_id)
    yield f"arXiv: {md.link(it.arxiv_id, arxiv.abstract)}" if arxiv else f"Id: {md.escaped(it.arxiv_id)}"
    yield f"PDF: <{arxiv.pdf}>" if arxiv else ""
    yield f"Submitted: {md.escaped(it.published[:10])}" if it.published else ""
    yield f"Categories: {md.escaped(' '.join(it.categories))}" if it.categories else ""
    yield f"Published in: {md.text(it.journal_ref)}" if it.journal_ref else ""
    yield f"Remarks: {md.text(it.arxiv_comment)}" if it.arxiv_comment else ""
    links = it.links
    foreign = [("Code", links.code), ("Project", links.project), ("Discussion", links.discussion)] if links else []
    for label, url in [("DOI", doi_url(it.doi)), *((name, safe_url(url)) for name, url in foreign)]:
        yield f"{label}: {md.link(md.escaped(url), url)}" if url else ""


def _standing(entry: Entry, settings: Settings) -> Iterator[str]:
    """What the digest says of it on one day."""
    it = entry.paper
    by = f" (by {md.escaped(wording.scorer(it.scorer.model))})" if it.scorer else ""
    scores = f"relevance {formats.number(it.relevance)}, novelty {formats.number(it.novelty)}, of 10 each"
    yield f"Score: {scores}{by}" if it.score is not None else "Score: none"
    names = {topic.id: topic.name for topic in settings.topics}
    yield f"Topics: {md.escaped(', '.join(names[topic] for topic in entry.topics))}" if entry.topics else ""
    yield from (f"Note: {md.text(reason)}" for reason in it.reasons)
    yield f"Upvotes: {formats.number(it.upvotes)}" if it.upvotes is not None else ""
    sources = " and ".join(settings.sources.get(source, source) for source in entry.sources)
    yield f"From: {md.escaped(sources)}"
    yield f"First shown: {entry.first_seen}" if entry.first_seen and entry.first_seen < entry.date else ""


def _became(published: Sequence[Publication], settings: Settings) -> Iterator[str]:
    for work in published:
        yield f"Published by the group: {md.link(md.title(work.title), absolute(settings, work.address))}"


def _publication(it: Publication, shown: Sequence[Entry], settings: Settings) -> Iterator[str]:
    names = ", ".join(readable_name(person.display) for person in it.authors or it.editors)
    facts = [("Authors", names), ("Type", it.type_label), ("Year", it.year or ""), ("DOI", it.doi or "")]
    lines = [f"{name}: {md.escaped(value)}" for name, value in facts if value]
    lines += [f"In: {md.text(it.venue)}"] if it.venue else []
    lines += [f"arXiv: {md.link(md.escaped(name), at.abstract)}" for name in it.arxiv_ids if (at := arxiv_urls(name))]
    lines += [f"In the digest: {md.link(formats.day(e.date), absolute(settings, e.address))}" for e in shown]
    yield _listed(lines)
    for abstract in it.abstracts:
        yield f"**Abstract.** {md.text(abstract.text)}"
