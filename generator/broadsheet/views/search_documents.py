"""The documents of the search index: one for each paper and publication, so that a hit is a paper, not a page.

Documents are divided into shards. One more day rebuilds one small shard.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple, TypeVar

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.index.index import Index
from broadsheet.model.arxiv_categories import distinct
from broadsheet.model.publication import Publication
from broadsheet.search.document import Facets, SearchDocument
from broadsheet.search.ids import lookup_names
from broadsheet.settings.config import Settings
from broadsheet.text import formats, rendering
from broadsheet.text.tex_names import readable_name
from broadsheet.translations import gettext, language
from broadsheet.views.permalink import paper_address

# A browser sends a request for each shard and word, so fewer are faster; but a month that ends joins those before it.
MAX_SHARD_PAPERS = 12_000
MAX_AUTHORS = 4
# The source facet of publications.
PUBLICATIONS = "publications"

T = TypeVar("T")


class Shard(NamedTuple):
    """A part of the index: the papers of `dates`, else publications. `version` changes when its content may have.

    Of several months, `parts` are the shards that each was, or would be. Of one, `earlier` is the version of the shard
    without the last day.
    """

    name: str
    version: str
    dates: tuple[str, ...] = ()
    first: int = 0
    parts: tuple["Shard", ...] = ()
    earlier: str = ""

    @property
    def folder(self) -> str:
        """The folder with its files."""
        return shard_folder(self.name, self.version)


def shard_folder(name: str, version: str) -> str:
    """Return the folder of a shard: caches need not ask again for a name that has the version."""
    return f"{name}.{version}"


def shards(catalogue: Index, settings: Settings, program: str = "") -> list[Shard]:
    """Return the shards: publications, then papers, newest first; publications over a shard's limit come last.

    A year is one shard, or several of whole months if it has more than `MAX_SHARD_PAPERS` papers. The newest month is a
    shard of its own, so that a new day changes that month alone. The next month joins it to those before. The versions
    depend on the `program`, a token of it, and the language, too.
    """
    versions = catalogue.day_versions()
    counts = {date: head.papers for date in versions if (head := catalogue.head(date)) and head.papers}
    program += language()
    salt = f"{program} {msgspec.json.encode([settings.topics, settings.paper_pages]).decode()}"
    papers = [_shard(name, months, versions, salt) for name, months in _spans(counts)]
    version = _digest([program, catalogue.publications_version()])
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


def _shard(name: str, months: list["_MonthPart"], versions: dict[str, str], salt: str) -> Shard:
    lines = {date: f"{date} {versions[date]}" for month in months for date in month.dates}
    digests = (
        [_digest([salt, *map(lines.__getitem__, dates)]) for dates in (month.dates, month.dates[:-1])]
        for month in months
    )
    parts = [
        Shard(month.name, version, month.dates, earlier=earlier)
        for month, (version, earlier) in zip(months, digests, strict=True)
    ]
    if len(parts) == 1:
        return parts[0]._replace(name=name)
    dates = tuple(date for part in parts for date in part.dates)
    return Shard(name, _digest(part.version for part in parts), dates, parts=tuple(parts))


class _MonthPart(NamedTuple):
    """A month, or a part of a month that has more papers than a shard may hold."""

    name: str
    dates: tuple[str, ...]
    papers: int


def _spans(counts: dict[str, int]) -> Iterator[tuple[str, list[_MonthPart]]]:
    """Yield the name and months of each shard, oldest first."""
    parts = (part for month, dates in groupby(counts, key=lambda d: d[:7]) for part in _parts(month, dates, counts))
    years = [(year, _packed(list(part), lambda p: p.papers)) for year, part in groupby(parts, key=lambda p: p.name[:4])]
    for year, groups in years:
        newest = year == years[-1][0]
        if newest:  # the month that a new day joins is a shard of its own
            groups[-1:] = [group for group in (groups[-1][:-1], groups[-1][-1:]) if group]
        for group in groups:
            is_whole = not newest and len(groups) == 1
            yield year if is_whole else _span_name(group), group


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
    facets = Facets(
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
        name=paper.arxiv_id,
        title=rendering.plain(paper.title),
        address=address,
        authors=paper.authors,
        note="",
        body=[paper.comment, paper.abstract],
        ids=[paper.arxiv_id, paper.doi],
        more=names,
        facets=facets,
    )


def _publication(publication: Publication) -> SearchDocument:
    note = (gettext("Publication"), rendering.plain(publication.venue), publication.year)
    date = publication.date or publication.year or ""
    return _document(
        name="",
        title=rendering.plain(publication.title),
        address=f"publications/{publication.id}/",
        authors=tuple(readable_name(person.display) for person in publication.authors or publication.editors),
        note=" · ".join(str(part) for part in note if part),
        body=[abstract.text for abstract in publication.abstracts],
        ids=[publication.doi, *publication.arxiv_ids],
        more=[rendering.plain(publication.venue)] if publication.venue else [],
        facets=Facets(source=(PUBLICATIONS,), year=(date[:4],) if date else (), date=date),
    )


def _document(
    *,
    name: str,
    title: str,
    address: str,
    authors: tuple[str, ...],
    note: str,
    body: Iterable[str | None],
    ids: Iterable[str | None],
    facets: Facets,
    more: Iterable[str] = (),
) -> SearchDocument:
    by = formats.names_and_more(authors[:MAX_AUTHORS], max(len(authors) - MAX_AUTHORS, 0))
    text = " ".join(" ".join(rendering.plain(part) for part in body if part).split())
    names = [part for part in ids if part]
    card = msgspec.json.encode([address, name, title, by, note, text])
    fields = (title, ", ".join(authors), text, " ".join(names), ", ".join(more))
    return SearchDocument(fields, card, facets, tuple(lookup_names(names)), address)


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
