"""Looking at a built site: its size, and what a build did to its files."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.figures import Rewritten, Size


class File(NamedTuple):
    """A file as it stood: what a rewrite changes (inode, time) and what it may not change (bytes)."""

    inode: int
    modified: int
    content: bytes


def snapshot(site: Path) -> dict[str, File]:
    """Every file of `site` as it stands."""
    found = {}
    for path in sorted(site.rglob("*")):
        if path.is_file():
            status = path.stat()
            content = hashlib.blake2b(path.read_bytes(), digest_size=16).digest()
            found[path.relative_to(site).as_posix()] = File(status.st_ino, status.st_mtime_ns, content)
    return found


def compare(before: dict[str, File], after: dict[str, File], archive: str, what: str) -> Rewritten:
    """What happened between two snapshots."""
    both = before.keys() & after.keys()
    changed = {name for name in both if before[name].content != after[name].content}
    needless = sorted(name for name in both - changed if before[name] != after[name])
    return Rewritten(
        archive=archive,
        what=what,
        added=len(after.keys() - before.keys()),
        changed=len(changed),
        removed=len(before.keys() - after.keys()),
        needless=len(needless),
        untouched=len(both) - len(changed) - len(needless),
        examples=tuple(needless[:5]),
    )


def measure(site: Path, archive: str) -> Size:
    """The size of `site`."""
    sizes = {path.relative_to(site).as_posix(): path.stat().st_size for path in site.rglob("*") if path.is_file()}
    search = sum(size for name, size in sizes.items() if name.startswith("search-index/"))
    largest = max(sizes.items(), key=lambda pair: (pair[1], pair[0]), default=("", 0))
    return Size(archive, sum(sizes.values()), len(sizes), search, largest)


def weigh(folder: Path) -> int:
    """The bytes of all files below `folder`."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
