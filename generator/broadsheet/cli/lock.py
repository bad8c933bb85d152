"""The turn of a command that writes ``data/``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from broadsheet.store.atomic import remove_unfinished
from broadsheet.store.lock import Lock, exclusive_lock


@contextmanager
def my_turn(root: Path) -> Iterator[None]:
    """Write the ``data/`` of the digest in `root` alone, free of what killed commands left unfinished."""
    with exclusive_lock(root, Lock.DATA):
        remove_unfinished(root / "data")
        yield
