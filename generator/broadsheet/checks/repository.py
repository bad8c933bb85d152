"""Checks of a digest's repository: files that wait to be merged, data that Git ignores, and the wrong top folder."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from broadsheet.build.repository import repository_notes
from broadsheet.build.starter_record import read_record
from broadsheet.build.upgrade import waiting
from broadsheet.model.diagnostics import Diagnostic, DigestError


def repository_problems(root: Path) -> Iterator[Diagnostic]:
    """Yield the warnings of the repository that the digest in `root` is in."""
    try:
        record = read_record(root)
    except DigestError as error:
        yield from (msgspec.structs.replace(problem, is_note=True) for problem in error.problems)
        record = None
    for path, target in ((change.path, change.target) for change in waiting(root, record.files if record else ())):
        hint = f"move what you need from {target.name if target else path}, then delete that"
        yield Diagnostic(path, "this version's file beside it is not merged yet", hint, is_note=True)
    yield from repository_notes(root, record.answers.host if record else "")
