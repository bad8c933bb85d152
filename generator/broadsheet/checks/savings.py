"""The settings of ``digest.yml`` that make a built site smaller, and what each saves: measured, or estimated."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from broadsheet.index.database import TOP
from broadsheet.settings.config import Settings
from broadsheet.store.records import is_date
from broadsheet.views.alternates.attach import RECENT_DAYS
from broadsheet.views.paper import CARDS

SAMPLE = 12  # pages of days that are read for an estimate
PACKED = 0.33  # of the bytes of abstracts, in the compressed file of a day
_DAY = re.compile(r"daily/(\d{4})/(\d\d)/(\d\d)/index\.html")
_PUBLICATION = re.compile(r"publications/.+/index\.html")
_PAPER = re.compile(r"papers/.*index\.html")
_ABSTRACT = re.compile(rb"<details(?: open)?><summary>[^<]*</summary><p>.*?</p></details>", re.DOTALL)


class Saving(NamedTuple):
    """A setting, the files that it concerns, and the share of them that it saves: all, about a part, or unknown (None).

    `divides` is a setting that makes more and smaller files of those whose path begins with `whole`.
    """

    setting: str
    concerns: Callable[[str], bool]
    share: float | None = 1.0
    keeps_files: bool = False
    divides: str = ""
    whole: str = ""

    @property
    def is_estimate(self) -> bool:
        """Return whether only a part of what it concerns is saved, which is an estimate."""
        return self.share not in (None, 1.0)


def _in(*folders: str) -> Callable[[str], bool]:
    return lambda path: path.startswith(folders)


def _named(*names: str) -> Callable[[str], bool]:
    return lambda path: path.rpartition("/")[2] in names


is_alternate = _named("index.md", "index.json", "papers.bib")
is_image = _named("card.png")
_FIXED = (
    Saving("search: false", _in("search-index/")),
    Saving("author_pages: none", _in("authors/")),
    Saving("downloads: none", _in("downloads/"), divides="downloads: years", whole="downloads/archive."),
    Saving("alternates: none", is_alternate),
    Saving("share_images: none", is_image),
    Saving("feeds.days, feeds.items or feeds.max_mb", _in("feeds/"), None, keeps_files=True),
    Saving("pages.topic_newest", _in("topics/"), None, keeps_files=True),
    Saving("pages.month_best", _in("monthly/"), None, keeps_files=True),
    Saving("pages.week_best", _in("weekly/"), None, keeps_files=True),
)
_PAPERS = Saving("paper_pages: none", _in("papers/"))
_DAYS = Saving("pages.abstracts", _in("daily/"), None, keeps_files=True)


def date_of(path: str) -> str:
    """Return the date of a day's page; an empty text for another file, such as a page by hand in a folder beside."""
    match = _DAY.fullmatch(path)
    date = "-".join(match.groups()) if match else ""
    return date if is_date(date) else ""


def sampled(paths: Iterable[str]) -> list[str]:
    """Return the pages of days to read for `abstract_share`, evenly from all."""
    days = sorted(path for path in paths if date_of(path))
    return days[:: max(1, len(days) // SAMPLE)]


def abstract_share(pages: Iterable[bytes]) -> float:
    """Return the share of the abstracts after a day's tenth in the bytes of these pages of days."""
    total = abstracts = 0
    for page in pages:
        total += len(page)
        abstracts += sum(map(len, _ABSTRACT.findall(page)[CARDS:]))
    return abstracts / max(1, total)


def savings(paths: Sequence[str], settings: Settings, abstracts: float = 0.0) -> list[Saving]:
    """Return the settings that may save something in a site of these files, without those in force.

    `abstracts` is the share of the abstracts after a day's tenth in the pages of days; 0 if it is unknown.
    """
    dates = sorted(filter(None, map(date_of, paths)))
    return [_papers(paths, settings), *_FIXED, *_of_days(dates, settings, abstracts), *_of_all(dates, paths, settings)]


def of_file(path: str) -> Saving | None:
    """Return the setting that removes a file, or makes it smaller."""
    return next((saving for saving in (*_FIXED, _PAPERS, _DAYS) if saving.concerns(path)), None)


def _papers(paths: Iterable[str], settings: Settings) -> Saving:
    """Return what no pages of papers save: with them go those of authors, but for authors of publications."""
    if settings.author_pages == "all" and not any(map(_PUBLICATION.fullmatch, paths)):
        return _PAPERS._replace(concerns=_in("papers/", "authors/"))
    return _PAPERS


def _of_days(dates: Sequence[str], settings: Settings, abstracts: float) -> Iterator[Saving]:
    """Yield what fewer abstracts on the pages of days save."""
    if not abstracts:
        return
    yield Saving(f"pages.abstracts: {CARDS}", lambda path: bool(date_of(path)), abstracts, keeps_files=True)
    if settings.pages.old_abstracts == "page" and len(dates) > RECENT_DAYS:
        newest, share = dates[-RECENT_DAYS], abstracts * (1 - PACKED)
        yield Saving("pages.old_abstracts: file", lambda path: "" < date_of(path) < newest, share, keeps_files=True)


def _of_all(dates: Sequence[str], paths: Sequence[str], settings: Settings) -> Iterator[Saving]:
    """Yield what fewer files save where the settings make all of a kind."""
    old = max(0, len(dates) - RECENT_DAYS) / max(1, len(dates))
    if old and settings.alternates == "all":
        yield Saving("alternates: recent", is_alternate, old)
    if old and settings.share_images == "all":
        yield Saving("share_images: top", is_image, old)
    pages = sum(map(bool, map(_PAPER.fullmatch, paths)))
    if settings.paper_pages == "all" and pages > TOP * len(dates):
        yield Saving("paper_pages: top", _in("papers/"), 1 - TOP * len(dates) / pages)
