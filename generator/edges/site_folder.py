"""The folder of a site: whether it may be one, and which of its files are the program's.

Its seal says so: it lists the files of the build that made it. Any other file there is somebody else's (photographs,
``CNAME``, ``.well-known/``, the ``.git`` of a work tree): each build takes it along.
"""

import os
import re
import shutil
import stat
from collections.abc import Collection, Container, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from generator.edges.seal import SEAL, entries, files_below, listed_files, read_seal
from generator.ground import config
from generator.ground.config import SETTINGS_FILE, SITE_FILE
from generator.ground.errors import DigestError, Problem
from generator.ground.files import open_regular, read_regular
from generator.views.markdown import HEADING_ID

IGNORE_ALL = b"*\n"  # the .gitignore of a spare
_FORCE = "name another folder, empty this one, or pass --force to digest build: files of the same names are replaced"
_ELSEWHERE = "name another folder"
_CANONICAL = re.compile(rb'<link rel="canonical" href="https?://[^/"<>]+(/[^"<>]*)">')
_HEADING = f'<h1 id="{HEADING_ID}">'.encode()
_PAGE_BYTES = 2**20  # of a page, so much is searched for its address and heading


# -- which folder may be a site ------------------------------------------------------------------------------------


def check_folder(site: Path, root: Path, docs: Path, seal_copy: Path | None = None, *, force: bool = False) -> None:
    """Raise DigestError unless `site`, a real path, is a folder that builds of the digest in `root` may replace.

    It is if it has a seal, or files that the copy of a lost seal lists.
    """
    fault = _fault_of_path(site) or _fault_of_place(site, root, docs)
    fault = fault or _of_another_digest(site, root) or _without_sound_seal(site)
    if not fault and not force and entries(str(site)) and not _is_made(site, seal_copy):
        fault = "is not empty, and no build made it", _FORCE
    if fault:
        raise DigestError(Problem(str(site), *fault))


def _is_made(site: Path, seal_copy: Path | None) -> bool:
    return read_seal(site) is not None or bool(seal_copy and listed_files(site, seal_copy))


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
    if any(mount == site or mount.is_relative_to(site) for mount in _mounts(site)):
        return "is a mount point or has one inside, and cannot be exchanged for the next site", "name a folder in it"
    return None


def _without_sound_seal(site: Path) -> tuple[str, str] | None:
    if os.path.lexists(site / SEAL) and not stat.S_ISREG(os.lstat(site / SEAL).st_mode):
        return f"has something else in the place of its seal, {SEAL}", f"move {SEAL} away"
    if not _is_readable(site / SEAL):
        return f"has a seal, {SEAL}, that this user may not read", "give this user access to it"
    if os.path.lexists(site / ".git") and read_seal(site) is None:
        return "is a Git work tree that no build made", _ELSEWHERE
    return None


def _is_readable(path: Path) -> bool:
    """Return whether a file can be read, or is not there."""
    try:
        open_regular(path).close()
    except PermissionError:
        return False
    except OSError:
        return True
    return True


def _protected(site: Path, root: Path, docs: Path) -> str | None:
    """Return what the site would take with it, or be lost in: it may lie in the first three, in the others not even."""
    whole = {"the whole file system": Path(site.anchor), "the digest's own folder": root, "the home folder": _home()}
    parts = {"data/": root / "data", "docs/": docs, "the cache": root / ".digest", ".git": root / ".git"}
    if ".git" in (part.casefold() for part in site.parts):
        return ".git"
    folders = (*whole.items(), *parts.items())
    return next((name for name, folder in folders if _lies_in(folder, site)), None) or next(
        (name for name, folder in parts.items() if _lies_in(site, folder)), None
    )


def _of_another_digest(site: Path, root: Path) -> tuple[str, str] | None:
    """Say which part of another digest the site is, lies in or has inside; a sealed one can only lie in it."""
    places = [] if site.is_relative_to(root) else list(site.parents)
    if os.path.isdir(site) and read_seal(site) is None:
        places += (Path(folder) for folder, _, names in os.walk(site) if SETTINGS_FILE in names)
    for place in filter(_is_digest, places):
        parts = {"data/": place / "data", "docs/": place / _docs_dir(place), "the cache": place / ".digest"}
        for name, folder in parts.items():
            if _lies_in(site, folder) or _lies_in(folder, site):
                return f"is {name} of the digest in {place}, lies in it, or has it inside", _ELSEWHERE
    return None


def _is_digest(folder: Path) -> bool:
    return (folder / SETTINGS_FILE).is_file() and any(
        (folder / part).exists() for part in ("data", _docs_dir(folder), SITE_FILE)
    )


def _docs_dir(root: Path) -> str:
    try:
        return config.load(root).site.docs_dir
    except (DigestError, OSError):  # it cannot be built as it is, and is somebody's all the same
        return "docs"


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


def keep_others(site: Path, fresh: Path, ours: Collection[str], *, force: bool = False) -> set[str]:
    """Take along into `fresh` what is in `site` and not `ours`: the same files, not copies. Return their paths.

    Raises DigestError where another file stands in the place of what `fresh` has; with `force` that one gives way.
    """
    transfer = _Transfer(str(fresh))
    ours = {SEAL, *ours}
    for entry in list(_unknown(str(site), ours, _parents(ours))):
        transfer.take(entry, os.path.relpath(entry.path, site))
    if transfer.obstacles and not force:
        do = "move it away, or pass --force to digest build: then it is replaced"
        what = "no build made it, and it stands in the place of a file of the new site"
        raise DigestError([Problem(f"{site}/{path}", what, do) for path in sorted(transfer.obstacles)])
    return transfer.taken


def recognized(site: Path, fresh: Path) -> set[str]:
    """Return the files of `site` that are the program's as far as names and contents tell.

    These are what has the name of a file of the new site, and each page that is recognized as generated for its place.
    """
    names = {path for path, _ in files_below(fresh)}
    pages = (path for path, _ in files_below(site) if path.endswith("/index.html") and path not in names)
    return names | {path for path in pages if _is_generated_for(path, site)}


def _is_generated_for(path: str, site: Path) -> bool:
    """Return whether the page at `path` has a generated page's heading, and names this very place as its address."""
    place = site / path
    try:
        with open_regular(place) as file:
            text = b"" if place.is_symlink() else file.read(_PAGE_BYTES)
    except OSError:
        return False
    address = _CANONICAL.search(text)
    own = b"/" + os.fsencode(path.removesuffix("index.html"))
    return _HEADING in text and address is not None and address[1].endswith(own)


def remove_ours(site: Path, listed: Collection[str] | None) -> None:
    """Remove the files `listed` from a site, and its seal; nothing, if it is unknown which files a build made."""
    files = [path for path in (*listed, SEAL) if _is_really_at(site, path)] if listed else []
    for path in files:
        (site / path).unlink(missing_ok=True)
    for folder in [*sorted(_parents(files), reverse=True), ""]:
        with suppress(OSError):  # it is not empty
            os.rmdir(site / folder)


def _is_really_at(site: Path, path: str) -> bool:
    """Return whether a path in the resolved folder `site` leads through no link, and to no folder."""
    place = site / path
    return place.parent == place.parent.resolve() and (place.is_symlink() or not place.is_dir())


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
