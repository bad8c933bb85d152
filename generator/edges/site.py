"""From ``docs/`` to ``site/``: MkDocs builds beside the last site, then the two change places in one step."""

import ctypes
import os
import shutil
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from generator.edges.atomic import write_atomically
from generator.edges.leash import run_module
from generator.edges.seal import entries, mark_unfinished
from generator.edges.site_folder import IGNORE_ALL, check_workplace, same_file
from generator.ground.errors import DigestError, Problem

# renameat2(2): swap two paths, so that there is no moment without a site.
AT_FDCWD = -100
RENAME_EXCHANGE = 2


@contextmanager
def replacing(
    site: Path, replaced: Callable[[Path], None] = lambda last: None, *, spare: bool = False
) -> Iterator[Path]:
    """A folder to build in, which takes the place of `site` if all goes well; else the last site stays as it was.

    `replaced` is then called with the folder of the last site.
    With a `spare` the folder may hold anything at first (see `take_over`), and what was there before stays in its
    place, if it shares files with what is there now: next time, these need not be linked anew.
    """
    fresh = fresh_of(site)
    if spare:
        check_workplace(fresh)
        check_workplace(_old(site))
        check_workplace(_aside(fresh))
        shutil.rmtree(_aside(fresh), ignore_errors=True)
        _make(fresh, site)
        mark_unfinished(fresh)
    else:
        shutil.rmtree(fresh, ignore_errors=True)
        _make(fresh.parent, site)
    _recover(site)
    try:
        yield fresh
        _replace(site, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    replaced(fresh)
    with suppress(OSError):  # the site is in its place; the next build sees to what is left
        if spare and _share_files(site, fresh):
            write_atomically(fresh / ".gitignore", IGNORE_ALL)
        else:
            _remove(str(fresh))


def _make(folder: Path, site: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileNotFoundError, PermissionError) as error:  # /proc says the first of whatever is to be made in it
        raise DigestError(Problem(str(site), "cannot be written", "name another folder")) from error


def _share_files(site: Path, spare: Path) -> bool:
    """Whether some file is the very same in both; without that a spare would be as large as the site."""
    names = (os.path.join(folder, name) for folder, _, names in os.walk(spare) for name in names)
    return any(_is_same_file(name, site / os.path.relpath(name, spare)) for name in names)


def _is_same_file(one: str, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _remove(folder: str) -> None:
    """Take away a folder that nobody else works in: half of what `shutil.rmtree` takes for it."""
    for entry in entries(folder):
        _discard(entry)
    with suppress(OSError):
        os.rmdir(folder)


def _discard(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        _remove(entry.path)
    else:
        os.unlink(entry.path)


def fresh_of(site: Path) -> Path:
    """Where the next site is put together: beside the last one, on the same file system."""
    return site.with_name(f".{site.name}.new")


def take_over(site: Path, fresh: Path, kept: Iterable[str], apart: Collection[str] = ()) -> None:
    """Leave in the new site what the last one has at `kept` (files or folders): the same files, not copies.

    Nothing else stays, but for what is `apart` at the top, which is seen to by itself. What is there already is looked
    at, since a spare has most of it: the number of a file is the same in both folders if the file is.
    """
    if not _take_over(str(site), str(fresh), len(str(site)) + 1, frozenset(kept), apart):
        with suppress(OSError):
            fresh.rmdir()


def _take_over(
    old: str, new: str, start: int, kept: Container[str], apart: Collection[str] = (), *, whole: bool = False
) -> bool:
    """Returns whether anything stays. Paths begin at `start` in `old`; a `whole` folder is kept with all in it."""
    there = {entry.name: entry for entry in entries(new)}
    stay = set(apart)
    for entry in entries(old):
        name, target, wanted = entry.name, f"{new}/{entry.name}", whole or entry.path[start:] in kept
        same = there.get(name)
        if name in apart:
            continue
        if entry.is_dir(follow_symlinks=False):
            if same and not same.is_dir(follow_symlinks=False):
                _discard(there.pop(name))
            if _take_over(entry.path, target, start, kept, whole=wanted):
                stay.add(name)
        elif wanted:
            stay.add(name)
            if same is None or same.inode() != entry.inode():
                if same:
                    _discard(same)
                same_file(entry.path, target)
    for name in there.keys() - stay:
        _discard(there[name])
    return not stay.issubset(apart)


def take_over_unchanged(site: Path, fresh: Path) -> None:
    """Where a new file says what the last site's says, keep the old file: so its time and place tell of no change."""
    start = len(str(fresh)) + 1
    for folder, _, names in os.walk(fresh):
        for name in names:
            new = f"{folder}/{name}"
            old = f"{site}/{new[start:]}"
            if _says_the_same(old, new):
                os.unlink(new)
                same_file(old, new)


def _says_the_same(old: str, new: str) -> bool:
    try:
        found = os.stat(new)
        if found.st_nlink > 1:  # it was taken over
            return False
        if os.stat(old).st_size != found.st_size:
            return False
        return Path(old).read_bytes() == Path(new).read_bytes()
    except OSError:
        return False


def run_mkdocs(root: Path, target: Path, epoch: int, kept: Iterable[str]) -> None:
    """Build the digest's ``docs/`` into `target`; `epoch` (seconds, UTC) stands in for the time of the build.

    MkDocs empties the folder first, but for the files `kept` (paths in it). Raises DigestError with its own words.
    """
    aside = _aside(target)
    check_workplace(aside)
    shutil.rmtree(aside, ignore_errors=True)
    target.mkdir(exist_ok=True)
    target.rename(aside)
    target.mkdir()
    mark_unfinished(target)  # MkDocs leaves what starts with a dot
    try:
        _run_mkdocs(root, target, epoch)
        for path in kept:
            same_file(f"{aside}/{path}", f"{target}/{path}")
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _aside(fresh: Path) -> Path:
    return fresh.with_name(f"{fresh.name}.aside")


def _run_mkdocs(root: Path, target: Path, epoch: int) -> None:
    # Not --quiet: that would hide the warnings from --strict too.
    arguments = ["mkdocs", "build", "--strict", "--config-file", str(root / "mkdocs.yml")]
    reminders = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
    environment = os.environ | reminders | {"SOURCE_DATE_EPOCH": str(epoch)}
    run = run_module([*arguments, "--site-dir", str(target.absolute())], environment)
    if run.returncode:
        raise DigestError(_complaints(run.stderr + run.stdout))


def _complaints(output: str) -> list[Problem]:
    """MkDocs' warnings and errors; all it said where none is marked as such."""
    said = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("INFO")]
    marked = [line.partition("-")[2].strip() for line in said if line.startswith(("WARNING", "ERROR"))]
    return [Problem("mkdocs", line, "mend what it names; the last site is untouched") for line in marked or said]


def _replace(site: Path, fresh: Path) -> None:
    """Put `fresh` where `site` is; afterwards `fresh` holds what was there before, if anything."""
    if site.exists() and _exchange(site, fresh):
        return
    if site.exists():
        site.rename(_old(site))
    fresh.rename(site)
    if _old(site).exists():
        _old(site).rename(fresh)


def _recover(site: Path) -> None:
    """Where paths cannot be exchanged, a kill between two renames leaves no site: put the last one back."""
    if _old(site).exists() and not site.exists():
        _old(site).rename(site)
    shutil.rmtree(_old(site), ignore_errors=True)


def _old(site: Path) -> Path:
    return site.with_name(f".{site.name}.old")


def _exchange(one: Path, other: Path) -> bool:
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):  # not Linux, or an old C library
        return False
    result: int = renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE)
    return result == 0
