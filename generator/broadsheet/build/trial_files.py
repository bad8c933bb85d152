"""The files that docs/ has after a build, before there is one: those that a page or the navigation may link to."""

import re
import sqlite3
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, set_exclusions

from broadsheet import PROGRAM
from broadsheet.build.output import DocsFiles, generated_files, outside_test
from broadsheet.build.theme_sheet import THEME_SHEET
from broadsheet.index.index import Index
from broadsheet.index.open import open_index
from broadsheet.index.periods import week_of
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings.config import Settings
from broadsheet.store.files import is_page, read_regular, utf8_fault
from broadsheet.store.samples import shown_store
from broadsheet.views.page import Page, page_url
from broadsheet.views.permalink import AUTHORS, has_page

# The folders of feeds and of BibTeX files beside pages. A link to such a file is right until a build has written all.
_FOLDERS = ("daily", "feeds", "monthly", "publications", "topics", "weekly")

_AUTHOR_FEED = re.compile(rf"({AUTHORS}[^/]+/)feed\.xml")

# The addresses of the pages that every digest has. The modules of these pages take a sixth of a build of nothing new.
SINGLE_PAGES = (
    *("", "archive/", AUTHORS, "topics/", "publications/", "search/"),
    *("saved/", "since/", "statistics/", "subscribe/", "about/"),
)


class DataPages:
    """The pages of days, weeks, months, papers, people and publications, which are many.

    For the first question, the days are listed; for the first one about the last three, the index is opened.
    """

    def __init__(self, root: Path, settings: Settings) -> None:
        self._root, self._settings = root, settings

    def __enter__(self) -> "DataPages":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if index := vars(self).get("_index"):
            index.close()

    def __contains__(self, path: str) -> bool:
        """Return whether there is such a page. If the data cannot be read, which is a problem of its own, assume it."""
        folder, _, name = path.removesuffix("/index.md").partition("/")
        if not path.endswith("/index.md") or not name:
            return False
        if folder in ("daily", "weekly", "monthly"):
            return path.removesuffix("index.md") in self._periods
        if folder not in ("papers", "authors", "publications"):
            return False
        if self._index is None:
            return True
        if folder == "authors":
            return self._index.author(name, 0) is not None
        return self._is_paper(self._index, unquote(name)) if folder == "papers" else path in self._publications

    def _is_paper(self, index: Index, name: str) -> bool:
        dates = index.first_days([name]).values()
        entries = (entry for date in dates for entry in index.day(date))
        return any(entry.paper.arxiv_id == name and has_page(entry, self._settings) for entry in entries)

    @cached_property
    def _periods(self) -> set[str]:
        addresses: set[str] = set()
        with suppress(DigestError):  # which is reported as a problem of the data
            for date in shown_store(self._root).dates():
                addresses |= {f"daily/{date.replace('-', '/')}/", f"weekly/{week_of(date)}/", f"monthly/{date[:7]}/"}
        return addresses

    @cached_property
    def _publications(self) -> set[str]:
        from broadsheet.views.page_types import PAGE_TYPES  # noqa: PLC0415 - a sixth of a build of nothing new

        assert self._index
        pages = PAGE_TYPES["publications"].pages(self._index, self._settings, "")
        return {page.path for page in pages if isinstance(page, Page)}

    @cached_property
    def _index(self) -> Index | None:
        try:
            return open_index(self._root, self._settings, store=shown_store(self._root))
        except (DigestError, OSError, sqlite3.Error):
            return None


class TrialFiles(Files):
    """The files of docs/ after a build; those in `data_pages` and some others are added when a link leads to them."""

    def __init__(self, config: MkDocsConfig, names: Collection[str], data_pages: DataPages) -> None:
        self._folders = config.docs_dir, config.site_dir, config.use_directory_urls
        super().__init__([File(name, *self._folders) for name in sorted(names)])
        set_exclusions(self, config)
        self._data_pages = data_pages
        self._addresses = {page_url(name) for name in names if name.endswith(".md")}

    def get_file_from_path(self, path: str) -> File | None:
        """Return the file at a path in docs/, or None."""
        file = super().get_file_from_path(path)
        if file is None and (self._is_data_page(path) or _is_beside_page(path)):
            file = File(path, *self._folders)
            self.append(file)
        return file

    def _is_data_page(self, path: str) -> bool:
        """Return whether there is such a page, or feed of an author, and no hand-written page with its address."""
        feed = _AUTHOR_FEED.fullmatch(path)
        page = f"{feed[1]}index.md" if feed else path
        return page in self._data_pages and page_url(page) not in self._addresses


def _is_beside_page(path: str) -> bool:
    folder, _, name = path.partition("/")
    return folder in _FOLDERS and "." in name and not name.endswith(".md")


def own_files(docs: Path, walk: Callable[[Path], DocsFiles]) -> list[str]:
    """Return the hand-written files in docs/ that are published, but for pages that `checks.files` finds unreadable."""
    is_outside = outside_test(docs)
    return [name for name in walk(docs).hand_written if not is_outside(name) and _is_readable(docs, name)]


def _is_readable(docs: Path, name: str) -> bool:
    try:
        name.encode()
        return not is_page(name) or not utf8_fault(read_regular(docs / name))
    except (UnicodeEncodeError, OSError):
        return False


def generated_names(root: Path, settings: Settings, own: Iterable[str]) -> set[str]:
    """Return the paths in docs/ of generated files besides those of `own`, but for those in `DataPages`."""
    addresses = {*SINGLE_PAGES, *(f"topics/{topic.id}/" for topic in settings.topics)}
    if settings.author_pages == "none":
        addresses.remove(AUTHORS)
    addresses -= {page_url(name) for name in own if name.endswith(".md")}
    scripts = PROGRAM / "views" / "scripts"
    files = {f"assets/{file.relative_to(scripts).as_posix()}" for file in scripts.rglob("*") if file.is_file()}
    assets = {name for name in generated_files(root / settings.site.docs_dir) if name.startswith("assets/")}
    return {*(f"{address}index.md" for address in addresses), "assets/digest.css", THEME_SHEET, *files, *assets}
