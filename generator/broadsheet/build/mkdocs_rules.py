"""The needs of a digest in ``mkdocs.yml`` besides those of MkDocs: its theme, its style sheet, names that exist."""

import os.path
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from broadsheet.settings.document import Fault, setting_name
from broadsheet.text.suggestion import closest, did_you_mean
from broadsheet.translations import SOURCE as LANGUAGE
from broadsheet.translations import translated

THEME_FOLDER = ".theme"  # in docs/
STYLE_SHEET = "assets/digest.css"
# The directives that views/theme/main.html writes; a test compares them.
DIRECTIVES = (
    *("default-src", "base-uri", "connect-src", "font-src", "form-action", "frame-src", "img-src", "media-src"),
    *("script-src", "style-src"),
)
# https://squidfunk.github.io/mkdocs-material/setup/changing-the-colors/
COLOURS = (
    *("red", "pink", "purple", "deep purple", "indigo", "blue", "light blue", "cyan", "teal", "green", "light green"),
    *("lime", "yellow", "amber", "orange", "deep orange", "brown", "grey", "blue grey", "black", "white", "custom"),
)
SCHEMES = ("default", "slate")
# The keys of the theme, as its documentation has them; any other is a variable that templates could read.
THEME_KEYS = (
    *("name", "custom_dir", "language", "direction", "features", "font", "icon", "favicon", "logo", "palette"),
    *("static_templates", "locale", "shortcuts", "include_search_page", "search_index_only"),
)


def is_own_theme(folder: Any, docs: Any) -> bool:
    """Return whether `folder` is the one into which builds write the theme."""
    return isinstance(folder, str) and os.path.normpath(folder) == os.path.normpath(f"{docs}/{THEME_FOLDER}")


def is_theme_folder(folder: Any) -> bool:
    """Return whether `folder` has the name of the one into which builds write the theme."""
    return isinstance(folder, str) and os.path.basename(os.path.normpath(folder)) == THEME_FOLDER


def rule_faults(values: Mapping[str, Any], folders: Sequence[str]) -> Iterator[Fault]:
    """Yield the faults of `values`, as MkDocs reads them; `folders` are those of the theme's templates."""
    theme, docs = values.get("theme"), values.get("docs_dir", "docs")
    name = theme.get("name") if isinstance(theme, dict) else theme
    if name != "material":
        is_error = isinstance(theme, dict) and is_own_theme(theme.get("custom_dir"), docs)
        what = "theme: not material, which the program's templates need"
        yield Fault(("theme", "name"), what, "write 'name: material'", not is_error)
    else:
        yield from _theme_faults(theme if isinstance(theme, dict) else {}, docs, folders)
    css = values.get("extra_css")
    if STYLE_SHEET not in (css if isinstance(css, list) else []):
        what = f"extra_css: no {STYLE_SHEET}, the style sheet of all pages"
        yield Fault(("extra_css",), what, "add it to the list", is_warning=True)
    yield from _policy_faults(values.get("extra"))
    if name == "material":
        yield from _icon_faults(values, folders)


def _theme_faults(theme: Mapping[str, Any], docs: Any, folders: Sequence[str]) -> Iterator[Fault]:
    for key in theme:
        match = closest(str(key), THEME_KEYS)
        if key not in THEME_KEYS and match:
            yield Fault(("theme", str(key)), f"theme.{key}: nothing reads it", f"did you mean {match}?", True)
    folder = theme.get("custom_dir")
    if not isinstance(theme.get("custom_dir", ""), str):
        hint = f"write custom_dir: {docs}/{THEME_FOLDER}"
        yield Fault(("theme", "custom_dir"), "theme.custom_dir: not the path of a folder", hint)
    elif not is_own_theme(folder, docs):
        what = f"theme.custom_dir: not {docs}/{THEME_FOLDER}, where a build puts the templates of its pages"
        yield Fault(
            ("theme", "custom_dir"), what, f"write custom_dir: {docs}/{THEME_FOLDER}", not is_theme_folder(folder)
        )
    yield from _language_faults(theme.get("language", LANGUAGE), folders)
    yield from _palette_faults(theme.get("palette"))


