"""The turn of a command that writes ``data/``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generator.edges.atomic import remove_unfinished
from generator.edges.lock import Lock, exclusive_lock


@contextmanager
def my_turn(root: Path) -> Iterator[None]:
    """Hold the lock on `data/`, and remove the temporary files of killed commands."""
    with exclusive_lock(root, Lock.DATA):
        remove_unfinished(root / "data")
        yield
