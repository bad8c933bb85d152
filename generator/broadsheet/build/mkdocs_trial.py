"""A trial of MkDocs in memory: its navigation and templates, with the faults that they would have in a build."""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, TemplateError, TemplateNotFound
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation, get_navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from broadsheet.build.mkdocs_messages import place_of
from broadsheet.build.output import DocsFiles
from broadsheet.build.page_messages import page_problem
from broadsheet.build.page_trial import page_problems, remove_conflicts, template_problems
from broadsheet.build.theme import HARMLESS_PLUGINS, CachingTheme, LogCollector
from broadsheet.build.trial_files import DataPages, TrialFiles, generated_names, own_files
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.config import Settings
from broadsheet.settings.document import Document, Fault, setting_name
from broadsheet.text.suggestion import did_you_mean
from broadsheet.views.page import page_url


def trial_faults(
    config: MkDocsConfig, document: Document, root: Path, settings: Settings, walk: Callable[[Path], DocsFiles]
) -> Iterator[Fault | Diagnostic]:
    """Yield the faults of a valid configuration, and the problems of hand-written pages, that a build would meet."""
    extensions = [*config.hooks, *(name for name in config.plugins if name not in HARMLESS_PLUGINS)]
    for name in extensions:
        key = "hooks" if name in config.hooks else "plugins"
        what = f"{key}: a check does not run {name}, and with it MkDocs renders all pages, which is slower"
        hint = "build the site to see that it works"
        yield Fault(place_of(document, key, name.rpartition("/")[2]), what, hint, is_warning=True)
    try:
        own = own_files(root / settings.site.docs_dir, walk)
    except OSError:  # which is reported as a problem of the data; or there is no docs/ yet
        own = []
    env = CachingTheme(config.theme).get_env()
    with DataPages(root, settings) as data_pages:
        files = TrialFiles(config, {*own, *generated_names(root, settings, own)}, data_pages)
        for message in remove_conflicts(files):
            if problem := page_problem(message, root / settings.site.docs_dir, is_note=not config.strict):
                yield problem
        navigation, messages = _navigation(files, config)
        for message in messages:
            fault = _nav_fault(document, message, files)
            # Hooks and plugins may make the page.
            yield fault._replace(is_warning=True) if extensions else fault
        if navigation and not (messages and not extensions):
            yield from _content_faults(config, files, navigation, env, [] if extensions else own)


def _content_faults(
    config: MkDocsConfig, files: Files, navigation: Navigation, env: Environment, own: Sequence[str]
) -> Iterator[Fault | Diagnostic]:
    """Yield what is wrong with the theme, or else with the pages `own`, which it surrounds."""
    faults = list(_render_faults(config, navigation, env))
    yield from faults
    if not faults:
        files.add_files_from_theme(env, config)
        yield from template_problems(config, files, navigation)
        yield from page_problems(config, files, navigation, env, own)


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


def _nav_fault(document: Document, message: str, files: Files) -> Fault:
    if omitted := re.match(r"The following pages exist .*?:\n(.*)", message, re.DOTALL):
        omitted_names = ", ".join(line.strip().removeprefix("- ") for line in omitted[1].splitlines())
        return Fault(("nav",), f"nav: without {omitted_names}", "add it, or name it in not_in_nav")
    match = re.search(r"reference to '(.*)' is included.* not found", message)
    if not match:
        text = message.partition("\n")[0].rstrip(".:")
        return Fault(place_of(document, "nav", message), f"nav: {text}", "correct the entry")
    pages = [name for name in files.src_uris if name.endswith(".md")]
    other = next((name for name in pages if page_url(name) == page_url(match[1])), None)  # about.md for about/index.md
    index = f"{page_url(match[1])}index.md"
    other = other or (index if files.get_file_from_path(index) else None)
    hint = f"write {other}" if other else did_you_mean(match[1], pages, "correct it, or write the page")
    return Fault(place_of(document, "nav", match[1]), f"nav: there is no page {match[1]}", hint)


def _render_faults(config: MkDocsConfig, navigation: Navigation, env: Environment) -> Iterator[Fault]:
    """Render a page and the theme's own templates in memory."""
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
    try:
        _render_page(config, navigation, env)
    except Exception as error:  # what a value of mkdocs.yml can do to a template has no end
        what = f"the theme has no {error.name}" if isinstance(error, TemplateNotFound) else str(error)
        path = _culprit(config, lambda: _render_page(config, navigation, env))
        yield Fault(path, f"{setting_name(path)}: no page can be rendered with it: {what}", "correct or remove it")


def _render_page(config: MkDocsConfig, navigation: Navigation, env: Environment) -> None:
    page = Page("Trial", File("trial/index.md", config.docs_dir, config.site_dir, config.use_directory_urls), config)
    page.markdown, page.meta, page.content = "", {}, "<h1>Trial</h1>"
    page.toc = get_toc([])
    env.get_template("main.html").render(get_context(navigation, [], config, page))


def _culprit(config: MkDocsConfig, render: Callable[[], None]) -> tuple[str, ...]:
    """Return the path of the setting without which a page can be rendered; that of the theme if there is none."""
    for name in ("extra", "extra_css", "extra_javascript"):
        if path := _without(config[name], render):
            return (name, *path)
    return next((("theme", name) for name in list(config.theme) if _is_cause(config.theme, name, render)), ("theme",))


def _without(values: Any, render: Callable[[], None]) -> tuple[str, ...]:
    """Return the path of the innermost of `values` without which a page can be rendered; empty if there is none."""
    keys = list(values) if isinstance(values, Mapping) else range(len(values)) if isinstance(values, list) else ()
    for key in keys:
        if _is_cause(values, key, render):
            return (str(key), *_without(values[key], render))
    return ()


def _is_cause(values: Any, key: Any, render: Callable[[], None]) -> bool:
    """Return whether a page can be rendered without the value at `key`."""
    value = values[key]
    del values[key]
    try:
        render()
    except Exception:  # as in `_render_faults`
        return False
    finally:
        if isinstance(values, list):
            values.insert(key, value)
        else:
            values[key] = value
    return True
