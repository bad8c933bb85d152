"""Who wrote what, kept in step with the archive: authors of papers by name, those of publications by ORCID first.

Somebody with an ORCID is known by it. A name without one belongs to the one ORCID that bears it; if none does, or
several do, it is a name and no more.
"""

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from broadsheet.index.days import Entry
from broadsheet.model.author_names import name_key, person_key, author_slug
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.text.tex_names import readable_name

MIN_PAPERS = 3  # so many make an author's page
MAX_AUTHORS = 50  # a longer list of authors is that of a collaboration, and makes nobody a page but those with an ORCID

Row = tuple[object, ...]


class Author(NamedTuple):
    """Somebody with a page: `slug` is its address below ``authors/``, `name` as last written.

    `names` are the keys under which papers count as theirs, `papers` how many do; `publications` are ids. `others` are
    those with an ORCID who bear the name (slug and name): if there is nothing but one, the page only leads there.
    """

    author_slug: str
    name: str
    orcid: str
    names: tuple[str, ...]
    papers: int
    publications: tuple[str, ...]
    others: tuple[tuple[str, str], ...]


class PublicationAuthor(NamedTuple):
    """Somebody's part in a publication: the name's key and the name; a row of the table ``work``."""

    orcid: str
    key: str
    name: str
    publication: str


def author_rows(date: str, entries: Iterable[Entry], encoded: Iterable[bytes], deepest: int) -> Iterator[Row]:
    """The rows of the table ``author`` for the papers of a day down to a rank."""
    for entry, record in zip(entries, encoded, strict=True):
        if entry.rank > deepest:
            return
        mark = int.from_bytes(hashlib.sha256(record).digest()[:5])
        for key, name in signed(entry.paper).items():
            yield key, entry.paper.arxiv_id, date, entry.rank, name, mark


def signed(paper: Paper) -> dict[str, str]:
    """Who signed a paper, by key, as written there."""
    names = paper.authors if len(paper.authors) <= MAX_AUTHORS else ()
    return {key: readable_name(name) for name in names if (key := name_key(name))}


def resolve_authors(works: Iterable[PublicationAuthor], signed_by: dict[str, tuple[int, str]]) -> list[Author]:
    """Who has a page, of the authors of publications (newest first) and the names that papers are `signed_by`.

    `signed_by` has, by key, how many papers it signed, and the name as last written.
    """
    of_orcid: dict[str, list[PublicationAuthor]] = defaultdict(list)
    of_name: dict[str, list[PublicationAuthor]] = defaultdict(list)
    bearers: dict[str, set[str]] = defaultdict(set)
    for work in works:
        (of_orcid[work.orcid] if work.orcid else of_name[work.key]).append(work)
        if work.orcid and work.key:
            bearers[work.key].add(work.orcid)
    named = {orcid: listed[0].name for orcid, listed in of_orcid.items()}
    authors = []
    for orcid, listed in of_orcid.items():
        names = sorted({work.key for work in listed if bearers.get(work.key) == {orcid}})
        alone = [work for key in names for work in of_name.get(key, ())]
        papers = sum(signed_by.get(key, (0, ""))[0] for key in names)
        ids = tuple(dict.fromkeys(work.publication for work in (*listed, *alone)))
        authors.append(Author(orcid, named[orcid], orcid, tuple(names), papers, ids, ()))
    enough = {key for key, (papers, _) in signed_by.items() if papers >= MIN_PAPERS}
    for key in sorted(of_name.keys() | enough | {key for key, found in bearers.items() if len(found) == 1}):
        others = tuple((orcid, named[orcid]) for orcid in sorted(bearers.get(key, ())))
        papers, name = signed_by.get(key, (0, ""))
        if len(others) == 1:
            authors.append(Author(author_slug(key), name or others[0][1], "", (), 0, (), others))
        else:
            ids = tuple(dict.fromkeys(work.publication for work in of_name.get(key, ())))
            authors.append(Author(author_slug(key), name or of_name[key][0].name, "", (key,), papers, ids, others))
    return authors


