"""Checks of paths: files in ``data/`` that are not read, pages in ``docs/`` at the address of generated ones."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from broadsheet.build.output import generated_files, is_marked, visible_files
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.config import Settings
from broadsheet.settings.interests import LIKED_FOLDER
from broadsheet.store import records
from broadsheet.store.files import is_page, page_name_fault, printable, problem_from, read_regular, utf8_fault
from broadsheet.store.store import Store
from broadsheet.views.page import page_url

# Read by people, not by the program.
_ACCEPTED = re.compile(r"(README|LICEN[CS]E|NOTICE)(\.\w+)?", re.IGNORECASE)
_BY_DAY = {"replies": "replies", "dropped": "dropped papers"}
_LIBRECAT_HINT = "import a LibreCat export with 'broadsheet import', see 'broadsheet docs publications'"
_DATED = re.compile(r"(?:daily/\d{4}/\d\d/\d\d|weekly/\d{4}-W\d\d|monthly/\d{4}-\d\d)/", re.ASCII)


def misplaced_files(store: Store) -> Iterator[Diagnostic]:
    """Yield the files in ``data/`` that are not read where they are."""
    for path in sorted(store.data.rglob("*")):
        name = path.relative_to(store.data)
        is_hidden = any(part.startswith(".") for part in name.parts)
        if path.is_file() and not is_hidden and not _ACCEPTED.fullmatch(path.name):
            yield from _misplaced(store, path, name.parts[0])


def _misplaced(store: Store, path: Path, folder: str) -> Iterator[Diagnostic]:
    where = store.label(path)
    if folder in ("papers", "runs"):
        yield from _misplaced_day(store, path, folder)
    elif folder in _BY_DAY:
        path_of = {"replies": store.replies_path, "dropped": store.dropped_path}[folder]
        if path != path_of(path.stem if records.is_date(path.stem) else "0000-00-00"):
            hint = f"move it to data/{folder}/YYYY/YYYY-MM-DD.jsonl"
            yield Diagnostic(where, f"{_BY_DAY[folder]} are not read from here", hint)
    elif path.parent != store.data and folder == PurePosixPath(LIKED_FOLDER).name:
        return
    elif folder != "publications":
        yield Diagnostic(where, "nothing reads this file", "move it out of data/", is_note=True)
    elif path not in store.publication_files():
        is_yaml = path.suffix in (".yml", ".yaml")
        hint = f"rename it to data/publications/{path.stem}.yml" if is_yaml else _LIBRECAT_HINT
        yield Diagnostic(where, "publications are not read from here", hint)


def _misplaced_day(store: Store, path: Path, folder: str) -> Iterator[Diagnostic]:
    where = store.label(path)
    date = path.name.split(".")[0]
    if not records.is_calendar_date(date):
        yield Diagnostic(where, "not named after a day", "name it YYYY-MM-DD, or move it out of data/")
        return
    expected = store.papers_path(date) if folder == "papers" else store.receipt_path(date)
    if path == expected:
        return
    if expected.exists():
        what = f"is for the day {date}, and so is {store.label(expected)}"
        yield Diagnostic(where, what, "move the rows that only it has into the other file, then delete it")
    elif path.suffix == expected.suffix:
        yield Diagnostic(where, "this day is not read from here", f"move it to {store.label(expected)}")
    else:
        yield Diagnostic(where, "this day is not read from here", f"run 'broadsheet import {where}', then delete it")


def docs_problems(root: Path, settings: Settings, publications: frozenset[str]) -> Iterator[Diagnostic]:
    """Yield the hand-written pages at an address of generated ones, and those that cannot be read."""
    docs = root / settings.site.docs_dir
    generated = generated_files(docs)
    addresses = {page_url(path): path for path in generated if path.endswith(".md")}
    for path in sorted(name for name in visible_files(docs) if is_page(name)):
        try:
            if path in generated or is_marked(docs / path):
                continue
            if fault := page_name_fault(path) or utf8_fault(read_regular(docs / path)):
                yield Diagnostic(f"{settings.site.docs_dir}/{printable(path)}", *fault)
        except OSError as error:
            yield problem_from(error, root)
            continue
        address = page_url(path)
        if address in addresses or _is_reserved(address, settings, publications):
            where = f"{settings.site.docs_dir}/{printable(path)}"
            what = f"is at /{address}, so the generated page with this address is left out"
            yield Diagnostic(where, what, "rename it to have both", is_note=True)


def _is_reserved(address: str, settings: Settings, publications: frozenset[str]) -> bool:
    folder, _, name = address.rstrip("/").partition("/")
    if folder == "topics":
        return any(name == topic.id for topic in settings.topics)
    if folder == "publications":
        return name in publications or name.startswith(("years/", "types/", "departments/"))
    return bool(_DATED.fullmatch(address))
