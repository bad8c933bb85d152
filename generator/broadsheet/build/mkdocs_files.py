"""The files of ``docs/`` that MkDocs has to build: all but those that are in the site already.

Fast path: files that are present are not listed, and pages among them have no MkDocs page; the sitemap is made from
their addresses. Slow path: MkDocs' own list, as `broadsheet.build.swap.run_mkdocs` uses it. The test is
`test_with_a_hook_mkdocs_builds_everything_and_the_site_is_the_same`; a build of one more day takes a tenth less where
the archive has a year.
"""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from urllib.parse import quote

from markupsafe import escape
from mkdocs.commands import build as mkdocs_build
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, get_files, set_exclusions

README = "README.md"  # has the address of the page beside it
_is_plain = re.compile(r"[a-z0-9/.-]*").fullmatch  # an address without anything to quote
INDEX_MARK, FILE_MARK = "\1", "\2"  # these sort before the names of folders


class RemainingFiles(Files):
    """Files without those that are `present` in the site. A link may lead to these as well."""

    def __init__(self, files: Iterable[File], present: Collection[str], config: MkDocsConfig) -> None:
        super().__init__(files)
        self._present, self._config = present, config
        self._targets: dict[str, File] = {}

    def get_file_from_path(self, path: str) -> File | None:
        """Return the file at a path in docs/, or None."""
        return super().get_file_from_path(path) or self._target(os.path.normpath(path))

    def _target(self, path: str) -> File | None:
        if path in self._present and path not in self._targets:
            self._targets[path] = _file(path, self._config)
            set_exclusions([self._targets[path]], self._config)
        return self._targets.get(path)


@contextmanager
def listing(present: Collection[str], names: Collection[str] = ("/",)) -> Iterator[None]:
    """Let MkDocs list the files of docs/ without those that are `present` in the site.

    `names` are all files there, and folders, with a slash, whose files are not among them; by default, docs/ itself.
    """

    def list_files(config: MkDocsConfig) -> Files:
        files = _remaining(config, present, names)
        return RemainingFiles(_without_conflicts(config, present) if files is None else files, present, config)

    mkdocs_build.get_files = list_files  # type: ignore[attr-defined]
    try:
        yield
    finally:
        mkdocs_build.get_files = get_files  # type: ignore[attr-defined]


def _remaining(config: MkDocsConfig, present: Collection[str], names: Collection[str]) -> list[File] | None:
    """Return the files, or None if two of them may have one address."""
    docs = config.docs_dir
    folders = [name for name in names if name.endswith("/")]
    all_files = chain(set(names).difference(present, folders), *(_files_below(docs, folder) for folder in folders))
    paths = {path for path in all_files if path not in present and os.path.lexists(f"{docs}/{path}")}
    if any(os.path.basename(path) == README for path in paths):
        return None
    files = [_file(path, config) for path in sorted(paths, key=place)]
    set_exclusions(files, config)
    return files


def _files_below(docs: str, folder: str) -> Iterator[str]:
    for outer, _, names in os.walk(f"{docs}/{folder}", followlinks=True):
        yield from (os.path.relpath(f"{outer}/{name}", docs) for name in names)


def _without_conflicts(config: MkDocsConfig, present: Collection[str]) -> list[File]:
    return [file for file in get_files(config) if file.src_uri not in present]


def _file(path: str, config: MkDocsConfig) -> File:
    return File(path, config.docs_dir, config.site_dir, config.use_directory_urls)


def place(path: str) -> str:
    """Return the key by which MkDocs orders paths: the files of a folder before its inner ones, the index first."""
    folder, _, name = path.rpartition("/")
    is_index = name == "index.md" or os.path.splitext(name)[0] in ("index", "README")
    return folder.replace("/", "\0") + f"\0{INDEX_MARK if is_index else FILE_MARK}{name}"


def sitemap_entries(files: Files, prerendered: Mapping[str, str | None], config: MkDocsConfig) -> str:
    """Return the entries of the sitemap in MkDocs' order: those of `files`, and of the `prerendered` pages.

    Most pages have no MkDocs page that a template could loop over. The test is
    `test_the_theme_makes_of_a_page_what_mkdocs_makes_of_it`.
    """
    pages = {file.src_uri: file.page for file in files.documentation_pages()}
    entries = {
        path: _entry(escape(page.canonical_url), escape(page.meta.get("updated") or ""))
        for path, page in pages.items()
        if page and page.canonical_url
    }
    excluded = [patterns for patterns in (config.exclude_docs, config.draft_docs) if patterns]
    site = escape(config.site_url or "")  # the rest of an address is plain or quoted: it needs no escaping
    for path, updated in prerendered.items() if site else ():
        if path not in pages and not any(patterns.match_file(path) for patterns in excluded):
            entries[path] = _entry(f"{site}{_address(path)}", updated)
    return "".join(entries[path] for path in sorted(entries, key=place))


def _address(path: str) -> str:
    address = path.removesuffix("index.md")
    return address if _is_plain(address) else quote(address)


def _entry(address: str, updated: str | None) -> str:
    date = f"<lastmod>{updated}</lastmod>" if updated else ""
    return f"\n<url><loc>{address}</loc>{date}</url>"
