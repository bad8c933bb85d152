"""MkDocs in this process: its theme around prerendered pages, and the rest of the site."""

import datetime as dt
import logging
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import mkdocs
from jinja2 import Environment, FileSystemLoader, TemplateError
from markupsafe import escape
from mkdocs.commands.build import build, get_context
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc
from mkdocs.theme import Theme as MkDocsTheme

from broadsheet.build.mkdocs_files import listing, sitemap_entries
from broadsheet.build.output import outside_test, visible_files
from broadsheet.build.page_messages import page_problem
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.program import Compiled
from broadsheet.translations import language
from broadsheet.views.markdown import HEADING_ID, head, html, html_above, meta
from broadsheet.views.page import MetaTag
from broadsheet.views.page import Page as DigestPage

# Under these, raw HTML blocks pass Python-Markdown unchanged, and a page depends on no other page.
HARMLESS_PLUGINS = {"search", "material/search"}
HARMLESS_EXTENSIONS = {
    *("abbr", "admonition", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "meta", "tables", "toc"),
    *("pymdownx.details", "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.tasklist", "pymdownx.tilde"),
}
# In a frame, these stand for the last part of a page's address, its title, description, head tags and content. The
# last contains a heading, since themes look for one.
PLACEHOLDER_TAG = MetaTag("digest-blank-tag", "")
PLACEHOLDERS = (
    *("digest-blank-name", "digest-blank-title", "digest-blank-description"),
    *(head([PLACEHOLDER_TAG]), "<h1>digest-blank-content</h1>"),
)
# The content of a page, which may have white space that counts.
_CONTENT = re.compile(r'(<article class="md-content__inner\b.*</article>)', re.DOTALL)
# White space with a line break, and elements in which it counts.
_SPACE = re.compile(r"(<(pre|script|style|textarea)\b.*?</\2>)|\s*\n\s*", re.DOTALL)
# What the theme's scripts would fill, and its menu, which our header replaces.
_UNUSED = re.compile(
    r'<input class="md-toggle"[^>]*>|<label class="md-overlay"[^>]*></label>'
    r'|<div data-md-component="announce">\s*</div>'
    r'|<div class="md-dialog"[^>]*>\s*<div class="md-dialog__inner md-typeset"></div>\s*</div>'
)
HOME, SITEMAP = "index.md", "sitemap.xml"
_PLACEHOLDERS = [blank.encode() for blank in PLACEHOLDERS]


def can_bypass_markdown(root: Path) -> bool:
    """Return whether mkdocs.yml configures no plugin or extension that could change the HTML of generated pages.

    Every entry of the navigation must have a title. Without one, MkDocs takes it from the text of the page.
    """
    config = load_config(str(root / "mkdocs.yml"))
    plain = set(config.plugins) <= HARMLESS_PLUGINS and not config.hooks and config.use_directory_urls
    titled = all(isinstance(entry, dict) for entry in _entries(config.nav))
    return plain and titled and set(config.markdown_extensions) <= HARMLESS_EXTENSIONS


def _entries(nav: Any) -> Iterator[Any]:
    for entry in nav or [None]:
        yield entry
        if isinstance(entry, dict):
            for inner in entry.values():
                if isinstance(inner, list):
                    yield from _entries(inner)


