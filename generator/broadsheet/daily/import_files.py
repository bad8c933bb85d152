"""The input files of ``broadsheet import``."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers.dates import day_of_path
from broadsheet.providers.decode import MAX_FILE_BYTES
from broadsheet.store.files import open_regular
from broadsheet.text.sanitize import clean

STDIN = "-"
# Files with these suffixes are data: an unreadable one is a problem even in a folder.
_DATA_SUFFIXES = frozenset(
    {".json", ".jsonl", ".yml", ".yaml", ".xml", ".rss", ".atom", ".gz", ".csv", ".tsv", ".bib", ".ris"}
)


class InputFile(NamedTuple):
    """A file to import. `label` is its name in messages, `day` the date in its name or that of the command.

    `is_named` is False for a file of a named folder.
    """

    path: str
    label: str
    day: str | None
    is_named: bool

    @property
    def is_data(self) -> bool:
        """True if its format must be recognized: it was named itself, or has the suffix of data."""
        return self.is_named or Path(self.path).suffix.lower() in _DATA_SUFFIXES


def files_in(paths: Sequence[str], date: str | None) -> Iterator[InputFile | Diagnostic]:
    """Yield every file of `paths` (files, folders, ``-``) in order; a problem for each path without one."""
    for path in paths:
        if path == STDIN or os.path.isfile(path):
            yield _file(path, date, is_named=True)
        elif os.path.isdir(path):
            names = list(_files_below(path))
            yield from (_file(name, date) for name in names)
            if not names:
                yield Diagnostic(_label(path), "holds no files to import", "check the path")
        else:
            yield Diagnostic(_label(path), *(_path_fault(path) or ("no such file or folder", "check the path")))


def _files_below(path: str) -> Iterator[str]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names) if name[0] != ".")


def _path_fault(path: str) -> tuple[str, str] | None:
    """Return the reason why a path is not a file, and what to do; None if nothing is there."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        if not os.path.islink(path):
            return None
        return f"a link to {_label(os.readlink(path))}, which leads to no file", "correct or remove the link"
    if stat.S_ISFIFO(mode):
        return "a named pipe, not a file", "import its content as standard input: broadsheet import - < PIPE"
    what = "a socket" if stat.S_ISSOCK(mode) else "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else ""
    return (f"{what}, not a file", "leave it out") if what else None


def _label(path: str) -> str:
    return clean(os.fsencode(path).decode("utf-8", "replace"))


def _file(path: str, date: str | None, is_named: bool = False) -> InputFile:
    label = _label(path)
    return InputFile(path, label, day_of_path(label) or date, is_named)


def read(path: str, label: str, stdin: BinaryIO | None) -> bytes:
    """Return the content of a file. Raises DigestError if it cannot be read, or is too large."""
    try:
        if stdin is not None:
            data = stdin.read(MAX_FILE_BYTES + 1)
        else:
            with open_regular(path) as file:
                # read(limit) allocates the limit first, which takes longer than reading a day.
                small = 0 < os.fstat(file.fileno()).st_size <= MAX_FILE_BYTES
                data = file.read() if small else file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = _path_fault(path) or (f"cannot be read: {error.strerror}", "check its permissions")
        raise DigestError(Diagnostic(label, *reason)) from error
    if len(data) > MAX_FILE_BYTES:
        raise DigestError(Diagnostic(label, f"more than {MAX_FILE_BYTES >> 20} MB", "split the file"))
    return data
