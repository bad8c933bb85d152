"""Whole files or none: how everything that is kept gets written."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from broadsheet.store.files import read_regular

# A temporary file is named after the file that it is to become: ".2025-05-27.jsonl.0123abcd".
_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{8}", re.DOTALL)
_DATA = re.compile(r"\d{4}-\d\d-\d\d\.jsonl?|.+\.yml", re.DOTALL)
TOGETHER = 8  # so many files the disk is told of before the first is waited for: more do not make it faster


def write_atomically(path: Path, data: bytes, *, durable: bool = False, sole: bool = False) -> bool:
    """Make `path` hold `data`, by way of a temporary file beside it; False if it already did.

    A `durable` file has reached the disk before it takes the place of the old one: a power cut leaves either.
    The `sole` writer of a file, by a lock, removes the temporary files that killed writers of it left.
    """
    if sole and path.parent.is_dir():
        _remove_those_of(path)
    if _holds(path, data):
        return False
    for _ in _writing(path, data, durable):
        pass
    return True


def write_together(files: Iterable[tuple[Path, bytes]]) -> Iterator[bool | OSError]:
    """Make each of these different files hold its data, all of them `durable`; says of each, in order, whether it was
    written (False: it held that), or why it was not. Takes less time than one after the other: the disk has several
    to write while the first is waited for."""
    left = iter(files)
    while begun := [_begun(path, data) for path, data in islice(left, TOGETHER)]:
        yield from map(_ended, begun)


def _begun(path: Path, data: bytes) -> Iterator[None] | OSError | None:
    """The writing of a file, as far as it goes without waiting."""
    if _holds(path, data):
        return None
    writing = _writing(path, data, durable=True)
    try:
        next(writing)
    except OSError as error:
        return error
    return writing


def _ended(begun: Iterator[None] | OSError | None) -> bool | OSError:
    if begun is None or isinstance(begun, OSError):
        return begun or False
    try:
        next(begun, None)
    except OSError as error:
        return error
    return True


def _holds(path: Path, data: bytes) -> bool:
    try:
        return os.stat(path).st_size == len(data) and read_regular(path) == data
    except OSError:
        return False


def _writing(path: Path, data: bytes, durable: bool) -> Iterator[None]:
    """Pauses where it would have to wait for the disk. Whoever does not go on leaves nothing behind."""
    temporary = os.path.join(path.parent, f".{path.name}.{os.urandom(4).hex()}")
    handle = _created(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            del data  # several wait
            if durable:
                file.flush()
                if hasattr(os, "posix_fadvise"):  # begins to write: what is not needed in memory has to be on the disk
                    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                yield
                os.fsync(handle)
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            error.filename = error.filename2 or str(path)
        raise


def _created(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, 0o666)
    except (FileNotFoundError, NotADirectoryError):  # the folder is what is to be told of
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


def unfinished(name: str) -> str | None:
    """Return the name of the file that a temporary file called `name` was to become, if it is one of ours."""
    match = _TEMPORARY.fullmatch(name)
    return match[1] if match else None


def _is_data(name: str) -> bool:
    return _DATA.fullmatch(name) is not None


def remove_unfinished(folder: Path, is_ours: Callable[[str], bool] = _is_data) -> None:
    """Remove the temporary files below `folder` that killed writers left of the files whose names are ours."""
    for place, _, names in os.walk(folder):
        for name in names:
            if (target := unfinished(name)) and is_ours(target):
                Path(place, name).unlink(missing_ok=True)


def _remove_those_of(path: Path) -> None:
    for name in os.listdir(path.parent):
        if unfinished(name) == path.name:
            path.with_name(name).unlink(missing_ok=True)
