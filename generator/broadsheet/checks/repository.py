"""Checks of a digest's repository: files that wait to be merged, data that Git ignores, and the wrong top folder."""

from collections.abc import Iterator
from pathlib import Path

from broadsheet.build.repository import repository_notes
from broadsheet.build.starter_record import read_record
from broadsheet.build.upgrade import waiting
from broadsheet.model.diagnostics import Diagnostic, DigestError


def repository_problems(root: Path) -> Iterator[Diagnostic]:
    """Yield the warnings of the repository that the digest in `root` is in."""
    try:
        record = read_record(root)
    except DigestError as error:
        yield from error.problems
        record = None
    for change in waiting(root, record.files if record else ()):
        name = change.target.relative_to(root).as_posix() if change.target else ""
        what = f"move what you need from {name}, then delete that"
        yield Diagnostic(change.path, str(change.outcome), what, is_note=True)
    yield from repository_notes(root, record.answers.host if record else "")
