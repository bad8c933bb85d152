"""The manifest ``.digest`` of a site: the hash of its build's state, and the size of every file of that build.

The digest's cache has a copy of it, for a manifest that is damaged, lost or older.
"""

import filecmp
import os
import re
import stat
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

from broadsheet.processes.pool import WorkerPool
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import open_regular

A = TypeVar("A")

MANIFEST = ".digest"
MAX_LIST_BYTES = 2**26  # a million files; a limit since a zip bomb may be a thousandth of its content
LARGE_MANIFEST = 2**18  # bytes, of 30,000 files: from there on, a process of its own pays
PROCESSORS = os.cpu_count() or 1
CLOCK_STEP_NS = 10**9  # a clock may be set back so far during a build
_UNFINISHED = b"unfinished\n"  # the manifest of a staging folder
_LINES = re.compile(r"(?:[0-9]{1,18} [^\0]+\0)*+")
# A part of a path that is empty, or leads out of the folder. As one pattern, they take ten times as long.
_LEAVES = (re.compile(r"\0[0-9]+ \.{0,2}[/\0]"), re.compile(r"/\.{0,2}[/\0]"))


class Manifest:
    """The manifest of a site: the hash of its build's state, the sizes of that build's files, and its own time."""

    def __init__(self, data: bytes, time_ns: int) -> None:
        state, _, self._packed = data.partition(b"\n")
        self.state = state[:64].decode("ascii", "replace")
        self.time_ns = time_ns

    @cached_property  # no cache: unpacks once, in the process that needs them
    def sizes(self) -> Mapping[str, int] | None:
        """The sizes; None if they are unknown: the manifest is damaged, or of an earlier version of the program."""
        return _unpack(self._packed)


def read_manifest(site: Path) -> Manifest | None:
    """Return the manifest of `site`, or None if it has none."""
    return _read(site / MANIFEST)


def _read(path: Path) -> Manifest | None:
    try:
        with open_regular(path) as file:
            return _manifest(file.read(MAX_LIST_BYTES), os.fstat(file.fileno()).st_mtime_ns)
    except OSError:
        return None


# A build asks eight times for those of three folders: 13 % of nothing new.
_manifest = lru_cache(maxsize=3)(Manifest)


def _unpack(packed: bytes) -> Mapping[str, int] | None:
    """Return the sizes in a manifest, or None if it is damaged, larger than that of any site, or leaves its folder."""
    decompressor = zlib.decompressobj()
    try:
        text = decompressor.decompress(packed, MAX_LIST_BYTES).decode("utf-8", "surrogateescape")
    except zlib.error:
        return None
    if not decompressor.eof or not _LINES.fullmatch(text) or any(part.search(f"\0{text}") for part in _LEAVES):
        return None
    lines = [line.partition(" ") for line in text.split("\0")[:-1]]
    sizes = {path: int(size) for size, _, path in lines}
    return sizes if len(sizes) == len(lines) else None


def listed_files(site: Path, copy: Path) -> Collection[str] | None:
    """Return the files of `site` that builds wrote, or None if its manifest and the `copy` are damaged.

    The copy replaces a damaged manifest. If the manifest is lost, or older than the copy, as after a checkout or a
    stash, the files of the copy count too, if they have the recorded size.
    """
    manifest, last = read_manifest(site), None if _are_same(site / MANIFEST, copy) else _read(copy)  # 0.15 s for 60,000
    last_sizes = last.sizes if last else None
    if manifest and manifest.sizes is None:
        return last_sizes
    sizes = (manifest and manifest.sizes) or {}
    newer = (path for path, size in (last_sizes or {}).items() if path not in sizes and _has_size(site, path, size))
    return {*sizes, *newer}


def _are_same(manifest: Path, copy: Path) -> bool:
    try:
        return filecmp.cmp(manifest, copy, shallow=False)
    except OSError:
        return False


def _has_size(site: Path, path: str, size: int) -> bool:
    try:
        info = os.lstat(f"{site}/{path}")
    except OSError:
        return False
    return stat.S_ISREG(info.st_mode) and info.st_size == size


