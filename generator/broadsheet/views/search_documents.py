"""The documents of the search index: one for each paper and publication, so that a hit is a paper, not a page.

Documents are divided into shards. One more day rebuilds one small shard, and no indexer holds the whole archive.
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
from broadsheet.index.index import Index
from broadsheet.model.arxiv_categories import distinct
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text import rendering
from broadsheet.text.formats import long_date
from broadsheet.views.permalink import paper_address

# Pagefind 1.5 needs 110 to 140 KB of memory a paper, so 1.3 GB for a shard; in the browser, fewer shards are faster.
MAX_SHARD_PAPERS = 12_000
# The text that a hit can quote; the search covers all of it.
QUOTE_CHARS = 240
MAX_AUTHORS = 4
# The source facet of publications.
PUBLICATIONS = "publications"
# These words are in nearly every abstract and a third of the index; the browser ignores them as well.
STOP_WORDS = frozenset(
    "a about also an and are as at be been both by can for from has have how in into is it its may more most not of"
    " on or our such than that the their these they this those through to under using via we when where which while"
    " with".split()
)
# The month of an arXiv id: 2505.18313, math/0306266, or 0306266 without its archive.
_MONTH = re.compile(r"(?:[a-z-]+/)?(\d{4})(?:\.\d{4,5}|\d{3})")
HEAD = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title></title></head><body data-pagefind-body>'

T = TypeVar("T")


class Shard(NamedTuple):
    """A part of the index: the papers of `dates`, else publications. `version` changes when its content may have."""

    name: str
    version: str
    dates: tuple[str, ...] = ()
    first: int = 0


class Facets(NamedTuple):
    """The values by which hits are filtered and sorted: ids of topics, categories, sources; `score` is out of 20."""

    topic: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    date: str = ""
    score: float | None = None
    novelty: float | None = None
    upvotes: int | None = None


class SearchDocument(NamedTuple):
    """A document: `data` is the HTML to index under the name `path`; `card` is the JSON that a hit shows.

    The card is a list: address, id in a reader's browser, title, authors, note, number of words before the quotable
    text, and that text. `names` are the ids and DOIs that lead to `address`.
    """

    path: str
    data: bytes
    card: bytes
    facts: Facets
    names: tuple[str, ...]
    address: str


def bucket(name: str, others: int) -> str:
    """Return the name of the address list of an id or DOI: the month of an arXiv id, else one of `others` lists.

    The browser uses the same rule (``bucketOf`` in ``ids.js``).
    """
    if month := _MONTH.fullmatch(name):
        return month[1]
    number = 0
    for character in name:
        number = (number * 31 + ord(character)) % 65_536
    return f"other-{number % others}"


def shards(catalogue: Index, settings: Settings) -> list[Shard]:
    """Return the shards: publications, then papers, newest first; publications over a shard's limit come last.

    A year is one shard, or several of whole months if it has more than `MAX_SHARD_PAPERS` papers. The newest month is a
    shard of its own, so that a new day changes that month alone. The next month joins it to those before. A browser
    loads 30 KB for each shard and word: with a shard a month, a search would load twice its budget.
    """
    versions = catalogue.day_versions()
    counts = {date: head.papers for date in versions if (head := catalogue.head(date)) and head.papers}
    topics = msgspec.json.encode(settings.topics).decode()
    papers = [Shard(n, _digest([topics, *(f"{d} {versions[d]}" for d in ds)]), ds) for n, ds in _spans(counts)]
    version = _digest([catalogue.publications_version()])
    starts = range(0, len(catalogue.publications()), MAX_SHARD_PAPERS)
    works = [
        Shard(f"publications{f'-{start // MAX_SHARD_PAPERS + 1}' if start else ''}", version, (), start)
        for start in starts
    ]
    return works[:1] + papers[::-1] + works[1:]


def documents(catalogue: Catalogue, settings: Settings, shard: Shard) -> Iterator[SearchDocument]:
    """Yield the documents of a shard; a paper belongs to the shard of the first day that showed it."""
    if not shard.dates:
        yield from map(_publication, catalogue.publications()[shard.first : shard.first + MAX_SHARD_PAPERS])
    topics = {topic.id: topic.name for topic in settings.topics}
    for date in shard.dates:
        for entry in catalogue.day(date):
            if entry.first_seen == date:
                yield _paper(entry, topics, paper_address(entry, settings))


class _MonthPart(NamedTuple):
    """A month, or a part of a month that has more papers than a shard may hold."""

    name: str
    dates: tuple[str, ...]
    papers: int


def _spans(counts: dict[str, int]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name and dates of each shard, oldest first."""
    parts = (part for month, dates in groupby(counts, key=lambda d: d[:7]) for part in _parts(month, dates, counts))
    years = [(year, _packed(list(part), lambda p: p.papers)) for year, part in groupby(parts, key=lambda p: p.name[:4])]
    for year, groups in years:
        newest = year == years[-1][0]
        if newest:  # the month that a new day joins is a shard of its own
            groups[-1:] = [group for group in (groups[-1][:-1], groups[-1][-1:]) if group]
        for group in groups:
            is_whole = not newest and len(groups) == 1
            yield year if is_whole else _span_name(group), tuple(date for part in group for date in part.dates)


def _parts(month: str, dates: Iterable[str], counts: dict[str, int]) -> Iterator[_MonthPart]:
    for number, chunk in enumerate(_packed(list(dates), counts.__getitem__), 1):
        name = month if number == 1 else f"{month}-p{number}"
        yield _MonthPart(name, tuple(chunk), sum(counts[date] for date in chunk))


def _span_name(group: list[_MonthPart]) -> str:
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
    by = ", ".join(authors[:MAX_AUTHORS]) + (
        f" and {len(authors) - MAX_AUTHORS} more" if len(authors) > MAX_AUTHORS else ""
    )
    plain_text = " ".join(" ".join(rendering.plain(part) for part in body if part).split())
    quote = plain_text if len(plain_text) <= QUOTE_CHARS else plain_text[:QUOTE_CHARS].rpartition(" ")[0]
    # Pagefind counts the positions of matching words from the start of the document.
    before = len(f"{title} {people}".split())
    indexed = " ".join(["·" if word.lower() in STOP_WORDS else word for word in plain_text.split()])
    names = [part for part in ids if part]
    parts = map(escape, (people, indexed, " ".join([*names, *more])))
    data = f"{HEAD}<h1>{escape(title)}</h1>{''.join(f'<p>{part}</p>' for part in parts)}</body></html>\n"
    card = msgspec.json.encode([address, name, title, by, note, before, quote])
    return SearchDocument(path, data.encode(), card, facts, tuple(_lookup_names(names)), address)


def _lookup_names(ids: Iterable[str]) -> Iterator[str]:
    """Yield the spellings by which `ids` are looked up: lower case, and old arXiv ids without their archive too."""
    for name in ids:
        yield name.lower()
        if _MONTH.fullmatch(name) and "/" in name:
            yield name.partition("/")[2]


def _packed(items: Iterable[T], size: Callable[[T], int]) -> list[list[T]]:
    """Return `items` in order, in runs of at most `MAX_SHARD_PAPERS`. A later item changes the last run alone."""
    runs: list[list[T]] = []
    total = 0
    for item in items:
        total += size(item)
        if not runs or total > MAX_SHARD_PAPERS:
            runs.append([])
            total = size(item)
        runs[-1].append(item)
    return runs


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
