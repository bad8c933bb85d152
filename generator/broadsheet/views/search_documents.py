"""What the search index reads: one small document a paper and a publication, so that a hit is a paper, not a page.

The documents are dealt into shards: one more day makes one small shard anew, and no indexer holds the archive.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple, TypeVar

import msgspec
from markupsafe import escape

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.model.arxiv_categories import distinct
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.formats import long_date
from broadsheet.views.permalink import paper_address

# Pagefind 1.5 takes 110 to 140 KB of memory a paper; this many take 1.3 GB, and its browser part likes few shards.
MOST = 12_000
# As much of a paper's text as a hit can quote; all of it is searched.
QUOTED = 240
NAMES = 4
# The source of what is no paper.
PUBLICATIONS = "publications"
# In nearly every abstract, so no help in finding one, and a third of the index: the browser leaves them out as well.
UNSOUGHT = frozenset(
    "a about also an and are as at be been both by can for from has have how in into is it its may more most not of"
    " on or our such than that the their these they this those through to under using via we when where which while"
    " with".split()
)
# The month of an arXiv id: 2505.18313, math/0306266; of one that lost its archive, too: 0306266.
_MONTH = re.compile(r"(?:[a-z-]+/)?(\d{4})(?:\.\d{4,5}|\d{3})")
HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body data-pagefind-body>'

T = TypeVar("T")


class Shard(NamedTuple):
    """A part of the index. `version` changes when anything in it may have; papers of `dates`, or else publications."""

    name: str
    version: str
    dates: tuple[str, ...] = ()
    first: int = 0


class Facets(NamedTuple):
    """What hits are filtered and sorted by: ids of topics, codes of categories, sources; `score` is out of 20."""

    topic: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    date: str = ""
    score: float | None = None
    novelty: float | None = None
    upvotes: int | None = None


class SearchDocument(NamedTuple):
    """`data` is the HTML to index under the name `path`; `card` is what a hit shows, as JSON.

    The card is a list: address, id in a reader's browser, title, authors, note, how many words stand before the
    quotable text, and that text. `names` are the ids and DOIs that lead to `address`.
    """

    path: str
    data: bytes
    card: bytes
    facts: Facets
    names: tuple[str, ...]
    address: str


def bucket(name: str, others: int) -> str:
    """Which list of addresses an id or DOI is in: that of its month for an arXiv id, else one of `others`.

    The browser finds the list by the same rule (``bucketOf`` in ``ids.js``).
    """
    if month := _MONTH.fullmatch(name):
        return month[1]
    number = 0
    for character in name:
        number = (number * 31 + ord(character)) % 65_536
    return f"other-{number % others}"


def shards(catalogue: Catalogue, settings: Settings) -> list[Shard]:
    """The shards of the index: publications, then papers, newest first; what publications one shard cannot hold, last.

    A year is one shard, or several of whole months where it has more than `MOST` papers. The newest month is a shard
    of its own, so that a new day touches that month alone; the next month joins it to those before. Each shard costs a
    browser 30 KB for each word sought: a shard a month would be twice what a search may load.
    """
    versions = catalogue.day_versions()
    counts = {date: head.papers for date in versions if (head := catalogue.head(date)) and head.papers}
    topics = msgspec.json.encode(settings.topics).decode()
    papers = [Shard(n, _digest([topics, *(f"{d} {versions[d]}" for d in ds)]), ds) for n, ds in _spans(counts)]
    version = _digest([catalogue.publications_version()])
    starts = range(0, len(catalogue.publications()), MOST)
    works = [Shard(f"publications{f'-{start // MOST + 1}' if start else ''}", version, (), start) for start in starts]
    return works[:1] + papers[::-1] + works[1:]


def documents(catalogue: Catalogue, settings: Settings, shard: Shard) -> Iterator[SearchDocument]:
    """What a shard holds; a paper stands in the shard of the first day that showed it."""
    if not shard.dates:
        yield from map(_publication, catalogue.publications()[shard.first : shard.first + MOST])
    topics = {topic.id: topic.name for topic in settings.topics}
    for date in shard.dates:
        for entry in catalogue.day(date):
            if entry.first_seen == date:
                yield _paper(entry, topics, paper_address(entry, settings))


class _Part(NamedTuple):
    """A month, or a part of one that has more papers than a shard may hold."""

    name: str
    dates: tuple[str, ...]
    papers: int


def _spans(counts: dict[str, int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Name and dates of each shard, oldest first."""
    parts = (part for month, dates in groupby(counts, key=lambda d: d[:7]) for part in _parts(month, dates, counts))
    years = [(year, _filled(list(part), lambda p: p.papers)) for year, part in groupby(parts, key=lambda p: p.name[:4])]
    for year, groups in years:
        newest = year == years[-1][0]
        if newest:  # the month that a new day belongs to stands alone
            groups[-1:] = [group for group in (groups[-1][:-1], groups[-1][-1:]) if group]
        for group in groups:
            whole = not newest and len(groups) == 1
            yield year if whole else _span_name(group), tuple(date for part in group for date in part.dates)


