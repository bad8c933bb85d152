"""What the search index reads: one small document a paper and a publication, so that a hit is a paper, not a page."""

from collections.abc import Iterator

from markupsafe import Markup

from generator.catalogue.days import Entry
from generator.catalogue.index import Catalogue
from generator.ground import text
from generator.ground.config import Settings
from generator.ground.publication import Publication
from generator.views.page import File
from generator.views.wording import long_date

DOCUMENT = Markup(
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body data-pagefind-body>'
    '<h1 data-pagefind-meta="title">{title}</h1>'
    '<p data-pagefind-meta="address[data-address], by[data-by], note[data-note]"'
    ' data-address="{address}" data-by="{by}" data-note="{note}" data-pagefind-ignore></p>'
    "<p>{names}</p><p>{why}</p><p>{abstract}</p><p>{ids}</p></body></html>\n"
)
NAMES = 4


def documents(catalogue: Catalogue, settings: Settings) -> Iterator[File]:
    """The documents to index; each knows the address of what it stands for."""
    topics = {topic.id: topic.name for topic in settings.topics}
    for date, head in catalogue.heads.items():
        if head.papers:
            for entry in catalogue.day(date):
                if entry.first_seen == date:
                    yield _paper(entry, topics)
    for publication in catalogue.publications():
        yield _publication(publication)


def _paper(entry: Entry, topics: dict[str, str]) -> File:
    paper = entry.paper
    note = " · ".join([long_date(entry.date), *(topics[topic] for topic in entry.topics)])
    return _document(
        f"papers/{entry.date}-{entry.rank}.html",
        title=text.plain(paper.title),
        address=entry.address,
        names=paper.authors,
        note=note,
        why=text.plain(paper.comment or ""),
        abstract=text.plain(paper.abstract or ""),
        ids=f"{paper.arxiv_id} {paper.doi or ''} {' '.join(topics[topic] for topic in entry.topics)}",
    )


def _publication(publication: Publication) -> File:
    return _document(
        f"publications/{publication.id}.html",
        title=text.plain(publication.title),
        address=f"publications/{publication.id}/",
        names=tuple(person.name for person in publication.authors),
        note=" · ".join(str(part) for part in ("Publication", publication.venue, publication.year) if part),
        why=publication.venue or "",
        abstract=" ".join(text.plain(abstract.text) for abstract in publication.abstracts),
        ids=f"{publication.doi or ''} {' '.join(publication.arxiv_ids)}",
    )


def _document(path: str, *, names: tuple[str, ...], **parts: str) -> File:
    by = ", ".join(names[:NAMES]) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")
    return File(path, DOCUMENT.format(names=", ".join(names), by=by, **parts).encode())
