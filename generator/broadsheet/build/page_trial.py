"""A trial of hand-written pages: MkDocs renders them in memory, and what it reports is what a build would."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import jinja2
import msgspec
from jinja2 import Environment, TemplateError
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from broadsheet.build.page_messages import page_problem
from broadsheet.build.theme import LogCollector
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.settings.document import Fault
from broadsheet.store.files import printable


def remove_conflicts(files: Files) -> list[str]:
    """Remove each file whose page has the address of another in its folder, as MkDocs does; return its messages."""
    first: dict[tuple[str, str], File] = {}
    messages = []
    for file in sorted(files, key=lambda file: file.src_uri.endswith("README.md")):
        other = first.setdefault((str(Path(file.src_uri).parent), file.dest_uri), file)
        if other is not file and all(part.inclusion.value > InclusionLevel.DRAFT.value for part in (file, other)):
            files.remove(file)
            messages.append(f"Excluding '{file.src_uri}' from the site because it conflicts with '{other.src_uri}'.")
    return messages


def page_problems(
    config: MkDocsConfig, files: Files, navigation: Navigation, env: Environment, names: Sequence[str]
) -> Iterator[Diagnostic]:
    """Yield the problems of the hand-written pages `names`: notes, unless MkDocs is strict."""
    docs, log, logger = Path(config.docs_dir), LogCollector(), logging.getLogger("mkdocs")
    pages = [file.page for file in files.documentation_pages() if file.src_uri in names and file.page]
    logger.addHandler(log)
    try:
        errors = [_render(page, config, files, navigation, env) for page in pages]
        for page in pages:
            page.validate_anchor_links(files=files, log_level=config.validation.links.anchors)
    finally:
        logger.removeHandler(log)
    for message in filter(None, errors):
        if problem := page_problem(message, docs):
            yield problem
    for problem in log.problems:
        explained = page_problem(problem.message, docs, is_note=not config.strict)
        yield explained or msgspec.structs.replace(problem, is_note=not config.strict)


def _render(page: Page, config: MkDocsConfig, files: Files, navigation: Navigation, env: Environment) -> str:
    """Render a page in memory. Return MkDocs' message about an error, or an empty text."""
    try:
        page.read_source(config)
        page.render(config, files)
        template = env.get_template(page.meta.get("template", "main.html"))
        template.render(get_context(navigation, files.documentation_pages(), config, page))
    except Exception as error:  # of an extension, or of a value in the front matter
        return f"Error building page '{page.file.src_uri}': {str(error) or type(error).__name__}"
    return ""


def template_problems(config: MkDocsConfig, files: Files, navigation: Navigation) -> Iterator[Fault | Diagnostic]:
    """Yield the problems of the ``extra_templates``."""
    for index, name in enumerate(config.extra_templates):
        file = files.get_file_from_path(name)
        if file is None:
            path = ("extra_templates", str(index))
            yield Fault(path, f"extra_templates: there is no docs/{name}", "correct or remove it")
            continue
        try:
            template = jinja2.Template(file.content_string)
            template.render(get_context(navigation, files, config, base_url="."))
        except Exception as error:  # of the template's own code
            line = f":{error.lineno}" if isinstance(error, TemplateError) and hasattr(error, "lineno") else ""
            where = f"{Path(config.docs_dir).name}/{printable(name)}{line}"
            yield Diagnostic(where, f"extra_templates: {error}", "correct the template")
