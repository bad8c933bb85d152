"""``broadsheet generate``: data/ → index → pages and feeds → docs/."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from broadsheet import PROGRAM
from broadsheet.build.mkdocs_settings import environment
from broadsheet.build.output import Output, begin_list, is_hand_written, write_generated
from broadsheet.build.sample_notice import with_sample_notice
from broadsheet.build.state import BuiltKey
from broadsheet.build.theme_sheet import THEME_SHEET, theme_sheet
from broadsheet.build.workers import PROCESSORS, BuildJob, BuildWorkers, Progress
from broadsheet.index.index import Index
from broadsheet.index.open import open_index, with_sound_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.files import refusals_explained
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.samples import shown_store
from broadsheet.translations import messages, use
from broadsheet.views.compact_script import compact_script
from broadsheet.views.page_types import PAGE_TYPES
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


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result of ``generate`` or ``build``: the size of the archive, rendered pages, changed files, the folder.

    `docs` is the folder of the pages, as ``docs_dir`` names it. `shadowed` are generated pages that a hand-written page
    replaces. `outside` are files in `docs` that lead out of it and were not published. `doubtful` are files of the site
    that an earlier build may have made. `newest` is the last day of the archive, or empty. `warnings` are about the
    settings.
    """

    days: int
    papers: int
    publications: int
    rendered: int
    written: int
    shadowed: tuple[str, ...]
    newest: str
    folder: str
    docs: str
    outside: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


def generate(root: Path, processes: int | None = None, progress: Progress = lambda done, total: None) -> BuildReport:
    """Write all pages and feeds of the digest in `root` into its ``docs/``, under the lock of builds.

    Raises DigestError with every problem of settings or data, before anything is written.
    """
    settings = with_sample_notice(root, config.load(root))
    use(settings.site.language)
    docs = root / settings.site.docs_dir

    def generate_pages() -> BuildReport:
        begin_list(docs)
        with closing(open_index(root, settings, store=shown_store(root))) as index:
            version = repr((settings.fingerprint, index.day_versions(), index.publications_version()))
            job = BuildJob(
                root.absolute(),
                settings.site.site_url,
                None,
                version,
                processes or PROCESSORS,
                environment=tuple(environment(root)),
            )
            with BuildWorkers(job, index, settings) as workers:
                result = workers.render(all_keys(index, settings), progress)
            written = result.written + write_docs(root, docs, result.built_keys, settings, built=False)
            rendered = len(result.built_keys)
            return report(index, shadowed_paths(result.built_keys), rendered, written, docs, settings.site.docs_dir)

    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):
        return with_sound_index(root, generate_pages)


def all_keys(index: Index, settings: Settings) -> list[tuple[str, str]]:
    """Return (page type, key) of everything that has pages."""
    return [(page_type.name, key) for page_type in PAGE_TYPES.values() for key in page_type.keys(index, settings)]


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


def shadowed_paths(built_keys: Iterable[BuiltKey]) -> tuple[str, ...]:
    """Return the paths of pages that a hand-written page replaces."""
    return tuple(path for built_key in built_keys for path in built_key.shadowed)


def report(
    index: Index, shadowed: tuple[str, ...], rendered: int, written: int, folder: Path, docs: str
) -> BuildReport:
    """Return the report of a run that wrote `folder`, with the pages in `docs`."""
    return BuildReport(
        days=len(index.day_versions()),
        papers=index.paper_count(),
        publications=len(index.publications()),
        rendered=rendered,
        written=written,
        shadowed=shadowed,
        newest=max(index.day_versions(), default=""),
        folder=str(folder),
        docs=docs,
    )


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
