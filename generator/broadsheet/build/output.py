"""The writer of ``docs/``: it writes changed files atomically, and removes those that are not generated any more."""

import hashlib
import os
import platform
import stat
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store import atomic
from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import open_regular, read_regular
from broadsheet.views.markdown import GENERATED_MARK

LIST_FILE = ".generated"
JOURNALS = f"{LIST_FILE}.*"  # during a run, each process that writes has a list of its own


def is_hand_written(docs: Path, path: str, generated: Container[str] | None = None) -> bool:
    """Return whether a file that the program did not write is at `path`.

    A page may also be at its other spelling: ``about.md`` for ``about/index.md``. A page is hand-written if it lacks
    the mark; another file, if it is not among the `generated` ones. Their default is the list on disk, if intact.
    """
    if not path.endswith(".md"):
        if not os.path.lexists(docs / path):
            return False
        names = _intact_list(docs) if generated is None else generated
        return names is not None and path not in names
    spellings = [path, path.removesuffix("/index.md") + ".md"] if path.endswith("/index.md") else [path]
    pages = [docs / name for name in spellings]
    return any(page.is_file() and not is_marked(page) for page in pages)


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
    """Return whether the list of generated files has a valid signature. Earlier versions did not sign it."""
    try:
        names, _, signature = read_regular(docs / LIST_FILE).rpartition(b"# ")
    except OSError:
        return False
    return signature == _signature(names)


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


def hand_written_files(docs: Path) -> list[str]:
    """Return every file in `docs` that is not generated and not in a hidden folder.

    The same walk removes the temporary files of killed processes.
    """
    return hand_written_and_orphans(docs)[0]


def hand_written_and_orphans(docs: Path) -> tuple[list[str], set[str]]:
    """Return the `hand_written_files`, and the generated pages that no list has: those of a killed run."""
    ours = generated_files(docs)
    is_unchanged = _unchanged_test(docs, ours)
    hand_written, orphans = [], set()
    for name in visible_files(docs, _remover(docs, ours)):
        if is_unchanged(name):
            continue
        if not (is_marked(f"{docs}/{name}") if name.endswith(".md") else name in ours):
            hand_written.append(name)
        elif name not in ours:
            orphans.add(name)
    return sorted(hand_written), orphans


def _unchanged_test(docs: Path, ours: Container[str]) -> Callable[[str], bool]:
    """Return a test for generated files that no program touched since the list of them was written.

    Fast path: such a page is not opened; a third of a build without changes. Slow path: `is_marked`, for all files of
    a fresh copy. The test is `test_after_any_change_the_site_is_that_of_a_clean_build`.
    """
    if not _is_intact(docs):
        return lambda name: False
    time_ns = os.stat(docs / LIST_FILE).st_mtime_ns

    def is_unchanged(name: str) -> bool:
        info = os.lstat(f"{docs}/{name}")
        return name in ours and stat.S_ISREG(info.st_mode) and max(info.st_mtime_ns, info.st_ctime_ns) < time_ns

    return is_unchanged


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


def visible_files(root: Path | str, hidden: Callable[[str], None] = lambda path: None) -> Iterator[str]:
    """Yield every file below `root` whose path has no hidden part. ``Path.rglob`` takes far longer.

    Call `hidden` with each hidden file of these folders.
    """
    start = len(str(root)) + 1
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if not name.startswith(".")]
        for name in names:
            path = f"{folder}/{name}"[start:]
            if name.startswith("."):
                hidden(path)
            else:
                yield path


def write_generated(docs: Path, path: str, data: bytes) -> bool:
    """Write a generated file at `path`, relative to `docs`. Return False if it was there with the same content.

    A page carries the mark of generated ones. Any other new file is entered in a journal first, so that the next run
    finds it even if this one is killed.
    """
    if not path.endswith(".md") and not (docs / path).exists():
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
        orphans = hand_written_and_orphans(self._docs)[1] if self._orphans is None else self._orphans
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


def _read_list(path: Path) -> set[str]:
    try:
        names = read_regular(path).decode("utf-8", "replace").split("\n")[:-1]  # the last is empty, or was cut short
    except FileNotFoundError:
        return set()
    # Anyone may have edited the list: a line in it must not reach outside docs/.
    return {name for name in names if name and not name.startswith(("/", "# ")) and ".." not in name.split("/")}
