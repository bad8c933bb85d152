"""The one writer of ``docs/``: whole files or none, only what changed, one page a path, and nothing left behind."""

import hashlib
import os
import platform
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType

from generator.edges import atomic
from generator.edges.atomic import write_atomically
from generator.ground.errors import DigestError, Problem
from generator.ground.files import open_regular, read_regular
from generator.views.markdown import MARK

LIST = ".generated"
# Beside it, while a run is under way: one more list for each process that writes.
JOURNALS = f"{LIST}.*"


def is_hand_written(docs: Path, path: str, listed: Container[str] | None = None) -> bool:
    """Return whether a file that the program did not make stands at `path`.

    A page may stand at its other spelling too: ``about.md`` for ``about/index.md``. A page is hand-written if it lacks
    the mark; another file, if `listed` does not name it. Without `listed`, the list on disk decides, if it is intact.
    """
    if not path.endswith(".md"):
        if not os.path.lexists(docs / path):
            return False
        known = _known(docs) if listed is None else listed
        return known is not None and path not in known
    spellings = [path, path.removesuffix("/index.md") + ".md"] if path.endswith("/index.md") else [path]
    pages = [docs / name for name in spellings]
    return any(page.is_file() and not is_marked(page) for page in pages)


def begin(docs: Path) -> None:
    """Begin the list of generated files in `docs` where nothing was generated yet: what is there is somebody else's."""
    if os.path.lexists(docs / LIST) or any(docs.glob(JOURNALS)):
        return
    if not any(is_marked(docs / name) for name in visible(docs) if name.endswith(".md")):
        _write_list(docs, ())


def _known(docs: Path) -> set[str] | None:
    """Return the generated files. None if the list is lost or damaged.

    Then every file with the name of a generated one counts as generated.
    """
    try:
        info = os.stat(docs / LIST)
    except OSError:
        return None
    return _known_if_whole(docs, info.st_ino, info.st_mtime_ns)


@lru_cache(maxsize=4)
def _known_if_whole(docs: Path, inode: int, time_ns: int) -> set[str] | None:
    return generated(docs) if _is_whole(docs) else None


def _is_whole(docs: Path) -> bool:
    """Return whether the list of generated files is as it was written; earlier versions did not sign it."""
    try:
        names, _, signature = read_regular(docs / LIST).rpartition(b"# ")
    except OSError:
        return False
    return signature == _signature(names)


def _write_list(docs: Path, names: Iterable[str]) -> None:
    data = "".join(f"{name}\n" for name in sorted(names)).encode()
    write_atomically(docs / LIST, data + b"# " + _signature(data))


def _signature(names: bytes) -> bytes:
    return f"{hashlib.sha256(names).hexdigest()}\n".encode()


def leads_out(docs: Path, name: str) -> bool:
    """Return whether the file at `name` in `docs` is really elsewhere: it is not the digest's to publish."""
    return not os.path.realpath(docs / name).startswith(f"{os.path.realpath(docs)}/")


def hand_written(docs: Path) -> list[str]:
    """Every file in `docs` that is not generated, but for those in folders that start with a dot.

    On the way, what killed processes left unfinished is removed.
    """
    ours = generated(docs)
    return sorted(
        name
        for name in visible(docs, _sweep(docs, ours))
        if (not is_marked(f"{docs}/{name}") if name.endswith(".md") else name not in ours)
    )


def remove_unfinished(docs: Path, site: Path | None) -> None:
    """Remove the temporary files that killed processes left: of generated files in `docs`, of all in a new `site`."""
    deque(visible(docs, _sweep(docs, generated(docs))), maxlen=0)
    if site:
        atomic.remove_unfinished(site, lambda name: True)


def _sweep(docs: Path, ours: Container[str]) -> Callable[[str], None]:
    """Remove what is left in the theme's folder; return what is to be called with the hidden files of all others."""
    atomic.remove_unfinished(docs / ".theme", lambda name: True)
    return partial(_remove_unfinished, docs, ours)


