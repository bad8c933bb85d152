"""Atomic writes: a file is written whole or not at all."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from broadsheet.store.files import read_regular

# A temporary file is named after the file that it is to become: ".2025-05-27.jsonl.0123abcd".
_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{8}", re.DOTALL)
_DATA = re.compile(r"\d{4}-\d\d-\d\d\.jsonl?|.+\.yml", re.DOTALL)
CONCURRENT_WRITES = 8  # files being written at once; more are not faster


def write_atomically(path: Path, data: bytes, *, durable: bool = False, sole: bool = False) -> bool:
    """Write a file by way of a temporary file beside it; return False if it already contains `data`.

    A `durable` file reaches the disk before it replaces the old one: a power cut leaves either.
    The `sole` writer of a file, by a lock, removes the temporary files of killed writers.
    """
    if sole and path.parent.is_dir():
        _remove_unfinished_of(path)
    if _holds(path, data):
        return False
    for _ in _writing(path, data, durable):
        pass
    return True


def write_new(path: Path, data: bytes) -> None:
    """Write a file into a folder that no other program reads until it is complete.

    A file that is there, of a killed writer, is replaced. Without a temporary file, it takes half the time.
    """
    try:
        handle = _create(str(path))
    except FileExistsError:
        write_atomically(path, data)
        return
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def write_together(files: Iterable[tuple[Path, bytes]]) -> Iterator[bool | OSError]:
    """Write several files durably; yield for each True (written), False (unchanged) or the OSError.

    The waits for the disk overlap, which is faster than one file after the other.
    """
    rest = iter(files)
    while writes := [_begin(path, data) for path, data in islice(rest, CONCURRENT_WRITES)]:
        yield from map(_finish, writes)


def _begin(path: Path, data: bytes) -> Iterator[None] | OSError | None:
    """Start to write a file, as far as possible without waiting for the disk."""
    if _holds(path, data):
        return None
    writing = _writing(path, data, durable=True)
    try:
        next(writing)
    except OSError as error:
        return error
    return writing


def _finish(writing: Iterator[None] | OSError | None) -> bool | OSError:
    if writing is None or isinstance(writing, OSError):
        return writing or False
    try:
        next(writing, None)
    except OSError as error:
        return error
    return True


def _holds(path: Path, data: bytes) -> bool:
    try:
        return os.stat(path).st_size == len(data) and read_regular(path) == data
    except OSError:
        return False


def _writing(path: Path, data: bytes, durable: bool) -> Iterator[None]:
    """Write a file; pause before the wait for the disk. If it is abandoned there, it leaves no file."""
    temporary = os.path.join(path.parent, f".{path.name}.{os.urandom(4).hex()}")
    handle = _create(temporary)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            del data  # several writes wait, each with its data
            if durable:
                file.flush()
                if hasattr(os, "posix_fadvise"):  # starts the write: only data on the disk can leave memory
                    os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
                yield
                os.fsync(handle)
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            error.filename = error.filename2 or str(path)
        raise


def _create(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(path, flags, 0o666)
    except (FileNotFoundError, NotADirectoryError):  # errors name the folder
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)


def unfinished(name: str) -> str | None:
    """Return the name of the final file if `name` is that of one of our temporary files."""
    match = _TEMPORARY.fullmatch(name)
    return match[1] if match else None


def _is_data(name: str) -> bool:
    return _DATA.fullmatch(name) is not None


def remove_unfinished(folder: Path, is_ours: Callable[[str], bool] = _is_data) -> None:
    """Remove temporary files of killed writers below `folder`, for final names that are ours."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if (target := unfinished(name)) and is_ours(target):
                Path(parent, name).unlink(missing_ok=True)


def _remove_unfinished_of(path: Path) -> None:
    for name in os.listdir(path.parent):
        if unfinished(name) == path.name:
            path.with_name(name).unlink(missing_ok=True)
