"""Authors, in step with the archive: those of papers by name, those of publications by ORCID first.

An ORCID identifies an author. A name without one belongs to the only ORCID with that name; if none or several have it,
the name is an author of its own.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import msgspec

from broadsheet.index.days import Entry
from broadsheet.index.queries import Queries, query
from broadsheet.model import names
from broadsheet.model.author_names import author_slug, name_key, person_key
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.text.tex_names import readable_name

MIN_PAPERS = 3  # of an author with a page
MAX_AUTHORS = 50  # a longer list is a collaboration: only those with an ORCID get a page for it

Row = tuple[object, ...]


class Author(NamedTuple):
    """An author with a page: `slug` is its address below ``authors/``, `name` as last written.

    `names` are the keys of the author's names, `papers` counts the papers with them, `newest` is the last of these.
    `publications` are ids. `others` are those with an ORCID and the same name (slug and name). If there is only one,
    the page just leads there.
    """

    slug: str
    name: str
    orcid: str
    names: tuple[str, ...]
    papers: int
    newest: str
    publications: tuple[str, ...]
    others: tuple[tuple[str, str], ...]


_AUTHOR = msgspec.json.Decoder(Author)
_NO_PAPERS = (0, "", "")


class AuthorWorks(NamedTuple):
    """An author, their newest papers with a page, newest day first, and their publications, newest first."""

    author: Author
    papers: list[Entry]
    publications: list[Publication]


class PublicationAuthor(NamedTuple):
    """An author of a publication: the key of the name and the name; a row of ``publication_author``."""

    orcid: str
    key: str
    name: str
    publication: str


def author_rows(date: str, entries: Iterable[Entry], encoded: Iterable[bytes], max_rank: int) -> Iterator[Row]:
    """Yield the rows of ``paper_author`` for the papers of a day up to a rank."""
    for entry, record in zip(entries, encoded, strict=True):
        if entry.rank > max_rank:
            return
        checksum = int.from_bytes(hashlib.sha256(record).digest()[:5])
        for key, name in names_of(entry.paper).items():
            yield key, entry.paper.arxiv_id, date, entry.rank, name, checksum


def names_of(paper: Paper) -> dict[str, str]:
    """Return the names of a paper's authors, as written there, by key."""
    names = paper.authors if len(paper.authors) <= MAX_AUTHORS else ()
    return {key: readable_name(name) for name in names if (key := name_key(name))}


class _Names(NamedTuple):
    """Authors of publications by ORCID, or else by name; and the ORCIDs of each name."""

    by_orcid: Mapping[str, list[PublicationAuthor]]
    by_name: Mapping[str, list[PublicationAuthor]]
    orcids: Mapping[str, set[str]]


def resolve_authors(people: Iterable[PublicationAuthor], papers: Mapping[str, tuple[int, str, str]]) -> list[Author]:
    """Return the authors with a page.

    `people` are the authors of publications, newest first. `papers` has, by key, the number of papers with a name, the
    name as last written, and the last of the papers.
    """
    by_orcid: dict[str, list[PublicationAuthor]] = defaultdict(list)
    by_name: dict[str, list[PublicationAuthor]] = defaultdict(list)
    orcids: dict[str, set[str]] = defaultdict(set)
    for person in people:
        (by_orcid[person.orcid] if person.orcid else by_name[person.key]).append(person)
        if person.orcid and person.key:
            orcids[person.key].add(person.orcid)
    names = _Names(by_orcid, by_name, orcids)
    return [*_authors_with_orcid(names, papers), *_authors_by_name(names, papers)]


def _authors_with_orcid(names: _Names, papers: Mapping[str, tuple[int, str, str]]) -> Iterator[Author]:
    for orcid, people in names.by_orcid.items():
        keys = sorted({person.key for person in people if names.orcids.get(person.key) == {orcid}})
        without_orcid = [person for key in keys for person in names.by_name.get(key, ())]
        signed = [papers.get(key, _NO_PAPERS) for key in keys]
        count, newest = sum(number for number, *_ in signed), max((last for *_, last in signed), default="")
        yield Author(orcid, people[0].name, orcid, tuple(keys), count, newest, _publications(people, without_orcid), ())


def _authors_by_name(names: _Names, papers: Mapping[str, tuple[int, str, str]]) -> Iterator[Author]:
    frequent = {key for key, (count, *_) in papers.items() if count >= MIN_PAPERS}
    unique = {key for key, orcids in names.orcids.items() if len(orcids) == 1}
    for key in sorted(names.by_name.keys() | frequent | unique):
        others = tuple((orcid, names.by_orcid[orcid][0].name) for orcid in sorted(names.orcids.get(key, ())))
        count, name, newest = papers.get(key, _NO_PAPERS)
        if len(others) == 1:
            yield Author(author_slug(key), name or others[0][1], "", (), 0, "", (), others)
        else:
            people = names.by_name.get(key, [])
            publications = _publications(people)
            yield Author(author_slug(key), name or people[0].name, "", (key,), count, newest, publications, others)


