"""Writes of several files that are undone together."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from broadsheet.store.atomic import write_atomically
from broadsheet.store.files import read_regular


class Transaction:
    """A context in which files are written. An exception or an interruption restores what was there before."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def write(self, path: Path, data: bytes) -> None:
        """Write a file whole, and the folders above it; an existing file keeps its permissions. Raises OSError."""
        missing = [folder for folder in path.parents if not os.path.lexists(folder)]
        self._undo += [folder.rmdir for folder in reversed(missing)]
        if path.exists():
            before, mode = read_regular(path), stat.S_IMODE(path.stat().st_mode)
            self._undo.append(partial(_restore, path, before, mode))
            _restore(path, data, mode)
        else:
            self._undo.append(path.unlink)
            write_atomically(path, data)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while kind and self._undo:
            with suppress(OSError):
                self._undo.pop()()


def _restore(path: Path, data: bytes, mode: int) -> None:
    write_atomically(path, data)
    path.chmod(mode)
