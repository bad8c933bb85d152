"""The size of a site against the limits of the usual static hosts, with what helps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import msgspec

from broadsheet.text.formats import count
from broadsheet.text.sanitize import one_line

LARGEST = 5


class Measure(Enum):
    """What a host counts. Entries are files and folders."""

    SITE = "bytes"
    FILE = "bytes a file"
    FILES = "files"
    ENTRIES = "entries"


class File(msgspec.Struct, frozen=True):
    """A file of the site; `path` is relative to it, with forward slashes."""

    path: str
    bytes: int


class Limit(msgspec.Struct, frozen=True):
    """What a host takes, `most` at most; `said` is the same in the host's words."""

    host: str
    said: str
    measure: Measure
    most: int


# Of GitHub's "1 GB" and "100 MB" the smaller reading; Cloudflare says MiB.
LIMITS = (
    Limit("GitHub Pages", "1 GB a site", Measure.SITE, 10**9),
    Limit("GitHub Pages", "100 MB a file", Measure.FILE, 10**8),
    Limit("Cloudflare Pages", "20,000 files", Measure.FILES, 20_000),
    Limit("Cloudflare Pages", "25 MiB a file", Measure.FILE, 25 * 2**20),
    Limit("GitLab Pages", "200,000 files and folders", Measure.ENTRIES, 200_000),
)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the site stands against a limit. `helps` is empty where it holds, and else has a phrase for each remedy."""

    limit: Limit
    measured: int
    holds: bool
    helps: tuple[str, ...]


class SiteSize(msgspec.Struct, frozen=True, kw_only=True):
    """How large a built site is: its `largest` files first, and where it stands against each limit."""

    bytes: int
    files: int
    entries: int
    largest: tuple[File, ...]
    limits: tuple[Standing, ...]


class Part(NamedTuple):
    """A folder of the site that a setting of ``digest.yml`` removes, or only makes smaller.

    `divides` is a setting that makes more and smaller files of it.
    """

    folder: str
    setting: str
    removes: bool = False
    divides: str = ""


# Not one folder: the files beside the pages.
TWINS = "twins"
_TWIN = ("index.md", "index.json", "papers.bib")

PARTS = (
    Part("pagefind", "search: false", removes=True),
    Part("papers", "paper_pages: none", removes=True),
    Part("downloads", "downloads: none", removes=True, divides="downloads: years"),
    Part(TWINS, "alternates: none", removes=True),
    Part("daily", "pages.abstracts"),
    Part("feeds", "feeds.days, feeds.items or feeds.max_mb"),
    Part("topics", "pages.topic_newest"),
    Part("monthly", "pages.month_best"),
    Part("weekly", "pages.week_best"),
)


def site_size(files: Iterable[tuple[str, int]], limits: Sequence[Limit] = LIMITS) -> SiteSize:
    """Measure the site that consists of `files` (path relative to the site, bytes), which may come in any order."""
    found = sorted((File(one_line(path), size) for path, size in files), key=lambda file: (-file.bytes, file.path))
    return SiteSize(
        bytes=sum(file.bytes for file in found),
        files=len(found),
        entries=_amount(found, Measure.ENTRIES),
        largest=tuple(found[:LARGEST]),
        limits=tuple(_standing(found, limit) for limit in limits),
    )


def size_lines(size: SiteSize) -> Iterator[str]:
    """The same for a reader."""
    yield f"The site: {_bytes(size.bytes)}, {count(size.files, 'file')}; the largest:"
    for file in size.largest:
        yield f"  {_bytes(file.bytes):>10}  {file.path}"
    for standing in size.limits:
        limit, measured = standing.limit, _worded(standing.measured, standing.limit.measure)
        said = "holds" if standing.holds else "does not hold"
        yield f"{limit.host}, {limit.said}: {said} ({measured})" + "".join(f"; {phrase}" for phrase in standing.helps)


def _standing(files: Sequence[File], limit: Limit) -> Standing:
    measured = _amount(files, limit.measure)
    if measured <= limit.most:
        return Standing(limit=limit, measured=measured, holds=True, helps=())
    if limit.measure is Measure.FILE:
        helps = _help_for_files([file for file in files if file.bytes > limit.most])
    else:
        helps = _help_for_whole(files, limit.measure, measured - limit.most)
    return Standing(limit=limit, measured=measured, holds=False, helps=tuple(helps))


def _help_for_files(too_large: Sequence[File]) -> Iterator[str]:
    """For each folder with files that are `too_large` the setting that makes them smaller."""
    settings = {part.folder: part for part in PARTS}
    for folder, number in Counter(_folder(file.path) for file in too_large).most_common():
        these = count(number, "file") + (f" in {folder}/" if folder else "")
        part = settings.get(folder)
        if part is None:
            yield f"no setting helps {these}"
        elif part.removes:
            smaller = f"{part.divides} makes them smaller, " if part.divides else ""
            yield f"{smaller}{part.setting} removes {these}"
        else:
            yield f"a smaller {part.setting} helps {these}"


def _help_for_whole(files: Sequence[File], measure: Measure, excess: int) -> Iterator[str]:
    """What settings save, the most first; and what has the most beside, if all of that is less than `excess`."""
    folders: dict[str, list[File]] = {}
    for file in files:
        folders.setdefault(_folder(file.path), []).append(file)
    amounts = {folder: _amount(inside, measure) for folder, inside in folders.items()}
    # Smaller pages and feeds are as many files as before.
    able = [part for part in PARTS if amounts.get(part.folder) and (part.removes or measure is Measure.SITE)]
    for part in sorted(able, key=lambda part: -amounts[part.folder]):
        amount = _worded(amounts[part.folder], measure)
        yield f"{part.setting} saves {amount}" if part.removes else f"a smaller {part.setting} some of {amount}"
    for part in able:
        excess -= amounts.pop(part.folder)
    if excess > 0:
        most = max(amounts, key=lambda folder: (amounts[folder], folder))
        where = f"{most}/" if most else "the top folder"
        yield f"{'that is not enough' if able else 'no setting helps'}: {where} has {_worded(amounts[most], measure)}"


def _amount(files: Sequence[File], measure: Measure) -> int:
    match measure:
        case Measure.SITE:
            return sum(file.bytes for file in files)
        case Measure.FILE:
            return max((file.bytes for file in files), default=0)
        case Measure.FILES:
            return len(files)
        case Measure.ENTRIES:
            return len(files) + len(_folders(files))


def _folders(files: Sequence[File]) -> set[str]:
    """Every folder that has a file in it, or a folder with one."""
    found: set[str] = set()
    for file in files:
        folder = file.path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _folder(path: str) -> str:
    """The folder at the top of the site in which a file is; empty for a file at the top itself. Twins are one part."""
    if path.rpartition("/")[2] in _TWIN:
        return TWINS
    return path.partition("/")[0] if "/" in path else ""


def _worded(amount: int, measure: Measure) -> str:
    match measure:
        case Measure.FILES:
            return count(amount, "file")
        case Measure.ENTRIES:
            return count(amount, "file or folder", "files and folders")
        case _:
            return _bytes(amount)


def _bytes(amount: int) -> str:
    return f"{amount / 1e6:,.1f} MB" if amount >= 100_000 else f"{amount / 1e3:,.1f} kB"
