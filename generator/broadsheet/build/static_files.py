"""The files of the program in ``docs/``: theme, scripts, fonts and style sheets."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from broadsheet import PROGRAM
from broadsheet.build.output import Output, is_hand_written, write_generated
from broadsheet.build.state import BuiltKey
from broadsheet.build.theme_sheet import THEME_SHEET, theme_sheet
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings.config import Settings
from broadsheet.translations import messages
from broadsheet.views.compact_script import compact_script
from broadsheet.views.script_messages import ScriptTranslator
from broadsheet.views.theme_styles import compact
from broadsheet.views.theme_words import translate_template
from broadsheet.views.topic_colours import style_rules

# The parts of the style sheet. The order counts: later rules override earlier ones.
STYLES = ("frame", "phone", "lists", "tables", "pages", "scores", "charts", "reader", "rows", "print")
UNPUBLISHED = ("assets/card.woff2",)  # the font of share images
# The parts of the theme that link a page's alternates, and its share image.
ALTERNATES = ".theme/alternates.html"
CARD = ".theme/card.html"
NO_CARD = b'<meta name="twitter:card" content="summary">\n'


def write_docs(
    root: Path,
    docs: Path,
    built_keys: Iterable[BuiltKey],
    settings: Settings,
    *,
    built: bool,
    orphans: set[str] | None = None,
) -> int:
    """Write theme, scripts, fonts and style sheets into docs/. Remove generated files that are not in `built_keys`.

    If this program builds the site (`built`), pages link their alternates; other site builders do not write these.
    Return how many files changed. `orphans` are the pages of killed runs, if they were looked for before.
    """
    theme = [(path, data) for path, data in _theme_files(settings) if built or path != ALTERNATES]
    fonts = [(path, data) for path, data in _static_files("fonts", "assets") if path not in UNPUBLISHED]
    with Output(docs, orphans) as output:
        for built_key in built_keys:
            for path in built_key.docs_paths():
                output.claim(path)
        sheets = ("assets/digest.css", _style_sheet()), (THEME_SHEET, theme_sheet(root, docs))
        for path, data in [*_scripts(), *fonts, *sheets, *theme]:
            output.write(path, data)
        if output.shadowed:
            raise DigestError([_in_the_way(docs, path) for path in output.shadowed])
    return output.written


def _in_the_way(docs: Path, path: str) -> Diagnostic:
    return Diagnostic(f"{docs.name}/{path}", "this name belongs to a file of the program", "give yours another name")


def place_theme(docs: Path, settings: Settings) -> None:
    """Write the theme into docs/, before MkDocs is configured with it. Raises DigestError."""
    for path, data in _theme_files(settings):
        if is_hand_written(docs, path):
            raise DigestError(_in_the_way(docs, path))
        write_generated(docs, path, data)


def _theme_files(settings: Settings) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each file of the theme."""
    for path, data in _static_files("theme", ".theme"):
        yield path, NO_CARD if path == CARD and settings.share_images == "none" else translate_template(data)


def _scripts() -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of each script, in the language of the site."""
    translator = ScriptTranslator(messages())
    for path, data in _static_files("scripts", "assets"):
        yield path, translator.translate(compact_script(data).decode()).encode()


def _style_sheet() -> bytes:
    """Return the style sheet of all pages."""
    sheets = ((PROGRAM / "views" / "styles" / f"{part}.css").read_text("utf-8") for part in STYLES)
    return compact("\n".join((*sheets, style_rules()))).encode()


def _static_files(folder: str, target: str) -> Iterator[tuple[str, bytes]]:
    """Yield the path below `target` and the content of each file that the program ships in `folder`."""
    start = PROGRAM / "views" / folder
    for file in sorted(start.rglob("*")):
        if file.is_file():
            yield f"{target}/{file.relative_to(start).as_posix()}", file.read_bytes()
