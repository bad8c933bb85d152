"""The faults of ``mkdocs.yml`` for which MkDocs would refuse to build: each with its line, before anything is written.

MkDocs validates each setting; a page that is rendered in memory shows what its theme cannot render.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.base import BaseConfigOption
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.utils.yaml import get_yaml_loader

from broadsheet import PROGRAM
from broadsheet.build import mkdocs_rules
from broadsheet.build.mkdocs_messages import fault_of, unknown_key
from broadsheet.build.mkdocs_trial import trial_faults
from broadsheet.build.output import DocsFiles, docs_files
from broadsheet.build.site_folder import cached_file, check_folder, real_site
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.settings.config import SITE_FILE, Settings
from broadsheet.settings.document import Document, Fault
from broadsheet.settings.site import Site
from broadsheet.settings.validation import NULL
from broadsheet.settings.yaml_errors import explain

THEME = PROGRAM / "views" / "theme"  # which builds copy to docs/.theme
# The settings whose items can be validated one by one.
_COLLECTIONS = ("plugins", "markdown_extensions", "hooks", "nav", "extra_javascript", "watch")

_TEXTS = frozenset(Site.__struct_fields__) - {"theme"}


def mkdocs_problems(
    root: Path, settings: Settings | None, walk: Callable[[Path], DocsFiles] = docs_files
) -> list[Diagnostic]:
    """Return the problems of ``mkdocs.yml`` that `settings.config.read` does not find; none if it is no YAML.

    `walk` finds the files in docs/.
    """
    try:
        document = Document(root / SITE_FILE)
    except DigestError:
        return []
    if not isinstance(document.value, dict):
        return []
    with _quiet():
        faults = list(_faults(root.absolute(), document, settings, walk))
    return list(dict.fromkeys(document.diagnostic(fault) if isinstance(fault, Fault) else fault for fault in faults))


def all_problems(root: Path) -> tuple[Settings | None, list[Diagnostic]]:
    """Return the settings, if they have no error, and every error and warning about both files of settings."""
    settings, problems = config.read(root)
    problems += mkdocs_problems(root, settings)
    return settings, problems


def environment(root: Path) -> list[tuple[str, str | None]]:
    """Return the variables that ``!ENV`` in ``mkdocs.yml`` names, with their values."""
    nodes = [node for _, node in Document(root / SITE_FILE).scalars() if node.tag == "!ENV"]
    names = [part.value for node in nodes for part in (node.value if isinstance(node.value, list) else [node])]
    return [(name, os.environ.get(name)) for name in sorted(set(names))]


def _faults(
    root: Path, document: Document, settings: Settings | None, walk: Callable[[Path], DocsFiles]
) -> Iterator[Fault | Diagnostic]:
    try:
        values = load_values(document, root)
    except yaml.YAMLError as error:
        line, message, hint = explain(error, document.text)
        yield Fault(document.path_at(line or 1), message, hint)
        return
    except Exception as error:  # of the code that a tag names
        yield Fault((), f"a tag that cannot be read: {error}", "correct or remove it")
        return
    validation = _Validation(root, document)
    yield from validation.faults()
    is_sound = validation.errors.isdisjoint(("theme", "docs_dir"))
    rules = list(mkdocs_rules.rule_faults(values, validation.folders)) if is_sound else []
    yield from rules
    if settings and not (validation.errors or any(not fault.is_warning for fault in rules)):
        yield from trial_faults(validation.config, document, root, settings, walk)
        yield from _site_faults(root, settings)


def load_values(document: Document, root: Path) -> dict[str, Any]:
    """Return the values as MkDocs reads them."""
    loader = get_yaml_loader(config=MkDocsConfig(str(root / SITE_FILE)))
    values = yaml.load(document.text, Loader=loader)
    return {str(key): value for key, value in (values or {}).items() if key != "INHERIT"}


class _Validation:
    """The validation of one file by MkDocs. `config` has the defaults in the place of settings with `errors`.

    `MkDocsConfig.validate` does the same, but stops at the first error.
    """

    def __init__(self, root: Path, document: Document) -> None:
        self._root, self._document = root, document
        self.errors: set[str] = set()
        self.config = MkDocsConfig(str(root / SITE_FILE))

    @property
    def folders(self) -> list[str]:
        """The folders with the templates and icons of the theme."""
        return [str(THEME), *self.config.theme.dirs]

    def faults(self) -> Iterator[Fault]:
        """Yield all faults that MkDocs finds."""
        self.config.load_dict(self._values())
        schema = dict(self.config._schema)
        for key, option in schema.items():
            yield from self._step(key, partial(option.pre_validation, self.config, key_name=key))
        for key, option in schema.items():
            yield from self._step(key, partial(self._validate, key, option))
        for key in sorted(self.config.keys() - schema):
            self.errors.add(key)
            yield unknown_key(key, schema)
        for key, option in schema.items():
            if key not in self.errors:
                yield from self._step(key, partial(option.post_validation, self.config, key_name=key))

    def _step(self, key: str, step: Callable[[], None]) -> Iterator[Fault]:
        """Take a step of the validation of a setting, and yield its faults. Plugins and hooks may raise anything."""
        option = dict(self.config._schema)[key]
        try:
            step()
        except (Exception, SystemExit) as error:
            self.errors.add(key)
            if not self._is_reported(key):
                yield from self._items(key, option) or [fault_of(self._document, (key,), error)]
            self.config[key] = str(THEME) if key == "docs_dir" else None
            with suppress(Exception):
                self.config[key] = option.validate(option.default)
        warnings = list(option.warnings)
        option.reset_warnings()
        self.errors.update([key] if warnings else [])
        yield from (fault_of(self._document, (key,), warning) for warning in warnings)

    def _is_reported(self, key: str) -> bool:
        """Return whether `settings.config.read` reports the fault of a setting."""
        if any(path == (key,) and node.tag == "!ENV" for path, node in self._document.scalars()):
            return key == "site_url"
        value = self._document.value.get(key, None if key == "site_name" else "")
        is_text = isinstance(value, str) and value not in NULL
        return key in _TEXTS and (not is_text or (key == "site_url" and value != ""))

    def _validate(self, key: str, option: BaseConfigOption[Any]) -> None:
        self.config[key] = option.validate(self.config.get(key))

    def _items(self, key: str, option: BaseConfigOption[Any]) -> list[Fault]:
        """Return the faults of the items of a list or section that is wrong; none if each alone is right."""
        values = self._values().get(key)  # read anew: MkDocs empties what it validates
        if (
            key not in _COLLECTIONS
            or not isinstance(values, list | dict)
            or (key == "nav" and isinstance(values, dict))
        ):
            return []
        faults = []
        for step in values if isinstance(values, dict) else range(len(values)):
            item = {step: values[step]} if isinstance(values, dict) else [values[step]]
            try:
                option.validate(item)
            except (Exception, SystemExit) as error:
                faults.append(fault_of(self._document, (key, str(step)), error))
        return faults

    def _values(self) -> dict[str, Any]:
        """Return the values of the file, with folders that exist: a build makes docs/ and the theme in it."""
        values = load_values(self._document, self._root)
        docs, theme = values.get("docs_dir", "docs"), values.get("theme")
        if isinstance(docs, str) and not (self._root / docs).exists():
            values["docs_dir"] = str(THEME)
        folder = theme.get("custom_dir", "") if isinstance(theme, dict) else ""
        if isinstance(theme, dict) and (mkdocs_rules.is_theme_folder(folder) or not isinstance(folder, str)):
            theme["custom_dir"] = str(THEME)
        return values


def _site_faults(root: Path, settings: Settings) -> Iterator[Fault]:
    """Yield the fault of a site_dir that no build may replace; a warning if --force makes it a site."""
    site, docs = real_site(root, settings, None), root / settings.site.docs_dir
    for force in (True, False):
        try:
            check_folder(site, root, docs, cached_file(root, site, "manifest"), force=force)
        except DigestError as error:
            (problem,) = error.problems
            yield Fault(("site_dir",), f"site_dir: {problem.location} {problem.message}", problem.hint, not force)
            return


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the log of MkDocs from stderr."""
    logger = logging.getLogger("mkdocs")
    propagate, logger.propagate = logger.propagate, False
    handler = logging.NullHandler()
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.propagate = propagate
        logger.removeHandler(handler)
