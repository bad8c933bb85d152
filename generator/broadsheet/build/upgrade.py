"""``broadsheet upgrade``: bring the starter's files of a digest to this version by a three-way merge.

The base is a file as an earlier version wrote it, from the record. The user's changes stay: a file of this version that
cannot be merged is written beside the user's.
"""

import glob
import os
import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from broadsheet import __version__
from broadsheet.build.hosts import HOSTS, STARTER
from broadsheet.build.line_files import LINE_FILES, REQUIREMENTS, with_lines, with_pins
from broadsheet.build.merge import merge
from broadsheet.build.starter import Answers, render
from broadsheet.build.starter_record import RECORD, StarterRecord, beside, encode_record, read_record
from broadsheet.model.arxiv_taxonomy import CATEGORIES
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.processes.git import has_git
from broadsheet.settings.config import SETTINGS_FILE, SITE_FILE, no_digest
from broadsheet.store.files import read_regular
from broadsheet.store.samples import SAMPLES
from broadsheet.store.transaction import Transaction


class Outcome(StrEnum):
    """The result for one file, as it is printed."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "merged with your changes"
    LINES = "lines added"
    BESIDE = "your file stays as it is"
    WAITING = "not merged yet"
    REMOVED = "you removed it, so it stays away"
    RETIRED = "no longer part of the starter: remove it if you do not need it"


class FileChange(NamedTuple):
    """The change of a file of the digest; `target` is the file to write, if any, `before` and `after` are its bytes."""

    path: str
    outcome: Outcome
    target: Path | None = None
    before: bytes = b""
    after: bytes = b""
    reason: str = ""

    @property
    def conflicts(self) -> bool:
        """True if the user has to look at the file."""
        return self.outcome in (Outcome.BESIDE, Outcome.WAITING)


class Upgrade(NamedTuple):
    """The versions before and after, and the changes. Without a record, `before` is empty."""

    before: str
    after: str
    changes: list[FileChange]


def upgrade(root: Path, *, dry_run: bool = False, starter: Path = STARTER) -> Upgrade:
    """Upgrade the starter's files of the digest in `root`; with `dry_run` only return what would change.

    Raises DigestError or OSError, and then nothing is written.
    """
    if not (root / SETTINGS_FILE).is_file():
        raise DigestError(no_digest(root))
    record = read_record(root)
    if record and _number(record.version) > _number(__version__):
        what = f"version {record.version} wrote the files of this digest, and this is {__version__}"
        raise DigestError(Diagnostic(RECORD, what, "install that version or a later one"))
    if record and (problems := list(_answer_problems(record.answers))):
        raise DigestError(problems)
    if (root / RECORD).is_symlink() and _target(root, RECORD) is None:
        raise DigestError(Diagnostic(RECORD, "a link that leads out of the digest", "put the file itself in its place"))
    files = _files_of_this_version(record, starter)
    changes = list(_changes(root, record, files))
    new = {change.target for change in changes}
    changes += [change for change in waiting(root, files) if change.target not in new]
    if not dry_run:
        _write(root, record, files, changes)
    return Upgrade(record.version if record else "", __version__, changes)


def waiting(root: Path, paths: Iterable[str]) -> Iterator[FileChange]:
    """Yield the files that an earlier upgrade wrote beside those at `paths`, and that are still there."""
    for path in sorted(paths):
        for target in sorted((root / path).parent.glob(f"{glob.escape(Path(path).name)}.new*")):
            if re.fullmatch(r"\d*", target.name.rpartition(".new")[2]) and target.is_file():
                yield FileChange(path, Outcome.WAITING, target)


def _answer_problems(answers: Answers) -> Iterator[Diagnostic]:
    """Yield the answers of a record that this version does not know."""
    hosts = [host.name for host in HOSTS]
    if answers.host not in hosts:
        yield Diagnostic(RECORD, f"unknown host {answers.host!r}", f"write one of {', '.join(hosts)}")
    for category in answers.categories:
        if category not in CATEGORIES:
            yield Diagnostic(RECORD, f"{category!r} is not a category of arXiv", "remove it")


def _files_of_this_version(record: StarterRecord | None, starter: Path) -> dict[str, bytes]:
    """Return the files by the paths they have in this digest, where one may stand beside a file of the user.

    Without a record, the answers are unknown, and the files that contain them are left out.
    """
    if record is None:
        files = render(Answers(samples=False), starter)
        return {path: text.encode() for path, text in files.items() if path not in (SETTINGS_FILE, SITE_FILE)}
    files = render(record.answers, starter)
    return {beside(path) if beside(path) in record.files else path: text.encode() for path, text in files.items()}


def _changes(root: Path, record: StarterRecord | None, files: dict[str, bytes]) -> Iterator[FileChange]:
    bases = {path: text.encode() for path, text in record.files.items()} if record else {}
    for path, theirs in files.items():
        if theirs != bases.get(path) and (change := _change(root, path, bases.get(path), theirs, record is not None)):
            yield change
    for path in bases.keys() - files.keys():
        if os.path.lexists(root / path):
            yield FileChange(path, Outcome.RETIRED)


def _change(root: Path, path: str, base: bytes | None, theirs: bytes, recorded: bool) -> FileChange | None:
    """Return the change of one file; None if it is as this version would write it."""
    if not os.path.lexists(root / path):
        if base is not None or path.startswith(f"{SAMPLES}/"):
            return FileChange(path, Outcome.REMOVED) if base is not None else None
        return FileChange(path, Outcome.NEW, root / path, after=theirs) if recorded else _beside(root, path, theirs, "")
    target = _target(root, path)
    if target is None:
        return _beside(root, path, theirs, "it is no file, or a link that leads out of the digest")
    ours = read_regular(target)
    if _lines(ours) == _lines(theirs):
        return None
    if base is None:
        return _beside(root, path, theirs, "this version has a file of that name, too")
    return _merged(root, path, target, (ours, base, theirs))


def _merged(root: Path, path: str, target: Path, texts: tuple[bytes, bytes, bytes]) -> FileChange | None:
    ours, base, theirs = texts
    if path == REQUIREMENTS and _lines(ours) != _lines(base):
        pinned, conflicts = with_pins(ours, theirs, base)
        if conflicts:
            return _beside(root, path, theirs, f"you and this version changed {', '.join(conflicts)}")
        lines = with_lines(path, pinned, theirs, base)
        return FileChange(path, Outcome.MERGED, target, ours, lines) if lines != ours else None
    outcome = Outcome.UPDATED if _lines(ours) == _lines(base) else Outcome.MERGED
    can_merge = outcome is Outcome.UPDATED or has_git()
    merged = merge(ours, base, theirs, path) if can_merge else None
    if merged is None and path in LINE_FILES:
        merged, outcome = with_lines(path, ours, theirs, base), Outcome.LINES
    if merged is None:
        conflict = "you and this version changed the same lines"
        return _beside(root, path, theirs, conflict if can_merge else "Git, which merges changes, is not installed")
    return FileChange(path, outcome, target, ours, merged) if merged != ours else None


def _beside(root: Path, path: str, theirs: bytes, reason: str) -> FileChange | None:
    """Return the change that writes this version's file beside the user's; None if an earlier upgrade did."""
    names = (f"{path}.new", *(f"{path}.new{number}" for number in range(2, 100)))
    for name in names:
        target = root / name
        if not os.path.lexists(target):
            return FileChange(path, Outcome.BESIDE, target, _bytes(root / path), theirs, reason)
        if target.is_file() and read_regular(target) == theirs:
            return None
    raise DigestError(Diagnostic(f"{path}.new", "too many files with such names", "remove them"))


def _bytes(path: Path) -> bytes:
    return read_regular(path) if path.is_file() else b""


def _target(root: Path, path: str) -> Path | None:
    """Return the file to write for `path`, behind a link; None if it is none, or outside of the digest."""
    real = (root / path).resolve()
    return real if real.is_file() and real.is_relative_to(root.resolve()) else None


def _lines(data: bytes) -> bytes:
    return data.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")


def _write(root: Path, record: StarterRecord | None, files: dict[str, bytes], changes: list[FileChange]) -> None:
    """Write all changes and the new record, or nothing."""
    with Transaction() as transaction:
        for change in changes:
            if change.target is not None and change.outcome is not Outcome.WAITING:
                transaction.write(change.target, change.after)
        if record is not None:
            texts = {path: data.decode() for path, data in files.items()}
            new = StarterRecord(version=__version__, answers=record.answers, files=texts)
            transaction.write((root / RECORD).resolve(), encode_record(new))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
