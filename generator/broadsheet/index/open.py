"""The index of a digest, as all commands open it."""

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import msgspec

from broadsheet.index.database import discard, discard_unless_signed, is_damage, sign
from broadsheet.index.index import Index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.pool import WorkerPool
from broadsheet.settings.config import Settings
from broadsheet.store.lock import Lock, exclusive_lock, locked_ns
from broadsheet.store.program import program_fingerprint
from broadsheet.store.store import Store

A = TypeVar("A")
J = TypeVar("J")

CACHE = ".digest"
INDEX = f"{CACHE}/index.sqlite"
READ_PARALLEL_FROM = 60  # days: from there on, processes pay
TICK_NS = 2 * 10**9  # of the clocks of file systems: FAT has the slowest
CHUNK_DAYS = 128  # days that wait for the index
CALL_DAYS = 8  # days that one call reads

# Makes an executor of so many processes; submitted calls must be picklable.
ExecutorFactory = Callable[[int], Executor]


def open_index(
    root: Path, settings: Settings, executors: ExecutorFactory = WorkerPool, store: Store | None = None
) -> Index:
    """Open the index of the digest in `root`, in step with `store` (default: its data).

    Raises DigestError where data cannot be read.
    """
    return with_sound_index(root, partial(_refreshed, root, settings, executors, store or Store(root)))


def _refreshed(root: Path, settings: Settings, executors: ExecutorFactory, store: Store) -> Index:
    with exclusive_lock(root, Lock.INDEX):
        discard_unless_signed(root / INDEX)
        index = index_without_refresh(root, settings)
        try:
            stamps = store.stamps(locked_ns(root, Lock.INDEX) - TICK_NS)
            index.refresh(store, partial(_map, executors), _map_jobs, stamps)
            sign(root / INDEX)
        except BaseException:
            index.close()
            raise
    return index


def with_sound_index(root: Path, do: Callable[[], A]) -> A:
    """Return the result of `do`; if the index is damaged, discard it and call `do` again.

    Raises DigestError where the index cannot be written.
    """
    try:
        return do()
    except (sqlite3.Error, UnicodeDecodeError, msgspec.MsgspecError) as error:
        if not is_damage(error):
            hint = "make room for it and make it writable; you may delete it, since builds create it anew"
            raise DigestError(Diagnostic(INDEX, str(error), hint)) from error
        discard(root / INDEX)
        return do()


def _map(executors: ExecutorFactory, do: Callable[[str], A], dates: list[str]) -> Iterable[A]:
    """Apply `do` to all `dates`; to many with one process per core."""
    if len(dates) < READ_PARALLEL_FROM:
        return map(do, dates)
    return _by_processes_or_inline(executors, do, dates)


def _by_processes_or_inline(executors: ExecutorFactory, do: Callable[[str], A], dates: list[str]) -> Iterator[A]:
    """Use processes. If one is killed, often for lack of memory, do the rest in this process."""
    count = 0
    try:
        for answer in _by_processes(executors, do, dates):
            count += 1
            yield answer
    except BrokenExecutor:
        yield from map(do, dates[count:])


def _by_processes(executors: ExecutorFactory, do: Callable[[str], A], dates: list[str]) -> Iterator[A]:
    with executors(os.cpu_count() or 1) as executor:
        # In chunks, since days wait in memory until they are stored. While one chunk is stored, the next is read.
        previous: list[Future[list[A]]] = []
        for start in range(0, len(dates), CHUNK_DAYS):
            end = min(start + CHUNK_DAYS, len(dates))
            calls = [
                executor.submit(_each, do, dates[first : first + CALL_DAYS]) for first in range(start, end, CALL_DAYS)
            ]
            yield from _results(previous)
            previous = calls
        yield from _results(previous)


def _map_jobs(do: Callable[[J], A], jobs: Iterable[J]) -> Iterator[A]:
    """Apply `do` to jobs that each take long, with one process per core. Few wait, since they are large.

    Related papers of a year take 2.8 s of CPU in one process.
    """
    rest = iter(jobs)
    first = list(islice(rest, 2))
    processes = os.cpu_count() or 1
    if len(first) < 2 or processes == 1:
        yield from map(do, chain(first, rest))
        return
    with WorkerPool(processes) as executor:
        calls: deque[tuple[Future[A] | None, J]] = deque()
        for job in chain(first, rest):
            if len(calls) > processes:
                yield _result_or_inline(do, *calls.popleft())
            calls.append((_submitted(executor, do, job), job))
        for call in calls:
            yield _result_or_inline(do, *call)


def _submitted(executor: Executor, do: Callable[[J], A], job: J) -> Future[A] | None:
    try:
        return executor.submit(do, job)
    except BrokenExecutor:
        return None


def _result_or_inline(do: Callable[[J], A], call: Future[A] | None, job: J) -> A:
    """Return the result of a call; if its process was killed, often for lack of memory, that of one in this process."""
    try:
        return call.result() if call else do(job)
    except BrokenExecutor:
        return do(job)


def _each(do: Callable[[str], A], dates: list[str]) -> list[A]:
    return list(map(do, dates))


def _results(calls: Iterable[Future[list[A]]]) -> Iterator[A]:
    # Not `Executor.map`, which cancels calls: Python 3.11's pool does not survive that when a process was killed.
    return chain.from_iterable(call.result() for call in calls)


def index_without_refresh(root: Path, settings: Settings) -> Index:
    """Open the index of the digest in `root` as the last refresh left it."""
    return Index(root / INDEX, settings, version=program_fingerprint())
