"""The files that ``broadsheet import`` is given: where they are, and what they hold."""

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
# Files of these kinds are data: one that cannot be read is a problem, however it was found.
_DATA_SUFFIXES = frozenset(
    {".json", ".jsonl", ".yml", ".yaml", ".xml", ".rss", ".atom", ".gz", ".csv", ".tsv", ".bib", ".ris"}
)


class InputFile(NamedTuple):
    """A file to import. `label` is what messages call it; `day` the one that its name tells, or who imports it; it was
    `named` itself, or found in a folder."""

    path: str
    label: str
    day: str | None
    named: bool

    @property
    def is_data(self) -> bool:
        """Return whether it must be recognised: it was named itself, or has the suffix of a kind of data."""
        return self.named or Path(self.path).suffix.lower() in _DATA_SUFFIXES


def files_in(paths: Sequence[str], date: str | None) -> Iterator[InputFile | Diagnostic]:
    """Yield every file of `paths` (files, folders, ``-``) in order; a problem where there is none."""
    for path in paths:
        if path == STDIN or os.path.isfile(path):
            yield _file(path, date, named=True)
        elif os.path.isdir(path):
            names = list(_files_below(path))
            yield from (_file(name, date) for name in names)
            if not names:
                yield Diagnostic(_label(path), "holds no files to import", "check the path")
        else:
            yield Diagnostic(_label(path), *(_why_no_file(path) or ("no such file or folder", "check the path")))


def _files_below(path: str) -> Iterator[str]:
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(folder, name) for name in sorted(names) if name[0] != ".")


def _why_no_file(path: str) -> tuple[str, str] | None:
    """Return what stands in the place of a file, and what to do; None if nothing does."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        if not os.path.islink(path):
            return None
        return f"a link to {_label(os.readlink(path))}, which leads to no file", "mend or remove the link"
    if stat.S_ISFIFO(mode):
        return "a named pipe, not a file", "import its content as standard input: broadsheet import - < PIPE"
    what = "a socket" if stat.S_ISSOCK(mode) else "a device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else ""
    return (f"{what}, not a file", "leave it out") if what else None


def _label(path: str) -> str:
    return clean(os.fsencode(path).decode("utf-8", "replace"))


def _file(path: str, date: str | None, named: bool = False) -> InputFile:
    label = _label(path)
    return InputFile(path, label, day_of_path(label) or date, named)


def read(path: str, label: str, stdin: BinaryIO | None) -> bytes:
    """Return what a file holds. Raises DigestError if it cannot be read, or is too large."""
    try:
        if stdin is not None:
            data = stdin.read(MAX_FILE_BYTES + 1)
        else:
            with open_regular(path) as file:
                # A limit sets as many bytes aside first, which takes longer than reading a day.
                small = 0 < os.fstat(file.fileno()).st_size <= MAX_FILE_BYTES
                data = file.read() if small else file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = _why_no_file(path) or (f"cannot be read: {error.strerror}", "check its permissions")
        raise DigestError(Diagnostic(label, *reason)) from error
    if len(data) > MAX_FILE_BYTES:
        raise DigestError(Diagnostic(label, f"more than {MAX_FILE_BYTES >> 20} MB", "split the file"))
    return data