class Theme:
    """The theme of the digest in `root` with its navigation. Loading it takes a third of a second."""

    def __init__(self, root: Path, site_url: str) -> None:
        with _quiet():
            self._config = load_config(str(root / "mkdocs.yml"), site_url=site_url)
            self._config = self._config.plugins.on_config(self._config)
            self._env = CachingTheme(self._config.theme).get_env()
            files = Files([self._file(path) for path in _nav_paths(self._config.nav)])
            self._nav = get_navigation(files, self._config)
        self._frames: dict[tuple[object, ...], list[bytes]] = {}
        self._pages = {page.file.src_uri: page for page in self._nav.pages}

    def render(self, page: DigestPage, body: bytes) -> bytes:
        """Return the HTML file of a page, as MkDocs would write it (`compact_frame`); `body` is the page's, encoded.

        Fast path: pages of a folder share one frame. Slow path: `_render`, as for pages in the navigation. The test
        is `test_theme`; a build of 4,950 papers takes 9 s instead of 34 s.
        """
        if page.path in self._pages:
            return _encode(self._render(self._pages[page.path], page))
        folder, name = posixpath.split(page.address.rstrip("/"))
        texts = (name, str(escape(page.title)), str(escape(page.description)), head(page.head), html_above(page))
        *encoded, above = map(_encode, texts)
        values = dict(zip(_PLACEHOLDERS, (*encoded, above + body), strict=True))
        return b"".join([values.get(part, part) for part in self._frame(folder, page)])

    def _frame(self, folder: str, page: DigestPage) -> list[bytes]:
        """Return the HTML around the pages of a folder, split at the placeholders."""
        is_card_beside = page.card.startswith(page.address)  # then its path has the placeholder of the address
        card = page.card.removeprefix(page.address)
        key = (folder, page.feeds, page.script, bool(page.head), page.reader, bool(page.alternates), card)
        if key not in self._frames:
            name, title, description, _, content = PLACEHOLDERS
            address = f"{folder}/{name}/" if folder else f"{name}/"
            mkdocs_page = Page(None, self._file(f"{address}index.md"), self._config)
            tags = (PLACEHOLDER_TAG,) if page.head else ()
            blank = page._replace(address=address, title=title, description=description, updated=None, head=tags)
            blank = blank._replace(card=address + card if is_card_beside and card else page.card)
            text = self._render(mkdocs_page, blank, content)
            self._frames[key] = [_encode(part) for part in re.split(f"({'|'.join(PLACEHOLDERS)})", text)]
        return self._frames[key]

    def _render(self, mkdocs_page: Page, page: DigestPage, content: str | None = None) -> str:
        mkdocs_page.markdown, mkdocs_page.meta, mkdocs_page.content = "", meta(page), content or html(page)
        mkdocs_page.toc = get_toc([_heading(page)])
        mkdocs_page.active = True
        output = self._env.get_template("main.html").render(get_context(self._nav, [], self._config, mkdocs_page))
        mkdocs_page.active = False
        mkdocs_page.content = None
        return compact_frame(output)

    def _file(self, path: str) -> File:
        return File(path, self._config.docs_dir, self._config.site_dir, self._config.use_directory_urls)


class CachingTheme(MkDocsTheme):
    """A copy of an MkDocs theme that caches compiled templates and skips hidden files."""

    def __init__(self, theme: MkDocsTheme) -> None:
        vars(self).update(vars(theme))

    def get_env(self) -> Environment:
        env = super().get_env()
        env.bytecode_cache = Compiled("theme", f"mkdocs {mkdocs.__version__} {sorted(env.extensions)}")
        env.loader = _VisibleFiles(self.dirs)
        env.globals["page_language"] = language  # a check renders the theme's own files (`views.theme_words`)
        return env


def compact_frames(target: Path, addresses: Iterable[Iterable[str]]) -> None:
    """Compact the frames of pages that MkDocs wrote; a plugin of the digest may have left some out."""
    for address in chain.from_iterable(addresses):
        path = target / address / "index.html"
        if path.is_file():
            path.write_text(compact_frame(path.read_text("utf-8")), "utf-8", newline="")


def compact_frame(text: str) -> str:
    """Return a page without what it does not use around its content, and with a line break for white space there."""
    parts = _CONTENT.split(text, maxsplit=1)
    if len(parts) == 1:
        return text
    above, content, below = parts
    return f"{_compact(above).lstrip()}{content}{_compact(below)}"


def _compact(html: str) -> str:
    has_menu = html.count('for="__drawer"') > 1  # a digest may have the theme's header
    return _SPACE.sub(lambda match: match[1] or "\n", html if has_menu else _UNUSED.sub("", html))


def _encode(text: str) -> bytes:
    return text.encode("utf-8", errors="xmlcharrefreplace")


def _heading(page: DigestPage) -> Any:
    return {"level": 1, "id": HEADING_ID, "name": page.title, "data-toc-label": "", "html": page.title, "children": []}


def _nav_paths(nav: Any) -> Iterator[str]:
    for entry in nav or []:
        target = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(target, list):
            yield from _nav_paths(target)
        elif isinstance(target, str) and target.endswith(".md"):
            yield target


class PrerenderedFile(File):
    """The file of a page whose HTML is already in the site, so that MkDocs neither reads nor renders it."""

    def is_modified(self) -> bool:
        return False


