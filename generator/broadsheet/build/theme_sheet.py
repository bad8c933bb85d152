"""The theme's style sheet for generated pages: its rules that any of them can need (`views.theme_styles`)."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from broadsheet import PROGRAM
from broadsheet.build.mkdocs_rules import THEME_FOLDER
from broadsheet.settings.config import SITE_FILE
from broadsheet.store.files import read_regular
from broadsheet.views.theme_styles import WORD, subset

THEME_SHEET = "assets/theme.css"
# The templates of the theme around a generated page; main.html replaces the header, the sidebars and the scripts.
_FRAME = (
    "base.html",
    *(f"partials/{name}.html" for name in ("content", "copyright", "feedback", "footer", "icons", "logo", "social")),
    *(f"partials/{name}.html" for name in ("actions", "path", "progress", "source-file", "tags", "top")),
)
# Parts that a page has only if the digest's files ask for them by name.
_OPTIONAL = {f"partials/{name}.html" for name in ("feedback", "social", "progress", "path", "tags")}
_SUFFIXES = {".html", ".j2", ".js", ".py"}


def theme_sheet(root: Path, docs: Path) -> bytes:
    """Return the style sheet for the digest in `root`."""
    folder = _theme_folder()
    sheet = next(folder.glob("assets/stylesheets/main.*.min.css")).read_text("utf-8")
    own = [read_regular(file).decode("utf-8", "replace") for file in _own_files(root, docs)]
    texts = (file.read_text("utf-8") for file in _program_files(folder, "".join(own)))
    # The direction of English, which is in the theme's code.
    words = {"ltr"}.union(*map(WORD.findall, (*texts, *own)))
    return subset(sheet, words).encode()


def _theme_folder() -> Path:
    spec = find_spec("material")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "templates"


def _program_files(theme: Path, own: str) -> Iterator[Path]:
    """Yield the files in which the classes of generated pages are written; `own` is the text of the digest's files."""
    frame = (name for name in _FRAME if name not in _OPTIONAL or Path(name).stem in own)
    yield from (theme / name for name in frame if (theme / name).is_file())
    for folder in ("text", "views"):
        yield from (file for file in (PROGRAM / folder).rglob("*") if file.suffix in _SUFFIXES)


def _own_files(root: Path, docs: Path) -> Iterator[Path]:
    """Yield the files of the digest that may add to the theme's frame."""
    yield root / SITE_FILE
    yield from sorted((docs / THEME_FOLDER).rglob("*.html"))
