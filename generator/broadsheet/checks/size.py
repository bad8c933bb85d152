"""The size of a site against the limits of the usual static hosts, with remedies."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec

from broadsheet.text.formats import count
from broadsheet.text.sanitize import one_line

LARGEST = 5


class Measure(Enum):
    """A quantity that a host limits. Entries are files and folders."""

    SITE = "bytes"
    FILE = "bytes a file"
    FILES = "files"
    ENTRIES = "entries"


class SiteFile(msgspec.Struct, frozen=True):
    """A file of the site; `path` is relative to it, with forward slashes."""

    path: str
    bytes: int


class Limit(msgspec.Struct, frozen=True):
    """A limit of a host, as `maximum` and as `text`."""

    host: str
    text: str
    measure: Measure
    maximum: int


# GitHub's "1 GB" and "100 MB" are read as powers of ten, the smaller reading; Cloudflare writes MiB.
LIMITS = (
    Limit("GitHub Pages", "1 GB a site", Measure.SITE, 10**9),
    Limit("GitHub Pages", "100 MB a file", Measure.FILE, 10**8),
    Limit("Cloudflare Pages", "20,000 files", Measure.FILES, 20_000),
    Limit("Cloudflare Pages", "25 MiB a file", Measure.FILE, 25 * 2**20),
    Limit("GitLab Pages", "1 GB a site", Measure.SITE, 10**9),
    Limit("GitLab Pages", "200,000 files and folders", Measure.ENTRIES, 200_000),
)


class LimitResult(msgspec.Struct, frozen=True, kw_only=True):
    """A limit and the measured amount. `remedies` has a phrase for each, if the limit does not hold."""

    limit: Limit
    measured: int
    holds: bool
    remedies: tuple[str, ...]


class SiteSize(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a built site, its `largest` files first, and the result for each limit."""

    bytes: int
    files: int
    entries: int
    largest: tuple[SiteFile, ...]
    limits: tuple[LimitResult, ...]


class Part(NamedTuple):
    """A folder of the site that a setting of ``digest.yml`` removes, or only makes smaller.

    `divides` is a setting that makes more and smaller files of those whose path begins with `whole`.
    """

    folder: str
    setting: str
    removes: bool = False
    divides: str = ""
    whole: str = ""


# Not one folder: the files beside the pages.
ALTERNATES = "alternates"
_ALTERNATE_NAMES = ("index.md", "index.json", "papers.bib")

PARTS = (
    Part("search-index", "search: false", removes=True),
    Part("papers", "paper_pages: none", removes=True),
    Part("authors", "author_pages: none", removes=True),
    Part("downloads", "downloads: none", removes=True, divides="downloads: years", whole="downloads/archive."),
    Part(ALTERNATES, "alternates: none", removes=True),
    Part("daily", "pages.abstracts"),
    Part("feeds", "feeds.days, feeds.items or feeds.max_mb"),
    Part("topics", "pages.topic_newest"),
    Part("monthly", "pages.month_best"),
    Part("weekly", "pages.week_best"),
)


def site_size(files: Iterable[tuple[str, int]], limits: Sequence[Limit] = LIMITS) -> SiteSize:
    """Measure the site that consists of `files` (path relative to the site, bytes), which may come in any order."""
    by_size = sorted(
        (SiteFile(one_line(path), size) for path, size in files), key=lambda file: (-file.bytes, file.path)
    )
    return SiteSize(
        bytes=sum(file.bytes for file in by_size),
        files=len(by_size),
        entries=_amount(by_size, Measure.ENTRIES),
        largest=tuple(by_size[:LARGEST]),
        limits=tuple(_compare(by_size, limit) for limit in limits),
    )


def size_lines(size: SiteSize) -> Iterator[str]:
    """Yield the size as lines of text."""
    yield f"The site: {_format_bytes(size.bytes)}, {count(size.files, 'file')}; the largest:"
    for file in size.largest:
        yield f"  {_format_bytes(file.bytes):>10}  {file.path}"
    for result in size.limits:
        limit, measured = result.limit, _format_amount(result.measured, result.limit.measure)
        verdict = "holds" if result.holds else "does not hold"
        yield "; ".join((f"{limit.host}, {limit.text}: {verdict} ({measured})", *result.remedies))


