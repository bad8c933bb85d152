"""MkDocs from the inside: its theme for pages whose HTML is known, and the rest of a site around them."""

import logging
import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import mkdocs
from jinja2 import Environment, FileSystemLoader
from markupsafe import escape
from mkdocs.commands.build import build, get_context
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import MkDocsException
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from broadsheet.build.output import leads_out, visible
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.store.program import Compiled
from broadsheet.views.markdown import HEADING_ID, head, html, html_above, meta
from broadsheet.views.page import MetaTag
from broadsheet.views.page import Page as DigestPage

# With these, Python-Markdown leaves raw HTML blocks alone and a page depends on nothing but itself.
HARMLESS_PLUGINS = {"search", "material/search"}
HARMLESS_EXTENSIONS = {
    *("abbr", "admonition", "attr_list", "def_list", "fenced_code", "footnotes", "md_in_html", "meta", "tables", "toc"),
    *("pymdownx.details", "pymdownx.superfences", "pymdownx.tabbed", "pymdownx.tasklist", "pymdownx.tilde"),
}
# Stand for the last part of a page's address, its title, its description, the tags of its head and its content, in a
# frame without them. The last has a heading in it, since themes look for one.
BLANK_TAG = MetaTag("digest-blank-tag", "")
BLANKS = (
    *("digest-blank-name", "digest-blank-title", "digest-blank-description"),
    *(head([BLANK_TAG]), "<h1>digest-blank-content</h1>"),
)
_BLANKS = [blank.encode() for blank in BLANKS]


def knows_short_way(root: Path) -> bool:
    """Whether the digest's mkdocs.yml is one under which the HTML of our pages is known beforehand.

    Every entry of the navigation must say its title: else a page depends on the text of others.
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
    """The theme of the digest in `root` with its navigation, ready to put pages into. Costs a third of a second."""

    def __init__(self, root: Path) -> None:
        with _quiet():
            self._config = load_config(str(root / "mkdocs.yml"))
            self._config = self._config.plugins.on_config(self._config)
            self._env = _compiled(self._config.theme.get_env())
            files = Files([self._file(path) for path in _paths(self._config.nav)])
            self._nav = get_navigation(files, self._config)
        self._shells: dict[tuple[object, ...], list[bytes]] = {}
        self._pages = {page.file.src_uri: page for page in self._nav.pages}

    def render(self, page: DigestPage, body: bytes) -> bytes:
        """The HTML file of a page, as MkDocs would write it; `body` is the page's, encoded."""
        if page.path in self._pages:
            return _encoded(self._rendered(self._pages[page.path], page))
        folder, name = posixpath.split(page.address.rstrip("/"))
        texts = (name, str(escape(page.title)), str(escape(page.description)), head(page.head), html_above(page))
        *known, above = map(_encoded, texts)
        filled = dict(zip(_BLANKS, (*known, above + body), strict=True))
        return b"".join([filled.get(part, part) for part in self._shell(folder, page)])

    def _shell(self, folder: str, page: DigestPage) -> list[bytes]:
        """What pages of one folder have around them, in parts, with blanks where they differ.

        A theme takes a hundred times as long for its frame as for what stands in it, and the frame is the same.
        """
        key = (folder, page.feeds, page.script, bool(page.head), page.reader, bool(page.alternates))
        if key not in self._shells:
            name, title, description, _, content = BLANKS
            address = f"{folder}/{name}/" if folder else f"{name}/"
            known = Page(None, self._file(f"{address}index.md"), self._config)
            tags = (BLANK_TAG,) if page.head else ()
            blank = page._replace(address=address, title=title, description=description, updated=None, head=tags)
            text = self._rendered(known, blank, content)
            self._shells[key] = [_encoded(part) for part in re.split(f"({'|'.join(BLANKS)})", text)]
        return self._shells[key]

    def _rendered(self, known: Page, page: DigestPage, content: str | None = None) -> str:
        known.markdown, known.meta, known.content = "", meta(page), content or html(page)
        known.toc = get_toc([_heading(page)])
        known.active = True
        output = self._env.get_template("main.html").render(get_context(self._nav, [], self._config, known))
        known.active = False
        known.content = None
        return output

    def _file(self, path: str) -> File:
        return File(path, self._config.docs_dir, self._config.site_dir, self._config.use_directory_urls)


def _compiled(env: Environment) -> Environment:
    """MkDocs' environment, which does not compile again what it compiled before."""
    env.bytecode_cache = Compiled("theme", f"mkdocs {mkdocs.__version__} {sorted(env.extensions)}")
    return env


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", errors="xmlcharrefreplace")


