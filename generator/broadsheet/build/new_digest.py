"""``broadsheet new``: write the starter into a new folder, or into a repository that has files already."""

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from broadsheet import __version__
from broadsheet.build.line_files import LINE_FILES, REQUIREMENTS, with_lines, with_pins
from broadsheet.build.repository import repository_notes
from broadsheet.build.starter import Answers, render
from broadsheet.build.starter_record import RECORD, StarterRecord, beside, encode_record
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.settings.address import address_problems
from broadsheet.settings.config import SETTINGS_FILE, SITE_FILE
from broadsheet.store.files import read_regular
from broadsheet.store.transaction import Transaction
from broadsheet.text.sanitize import one_line, safe_url

# The files of an empty repository, beside hidden ones, and of a library: they stay, and a digest may be beside them.
_OF_A_REPOSITORY = re.compile(
    r"\..*|(?:README|LICEN[CS]E|COPYING|CODEOWNERS)(?:[.-].*)?|[^/]+\.(?:md|rst|cff|bib|ris|json|ya?ml)",
    re.IGNORECASE | re.DOTALL,
)


class NewDigest(NamedTuple):
    """The written files of a new digest, and notes on the user's files in the same places."""

    paths: list[str]
    notes: list[Diagnostic]


class PlannedFile(NamedTuple):
    """A file to write: its path, its bytes (None if they are there already), and a note on the user's file."""

    path: str
    data: bytes | None
    note: Diagnostic | None = None


def start(folder: Path, answers: Answers, more: Mapping[str, bytes] | None = None) -> NewDigest:
    """Write a new digest into `folder`, with `more` files by their paths.

    The user's files stay: lines are added to lists like .gitignore, and any other file is written beside the user's.
    Raises DigestError or OSError, and then nothing is written.
    """
    problems = [
        *folder_problems(folder),
        *name_problems(answers.name),
        *address_problems(answers.url, "--url"),
    ]
    if problems:
        raise DigestError(problems)
    address = (safe_url(answers.url) or "").rstrip("/") + "/"
    answers = msgspec.structs.replace(answers, name=one_line(answers.name), url=address)
    if problems := settings_problems(answers):
        raise DigestError(problems)
    files = {path: text.encode() for path, text in render(answers).items()}
    places = {path: _place(folder, path, data) for path, data in ({**files, **(more or {})}).items()}
    record = StarterRecord(
        version=__version__, answers=answers, files={places[path].path: data.decode() for path, data in files.items()}
    )
    _write(folder, [*places.values(), PlannedFile(RECORD, encode_record(record))])
    notes = [place.note for place in places.values() if place.note] + list(repository_notes(folder, answers.host))
    return NewDigest([place.path for place in places.values() if place.data is not None], notes)


def _place(folder: Path, path: str, data: bytes) -> PlannedFile:
    """Return where to write a file, and what. Raises DigestError if both its names are taken."""
    target = folder / path
    if not os.path.lexists(target):
        return PlannedFile(path, data)
    before = read_regular(target) if target.is_file() else None
    if before == data:
        return PlannedFile(path, None)
    if path in LINE_FILES and before is not None and not target.is_symlink():
        return _extended(path, before, data)
    other = beside(path)
    if os.path.lexists(folder / other):
        raise DigestError(Diagnostic(str(folder / other), "a file with this name is here already", "move it away"))
    hint = "compare the two, and move what you need into yours"
    return PlannedFile(other, data, Diagnostic(path, f"yours stays; the digest's is {other}", hint, is_note=True))


def _extended(path: str, before: bytes, data: bytes) -> PlannedFile:
    """Return the user's list `before` with the lines of the digest that it lacks."""
    lines = with_lines(path, before, data)
    conflicts = with_pins(before, data)[1] if path == REQUIREMENTS else []
    if lines == before and not conflicts:
        return PlannedFile(path, None)
    what = "yours stays" + (", with the lines of the digest at its end" if lines != before else "")
    hint = f"the digest has another version than {', '.join(conflicts)}: choose one" if conflicts else "check them"
    return PlannedFile(path, None if lines == before else lines, Diagnostic(path, what, hint, is_note=True))


def _write(folder: Path, places: list[PlannedFile]) -> None:
    """Write all files or none. The settings come last: they make the folder a digest."""
    with Transaction() as transaction:
        for place in sorted(places, key=lambda place: place.path == SETTINGS_FILE):
            if place.data is not None:
                transaction.write(folder / place.path, place.data)


def folder_problems(folder: Path) -> Iterator[Diagnostic]:
    """Yield the problem of a folder that no digest can be written into."""
    if folder.exists() and not folder.is_dir():
        yield Diagnostic(str(folder), "this is a file", "name a new folder")
    elif os.path.lexists(folder / SETTINGS_FILE):
        hint = "bring its files to this version with 'broadsheet upgrade', or name a new folder"
        yield Diagnostic(str(folder), "this is a digest already", hint)
    elif folder.is_dir() and not _is_a_repository(folder):
        yield Diagnostic(str(folder), "the folder is not empty", "name a new folder, or empty this one")


def _is_a_repository(folder: Path) -> bool:
    """Return whether the folder is a repository of Git, or has no more than an empty one has."""
    names = [entry.name for entry in folder.iterdir()]
    return ".git" in names or all(map(_OF_A_REPOSITORY.fullmatch, names))


def name_problems(name: str) -> Iterator[Diagnostic]:
    """Yield the problem of a site's name."""
    if not one_line(name) or not one_line(name).isprintable():
        what, hint = f"{name!r} is not a name for a site", "use letters, digits, spaces and punctuation"
        yield Diagnostic("--name", what, hint)


def settings_problems(answers: Answers) -> list[Diagnostic]:
    """Return the errors that the settings made from these answers would have."""
    files = render(answers)
    with tempfile.TemporaryDirectory(prefix="broadsheet-") as folder:
        for path in (SETTINGS_FILE, SITE_FILE):
            Path(folder, path).write_text(files[path], "utf-8")
        _, problems = config.read(Path(folder), {})
    return [problem for problem in problems if not problem.is_note]
