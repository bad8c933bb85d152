"""The folder of a site: whether it may be one, and which of its files are the program's.

The seal ``.digest`` in it says so: which build made it, and the size of every file of that build. Any other file there
is somebody else's (photographs, ``CNAME``, ``.well-known/``, the ``.git`` of a work tree): each build takes it along.
"""

import os
import re
import shutil
import stat
import zlib
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from generator.ground.errors import DigestError, Problem
from generator.ground.files import read_regular

SEAL = ".digest"
IGNORE_ALL = b"*\n"  # the .gitignore of a spare
_UNFINISHED = b"unfinished\n"  # the seal of a folder in which a site is being put together
_FORCE = "name another folder, empty this one, or pass --force to digest build: files of the same names are replaced"
_ELSEWHERE = "name another folder"


class Seal(NamedTuple):
    """The seal of a site: the hash of its build's state, the sizes of that build's files, and when it was set.

    `sizes` is None where they are unknown: a damaged seal, or one of an earlier version of the program.
    """

    state: str
    sizes: Mapping[str, int] | None
    time_ns: int


def read_seal(site: Path) -> Seal | None:
    """Return the seal of `site`, None if it has none."""
    try:
        data = read_regular(site / SEAL)
        time = os.stat(site / SEAL).st_mtime_ns
    except OSError:
        return None
    state, _, packed = data.partition(b"\n")
    sizes = None
    with suppress(zlib.error, ValueError):
        lines = zlib.decompress(packed).decode("utf-8", "surrogateescape").split("\0")
        sizes = {path: int(size) for size, _, path in (line.partition(" ") for line in lines[:-1])}
    return Seal(state.decode("ascii", "replace"), sizes, time)


def mark_unfinished(folder: Path) -> None:
    """Seal a folder in which a site is about to be put together, so that the next build knows it after a kill."""
    if not (folder / SEAL).exists():
        (folder / SEAL).write_bytes(_UNFINISHED)


def write_seal(site: Path, state: str, others: Container[str]) -> None:
    """Seal a finished site: all in it is the program's, but for the `others`. No file of it may be written later."""
    sizes = {path: size for path, size in _sizes(str(site)) if path not in others}
    lines = "".join(f"{size} {path}\0" for path, size in sorted(sizes.items()))
    data = state.encode() + b"\n" + zlib.compress(lines.encode("utf-8", "surrogateescape"), 1)
    (site / SEAL).unlink(missing_ok=True)  # a new file: its time is that of this build
    (site / SEAL).write_bytes(data)


def _sizes(site: str) -> Iterator[tuple[str, int]]:
    folders = [""]
    while folders:
        prefix = folders.pop()
        for entry in entries(f"{site}/{prefix}"):
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{path}/")
            elif path != SEAL:
                yield path, entry.stat(follow_symlinks=False).st_size


def is_intact(site: Path, seal: Seal) -> bool:
    """Return whether every file of the sealed build is there, as long as it was, and not written to since."""
    sizes = seal.sizes
    return sizes is not None and all(is_unchanged(f"{site}/{path}", seal.time_ns, sizes[path]) for path in sizes)


def is_unchanged(path: str, since_ns: int, size: int | None = None) -> bool:
    """Return whether `path` is a regular file, of this size, that has not been written to since."""
    try:
        info = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(info.st_mode) and info.st_mtime_ns <= since_ns and size in (None, info.st_size)


def entries(folder: str) -> list[os.DirEntry[str]]:
    """Return what is in a folder; nothing, if it is none."""
    try:
        with os.scandir(folder) as found:
            return list(found)
    except (FileNotFoundError, NotADirectoryError):
        return []


# -- which folder may be a site ------------------------------------------------------------------------------------


def check_folder(site: Path, root: Path, docs: Path, *, force: bool = False) -> None:
    """Raise DigestError unless `site`, a real path, is a folder that builds of the digest in `root` may replace."""
    fault = _fault_of_path(site) or _fault_of_place(site, root, docs)
    if not fault and not force and entries(str(site)) and read_seal(site) is None:
        fault = "is not empty, and no build made it", _FORCE
    if fault:
        raise DigestError(Problem(str(site), *fault))


def check_workplace(folder: Path) -> None:
    """Raise DigestError if `folder`, in which a site is put together or set aside, is there and no build made it."""
    if os.path.lexists(folder) and not _is_workplace(folder):
        what = "a build needs this place for the next site, and no build made what is there"
        raise DigestError(Problem(str(folder), what, "move it away"))


def _is_workplace(folder: Path) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    return not any(folder.iterdir()) or read_seal(folder) is not None or _is_spare(folder)


def _is_spare(folder: Path) -> bool:
    try:
        return read_regular(folder / ".gitignore") == IGNORE_ALL
    except OSError:
        return False


def _fault_of_place(site: Path, root: Path, docs: Path) -> tuple[str, str] | None:
    if name := _protected(site, root, docs):
        return f"is {name}, lies in it, or has it inside", _ELSEWHERE
    if os.path.lexists(site / SEAL) and not stat.S_ISREG(os.lstat(site / SEAL).st_mode):
        return f"has something else in the place of its seal, {SEAL}", f"move {SEAL} away"
    if os.path.lexists(site / ".git") and read_seal(site) is None:
        return "is a Git work tree that no build made", _ELSEWHERE
    if any(mount == site or mount.is_relative_to(site) for mount in _mounts(site)):
        return "is a mount point or has one inside, and cannot be exchanged for the next site", "name a folder in it"
    return None


