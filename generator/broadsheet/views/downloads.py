"""The archive as files for download: their names, contents and fields."""

import hashlib
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.index import Index
from broadsheet.settings.config import Settings
from broadsheet.translations import gettext_noop

FOLDER = "downloads/"
INDEX_PATH = "downloads/index.json"
WHOLE = "archive"  # the name of the file with all years
VERSION = 1  # of the shape of a line and of the tables
LICENCE = gettext_noop(
    "arXiv's metadata (titles, authors, abstracts, categories) is in the public domain (CC0 1.0);"
    " scores and comments are this digest's own; publications are records of the group's repository."
)
TABLES = {
    "archive": gettext_noop("name, value: the version of this shape, the site, the licence"),
    "day": gettext_noop("date; receipt (JSON): what was announced, read, dropped and paid"),
    "paper": gettext_noop(
        "date; line: its place in the day's file, from 1; a column for each field, lists and objects as JSON"
    ),
    "publication": gettext_noop("id, title, type, year, date, doi; record (JSON): all of it"),
}
FIELDS = {
    "arxiv_id": gettext_noop("the identifier, without version"),
    "title": gettext_noop("as the source wrote it, TeX and all"),
    "authors": gettext_noop("a list of names"),
    "abstract": gettext_noop("as the source wrote it"),
    "categories": gettext_noop("a list, the primary one first"),
    "published": gettext_noop("when the first version was submitted, ISO 8601"),
    "updated": gettext_noop("when the newest version was submitted, ISO 8601"),
    "version": gettext_noop("the number of the newest version"),
    "doi": gettext_noop("the DOI of the published version"),
    "journal_ref": gettext_noop("where it was published, in the authors’ words"),
    "arxiv_comment": gettext_noop("the authors’ remarks"),
    "relevance": gettext_noop("a score from 1 to 10"),
    "novelty": gettext_noop("a score from 1 to 10"),
    "local_score": gettext_noop(
        "the sum of the scores as the local scorer estimates it, with decimals: it breaks ties"
    ),
    "comment": gettext_noop("the reason for the scores"),
    "topics": gettext_noop("a list of ids or names, where the scorer names them"),
    "scorer": gettext_noop("an object: model and rubric"),
    "reasons": gettext_noop("a list: the matched follow and negative_keywords settings"),
    "source": gettext_noop("where the line came from; a paper that two sources gave on one day has two lines"),
    "links": gettext_noop("an object: code, project, discussion"),
    "upvotes": gettext_noop("a number, from the source"),
    "comments": gettext_noop("a number, from the source"),
    "announce_type": gettext_noop("new, cross, replace or replace-cross"),
    "extra": gettext_noop("other keys of the source (in SQLite; in JSON Lines they are among the keys above)"),
}


class ArchiveFormat(NamedTuple):
    """A file format of the archive."""

    suffix: str
    name: str
    media_type: str


JSON_LINES = ArchiveFormat(".jsonl.gz", "JSON Lines", "application/jsonl+gzip")
SQLITE = ArchiveFormat(".sqlite.gz", "SQLite", "application/vnd.sqlite3+gzip")
FORMATS = (JSON_LINES, SQLITE)


class ArchiveMonth(NamedTuple):
    """The days of one month, each with the version of its files."""

    days: tuple[tuple[str, str], ...]

    @property
    def version(self) -> str:
        """The version; it changes when one of the days does."""
        return _digest([version for _, version in self.days])

    @property
    def dates(self) -> list[str]:
        """The dates of the days."""
        return [date for date, _ in self.days]


class Download(NamedTuple):
    """A file for download: months, oldest first, and the version of the publications, empty if it has none."""

    name: str
    months: tuple[ArchiveMonth, ...]
    publications: str = ""

    @property
    def version(self) -> str:
        """The version; it changes with the content."""
        return _digest([*(month.version for month in self.months), self.publications])

    @property
    def last(self) -> str:
        """The last day; empty if it has none."""
        return self.months[-1].dates[-1] if self.months else ""

    def until(self, date: str) -> "Download":
        """Return the file without the days after a date."""
        days = (tuple(day for day in month.days if day[0] <= date) for month in self.months)
        return self._replace(months=tuple(ArchiveMonth(month) for month in days if month))

    def path(self, form: ArchiveFormat) -> str:
        """Return the file's path, relative to the site's root."""
        return f"{FOLDER}{self.name}{form.suffix}"


def download_names(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Return the names of the files, without endings."""
    if settings.downloads != "years":
        return [WHOLE] if settings.downloads == "all" else []
    years = dict.fromkeys(month[:4] for month in catalogue.periods("month"))
    return [*years, *(["publications"] if catalogue.newest_publications(1) else [])]


def downloads(catalogue: Index, settings: Settings) -> list[Download]:
    """Return the archive as one file; or as a file a year, of which only the newest changes, and the publications."""
    if settings.downloads == "none":
        return []
    days = catalogue.day_fingerprints()
    months = groupby(days.items(), lambda day: day[0][:7])
    archive_months = [ArchiveMonth(tuple(month)) for _, month in months]
    publications = catalogue.publications_version()
    if settings.downloads == "all":
        return [Download(WHOLE, tuple(archive_months), publications)]
    years = groupby(archive_months, lambda month: month.dates[0][:4])
    publications_file = [Download("publications", (), publications)] if catalogue.newest_publications(1) else []
    return [*(Download(year, tuple(months)) for year, months in years), *publications_file]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