def _language_faults(language: Any, folders: Sequence[str]) -> Iterator[Fault]:
    names = [name.stem for folder in folders for name in Path(folder, "partials/languages").glob("*.html")]
    if names and language not in names:
        hint = did_you_mean(str(language), names, f"write {LANGUAGE}")
        yield Fault(("theme", "language"), f"theme.language: the theme has no language {language!r}", hint)
    elif language != LANGUAGE and translated(str(language)) == LANGUAGE:
        what = f"theme.language: pages are in English, since there is no translation into {language!r}"
        yield Fault(("theme", "language"), what, f"write {LANGUAGE}", is_warning=True)


def _palette_faults(palette: Any) -> Iterator[Fault]:
    if palette is not None and not isinstance(palette, dict | list):
        hint = "write scheme, primary and accent below it"
        yield Fault(("theme", "palette"), "theme.palette: not a section", hint)
        return
    parts = palette if isinstance(palette, list) else [palette or {}]
    for index, part in enumerate(parts):
        path = ("theme", "palette", *([str(index)] if isinstance(palette, list) else []))
        if not isinstance(part, dict):
            yield Fault(path, "theme.palette: an item that is no section", "write scheme, primary and accent below it")
            continue
        for key, names in {"scheme": SCHEMES, "primary": COLOURS, "accent": COLOURS}.items():
            name = str(part.get(key, names[0])).replace("-", " ")
            if name not in names:
                hint = did_you_mean(name, names, f"write one of {', '.join(names)}")
                yield Fault((*path, key), f"theme.palette: there is no {key} {name!r}", hint, is_warning=True)


def _icon_faults(values: Mapping[str, Any], folders: Sequence[str]) -> Iterator[Fault]:
    """Yield each name of an icon that the theme does not have."""
    for path, name in _icons(values):
        if not any(os.path.isfile(os.path.join(folder, ".icons", f"{name}.svg")) for folder in folders):
            hint = did_you_mean(str(name), _icon_names(str(name), folders), "write a name like material/newspaper")
            yield Fault(path, f"{setting_name(path)}: the theme has no icon {name!r}", hint)


def _icon_names(name: str, folders: Sequence[str]) -> Iterator[str]:
    """Yield the names of icons in the set that `name` names, or of all sets."""
    for folder in folders:
        icons = Path(folder, ".icons")
        start = icons / name.partition("/")[0]
        for file in (start if start.is_dir() else icons).rglob("*.svg"):
            yield file.relative_to(icons).with_suffix("").as_posix()


def _icons(values: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    theme, extra = (part if isinstance(part, dict) else {} for part in (values.get("theme"), values.get("extra")))
    yield from _leaves(("theme", "icon"), theme.get("icon"))
    palette = theme.get("palette")
    for index, part in enumerate(palette if isinstance(palette, list) else []):
        if isinstance(part, dict) and isinstance(part.get("toggle"), dict):
            yield ("theme", "palette", str(index), "toggle", "icon"), part["toggle"].get("icon")
    social = extra.get("social")
    for index, part in enumerate(social if isinstance(social, list) else []):
        if isinstance(part, dict):
            yield ("extra", "social", str(index), "icon"), part.get("icon")


def _leaves(path: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves((*path, str(key)), part)
    elif value is not None:
        yield path, value


def _policy_faults(extra: Any) -> Iterator[Fault]:
    policy = extra.get("policy") if isinstance(extra, dict) else None
    if policy is None or policy is False:
        return
    if not isinstance(policy, dict):
        yield Fault(("extra", "policy"), "extra.policy: not a section", "write directives below it, or false")
        return
    for key, sources in policy.items():
        if key not in DIRECTIVES:
            hint = did_you_mean(str(key), DIRECTIVES, f"write one of {', '.join(DIRECTIVES)}")
            yield Fault(("extra", "policy", str(key)), f"extra.policy.{key}: no such directive", hint)
        elif not isinstance(sources, str | None):
            yield Fault(
                ("extra", "policy", str(key)), f"extra.policy.{key}: must be a text", "separate sources by spaces"
            )