def _protected(site: Path, root: Path, docs: Path) -> str | None:
    """Return what the site would take with it, or be lost in: it may lie in the first three, in the others not even."""
    whole = {"the digest's own folder": root, "the home folder": _home(), "the whole file system": Path(site.anchor)}
    parts = {"data/": root / "data", "docs/": docs, "the cache": root / ".digest", ".git": root / ".git"}
    if ".git" in (part.casefold() for part in site.parts):
        return ".git"
    folders = (*whole.items(), *parts.items())
    return next((name for name, folder in folders if _lies_in(folder, site)), None) or next(
        (name for name, folder in parts.items() if _lies_in(site, folder)), None
    )


def _fault_of_path(site: Path) -> tuple[str, str] | None:
    there = next((place for place in (site, *site.parents) if os.path.lexists(place)), None)
    if there and not there.is_dir():
        return ("is no folder" if there == site else f"{there} is no folder"), _ELSEWHERE
    return None


def _home() -> Path:
    try:
        return Path.home().resolve()
    except (RuntimeError, OSError):  # this user has none
        return Path("/")


def _lies_in(path: Path, folder: Path) -> bool:
    """Return whether `path` is `folder` or in it: by name in any case, or, because of links and mounts, by inode."""
    folded = [part.casefold() for part in folder.parts]
    if [part.casefold() for part in path.resolve().parts][: len(folded)] == folded:
        return True
    return any(_is_same(place, folder) for place in (path, *path.resolve().parents))


def _is_same(one: Path | str, other: Path | str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _mounts(site: Path) -> Iterable[Path]:
    """Return where file systems are mounted. See https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html"""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return [site] if os.path.ismount(site) else []
    places = (line.split(" ")[4] for line in lines)
    return [Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place)) for place in places]


# -- what is not the program's -------------------------------------------------------------------------------------


def keep_others(site: Path, fresh: Path, *, force: bool = False) -> set[str]:
    """Take along into `fresh` what is not the program's in `site`: the same files, not copies. Return their paths.

    Raises DigestError where one stands in the place of what the new site has; with `force` that one gives way.
    """
    transfer = _Transfer(str(fresh))
    for entry in list(_others(site, fresh)):
        transfer.take(entry, os.path.relpath(entry.path, site))
    if transfer.obstacles and not force:
        do = "move it away, or pass --force to digest build: then it is replaced"
        what = "no build made it, and it stands in the place of a file of the new site"
        raise DigestError([Problem(f"{site}/{path}", what, do) for path in sorted(transfer.obstacles)])
    return transfer.taken


def remove_ours(site: Path) -> None:
    """Remove from a site what its build made; what is not known to be the program's stays."""
    seal = read_seal(site)
    files = [*(seal.sizes or ()), SEAL] if seal else []
    for path in files:
        (site / path).unlink(missing_ok=True)
    for folder in [*sorted(_parents(files), reverse=True), ""]:
        with suppress(OSError):  # it is not empty
            os.rmdir(site / folder)


class _Transfer:
    """The files that are taken along into the folder `fresh`, and the obstacles there."""

    def __init__(self, fresh: str) -> None:
        self._fresh = fresh
        self.taken: set[str] = set()
        self.obstacles: list[str] = []

    def take(self, entry: os.DirEntry[str], path: str) -> None:
        """Give the new site what stands at `path` in the old one."""
        target = f"{self._fresh}/{path}"
        if entry.is_dir(follow_symlinks=False):
            self._take_folder(entry, path, target)
        elif _is_same(entry.path, target) and not entry.is_symlink():  # it came with a folder that is kept whole
            self.taken.add(path)
        elif os.path.lexists(target) or not _is_folder_free(os.path.dirname(target)):
            self.obstacles.append(path)
        else:
            same_file(entry.path, target)
            self.taken.add(path)

    def _take_folder(self, entry: os.DirEntry[str], path: str, target: str) -> None:
        if not _is_folder_free(target):
            self.obstacles.append(path)
            return
        is_new = not os.path.lexists(target)
        os.makedirs(target, exist_ok=True)
        for inner in entries(entry.path):
            self.take(inner, f"{path}/{inner.name}")
        if is_new:
            shutil.copystat(entry.path, target)


def _is_folder_free(path: str) -> bool:
    """Return whether a folder is at `path`, or can be made there."""
    while not os.path.lexists(path):
        path = os.path.dirname(path)
    return os.path.isdir(path)


def _others(site: Path, fresh: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what in `site` is not the program's: files, and folders that have nothing of it.

    Where the seal does not say, the program's is what lies below a name that the new site has too.
    """
    seal = read_seal(site)
    if seal and seal.sizes is None:
        ours = {entry.name for entry in entries(str(fresh))}
        yield from (entry for entry in entries(str(site)) if entry.name not in ours)
        return
    files = frozenset(seal.sizes or ()) | {SEAL} if seal else frozenset[str]()
    yield from _unknown(str(site), files, _parents(files))


def _parents(paths: Iterable[str]) -> set[str]:
    """Return the folders in which `paths` lie, each one above included."""
    parents: set[str] = set()
    for path in paths:
        while (path := path.rpartition("/")[0]) and path not in parents:
            parents.add(path)
    return parents


def _unknown(site: str, files: Container[str], folders: Container[str]) -> Iterator[os.DirEntry[str]]:
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        for entry in entries(f"{site}/{prefix}"):
            path = prefix + entry.name
            if path in folders and entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
            elif path not in files or entry.is_dir(follow_symlinks=False):
                yield entry


def same_file(old: str, new: str) -> None:
    """Put the file `old` at `new` as well, with the folders it needs: the same file, where links can be."""
    try:
        os.link(old, new, follow_symlinks=False)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(new))
        same_file(old, new)
    except OSError:  # a file system without links
        shutil.copy2(old, new, follow_symlinks=False)