class PrerenderedPages(BasePlugin):  # type: ignore[no-untyped-call, type-arg]
    """An MkDocs plugin for a build in which some pages are prerendered: path in docs/ → date in the sitemap, or None.

    `date` stands in for the time of the build.
    """

    def __init__(self, pages: Mapping[str, str | None], date: dt.datetime) -> None:
        self._prerendered, self._date = pages, date

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        config.theme = CachingTheme(config.theme)
        return config

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        is_outside = outside_test(Path(config.docs_dir))
        for file in list(files):
            in_docs = file.abs_src_path is not None and file.abs_src_path.startswith(f"{config.docs_dir}/")
            if in_docs and is_outside(file.src_uri):  # publishing a digest must not publish the machine's files
                files.remove(file)
            elif file.src_uri in self._prerendered:
                files.remove(file)
                files.append(self._page(file, config))
            elif not in_docs and _is_unused(file):
                files.remove(file)
        return files

    def _page(self, file: File, config: MkDocsConfig) -> File:
        folders = config.docs_dir, config.site_dir, config.use_directory_urls
        prerendered = PrerenderedFile(file.src_uri, *folders, inclusion=file.inclusion)
        if file.src_uri not in _nav_paths(config.nav):
            Page(None, prerendered, config)
        return prerendered

    def on_env(self, env: Any, /, *, config: MkDocsConfig, files: Files) -> Any:
        self._files = files
        for file in files.documentation_pages():
            assert file.page is not None
            file.page.update_date = f"{self._date:%Y-%m-%d}"
            if file.src_uri in self._prerendered:
                updated = self._prerendered[file.src_uri]
                file.page.meta = {"updated": updated} if updated else {}
        return env

    def on_template_context(self, context: Any, /, *, template_name: str, config: MkDocsConfig) -> Any:
        is_sitemap = template_name == SITEMAP
        entries = {"entries": sitemap_entries(self._files, self._prerendered, config)} if is_sitemap else {}
        return context | {"build_date_utc": self._date} | entries

    def on_page_context(self, context: Any, /, *, page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        return context | {"build_date_utc": self._date}


class _VisibleFiles(FileSystemLoader):
    """A theme's files without hidden ones. MkDocs lists all to copy some; the hidden ones are thousands of icons."""

    def list_templates(self) -> list[str]:
        return sorted({name for folder in self.searchpath for name in visible_files(folder)})


def _is_unused(file: File) -> bool:
    """Return whether a file of the theme is a script, which our pages do without, or a source map."""
    return file.src_uri.startswith("assets/javascripts/") or file.src_uri.endswith(".map")


def build_rest(
    root: Path,
    target: Path,
    prerendered: Mapping[str, str | None],
    epoch: int,
    site_url: str,
    linked: Collection[str] = (),
    names: Collection[str] = ("/",),
) -> None:
    """Let MkDocs build all but the `prerendered` pages into `target`: hand-written pages, files, theme, sitemap.

    `linked` are the paths of other files that `target` has already. `names` are the files in docs/ (`listing`).
    `epoch` (seconds, UTC) stands in for the time of the build. Raises DigestError with MkDocs' warnings and errors.
    """
    log = LogCollector()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(log)
    config = load_config(str(root / "mkdocs.yml"), site_url=site_url, site_dir=str(target))
    try:
        in_navigation = {HOME, *_nav_paths(config.nav)}
        with _quiet(), listing({*prerendered, *linked} - in_navigation, names):
            date = dt.datetime.fromtimestamp(epoch, dt.UTC)
            config.plugins["digest/prerendered"] = PrerenderedPages(prerendered, date)
            # MkDocs calls a build "dirty" if it leaves unmodified pages alone.
            build(config, dirty=True)
    except (MkDocsException, SystemExit, TemplateError) as error:
        problems = log.problems or [_problem(str(error))]
        docs = Path(config.docs_dir)
        raise DigestError([page_problem(problem.message, docs) or problem for problem in problems]) from error
    finally:
        logger.removeHandler(log)


def _problem(what: str) -> Diagnostic:
    return Diagnostic("mkdocs", what, "fix what it names; the last site is untouched")


class LogCollector(logging.Handler):
    """A collector of MkDocs' warnings and errors."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.problems: list[Diagnostic] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.problems.append(_problem(record.getMessage()))


def _is_not_about_dirty(record: logging.LogRecord) -> bool:
    return "'dirty' build" not in record.getMessage()


@contextmanager
def _quiet() -> Iterator[None]:
    """Suppress MkDocs' warning that the build is dirty."""
    builder = logging.getLogger("mkdocs.commands.build")
    builder.addFilter(_is_not_about_dirty)
    try:
        yield
    finally:
        builder.removeFilter(_is_not_about_dirty)
