"""Locks between processes: one command at a time writes ``data/``, scores, builds, or sends a list's mail.

A lock is an flock(2) of a file that names its holder for those that wait. The system releases it when the holder dies,
however that happens, so nothing has to be removed by hand. A forked process would share the lock and could outlive its
holder; so it closes the file at once.
"""

import datetime
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import StrEnum
from pathlib import Path

import msgspec

READS, PAUSE_S = 20, 0.05  # a lock that was taken just now does not name its holder yet

_descriptors: set[int] = set()


class Lock(StrEnum):
    """The locks of a digest, by the names of their files in ``.digest/``."""

    DATA = "run"  # writing data/
    SCORING = "scoring"  # asking a language model, training the local one
    BUILD = "lock"  # writing docs/ and the site
    INDEX = "index"  # bringing the index in step with data/
    PREVIEW = "preview"  # writing the preview of a mail


class Holder(msgspec.Struct, frozen=True):
    """The process that holds a lock."""

    command: str
    pid: int
    host: str


class _Process:
    """The name of this process, and its notice that it waits: see `introduce`."""

    command = "a program"
    waiting: Callable[[str], None] = staticmethod(lambda holder: None)


def introduce(command: str, waiting: Callable[[str], None]) -> None:
    """Name this process to others; `waiting` is called with a description of the holder before a lock is waited for."""
    _Process.command, _Process.waiting = command, staticmethod(waiting)


def exclusive_lock(root: Path, name: Lock) -> AbstractContextManager[None]:
    """Hold one of the locks of the digest in `root`."""
    return file_lock(_path(root, name))


def locked_ns(root: Path, name: Lock) -> int:
    """Return when this process got a lock of the digest in `root`, by the clock of the file system."""
    return os.stat(_path(root, name)).st_mtime_ns  # then it wrote its name


def _path(root: Path, name: Lock) -> Path:
    return root / ".digest" / name


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold the lock in the file `path`; report another holder, and wait for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with descriptor(path, os.O_RDWR | os.O_CREAT) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _Process.waiting(_holder(path))
            fcntl.flock(file, fcntl.LOCK_EX)
        _overwrite(file, msgspec.json.encode(Holder(_Process.command, os.getpid(), os.uname().nodename)))
        try:
            yield
        finally:
            if file in _descriptors:  # else this is a forked process
                _overwrite(file, b"")


@contextmanager
def descriptor(path: Path, flags: int) -> Iterator[int]:
    """Open a file or folder to lock it. The lock ends with the context, and does not pass to forked processes."""
    file = os.open(path, flags | os.O_NOFOLLOW, 0o666)  # a link would lock, and make, a file elsewhere
    _descriptors.add(file)
    try:
        yield file
    finally:
        if file in _descriptors:
            _descriptors.remove(file)
            os.close(file)


def _close_all() -> None:
    while _descriptors:
        os.close(_descriptors.pop())


os.register_at_fork(after_in_child=_close_all)


def _overwrite(file: int, data: bytes) -> None:
    with suppress(OSError):  # the lock holds on a full disk too
        os.ftruncate(file, 0)
        os.pwrite(file, data, 0)


def _holder(path: Path) -> str:
    """Describe the holder of a lock. Its time is the file's: the holder wrote its name when it got the lock."""
    try:
        data = _read_holder(path)
        holder = msgspec.json.decode(data, type=Holder)
        since = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.UTC)
    except (OSError, msgspec.MsgspecError):
        return "another process is at work"
    words = f"process {holder.pid} on {holder.host} ({holder.command})"
    printable = "".join(character if character.isprintable() else "?" for character in words)
    return f"{printable} has been at work since {since:%Y-%m-%dT%H:%M:%SZ}"


def _read_holder(path: Path) -> bytes:
    for _ in range(READS):
        if data := path.read_bytes():
            return data
        time.sleep(PAUSE_S)
    return b""
