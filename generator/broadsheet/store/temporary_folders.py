"""Temporary folders outside a digest. Those of killed processes are removed when the next is made."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from broadsheet.store.lock import descriptor


@contextmanager
def scratch_folder(prefix: str, parent: str | None = None) -> Iterator[Path]:
    """Make a folder in `parent` (default: the system's temporary folder), and remove it afterwards.

    Its process holds a lock on it: a folder of that `prefix` without a lock is abandoned.
    """
    remove_abandoned(prefix, parent)
    with ExitStack() as stack:
        folder = None
        while folder is None:
            folder = _claim(Path(tempfile.mkdtemp(prefix=prefix, dir=parent)), stack)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _claim(folder: Path, stack: ExitStack) -> Path | None:
    """Lock a new folder; None if another process removed it, since it was not locked yet."""
    try:
        file = stack.enter_context(descriptor(folder, os.O_RDONLY))
        fcntl.flock(file, fcntl.LOCK_EX)
        return folder if os.path.samestat(os.fstat(file), os.stat(folder)) else None
    except FileNotFoundError:
        return None


def remove_abandoned(prefix: str, parent: str | None = None) -> None:
    """Remove the folders with this prefix that killed processes left."""
    pattern = re.compile(rf"{re.escape(prefix)}[a-z0-9_]{{8}}")  # as tempfile.mkdtemp names them
    with suppress(OSError), os.scandir(parent or tempfile.gettempdir()) as entries:
        for entry in entries:
            if pattern.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                _remove_if_abandoned(entry.path)


def _remove_if_abandoned(folder: str) -> None:
    with suppress(OSError), descriptor(Path(folder), os.O_RDONLY | os.O_NOFOLLOW) as file:
        if os.fstat(file).st_uid == os.geteuid():
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
