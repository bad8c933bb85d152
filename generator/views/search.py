"""What the search index reads: one small document a paper and a publication, so that a hit is a paper, not a page.

The documents are dealt into shards: one more day makes one small shard anew, and no indexer holds the archive.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple, TypeVar

import msgspec
from markupsafe import escape

from generator.catalogue.days import Entry
from generator.catalogue.index import Catalogue
from generator.ground import text
from generator.ground.config import Settings
from generator.ground.publication import Publication
from generator.views.permalink import paper_address
from generator.views.wording import long_date

# Pagefind 1.5 takes 110 to 140 KB of memory a paper; this many take 1.3 GB, and its browser part likes few shards.
MOST = 12_000
# As much of a paper's text as a hit can quote; all of it is searched.
QUOTED = 300
NAMES = 4
# In nearly every abstract, so no help in finding one, and a third of the index: the browser leaves them out as well.
UNSOUGHT = frozenset(
    "a about also an and are as at be been both by can for from has have how in into is it its may more most not of"
    " on or our such than that the their these they this those through to under using via we when where which while"
    " with".split()
)


HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body data-pagefind-body>'

T = TypeVar("T")


class Shard(NamedTuple):
    """A part of the index. `version` changes when anything in it may have; papers of `dates`, or else publications."""

    name: str
    version: str
    dates: tuple[str, ...] = ()
    first: int = 0


class Document(NamedTuple):
    """`data` is the HTML to index under the name `path`; `card` is what a hit shows, as JSON.

    The card is a list: address, title, authors, note, how many words stand before the quotable text, and that text.
    """

    path: str
    data: bytes
    card: bytes


def shards(catalogue: Catalogue, settings: Settings) -> list[Shard]:
    """The shards of the index: publications, then papers, newest first; what publications one shard cannot hold, last.

    A year is one shard, or several of whole months where it has more than `MOST` papers. Those months at the end of
    the newest year that are not yet as many are a shard each, so that a new day touches one month.
    """
    versions = catalogue.day_versions()
    counts = {date: head.papers for date in versions if (head := catalogue.head(date)) and head.papers}
    topics = msgspec.json.encode(settings.topics).decode()
    papers = [Shard(n, _digest([topics, *(f"{d} {versions[d]}" for d in ds)]), ds) for n, ds in _spans(counts)]
    version = _digest([catalogue.publications_version()])
    starts = range(0, len(catalogue.publications()), MOST)
    works = [Shard(f"publications{f'-{start // MOST + 1}' if start else ''}", version, (), start) for start in starts]
    return works[:1] + papers[::-1] + works[1:]


def documents(catalogue: Catalogue, settings: Settings, shard: Shard) -> Iterator[Document]:
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
        closed, still_open = (groups[:-1], groups[-1]) if newest else (groups, [])
        for group in [*closed, *([part] for part in still_open)]:
            whole = not newest and len(groups) == 1
            yield year if whole else _span_name(group), tuple(date for part in group for date in part.dates)


def _parts(month: str, dates: Iterable[str], counts: dict[str, int]) -> Iterator[_Part]:
    for number, chunk in enumerate(_filled(list(dates), counts.__getitem__), 1):
        name = month if number == 1 else f"{month}-p{number}"
        yield _Part(name, tuple(chunk), sum(counts[date] for date in chunk))


def _span_name(group: list[_Part]) -> str:
    first, last = group[0].name, group[-1].name
    return first if first == last else f"{first}-to-{last[5:]}"


def _paper(entry: Entry, topics: dict[str, str], address: str) -> Document:
    paper = entry.paper
    names = [topics[topic] for topic in entry.topics]
    return _document(
        f"{entry.date}-{entry.rank}.html",
        title=text.plain(paper.title),
        address=address,
        names=paper.authors,
        note=" · ".join([long_date(entry.date), *names]),
        body=[paper.comment, paper.abstract],
        ids=[paper.arxiv_id, paper.doi, *names],
    )


def _publication(publication: Publication) -> Document:
    note = ("Publication", publication.venue, publication.year)
    return _document(
        f"{publication.id}.html",
        title=text.plain(publication.title),
        address=f"publications/{publication.id}/",
        names=tuple(person.name for person in publication.authors),
        note=" · ".join(str(part) for part in note if part),
        body=[publication.venue, *(abstract.text for abstract in publication.abstracts)],
        ids=[publication.doi, *publication.arxiv_ids],
    )


def _document(
    path: str,
    *,
    title: str,
    address: str,
    names: tuple[str, ...],
    note: str,
    body: Iterable[str | None],
    ids: Iterable[str | None],
) -> Document:
    authors = ", ".join(names)
    by = ", ".join(names[:NAMES]) + (f" and {len(names) - NAMES} more" if len(names) > NAMES else "")
    said = " ".join(" ".join(text.plain(part) for part in body if part).split())
    quoted = said if len(said) <= QUOTED else said[:QUOTED].rpartition(" ")[0]
    # Pagefind tells the places of the words found, counted from the start of the document.
    before = len(f"{title} {authors}".split())
    sought = " ".join(["·" if word.lower() in UNSOUGHT else word for word in said.split()])
    parts = map(escape, (authors, sought, " ".join(part for part in ids if part)))
    data = f"{HEAD}<h1>{escape(title)}</h1>{''.join(f'<p>{part}</p>' for part in parts)}</body></html>\n"
    return Document(path, data.encode(), msgspec.json.encode([address, title, by, note, before, quoted]))


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
