"""The catalogue of a digest, as every verb opens it."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

import msgspec

from broadsheet.index.catalogue import Catalogue
from broadsheet.index.database import discard, discard_unless_signed, is_damage, sign
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.settings.config import Settings
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.program import program_fingerprint
from broadsheet.store.store import Store

A = TypeVar("A")

CACHE = ".digest"
INDEX = f"{CACHE}/catalogue.sqlite"
# So many days are worth other processes: to be read, and to be compared with what is known.
MANY, VERY_MANY = 60, 1000
PORTION = 128
CALL = 8  # days that one call reads

# How to come by an Executor for so many processes; what it is given must be fit for another process.
ExecutorFactory = Callable[[int], Executor]


def open_index(root: Path, settings: Settings, executors: ExecutorFactory = WorkerPool) -> Catalogue:
    """The catalogue of the digest in `root`, in step with its data. Raises DigestError where data cannot be read."""
    return with_sound_index(root, partial(_refreshed, root, settings, executors))


def _refreshed(root: Path, settings: Settings, executors: ExecutorFactory) -> Catalogue:
    with exclusive_lock(root, Lock.INDEX):
        discard_unless_signed(root / INDEX)
        catalogue = index_without_refresh(root, settings)
        try:
            compare = partial(_spread, WorkerPool, VERY_MANY)
            catalogue.refresh(Store(root), partial(_spread, executors, MANY), compare)
            sign(root / INDEX)
        except BaseException:
            catalogue.close()
            raise
    return catalogue


def with_sound_index(root: Path, do: Callable[[], A]) -> A:
    """Return what `do` makes of the index; if that turns out to be damaged, of one that is made anew.

    Raises DigestError where it cannot be written.
    """
    try:
        return do()
    except (sqlite3.Error, UnicodeDecodeError, msgspec.MsgspecError) as error:
        if not is_damage(error):
            do_this = "make room for it and make it writable; it may be deleted, and is made anew"
            raise DigestError(Diagnostic(INDEX, str(error), do_this)) from error
        discard(root / INDEX)
        return do()


def _spread(executors: ExecutorFactory, worth: int, do: Callable[[str], A], dates: list[str]) -> Iterable[A]:
    """`do` applied to all `dates`, by as many processes as there are cores where that is `worth` it."""
    if len(dates) < worth:
        return map(do, dates)
    return _by_any_means(executors, do, dates)


def _by_any_means(executors: ExecutorFactory, do: Callable[[str], A], dates: list[str]) -> Iterator[A]:
    """The same by processes; where one is killed, often for lack of memory, this one does what is left."""
    done = 0
    try:
        for answer in _by_processes(executors, do, dates):
            done += 1
            yield answer
    except BrokenExecutor:
        yield from map(do, dates[done:])


def _by_processes(executors: ExecutorFactory, do: Callable[[str], A], dates: list[str]) -> Iterator[A]:
    with executors(os.cpu_count() or 1) as executor:
        # In portions, since what is read waits here until the index has taken it; while it takes one, the next is read.
        taken: list[Future[list[A]]] = []
        for start in range(0, len(dates), PORTION):
            last = min(start + PORTION, len(dates))
            read = [executor.submit(_each, do, dates[first : first + CALL]) for first in range(start, last, CALL)]
            yield from _answers(taken)
            taken = read
        yield from _answers(taken)


def _each(do: Callable[[str], A], dates: list[str]) -> list[A]:
    return list(map(do, dates))


def _answers(calls: Iterable[Future[list[A]]]) -> Iterator[A]:
    # Not `Executor.map`, which cancels calls: Python 3.11's pool does not survive that when a process was killed.
    return chain.from_iterable(call.result() for call in calls)


def index_without_refresh(root: Path, settings: Settings) -> Catalogue:
    """The catalogue of the digest in `root` as the last refresh left it."""
    return Catalogue(root / INDEX, settings, version=program_fingerprint())
