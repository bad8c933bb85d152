"""Whole files or none: how everything that is kept gets written."""

import os
import re
from pathlib import Path

# The temporary file of a page, of its twins, or of a day: a prefix of ours, and eight letters.
_UNFINISHED = re.compile(r"\.(?:index\.(?:md|html|json)|papers\.bib|\d{4}-\d\d-\d\d\.jsonl?)\.[a-z0-9_]{8}")


def write_atomically(path: Path, data: bytes, *, durable: bool = False) -> bool:
    """Make `path` hold `data`, by way of a temporary file beside it; False if it already did.

    A `durable` file has reached the disk before it takes the place of the old one: a power cut leaves either.
    """
    try:
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except OSError:
        pass
    if not os.path.isdir(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    temporary = os.path.join(path.parent, f".{path.name}.{os.urandom(4).hex()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            os.fchmod(handle, 0o644)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return True


def remove_unfinished(folder: Path) -> None:
    """Take away the temporary files of pages and days below `folder` whose writers were killed."""
    for place, _, names in os.walk(folder):
        for name in names:
            if _UNFINISHED.fullmatch(name):
                Path(place, name).unlink(missing_ok=True)
