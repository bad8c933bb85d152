"""The size of a site against the limits of the usual static hosts: how long they last, and what helps."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import Enum

import msgspec

from broadsheet.checks.growth import grows, growth
from broadsheet.checks.savings import Saving, of_file, savings
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.config import Settings
from broadsheet.text.formats import count
from broadsheet.text.sanitize import one_line
from broadsheet.views.alternates.attach import RECENT_DAYS

LARGEST = 5
NO_SETTING = "no setting helps"
NEAR = 0.8  # of a limit: there is still time to choose a setting


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
    """A limit and the measured amount. `remedies` has a phrase for each, if the limit does not hold or is near.

    `days_left` is the time until it is reached at the present pace, if that is known.
    """

    limit: Limit
    measured: int
    holds: bool
    is_near: bool
    days_left: int | None
    remedies: tuple[str, ...]


class SiteSize(msgspec.Struct, frozen=True, kw_only=True):
    """The size of a built site, its `largest` files first, and the result for each limit."""

    bytes: int
    files: int
    entries: int
    largest: tuple[SiteFile, ...]
    limits: tuple[LimitResult, ...]


def site_size(
    files: Iterable[tuple[str, int]],
    limits: Sequence[Limit] = LIMITS,
    settings: Settings = Settings(),  # noqa: B008 (frozen)
    abstracts: float = 0.0,
) -> SiteSize:
    """Measure the site that consists of `files` (path relative to the site, bytes), which may come in any order.

    `settings` are those in force; `abstracts` is for `savings`.
    """
    by_size = sorted(
        (SiteFile(one_line(path), size) for path, size in files), key=lambda file: (-file.bytes, file.path)
    )
    helpful = savings([file.path for file in by_size], settings, abstracts)
    return SiteSize(
        bytes=sum(file.bytes for file in by_size),
        files=len(by_size),
        entries=_amount(by_size, Measure.ENTRIES),
        largest=tuple(by_size[:LARGEST]),
        limits=tuple(_compare(by_size, limit, helpful, settings) for limit in limits),
    )


def size_lines(size: SiteSize) -> Iterator[str]:
    """Yield the size as lines of text."""
    yield f"The site: {_format_bytes(size.bytes)}, {count(size.files, 'file')}; the largest:"
    for file in size.largest:
        yield f"  {_format_bytes(file.bytes):>10}  {file.path}"
    for result in size.limits:
        verdict = ("nearly full" if result.is_near else "holds") if result.holds else "does not hold"
        amount = _format_amount(result.measured, result.limit.measure)
        parts = (f"{_name(result.limit)}: {verdict} ({amount})", _time_left(result), *result.remedies)
        yield "; ".join(filter(None, parts))


def size_warnings(size: SiteSize, label: str, hosts: Collection[str]) -> Iterator[Diagnostic]:
    """Yield a warning for each limit of these `hosts` that does not hold, or is near; `label` names the site."""
    for result in size.limits:
        limit = result.limit
        if limit.host in hosts and (result.is_near or not result.holds):
            share = f"{result.measured / limit.maximum:.0%} of {_name(limit)}"
            message = ", ".join(filter(None, (share, _time_left(result))))
            best = result.remedies[0]
            hint = best if best.startswith(NO_SETTING) else f"in digest.yml, {best}"
            yield Diagnostic(label, message, hint, is_note=True)


def _name(limit: Limit) -> str:
    return f"{limit.host}, {limit.text}"


def _time_left(result: LimitResult) -> str:
    if not result.is_near or result.days_left is None:
        return ""
    return f"full in about {count(result.days_left, 'day')} at the pace of the last {RECENT_DAYS}"


def _compare(files: Sequence[SiteFile], limit: Limit, helpful: Sequence[Saving], settings: Settings) -> LimitResult:
    measured = _amount(files, limit.measure)
    aim = int(limit.maximum * NEAR)
    holds, is_near = measured <= limit.maximum, aim < measured <= limit.maximum
    if holds and not is_near:
        remedies: Iterable[str] = ()
    elif limit.measure is Measure.FILE:
        remedies = _file_remedies([file for file in files if file.bytes > (aim if holds else limit.maximum)])
    else:
        remedies = _site_remedies(files, limit.measure, measured - (aim if holds else limit.maximum), helpful)
    return LimitResult(
        limit=limit,
        measured=measured,
        holds=holds,
        is_near=is_near,
        days_left=_days_left(files, limit, measured, settings) if holds else 0,
        remedies=tuple(remedies),
    )


def _days_left(files: Sequence[SiteFile], limit: Limit, measured: int, settings: Settings) -> int | None:
    """Return the days until a site reaches a limit at the present pace; None if the pace is unknown."""
    if limit.measure is Measure.FILE:
        return None
    pace = growth([(file.path, file.bytes) for file in files])
    growing = _amount([file for file in files if grows(file.path, settings)], limit.measure)
    a_day = growing * (pace.bytes if limit.measure is Measure.SITE else pace.files)
    return int((limit.maximum - measured) / a_day) if a_day else None


def _file_remedies(too_large: Sequence[SiteFile]) -> Iterator[str]:
    """Yield the setting that makes the files smaller, for each folder of files that are `too_large`."""
    folders = Counter((_folder(file.path), of_file(file.path)) for file in too_large)
    for (folder, saving), number in folders.most_common():
        files = count(number, "file") + (f" in {folder}/" if folder else "")
        if saving is None:
            yield f"{NO_SETTING} {files}"
        elif saving.share:
            helps = saving.divides and any(file.path.startswith(saving.whole) for file in too_large)
            smaller = f"{saving.divides} makes them smaller, " if helps else ""
            yield f"{smaller}{saving.setting} removes {files}"
        else:
            yield f"a smaller {saving.setting} helps {files}"


def _site_remedies(
    files: Sequence[SiteFile], measure: Measure, excess: int, helpful: Sequence[Saving]
) -> Iterator[str]:
    """Yield what settings save, the most first; and the largest other part, if they save less than `excess`."""
    # Smaller pages and feeds are as many files as before.
    usable = [saving for saving in helpful if measure is Measure.SITE or not saving.keeps_files]
    amounts = [(saving, _concerned(files, saving, measure)) for saving in usable]
    amounts = [(saving, amount) for saving, amount in amounts if amount]
    amounts.sort(key=lambda pair: (pair[0].share is None, -pair[1] * (pair[0].share or 1)))
    for number, (saving, amount) in enumerate(amounts):
        is_most = saving.share is not None and number == 0 < len(amounts) - 1
        yield f"{_phrase(saving, amount, measure)}{', the most' if is_most else ''}"
    whole = [saving for saving in usable if not saving.is_estimate]
    rest = [file for file in files if not any(saving.concerns(file.path) for saving in whole)]
    estimate = max((amount * (saving.share or 0) for saving, amount in amounts if saving.is_estimate), default=0)
    if _amount(rest, measure) - estimate > _amount(files, measure) - excess:
        yield _not_enough(rest, measure, bool(amounts))


def _concerned(files: Sequence[SiteFile], saving: Saving, measure: Measure) -> int:
    return _amount([file for file in files if saving.concerns(file.path)], measure)


def _phrase(saving: Saving, amount: int, measure: Measure) -> str:
    if saving.share is None:
        return f"a smaller {saving.setting} saves some of {_format_amount(amount, measure)}"
    about = "about " if saving.is_estimate else ""
    return f"{saving.setting} saves {about}{_format_amount(round(amount * saving.share), measure)}"


def _not_enough(files: Sequence[SiteFile], measure: Measure, is_helped: bool) -> str:
    """Return the part of the site that is the largest of those that no setting concerns."""
    folders: dict[str, list[SiteFile]] = {}
    for file in files:
        folders.setdefault(_folder(file.path), []).append(file)
    amounts = {folder: _amount(inside, measure) for folder, inside in folders.items()}
    largest = max(amounts, key=lambda folder: (amounts[folder], folder))
    where = f"{largest}/" if largest else "the top folder"
    amount = _format_amount(amounts[largest], measure)
    return f"{'these settings are not enough' if is_helped else NO_SETTING}: {where} has {amount}"


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
    """Return the top folder of a file, empty for a file at the top."""
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