def _parts(month: str, dates: Iterable[str], counts: dict[str, int]) -> Iterator[_Part]:
    for number, chunk in enumerate(_filled(list(dates), counts.__getitem__), 1):
        name = month if number == 1 else f"{month}-p{number}"
        yield _Part(name, tuple(chunk), sum(counts[date] for date in chunk))


def _span_name(group: list[_Part]) -> str:
    first, last = group[0].name, group[-1].name
    return first if first == last else f"{first}-to-{last[5:]}"


def _paper(entry: Entry, topics: dict[str, str], address: str) -> SearchDocument:
    paper = entry.paper
    names = [topics[topic] for topic in entry.topics]
    facts = Facets(
        topic=entry.topics,
        category=distinct(paper.categories),
        source=entry.sources,
        year=(entry.date[:4],),
        date=entry.date,
        score=paper.score,
        novelty=paper.novelty,
        upvotes=paper.upvotes,
    )
    return _document(
        f"{entry.date}-{entry.rank}.html",
        name=paper.arxiv_id,
        title=rendering.plain(paper.title),
        address=address,
        authors=paper.authors,
        note=" · ".join([long_date(entry.date), *names]),
        body=[paper.comment, paper.abstract],
        ids=[paper.arxiv_id, paper.doi],
        more=names,
        facts=facts,
    )


def _publication(publication: Publication) -> SearchDocument:
    note = ("Publication", rendering.plain(publication.venue), publication.year)
    date = publication.date or publication.year or ""
    return _document(
        f"{publication.id}.html",
        name="",
        title=rendering.plain(publication.title),
        address=f"publications/{publication.id}/",
        authors=tuple(person.name for person in publication.authors),
        note=" · ".join(str(part) for part in note if part),
        body=[publication.venue, *(abstract.text for abstract in publication.abstracts)],
        ids=[publication.doi, *publication.arxiv_ids],
        facts=Facets(source=(PUBLICATIONS,), year=(date[:4],) if date else (), date=date),
    )


def _document(
    path: str,
    *,
    name: str,
    title: str,
    address: str,
    authors: tuple[str, ...],
    note: str,
    body: Iterable[str | None],
    ids: Iterable[str | None],
    facts: Facets,
    more: Iterable[str] = (),
) -> SearchDocument:
    people = ", ".join(authors)
    by = ", ".join(authors[:NAMES]) + (f" and {len(authors) - NAMES} more" if len(authors) > NAMES else "")
    said = " ".join(" ".join(rendering.plain(part) for part in body if part).split())
    quoted = said if len(said) <= QUOTED else said[:QUOTED].rpartition(" ")[0]
    # Pagefind tells the places of the words found, counted from the start of the document.
    before = len(f"{title} {people}".split())
    sought = " ".join(["·" if word.lower() in UNSOUGHT else word for word in said.split()])
    known = [part for part in ids if part]
    parts = map(escape, (people, sought, " ".join([*known, *more])))
    data = f"{HEAD}<h1>{escape(title)}</h1>{''.join(f'<p>{part}</p>' for part in parts)}</body></html>\n"
    card = msgspec.json.encode([address, name, title, by, note, before, quoted])
    return SearchDocument(path, data.encode(), card, facts, tuple(_asked(known)), address)


def _asked(ids: Iterable[str]) -> Iterator[str]:
    """What a reader may write for each of `ids`: an old arXiv id without its archive, too; a DOI in small letters."""
    for name in ids:
        yield name.lower()
        if _MONTH.fullmatch(name) and "/" in name:
            yield name.partition("/")[2]


def _filled(items: Iterable[T], size: Callable[[T], int]) -> list[list[T]]:
    """`items` in order, in as few runs as fit `MOST`, the last one open: what comes after it changes no other."""
    runs: list[list[T]] = []
    filled = 0
    for item in items:
        filled += size(item)
        if not runs or filled > MOST:
            runs.append([])
            filled = size(item)
        runs[-1].append(item)
    return runs


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