def copy_manifest(site: Path, copy: Path) -> None:
    """Copy the manifest of a finished site into the cache."""
    write_atomically(copy, (site / MANIFEST).read_bytes(), sole=True)


def mark_unfinished(folder: Path) -> None:
    """Write the manifest of a staging folder, so that the next build recognizes the folder after a kill."""
    if not (folder / MANIFEST).exists():
        (folder / MANIFEST).write_bytes(_UNFINISHED)


def write_manifest(site: Path, state: str, sizes: Mapping[str, int]) -> None:
    """Write the manifest of a finished site, with the `sizes` of its files. No file of it may be written later."""
    lines = "".join(f"{size} {path}\0" for path, size in sorted(sizes.items()))
    data = state.encode() + b"\n" + zlib.compress(lines.encode("utf-8", "surrogateescape"), 1)
    (site / MANIFEST).unlink(missing_ok=True)  # a new file has the time of this build
    (site / MANIFEST).write_bytes(data)


def files_below(site: Path, folder: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield the path and the status of every file in a site but its manifest. A link is a file, wherever it leads.

    With a `folder`, which ends in a slash, yield those in it.
    """
    folders = [folder]
    while folders:
        prefix = folders.pop()
        for entry in entries(f"{site}/{prefix}"):
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                folders.append(f"{path}/")
            elif path != MANIFEST:
                yield path, entry.stat(follow_symlinks=False)


def folder_time_ns(folder: Path) -> int:
    """Touch `folder`, and return the time of that, as its file system has it."""
    os.utime(folder)
    return os.stat(folder).st_ctime_ns


def touched_folders(site: Path, folders: Iterable[str], since_ns: int) -> set[str]:
    """Return the `folders` of a site in which a file was made, replaced or removed since; all that do not exist too."""
    return {folder for folder in folders if not _is_untouched(f"{site}/{folder}", since_ns - CLOCK_STEP_NS)}


def _is_untouched(folder: str, since_ns: int) -> bool:
    try:
        return os.lstat(folder).st_ctime_ns < since_ns
    except OSError:
        return False


class CallStarter(Protocol):
    """A function that starts a call, and returns a function for its result."""

    def __call__(self, do: Callable[[], A], /) -> Callable[[], A]: ...


@contextmanager
def beside(site: Path) -> Iterator[CallStarter]:
    """Yield a function that starts calls in a process of their own if `site` is large; else each waits to be asked."""
    if not _is_large(site):
        yield _when_asked
        return
    with WorkerPool(1) as pool:
        yield partial(_started, pool)


def _when_asked(do: Callable[[], A], /) -> Callable[[], A]:
    return do


def _started(pool: WorkerPool, do: Callable[[], A], /) -> Callable[[], A]:
    return partial(_result, pool.submit(do), do)


def _is_large(site: Path) -> bool:
    try:
        return os.stat(site / MANIFEST).st_size > LARGE_MANIFEST and PROCESSORS > 1
    except OSError:
        return False


def _result(call: Future[A], do: Callable[[], A]) -> A:
    try:
        return call.result()
    except BrokenExecutor:  # its process was killed, often for lack of memory
        return do()


def is_intact(site: Path) -> bool:
    """Return whether every file of the build is there, with its size, and not written to since."""
    manifest = read_manifest(site)
    sizes = manifest.sizes if manifest else None
    if manifest is None or sizes is None:
        return False
    folder = str(site)  # once, not for each of 90,000 files
    return all(is_unchanged(f"{folder}/{path}", manifest.time_ns, size) for path, size in sizes.items())


def is_unchanged(path: str, since_ns: int, size: int | None = None) -> bool:
    """Return whether `path` is a regular file of this size and not written to since."""
    try:
        info = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(info.st_mode) and info.st_mtime_ns <= since_ns and size in (None, info.st_size)


def entries(folder: str) -> list[os.DirEntry[str]]:
    """Return the entries of a folder; none if there is no such folder."""
    try:
        with os.scandir(folder) as scan:
            return list(scan)
    except (FileNotFoundError, NotADirectoryError):
        return []