def _publications(*groups: Iterable[PublicationAuthor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(person.publication for people in groups for person in people))


class AuthorIndex:
    """The part of an index about authors."""

    def __init__(self, db: sqlite3.Connection, author_pages: str) -> None:
        """`author_pages` as in the settings."""
        self._db = db
        self._pages = author_pages

    def store(self, publications: Iterable[Publication]) -> None:
        """Store the authors of the publications, which come newest first."""
        self._db.execute("DELETE FROM publication_author")
        for position, publication in enumerate(publications):
            people = (*publication.authors, *publication.editors)
            for person in people:
                key, orcid = person_key(person), person.orcid or ""
                if orcid or (key and len(people) <= MAX_AUTHORS):
                    row = (position, orcid, key, readable_name(person.display), publication.id)
                    self._db.execute("INSERT OR IGNORE INTO publication_author VALUES (?, ?, ?, ?, ?)", row)

    def names_on(self, dates: Iterable[str]) -> set[str]:
        """Return the keys of the names that papers of `dates` have."""
        statement = "SELECT key FROM paper_author WHERE date = ?"
        return {key for date in dates for (key,) in self._db.execute(statement, (date,))}

    def refresh(self, names: Iterable[str], dates: Iterable[str]) -> None:
        """Resolve the authors with a page again, and store what changed.

        `names` are those of the days that changed, before and after. `dates` are these days, and all that show one of
        their papers.
        """
        for name in ("authors", "_paper_checksums"):
            self.__dict__.pop(name, None)
        before = dict(self._db.execute("SELECT key, slug FROM author"))
        self.authors = self._resolved()
        self._store_pages()
        after = {key: author.slug for author in self.authors.values() for key in author.names}
        other = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        self._store_names(other.union(names), after)
        self._store_links({*dates, *self._dates_of(other)})

    def _store_pages(self) -> None:
        """Store the authors with a page, of whom a day changes few."""
        before = dict(self._db.execute("SELECT slug, record FROM author_page"))
        after = {slug: msgspec.json.encode(author) for slug, author in self.authors.items()}
        self._db.executemany("DELETE FROM author_page WHERE slug = ?", ((slug,) for slug in before.keys() - after))
        self._db.executemany("INSERT OR REPLACE INTO author_page VALUES (?, ?)", after.items() - before.items())

    def _store_names(self, names: Iterable[str], slugs: Mapping[str, str]) -> None:
        """Store the pages of some names, and sums that change with their papers."""
        self._db.executemany("DELETE FROM author WHERE key = ?", ((key,) for key in names))
        papers = "(SELECT coalesce(sum(p.checksum), 0) FROM paper_author p WHERE p.key = ?1)"
        rows = ((key, slugs[key], _checksum(key, slugs[key])) for key in names if key in slugs)
        self._db.executemany(f"INSERT INTO author VALUES (?1, ?2, ?3, {papers})", rows)

    def _dates_of(self, names: Iterable[str]) -> set[str]:
        """Return the days that show a paper with one of `names`."""
        statement = "SELECT e.date FROM paper_author p JOIN entry e ON e.arxiv_id = p.arxiv_id WHERE p.key = ?"
        return {date for key in names for (date,) in self._db.execute(statement, (key,))}

    def _store_links(self, dates: Iterable[str]) -> None:
        """Store the sums that change with the pages of the authors of some days."""
        self._db.executemany("DELETE FROM author_day WHERE date = ?", ((date,) for date in dates))
        self._db.executemany(
            "INSERT INTO author_day SELECT e.date, sum(a.checksum) FROM entry e"
            " CROSS JOIN paper_author p ON p.arxiv_id = e.arxiv_id CROSS JOIN author a ON a.key = p.key"
            " WHERE e.date = ? GROUP BY e.date",
            ((date,) for date in dates),
        )

    @cached_property  # without it a cold build takes twice the time: each paper asks
    def authors(self) -> dict[str, Author]:
        """The authors with a page, by slug, as the last refresh found them."""
        rows = self._db.execute("SELECT slug, record FROM author_page ORDER BY slug")
        return {slug: _AUTHOR.decode(record) for slug, record in rows}

    def author(self, slug: str) -> Author | None:
        """Return one of the `authors`. All of them are read only by a process that needs many."""
        if "authors" in vars(self):
            return self.authors.get(slug)
        row = self._db.execute("SELECT record FROM author_page WHERE slug = ?", (slug,)).fetchone()
        return _AUTHOR.decode(row[0]) if row else None

    def _resolved(self) -> dict[str, Author]:
        if self._pages == "none":
            return {}
        people = self._db.execute(
            "SELECT orcid, key, name, publication FROM publication_author ORDER BY position, key, orcid, name"
        )
        published = "key IN (SELECT p.key FROM publication_author p)"
        having = published if self._pages == "institution" else f"papers >= {MIN_PAPERS} OR {published}"
        rows = self._db.execute(
            # A bare column stands for the row of the maximum: https://www.sqlite.org/lang_select.html#bareagg
            "SELECT key, count(DISTINCT arxiv_id) AS papers, name, max(date || arxiv_id) FROM paper_author"
            f" GROUP BY key HAVING {having}"
        )
        authors = resolve_authors(map(PublicationAuthor._make, people), {key: tuple(papers) for key, *papers in rows})
        return {author.slug: author for author in sorted(authors)}

    def links(self, date: str) -> dict[str, str]:
        """Return the slug of each name with a page that a paper of `date` has."""
        return dict(
            self._db.execute(
                "SELECT DISTINCT a.key, a.slug FROM entry e JOIN paper_author p ON p.arxiv_id = e.arxiv_id"
                " JOIN author a ON a.key = p.key WHERE e.date = ? ORDER BY 1",
                (date,),
            )
        )

    def version(self, slug: str, publications: Callable[[], str]) -> str:
        """Return a token that changes with the works of an author; `publications` returns that of all publications."""
        author = self.author(slug)
        if author is None:
            return ""
        papers = [self._paper_checksums.get(key, 0) for key in author.names]
        return f"{_checksum(author, papers, publications() if author.publications else ''):x}"

    def links_version(self, date: str) -> str:
        """Return a token that changes with the answer of `links`."""
        (checksum,) = self._db.execute("SELECT checksum FROM author_day WHERE date = ?", (date,)).fetchone() or (0,)
        return f"{checksum:x}"

    @cached_property  # 15 % of a cold build
    def _paper_checksums(self) -> dict[str, int]:
        return dict(self._db.execute("SELECT key, papers FROM author"))


class AuthorQueries(Queries):
    """Queries about authors."""

    def __init__(self, db: sqlite3.Connection, settings: Settings) -> None:
        super().__init__(db, settings)
        self._author_index = AuthorIndex(db, settings.author_pages)

    @query
    def author_slugs(self) -> list[str]:
        """Return the slugs of all authors with a page, oldest newest paper first: the pages of coauthors share it."""
        authors = sorted(self._author_index.authors.values(), key=lambda author: author.newest)
        return [author.slug for author in authors]

    @query
    def has_authors(self) -> bool:
        """Return whether any author has a page."""
        return bool(self._db.execute("SELECT 1 FROM author_page").fetchone())

    @query
    def author_names(self) -> dict[str, str]:
        """Return the name of each author with a page of its own, by slug."""
        authors = self._author_index.authors.values()
        return {author.slug: author.name for author in authors if author.names or author.orcid}

    @query
    def top_authors(self, limit: int) -> list[Author]:
        """Return the authors with the most papers and publications, by family name; no pages that lead to another."""
        authors = [author for author in self._author_index.authors.values() if author.names or author.orcid]
        authors.sort(key=lambda author: (-author.papers - len(author.publications), author.slug))
        return sorted(authors[:limit], key=lambda author: (_family(author.name), author.slug))

    @query
    def author(self, slug: str, limit: int) -> AuthorWorks | None:
        """Return an author with a page, with at most so many papers."""
        author = self._author_index.author(slug)
        if author is None:
            return None
        names = ", ".join("?" * len(author.names))
        papers = self._entries(
            "JOIN (SELECT min(date) AS first, rank FROM paper_author WHERE key IN "
            f"({names}) GROUP BY arxiv_id ORDER BY first DESC, rank LIMIT ?) p"
            " ON e.date = p.first AND e.rank = p.rank ORDER BY e.date DESC, e.rank",
            *author.names,
            limit,
        )
        statement = "SELECT record FROM publication WHERE id = ?"
        publications = [record for name in author.publications for record in self._publications(statement, name)]
        return AuthorWorks(author, papers, publications)

    @query
    def author_links(self, date: str) -> dict[str, str]:
        """Return the slug of each name, by key, that a paper of `date` has and that has a page."""
        return self._author_index.links(date)

    @query
    def publication_author_links(self) -> dict[str, str]:
        """Return the slugs of authors of publications with a page, by ORCID and by the name's key."""
        authors = [author for author in self._author_index.authors.values() if author.publications]
        return {key: author.slug for author in authors for key in (*author.names, *filter(None, [author.orcid]))}


def _checksum(*parts: object) -> int:
    """Return 40 bits that identify the parts: a sum of many fits an SQLite integer."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()[:5])


def _family(name: str) -> tuple[str, str]:
    parts = names.of_text(name)
    return (parts.family or parts.literal).casefold(), name.casefold()
