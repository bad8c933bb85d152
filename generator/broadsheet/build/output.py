"""The writer of ``docs/``: it writes changed files atomically, and removes those that are not generated any more."""

import hashlib
import operator
import os
import platform
import stat
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from functools import cache, lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from broadsheet.build.manifest import CallStarter, entries
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store import atomic
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import open_regular, read_regular
from broadsheet.views.markdown import GENERATED_MARK

LIST_FILE = ".generated"
AUTHORS = "authors"  # the folder with a third of all files, so that two processes end at once
JOURNALS = f"{LIST_FILE}.*"  # during a run, each process that writes has a list of its own


def is_hand_written(docs: Path, path: str, generated: Container[str] | None = None) -> bool:
    """Return whether a file that the program did not write is at `path`.

    A page may also be at its other spelling: ``about.md`` for ``about/index.md``. A page is hand-written if it lacks
    the mark; another file, if it is not among the `generated` ones. Their default is the list on disk, if intact.
    """
    if not path.endswith(".md"):
        if not os.path.lexists(f"{docs}/{path}"):
            return False
        names = _intact_list(docs) if generated is None else generated
        return names is not None and path not in names
    spellings = [path, path.removesuffix("/index.md") + ".md"] if path.endswith("/index.md") else [path]
    pages = [f"{docs}/{name}" for name in spellings]
    return any(os.path.isfile(page) and not is_marked(page) for page in pages)


def begin_list(docs: Path) -> None:
    """Write an empty list if nothing was generated in `docs` yet: all files there are hand-written."""
    if os.path.lexists(docs / LIST_FILE) or any(docs.glob(JOURNALS)):
        return
    if not any(is_marked(docs / name) for name in visible_files(docs) if name.endswith(".md")):
        _write_list(docs, ())


def _intact_list(docs: Path) -> set[str] | None:
    """Return the generated files, or None if the list is lost or damaged.

    Without a list, every file with the name of a generated one counts as generated.
    """
    try:
        info = os.stat(docs / LIST_FILE)
    except OSError:
        return None
    return _read_intact_list(docs, info.st_ino, info.st_mtime_ns)


@lru_cache(maxsize=4)  # 2 % of a build of all pages: each page that is written asks for the list
def _read_intact_list(docs: Path, inode: int, time_ns: int) -> set[str] | None:
    return generated_files(docs) if _is_intact(docs) else None


def _is_intact(docs: Path) -> bool:
    return bool(list_signature(docs))


def list_signature(docs: Path) -> str:
    """Return the signature of the list of generated files; empty if it has no valid one, as in earlier versions."""
    try:
        names, _, signature = read_regular(docs / LIST_FILE).rpartition(b"# ")
    except OSError:
        return ""
    return signature.decode() if signature == _signature(names) else ""


def _write_list(docs: Path, names: Iterable[str]) -> None:
    data = "".join(f"{name}\n" for name in sorted(names)).encode()
    write_atomically(docs / LIST_FILE, data + b"# " + _signature(data))


def _signature(names: bytes) -> bytes:
    return f"{hashlib.sha256(names).hexdigest()}\n".encode()


def outside_test(docs: Path) -> Callable[[str], bool]:
    """Return a test for files in `docs` that links make of files elsewhere. They must not be published."""
    real_docs = f"{os.path.realpath(docs)}/"

    def is_outside(name: str) -> bool:
        folder, _, base = name.rpartition("/")
        path = f"{os.path.realpath(f'{docs}/{folder}')}/{base}"
        return not (os.path.realpath(path) if os.path.islink(path) else path).startswith(real_docs)

    return is_outside


class DocsFiles(NamedTuple):
    """The files in docs/: hand-written ones; generated pages that no list has, those of a killed run; the time of the
    last change of each file in the list, in nanoseconds; hidden files, and folders with a slash that are hidden or
    links."""

    hand_written: list[str]
    orphans: set[str]
    generated: dict[str, int]
    hidden: list[str]