def _remove_unfinished(docs: Path, ours: Container[str], path: str) -> None:
    folder, _, name = path.rpartition("/")
    target = atomic.unfinished(name)
    # A page is in no list: no other writer names its temporary files like this.
    if target and (target in ("index.md", LIST) or f"{folder}/{target}".lstrip("/") in ours):
        (docs / path).unlink(missing_ok=True)


def visible(root: Path | str, hidden: Callable[[str], None] = lambda path: None) -> Iterator[str]:
    """Every file below `root` whose path has no part that starts with a dot. ``Path.rglob`` takes far longer.

    `hidden` is called with each other file that stands in a folder without a dot.
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


def put(docs: Path, path: str, data: bytes) -> bool:
    """Write a generated file at `path`, relative to `docs`; False if it was there as it is.

    A page is marked as generated; any other new file is noted down first: of a run that was killed, the next one knows.
    """
    if not path.endswith(".md") and not (docs / path).exists():
        docs.mkdir(exist_ok=True)
        with open(docs / f"{LIST}.{platform.node()}-{os.getpid()}", "a", encoding="utf-8") as journal:
            journal.write(f"{path}\n")
    return write_atomically(docs / path, data)


class Output:
    """Generated files under `docs`, beside hand-written ones, which are never touched.

    Use as a context manager: on a clean exit what earlier runs made and this one did not is removed. Which files those
    are stands in ``docs/.generated``. A generated page gives way to a hand-written one of the same path: see `kept`.
    """

    def __init__(self, docs: Path) -> None:
        self._docs = docs
        self._before = generated(docs)
        self._is_whole = _is_whole(docs)
        self._now: set[str] = set()
        self.written = 0
        self.kept: list[str] = []

    def __enter__(self) -> "Output":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # While writing, both lists hold: after a crash the next run knows every file that may be ours.
        names = self._now if kind is None else self._now | self._before
        if kind is None:
            self._prune()
        _write_list(self._docs, names)
        for journal in self._docs.glob(JOURNALS):
            journal.unlink()

    def write(self, path: str, data: bytes) -> None:
        """Write a file at `path`, relative to ``docs/``. Raises DigestError if two pages claim one path."""
        # A theme that was placed before is in the journal, and not in a list that was read earlier.
        if is_hand_written(self._docs, path, self._before if self._is_whole else None):
            self.kept.append(path)
            return
        self.claim(path)
        self.written += put(self._docs, path, data)

    def claim(self, path: str) -> None:
        """Count the file at `path`, which somebody else sees to, among those of this run."""
        if path in self._now:
            problem = "report this: it is a fault of the program"
            raise DigestError(Problem(f"docs/{path}", "two pages claim this path", problem))
        self._now.add(path)

    def _prune(self) -> None:
        # A run that was killed wrote pages that no list names: the mark in them tells.
        sweep = _sweep(self._docs, self._before | self._now)
        pages = {name for name in visible(self._docs, sweep) if name.endswith(".md")}
        orphans = {name for name in pages - self._now if is_marked(self._docs / name)}
        for name in sorted((self._before | orphans) - self._now):
            file = self._docs / name
            if is_hand_written(self._docs, name):
                continue
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if folder == self._docs or not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def is_marked(file: str | Path) -> bool:
    """Return whether a page has the mark of generated ones."""
    with open_regular(file) as start:
        return MARK.encode() in start.read(200)


def generated(docs: Path) -> set[str]:
    """Return every file in `docs` that a list names as made by an earlier run."""
    return set().union(*map(_listed, (docs / LIST, *docs.glob(JOURNALS))))


def _listed(path: Path) -> set[str]:
    try:
        names = read_regular(path).decode("utf-8", "replace").split("\n")[:-1]  # the last is empty, or was cut short
    except FileNotFoundError:
        return set()
    # The list is a file like any other: a line in it must not reach outside docs/.
    return {name for name in names if name and not name.startswith(("/", "# ")) and ".." not in name.split("/")}
