"""Reads of regular files. A pipe, a device or a folder is an error at once, never a wait."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from broadsheet.model.diagnostics import Diagnostic, DigestError

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOCTTY", 0)
_REMEDIES = {
    errno.EISDIR: "a file belongs here: move the folder away",
    errno.ENOTDIR: "a folder belongs here: move the file away",
    errno.EEXIST: "a folder belongs here: move the file away",
    errno.ENOENT: "put it back, or remove the link to it",
    errno.ELOOP: "remove the link",
    errno.EACCES: "give this user access to it",
    errno.EPERM: "give this user access to it",
    errno.EROFS: "make it writable",
    errno.ENOSPC: "make room, then try again",
    errno.EDQUOT: "make room, then try again",
    errno.EFBIG: "raise the limit on the size of files",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "close other programs: the machine has too many files open",
    errno.ENAMETOOLONG: "use a shorter name",
}
# The name of a temporary file of an atomic write, without the name of the file that it becomes.
_TEMPORARY = re.compile(r"(?:(?<=/)|^)\.([^/]+)\.[0-9a-f]{8}$")


def open_regular(path: str | Path) -> BinaryIO:
    """Open a regular file, or a link to one, for reading. Raises OSError, with the path, otherwise.

    With O_NONBLOCK, a pipe without a writer is no wait: https://man7.org/linux/man-pages/man7/fifo.7.html
    """
    handle = os.open(path, _FLAGS)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "Not a regular file", str(path))


def read_regular(path: str | Path) -> bytes:
    """Return the content of a regular file. Raises OSError, with the path."""
    with open_regular(path) as file:
        return file.read()


def utf8_fault(data: bytes) -> tuple[str, str] | None:
    """Return the fault of `data` that is not UTF-8, and the remedy; None if it is."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start}", "save the file as UTF-8"
    return None


def page_name_fault(path: str) -> tuple[str, str] | None:
    """Return the fault of a page's name that cannot be an address, and the remedy; None if it can."""
    if is_page(path) and printable(path) != path:
        return "a name that is not UTF-8", "rename the page"
    return None


def is_page(path: str) -> bool:
    """Return whether MkDocs makes a page of the file at `path`."""
    return path.endswith((".md", ".markdown", ".mdown", ".mkdn", ".mkd"))


def printable(path: str) -> str:
    """Return a path as text: Linux has names that are not UTF-8, which Python keeps as lone surrogates."""
    return os.fsencode(path).decode("utf-8", "replace")


@contextmanager
def refusals_explained(root: Path) -> Iterator[None]:
    """Raise DigestError for errors of the file system on the digest in `root`."""
    try:
        yield
    except OSError as error:
        raise DigestError(problem_from(error, root)) from error


def problem_from(error: OSError, root: Path | None = None) -> Diagnostic:
    """Return an error of the file system with its place (relative to `root`, if inside) and the remedy."""
    where = os.fsdecode(error.filename2 or error.filename or root or "the file system")
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        places = (Path(where), *Path(where).parents)
        where = next((str(place) for place in places if place.exists() and not place.is_dir()), where)
    if root and Path(where).is_relative_to(root.absolute()) and Path(where) != root.absolute():
        where = str(Path(where).relative_to(root.absolute()))
    where = _TEMPORARY.sub(r"\1", printable(where))
    what = (error.strerror or str(error) or type(error).__name__).lower()
    return Diagnostic(where, what, _REMEDIES.get(error.errno or 0, "move it away, or check the disk that it is on"))