def docs_files(docs: Path, now_ns: int = 0, is_part: Callable[[str], bool] = lambda name: True) -> DocsFiles:
    """Return the files in `docs` that are not in a hidden folder. Remove the temporary files of killed processes.

    Of the outermost files and folders, only those whose names are a part count (`is_part`).

    A list that is newer than `now_ns` is not trusted: the clock was set back, and new pages have older times.

    Fast path: a generated page that was not touched since the list of them was written is not opened; a third of a
    build without changes. Slow path: `is_marked`, for all files of a fresh copy. The test is
    `test_after_any_change_the_site_is_that_of_a_clean_build`.
    """
    ours = generated_files(docs)
    listed_ns = os.stat(docs / LIST_FILE).st_mtime_ns if _is_intact(docs) else 0
    listed_ns = 0 if listed_ns > now_ns else listed_ns
    is_settled = _settled_test(docs, listed_ns)
    files, remove = DocsFiles([], set(), {}, []), _remover(docs, ours)
    for name in visible_files(docs, files.hidden.append, is_part):
        info = os.lstat(f"{docs}/{name}") if name in ours else None
        if info and stat.S_ISREG(info.st_mode):
            files.generated[name] = info.st_mtime_ns
            if _changed_ns(info) < listed_ns and is_settled(name.rpartition("/")[0]):
                continue
        if not (is_marked(f"{docs}/{name}") if name.endswith(".md") else info):
            files.hand_written.append(name)
        elif not info:
            files.orphans.add(name)
    deque(map(remove, files.hidden), maxlen=0)
    files.hand_written.sort()
    files.hidden.sort()
    return files


def docs_files_beside(docs: Path, now_ns: int, start: CallStarter) -> Callable[[Path], DocsFiles]:
    """Return a function that finds the files in `docs` once. A third of a large archive is `start`ed before."""
    authors = start(partial(docs_files, docs, now_ns, partial(operator.eq, AUTHORS)))

    def files(docs: Path) -> DocsFiles:
        most, rest = docs_files(docs, now_ns, partial(operator.ne, AUTHORS)), authors()
        return DocsFiles(
            sorted(most.hand_written + rest.hand_written),
            most.orphans | rest.orphans,
            most.generated | rest.generated,
            sorted(most.hidden + rest.hidden),
        )

    return cache(files)


def _settled_test(docs: Path, listed_ns: int) -> Callable[[str], bool]:
    """Return a test for folders in `docs` to which no file came with its folder since the list was written.

    Such a file has its old times. The arrival of a folder shows in the one above it.
    """

    @cache
    def is_unchanged(folder: str) -> bool:
        above = folder.rpartition("/")[0]
        return _changed_ns(os.lstat(f"{docs}/{folder}")) < listed_ns and (not above or is_unchanged(above))

    # The list itself is in the outermost folder.
    return lambda folder: not folder or is_unchanged(folder.rpartition("/")[0] or folder)


def _changed_ns(info: os.stat_result) -> int:
    """Return when a file or folder, or its status, was last changed."""
    return max(info.st_mtime_ns, info.st_ctime_ns)


def remove_unfinished(docs: Path, site: Path | None) -> None:
    """Remove the temporary files of killed processes: of generated files in `docs`, and of all files in a `site`."""
    deque(visible_files(docs, _remover(docs, generated_files(docs))), maxlen=0)
    if site:
        atomic.remove_unfinished(site, lambda name: True)


def _remover(docs: Path, ours: Container[str]) -> Callable[[str], None]:
    """Remove temporary files in the theme's folder. Return a function that removes a hidden file of another folder."""
    atomic.remove_unfinished(docs / ".theme", lambda name: True)
    return partial(_remove_unfinished, docs, ours)


def _remove_unfinished(docs: Path, ours: Container[str], path: str) -> None:
    folder, _, name = path.rpartition("/")
    target = atomic.unfinished(name)
    # A page is in no list. No other program gives its temporary files such names.
    if target and (target in ("index.md", LIST_FILE) or f"{folder}/{target}".lstrip("/") in ours):
        (docs / path).unlink(missing_ok=True)


def visible_files(
    root: Path | str,
    hidden: Callable[[str], None] = lambda path: None,
    is_part: Callable[[str], bool] = lambda name: True,
) -> Iterator[str]:
    """Yield every file below `root` whose path has no hidden part. `os.walk` takes twice as long, ``Path.rglob`` more.

    Call `hidden` with each hidden file of these folders, and, with a slash, each folder that is hidden or a link. Of
    the outermost entries, only those whose names are a part count (`is_part`).
    """
    folders = [""]
    while folders:
        prefix = folders.pop()
        for entry in _readable_entries(f"{root}/{prefix}"):
            if not prefix and not is_part(entry.name):
                continue
            path, is_hidden = prefix + entry.name, entry.name.startswith(".")
            if entry.is_dir() and not is_hidden and not entry.is_symlink():
                folders.append(f"{path}/")
            elif entry.is_dir():
                hidden(f"{path}/")
            elif is_hidden:
                hidden(path)
            else:
                yield path