def _heading(page: DigestPage) -> Any:
    return {"level": 1, "id": HEADING_ID, "name": page.title, "data-toc-label": "", "html": page.title, "children": []}


def _paths(nav: Any) -> Iterator[str]:
    for entry in nav or []:
        inner = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(inner, list):
            yield from _paths(inner)
        elif isinstance(inner, str) and inner.endswith(".md"):
            yield inner


class KnownPage(Page):
    """A page that is seen to, of which MkDocs needs no more than its place in the sitemap."""

    def _set_canonical_url(self, base: str | None) -> None:
        # As MkDocs has it, whose `urljoin` is two thirds of what it does for a page.
        self.canonical_url = base and f"{base}{'' if base.endswith('/') else '/'}{self.url}"
        self.abs_url = None


class KnownPages(BasePlugin):  # type: ignore[no-untyped-call, type-arg]
    """Tells MkDocs which pages are seen to already: path in docs/ → the date in the sitemap, or None."""

    def __init__(self, known: Mapping[str, str | None]) -> None:
        self._known = known

    def on_pre_build(self, *, config: MkDocsConfig) -> None:
        env = _compiled(config.theme.get_env())
        env.loader = _Visible(config.theme.dirs)
        config.theme.get_env = lambda: env  # type: ignore[method-assign]

    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        listed = set(_paths(config.nav))
        for file in list(files):
            if _leads_out(file, config):
                files.remove(file)
            elif file.src_uri in self._known:
                file.is_modified = lambda: False  # type: ignore[method-assign]
                if file.src_uri not in listed:
                    KnownPage(None, file, config)
            elif _is_unused(file, config):
                files.remove(file)
        return files

    def on_env(self, env: Any, /, *, config: MkDocsConfig, files: Files) -> Any:
        for file in files.documentation_pages():
            if file.src_uri in self._known and file.page:
                updated = self._known[file.src_uri]
                file.page.meta = {"updated": updated} if updated else {}
        return env


class _Visible(FileSystemLoader):
    """A theme's files, of which MkDocs lists all to copy those without a dot before a part of their path: few."""

    def list_templates(self) -> list[str]:
        return sorted({name for folder in self.searchpath for name in visible(folder)})


def _leads_out(file: File, config: MkDocsConfig) -> bool:
    """Return whether `file` is a link that leads out of docs/: publishing a digest must not publish its machine."""
    own = file.abs_src_path is not None and file.abs_src_path.startswith(f"{config.docs_dir}/")
    return own and leads_out(Path(config.docs_dir), file.src_uri)


def _is_unused(file: File, config: MkDocsConfig) -> bool:
    """Whether it is one of the theme's scripts, which our frame does without, or of its source maps."""
    own = file.abs_src_path is None or file.abs_src_path.startswith(config.docs_dir)
    return not own and (file.src_uri.startswith("assets/javascripts/") or file.src_uri.endswith(".map"))


def build_rest(root: Path, target: Path, known: Mapping[str, str | None], epoch: int) -> None:
    """Let MkDocs build everything but the `known` pages into `target`: hand-written pages, files, theme, sitemap.

    `epoch` (seconds, UTC) stands in for the time of the build. Raises DigestError with MkDocs' warnings and errors.
    """
    said = _Said()
    logger = logging.getLogger("mkdocs")
    logger.addHandler(said)
    os.environ["SOURCE_DATE_EPOCH"] = str(epoch)
    try:
        with _quiet():
            config = load_config(str(root / "mkdocs.yml"), site_dir=str(target), strict=True)
            config.plugins["digest/known"] = KnownPages(known)
            # "Dirty" is MkDocs' word for leaving alone what is up to date; here that is said page by page.
            build(config, dirty=True)
    except (MkDocsException, SystemExit) as error:
        raise DigestError(said.problems or [_problem(str(error))]) from error
    finally:
        logger.removeHandler(said)
        del os.environ["SOURCE_DATE_EPOCH"]


def _problem(what: str) -> Diagnostic:
    return Diagnostic("mkdocs", what, "mend what it names; the last site is untouched")


class _Said(logging.Handler):
    """MkDocs' warnings and errors."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.problems: list[Diagnostic] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.problems.append(_problem(record.getMessage()))


def _is_no_news(record: logging.LogRecord) -> bool:
    return "'dirty' build" not in record.getMessage()


@contextmanager
def _quiet() -> Iterator[None]:
    """No reminders of other versions on the screen, and no warning of what is done on purpose."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    builder = logging.getLogger("mkdocs.commands.build")
    builder.addFilter(_is_no_news)
    try:
        yield
    finally:
        builder.removeFilter(_is_no_news)
