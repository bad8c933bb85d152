"""A trial of MkDocs in memory: its navigation and templates, with the faults that they would have in a build."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import TemplateError, TemplateNotFound
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, set_exclusions
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from broadsheet.build.mkdocs_messages import place_of
from broadsheet.build.output import hand_written_files
from broadsheet.build.theme import HARMLESS_PLUGINS, CachingTheme, LogCollector
from broadsheet.index.periods import week_of
from broadsheet.model.diagnostics import DigestError
from broadsheet.settings.config import Settings
from broadsheet.settings.document import Document, Fault
from broadsheet.store.store import Store
from broadsheet.text.suggestion import did_you_mean
from broadsheet.views.page_types import SINGLE_PAGES
from broadsheet.views.permalink import AUTHORS

# Pages of data, which a check does not read for this: a link to one is right if there is such a paper or person.
_OF_DATA = re.compile(r"(?:papers|authors|publications)/.+/index\.md")


def trial_faults(config: MkDocsConfig, document: Document, root: Path, settings: Settings) -> Iterator[Fault]:
    """Yield the faults of a valid configuration that a build would meet."""
    for name in [*config.hooks, *(name for name in config.plugins if name not in HARMLESS_PLUGINS)]:
        key = "hooks" if name in config.hooks else "plugins"
        what = f"{key}: a check does not run {name}, and with it MkDocs renders all pages, which is slower"
        yield Fault(
            place_of(document, key, name.rpartition("/")[2]),
            what,
            "build the site to see that it works",
            is_warning=True,
        )
    names = _pages(root, settings)
    targets = set(_targets(config.nav))
    names |= {target for target in targets if _OF_DATA.fullmatch(target)}
    folders = config.docs_dir, config.site_dir, config.use_directory_urls
    files = Files([File(name, *folders) for name in sorted(names)])
    set_exclusions(files, config)
    navigation, messages = _navigation(files, config)
    yield from (_nav_fault(document, message, names) for message in messages)
    for template in config.extra_templates:
        if files.get_file_from_path(template) is None:
            yield Fault(("extra_templates",), f"extra_templates: there is no docs/{template}", "correct or remove it")
    if navigation and not messages:
        yield from _render_faults(config, navigation)


def _pages(root: Path, settings: Settings) -> set[str]:
    """Return the paths in docs/ of hand-written files and of generated pages, but for those of `_OF_DATA`."""
    docs = root / settings.site.docs_dir
    addresses = {*SINGLE_PAGES, *(f"topics/{topic.id}/" for topic in settings.topics)}
    if settings.author_pages == "none":
        addresses.remove(AUTHORS)
    try:
        for date in Store(root).dates():
            addresses |= {f"daily/{date.replace('-', '/')}/", f"weekly/{week_of(date)}/", f"monthly/{date[:7]}/"}
    except DigestError:  # which is reported as a problem of the data
        pass
    generated = {f"{address}index.md" for address in addresses}
    try:
        return generated | set(hand_written_files(docs))
    except OSError:  # likewise; or there is no docs/ yet
        return generated


def _targets(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for part in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from _targets(part)


def _navigation(files: Files, config: MkDocsConfig) -> tuple[Navigation | None, list[str]]:
    """Return MkDocs' navigation of `files`, and its warnings."""
    log, logger = LogCollector(), logging.getLogger("mkdocs")
    logger.addHandler(log)
    try:
        return get_navigation(files, config), [problem.message for problem in log.problems]
    except Exception as error:  # of a shape of nav that the validation lets pass
        return None, [str(error)]
    finally:
        logger.removeHandler(log)


def _nav_fault(document: Document, message: str, names: set[str]) -> Fault:
    match = re.search(r"reference to '(.*)' is included.* not found", message)
    if not match:
        text = message.partition("\n")[0].rstrip(".:")
        return Fault(place_of(document, "nav", message), f"nav: {text}", "correct the entry")
    hint = did_you_mean(match[1], (name for name in names if name.endswith(".md")), "correct it, or write the page")
    return Fault(place_of(document, "nav", match[1]), f"nav: there is no page {match[1]}", hint)


def _render_faults(config: MkDocsConfig, navigation: Navigation) -> Iterator[Fault]:
    """Render a page and the theme's own templates in memory."""
    env = CachingTheme(config.theme).get_env()
    for name in sorted(config.theme.static_templates):
        try:
            env.get_template(name)
        except TemplateNotFound:
            what = f"theme.static_templates: the theme has no template {name}"
            yield Fault(("theme", "static_templates"), what, "correct or remove it")
        except TemplateError as error:
            yield Fault(
                ("theme", "static_templates"), f"theme.static_templates: {name}: {error}", "correct the template"
            )
    page = Page("Trial", File("trial/index.md", config.docs_dir, config.site_dir, config.use_directory_urls), config)
    page.markdown, page.meta, page.content = "", {}, "<h1>Trial</h1>"
    page.toc = get_toc([])
    try:
        env.get_template("main.html").render(get_context(navigation, [], config, page))
    except Exception as error:  # what a value of mkdocs.yml can do to a template has no end
        yield Fault(("theme",), f"theme: no page can be rendered: {error}", "correct the settings of the theme")