def _readable_entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        return entries(folder)
    except OSError:  # as `os.walk` does
        return []


def write_generated(docs: Path, path: str, data: bytes) -> bool:
    """Write a generated file at `path`, relative to `docs`. Return False if it was there with the same content.

    A page carries the mark of generated ones. Any other new file is entered in a journal first, so that the next run
    finds it even if this one is killed.
    """
    if not path.endswith(".md") and not os.path.exists(f"{docs}/{path}"):
        docs.mkdir(exist_ok=True)
        with open(docs / f"{LIST_FILE}.{platform.node()}-{os.getpid()}", "a", encoding="utf-8") as journal:
            journal.write(f"{path}\n")
    return write_atomically(docs / path, data)


class Output:
    """Generated files under `docs`, beside hand-written ones, which are never touched.

    Use it as a context manager. On a clean exit it removes the files of earlier runs, listed in ``docs/.generated``,
    that this run did not claim, and the pages of killed runs. These are `orphans` if they were looked for before.
    `shadowed` are paths that were not written since a hand-written file is there.
    """

    def __init__(self, docs: Path, orphans: set[str] | None = None) -> None:
        self._docs = docs
        self._orphans = orphans
        self._before = generated_files(docs)
        self._is_list_intact = _is_intact(docs)
        self._now: set[str] = set()
        self.written = 0
        self.shadowed: list[str] = []

    def __enter__(self) -> "Output":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # After a failure both lists count, so that the next run finds every file that this one may have written.
        names = self._now if kind is None else self._now | self._before
        if kind is None:
            self._prune()
        _write_list(self._docs, names)
        for journal in self._docs.glob(JOURNALS):
            journal.unlink()

    def write(self, path: str, data: bytes) -> None:
        """Write a file at `path`, relative to ``docs/``. Raises DigestError if two pages claim one path."""
        # A theme that was written before is in the journal, and not in a list that was read earlier.
        if is_hand_written(self._docs, path, self._before if self._is_list_intact else None):
            self.shadowed.append(path)
            return
        self.claim(path)
        self.written += write_generated(self._docs, path, data)

    def claim(self, path: str) -> None:
        """Count the file at `path`, written by another process, among those of this run."""
        if path in self._now:
            problem = "report this: it is a fault of the program"
            raise DigestError(Diagnostic(f"{self._docs.name}/{path}", "two pages have this path", problem))
        self._now.add(path)

    def _prune(self) -> None:
        # The pages of a killed run are in no list. They are found by their mark.
        orphans = docs_files(self._docs).orphans if self._orphans is None else self._orphans
        for name in sorted((self._before | orphans) - self._now):
            file = self._docs / name
            # A hand-written page at the other spelling does not keep ours.
            is_our_page = name.endswith(".md") and file.is_file() and is_marked(file)
            if not is_our_page and is_hand_written(self._docs, name):
                continue
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if folder == self._docs or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def is_marked(file: str | Path) -> bool:
    """Return whether a page has the mark of generated ones."""
    with open_regular(file) as start:
        return GENERATED_MARK.encode() in start.read(200)


def generated_files(docs: Path) -> set[str]:
    """Return every file in `docs` that the list or a journal of an earlier run names."""
    return set().union(*map(_read_list, (docs / LIST_FILE, *docs.glob(JOURNALS))))


def _read_list(path: Path) -> frozenset[str]:
    try:
        info = os.stat(path)
        return _names_in(path, info.st_ino, info.st_mtime_ns, info.st_size)
    except FileNotFoundError:
        return frozenset()


@lru_cache(maxsize=4)  # 3 % of nothing new: a build asks five times
def _names_in(path: Path, inode: int, time_ns: int, size: int) -> frozenset[str]:
    names = read_regular(path).decode("utf-8", "replace").split("\n")[:-1]  # the last is empty, or was cut short
    return frozenset(filter(_is_inside, names))


def _is_inside(name: str) -> bool:
    """Return whether a line of the list is a path that stays inside docs/: anyone may have edited the list."""
    if not name or name.startswith(("/", "# ")):
        return False
    return ".." not in name or ".." not in name.split("/")
