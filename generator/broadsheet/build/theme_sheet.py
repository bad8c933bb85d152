"""The theme's style sheet for generated pages: its rules that any of them can need (`views.theme_styles`)."""

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

from broadsheet import PROGRAM
from broadsheet.build.mkdocs_rules import THEME_FOLDER
from broadsheet.settings.config import SITE_FILE
from broadsheet.store.files import read_regular
from broadsheet.translations import SOURCE, language
from broadsheet.views.theme_styles import BOXES, WORD, subset

THEME_SHEET = "assets/theme.css"
# The templates of the theme around a generated page; main.html replaces the header, the sidebars and the scripts.
_FRAME = (
    "base.html",
    *(f"partials/{name}.html" for name in ("content", "copyright", "feedback", "footer", "icons", "logo", "social")),
    *(f"partials/{name}.html" for name in ("actions", "path", "progress", "source-file", "tags", "top")),
)
_KINDS = (
    "note",
    "abstract",
    "info",
    "tip",
    "success",
    "question",
    "warning",
    "failure",
    "danger",
    "bug",
    "example",
    "quote",
)
# Parts that a page has only if the digest's files ask for them: the start of their classes, and words that ask.
_OPTIONAL = {
    BOXES: tuple(f'<details class="{kind}' for kind in _KINDS),
    "md-author": ("git-",),  # plugins that name who changed a page, and when
    "md-banner": ("announce", "outdated"),
    "md-consent": ("consent",),
    "md-content__button": ("repo_url", "edit_uri"),
    "md-feedback": ("feedback",),
    **dict.fromkeys(
        [f"md-footer__{part}" for part in ("button", "direction", "link", "title")], ("navigation.footer",)
    ),
    "md-path": ("navigation.path",),
    "md-progress": ("navigation.instant.progress",),
    "md-social": ("social",),
    "md-source-file": ("git-",),
    "md-tag": ("tags:", "- tags"),
    "md-top": ("navigation.top",),
    # Parts of the frame that `main.html` replaces, and the grids of hand-written pages.
    **dict.fromkeys(("drawer", "grid", "md-dialog", "md-ellipsis", "md-overlay", "md-sidebar", "md-toggle"), ()),
}
_SUFFIXES = {".html", ".j2", ".js", ".py"}


def theme_sheet(root: Path, docs: Path) -> bytes:
    """Return the style sheet for the digest in `root`."""
    folder = _theme_folder()
    sheet = next(folder.glob("assets/stylesheets/main.*.min.css")).read_text("utf-8")
    own = [read_regular(file).decode("utf-8", "replace") for file in _own_files(root, docs)]
    directions = {"ltr"} if language() == SOURCE else {"ltr", "rtl"}  # in the theme's code
    words = program_words(folder).union(directions, *map(WORD.findall, own))
    unasked = _unasked("".join(own))
    return subset(sheet, {word for word in words if not word.startswith(unasked)}).encode()


def program_words(theme: Path) -> frozenset[str]:
    """Return the words of the program's files, among which are the classes of generated pages."""
    texts = (file.read_text("utf-8") for file in _program_files(theme))
    return frozenset(chain.from_iterable(map(WORD.findall, texts)))


def _unasked(own: str) -> tuple[str, ...]:
    """Return the starts of the classes that no page has; `own` is the text of the digest's files."""
    return tuple(start for start, words in _OPTIONAL.items() if not any(word in own for word in (start, *words)))


def _theme_folder() -> Path:
    spec = find_spec("material")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "templates"


def _program_files(theme: Path) -> Iterator[Path]:
    """Yield the files in which the classes of generated pages are written."""
    yield from (theme / name for name in _FRAME if (theme / name).is_file())
    for folder in ("text", "views"):
        yield from (file for file in (PROGRAM / folder).rglob("*") if file.suffix in _SUFFIXES)


def _own_files(root: Path, docs: Path) -> Iterator[Path]:
    """Yield the files of the digest that may add to the theme's frame."""
    yield root / SITE_FILE
    yield from sorted((docs / THEME_FOLDER).rglob("*.html"))