def _compare(files: Sequence[SiteFile], limit: Limit) -> LimitResult:
    measured = _amount(files, limit.measure)
    if measured <= limit.maximum:
        return LimitResult(limit=limit, measured=measured, holds=True, remedies=())
    if limit.measure is Measure.FILE:
        remedies = _file_remedies([file for file in files if file.bytes > limit.maximum])
    else:
        remedies = _site_remedies(files, limit.measure, measured - limit.maximum)
    return LimitResult(limit=limit, measured=measured, holds=False, remedies=tuple(remedies))


def _file_remedies(too_large: Sequence[SiteFile]) -> Iterator[str]:
    """Yield the setting that makes the files smaller, for each folder of files that are `too_large`."""
    settings = {part.folder: part for part in PARTS}
    for folder, number in Counter(_folder(file.path) for file in too_large).most_common():
        files = count(number, "file") + (f" in {folder}/" if folder else "")
        part = settings.get(folder)
        if part is None:
            yield f"no setting helps {files}"
        elif part.removes:
            helps = part.divides and any(file.path.startswith(part.whole) for file in too_large)
            smaller = f"{part.divides} makes them smaller, " if helps else ""
            yield f"{smaller}{part.setting} removes {files}"
        else:
            yield f"a smaller {part.setting} helps {files}"


def _site_remedies(files: Sequence[SiteFile], measure: Measure, excess: int) -> Iterator[str]:
    """Yield what settings save, the most first; and the largest other part, if they save less than `excess`."""
    folders: dict[str, list[SiteFile]] = {}
    for file in files:
        folders.setdefault(_folder(file.path), []).append(file)
    amounts = {folder: _amount(inside, measure) for folder, inside in folders.items()}
    # Smaller pages and feeds are as many files as before.
    parts = [part for part in PARTS if amounts.get(part.folder) and (part.removes or measure is Measure.SITE)]
    for part in sorted(parts, key=lambda part: -amounts[part.folder]):
        amount = _format_amount(amounts[part.folder], measure)
        yield f"{part.setting} saves {amount}" if part.removes else f"a smaller {part.setting} saves some of {amount}"
    for part in parts:
        excess -= amounts.pop(part.folder)
    if excess > 0:
        largest = max(amounts, key=lambda folder: (amounts[folder], folder))
        where = f"{largest}/" if largest else "the top folder"
        amount = _format_amount(amounts[largest], measure)
        yield f"{'these settings are not enough' if parts else 'no setting helps'}: {where} has {amount}"


def _amount(files: Sequence[SiteFile], measure: Measure) -> int:
    match measure:
        case Measure.SITE:
            return sum(file.bytes for file in files)
        case Measure.FILE:
            return max((file.bytes for file in files), default=0)
        case Measure.FILES:
            return len(files)
        case Measure.ENTRIES:
            return len(files) + len(_folders(files))


def _folders(files: Sequence[SiteFile]) -> set[str]:
    """Return every folder with a file at any depth."""
    folders: set[str] = set()
    for file in files:
        folder = file.path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    return folders


def _folder(path: str) -> str:
    """Return the top folder of a file, empty for a file at the top; alternates are one part."""
    if path.rpartition("/")[2] in _ALTERNATE_NAMES:
        return ALTERNATES
    return path.partition("/")[0] if "/" in path else ""


def _format_amount(amount: int, measure: Measure) -> str:
    match measure:
        case Measure.FILES:
            return count(amount, "file")
        case Measure.ENTRIES:
            return count(amount, "file or folder", "files and folders")
        case _:
            return _format_bytes(amount)


def _format_bytes(amount: int) -> str:
    return f"{amount / 1e6:,.1f} MB" if amount >= 100_000 else f"{amount / 1e3:,.1f} kB"