class AuthorIndex:
    """The part of an index that knows authors."""

    def __init__(self, db: sqlite3.Connection, author_pages: str) -> None:
        """`author_pages` as in the settings."""
        self._db = db
        self._pages = author_pages

    def store_works(self, publications: Iterable[Publication]) -> None:
        """Note who wrote the publications, which come newest first."""
        self._db.execute("DELETE FROM work")
        for place, publication in enumerate(publications):
            people = (*publication.authors, *publication.editors)
            for person in people:
                key, orcid = person_key(person), person.orcid or ""
                if orcid or (key and len(people) <= MAX_AUTHORS):
                    row = (place, orcid, key, readable_name(person.display), publication.id)
                    self._db.execute("INSERT OR IGNORE INTO work VALUES (?, ?, ?, ?, ?)", row)

    def refresh(self) -> None:
        """Decide anew who has a page, and to which page a name leads."""
        for kept in ("authors", "_versions", "_links"):
            self.__dict__.pop(kept, None)
        self._db.execute("DELETE FROM person")
        found = ((key, one.author_slug) for one in self.authors.values() for key in one.names)
        rows = ((key, where, _mark(key, where)) for key, where in found)
        self._db.executemany("INSERT INTO person VALUES (?, ?, ?)", rows)

    @cached_property
    def authors(self) -> dict[str, Author]:
        """Everybody with a page, by its slug."""
        if self._pages == "none":
            return {}
        works = self._db.execute("SELECT orcid, key, name, publication FROM work ORDER BY place, key, orcid, name")
        least = f"HAVING papers >= {PAPERS} OR key IN (SELECT w.key FROM work w)"
        if self._pages == "institution":
            least = "HAVING key IN (SELECT w.key FROM work w)"
        rows = self._db.execute(
            # A bare column stands for the row of the maximum: https://www.sqlite.org/lang_select.html#bareagg
            "SELECT key, count(DISTINCT arxiv_id) AS papers, name, max(date || arxiv_id) FROM author"
            f" GROUP BY key {least}"
        )
        found = resolve_authors(map(PublicationAuthor._make, works), {key: (papers, name) for key, papers, name, _ in rows})
        return {author.author_slug: author for author in found}

    def papers(self, author: Author, limit: int) -> list[tuple[str, int]]:
        """The newest papers of somebody, each where it was first among those that count: date and rank."""
        names = ", ".join("?" * len(author.names))
        query = f"SELECT min(date) AS first, rank, arxiv_id FROM author WHERE key IN ({names}) GROUP BY arxiv_id"
        rows = self._db.execute(f"{query} ORDER BY first DESC, rank LIMIT ?", (*author.names, limit))
        return [(date, rank) for date, rank, _ in rows]

    def links(self, date: str) -> dict[str, str]:
        """The page (its slug) of each name that signed a paper of `date` and has one."""
        return dict(
            self._db.execute(
                "SELECT DISTINCT p.key, p.slug FROM entry e JOIN author a ON a.arxiv_id = e.arxiv_id"
                " JOIN person p ON p.key = a.key WHERE e.date = ? ORDER BY 1",
                (date,),
            )
        )

    def version(self, where: str, publications: str) -> str:
        """What changes when the page of an author does; `publications` is what changes when one of them does."""
        author = self.authors.get(where)
        if author is None:
            return ""
        papers = [self._versions.get(key, 0) for key in author.names]
        return f"{_mark(author, papers, publications if author.publications else ''):x}"

    def links_version(self, date: str) -> str:
        """What changes when `links` does."""
        return f"{self._links.get(date, 0):x}"

    @cached_property
    def _versions(self) -> dict[str, int]:
        return dict(
            self._db.execute("SELECT a.key, sum(a.mark) FROM person p JOIN author a ON a.key = p.key GROUP BY a.key")
        )

    @cached_property
    def _links(self) -> dict[str, int]:
        return dict(
            self._db.execute(
                "SELECT e.date, sum(p.mark) FROM person p JOIN author a ON a.key = p.key"
                " JOIN entry e ON e.arxiv_id = a.arxiv_id GROUP BY e.date"
            )
        )


class AuthorQueries:
    """What views ask of a catalogue about authors."""

    _people: AuthorIndex
    _entries: Callable[..., list[Entry]]
    _publications: Callable[..., list[Publication]]

    def author_slugs(self) -> list[str]:
        """The addresses, below ``authors/``, of everybody with a page."""
        return list(self._people.authors)

    def top_authors(self, limit: int) -> list[Author]:
        """Those with the most papers and publications, by name; not the pages that only lead to another."""
        own = [author for author in self._people.authors.values() if author.names or author.orcid]
        own.sort(key=lambda author: (-author.papers - len(author.publications), author.author_slug))
        return sorted(own[:limit], key=lambda author: (author.name.casefold(), author.author_slug))

    def author(self, author_slug: str) -> Author | None:
        """Somebody with a page."""
        return self._people.authors.get(author_slug)

    def author_papers(self, author_slug: str, limit: int) -> list[Entry]:
        """Somebody's newest papers, newest day first; of those with a page."""
        author = self._people.authors.get(author_slug)
        places = self._people.papers(author, limit) if author else []
        return [entry for place in places for entry in self._entries("WHERE e.date = ? AND e.rank = ?", *place)]

    def author_publications(self, author_slug: str) -> list[Publication]:
        """Somebody's publications, newest first."""
        author = self._people.authors.get(author_slug)
        query = "SELECT record FROM publication WHERE id = ?"
        return [one for name in (author.publications if author else ()) for one in self._publications(query, name)]

    def author_links(self, date: str) -> dict[str, str]:
        """The slug of each name, by key, that signed a paper of `date` and has a page."""
        return self._people.links(date)

    def publication_author_links(self) -> dict[str, str]:
        """The slug of everybody in publications who has a page, by ORCID and by the name's key."""
        authors = [author for author in self._people.authors.values() if author.publications]
        return {key: author.author_slug for author in authors for key in (*author.names, *filter(None, [author.orcid]))}


def _mark(*parts: object) -> int:
    """40 bits that stand for the parts: a sum of many fits an SQLite integer."""
    return int.from_bytes(hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).digest()[:5])
