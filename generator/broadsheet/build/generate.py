"""``broadsheet generate``: data/ → catalogue → pages and feeds → docs/."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from broadsheet.build.output import Output, begin, is_hand_written, put
from broadsheet.build.state import BuiltKey
from broadsheet.build.workers import PROCESSORS, BuildJob, Progress, BuildWorkers
from broadsheet.index.index import Index
from broadsheet.index.open import open_index, with_sound_index
from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.settings import config
from broadsheet.settings.config import Settings
from broadsheet.store.files import refusals_explained
from broadsheet.store.lock import Lock, exclusive_lock
from broadsheet.store.program import PROGRAM
from broadsheet.views.page_types import PAGE_TYPES

# The parts of the style sheet, in the order in which they hold.
STYLES = ("frame", "lists", "tables", "pages", "scores", "charts", "reader", "print")
# The part of the theme that names a page's twins.
TWINS = ".theme/alternates.html"


class BuildReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did: the archive it found, the pages it made, the files in docs/ that changed, the folder it filled.

    `kept` are generated pages that gave way to hand-written ones, `outside` files in docs/ that lead out of it and were
    left out, `doubtful` files that stayed in the site though an earlier build may have made them; `newest` is the last
    day on record, or empty.
    """

    days: int
    papers: int
    publications: int
    rendered: int
    written: int
    kept: tuple[str, ...]
    newest: str
    folder: str
    outside: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()


def generate(root: Path, processes: int | None = None, progress: Progress = lambda done, total: None) -> BuildReport:
    """Write all pages and feeds of the digest in `root` into its ``docs/``, when no other run does.

    Raises DigestError with every problem of settings or data; then nothing was written.
    """
    settings = config.load(root)
    docs = root / settings.site.docs_dir

    def once() -> BuildReport:
        begin(docs)
        with closing(open_index(root, settings)) as catalogue:
            version = repr((settings.fingerprint, catalogue.day_versions(), catalogue.publications_version()))
            job = BuildJob(root.absolute(), None, version, processes or PROCESSORS)
            with BuildWorkers(job, catalogue, settings) as workers:
                outcome = workers.render(all_keys(catalogue, settings), progress)
            written = outcome.written + write_docs(docs, outcome.made, built=False)
            return report(catalogue, outcome.made, len(outcome.made), written, docs)

    with refusals_explained(root), exclusive_lock(root, Lock.BUILD):
        return with_sound_index(root, once)


def all_keys(catalogue: Index, settings: Settings) -> list[tuple[str, str]]:
    """(kind, key) of everything the site has pages for."""
    return [(kind.name, key) for kind in PAGE_TYPES.values() for key in kind.keys(catalogue, settings)]


def write_docs(docs: Path, made: Iterable[BuiltKey], *, built: bool) -> int:
    """Put what the program brings along beside the pages and feeds `made`; take away what is no longer made.

    `built` is whether the site is built by this program: then its pages name their twins, which no other builder makes.
    Returns how many files changed.
    """
    theme = [(path, data) for path, data in _static("theme", ".theme") if built or path != TWINS]
    with Output(docs) as output:
        for one in made:
            for path in (*(f"{address}index.md" for address in one.pages), *one.files):
                output.claim(path)
        for path, data in [*_static("scripts", "assets"), ("assets/digest.css", _style()), *theme]:
            output.write(path, data)
        if output.kept:
            raise DigestError([_in_the_way(path) for path in output.kept])
    return output.written


def _in_the_way(path: str) -> Diagnostic:
    return Diagnostic(f"docs/{path}", "a file of the program belongs here, and this is none", "give it another name")


def place_theme(docs: Path) -> None:
    """Put the theme where MkDocs looks for it, which it does before anything else. Raises DigestError."""
    for path, data in _static("theme", ".theme"):
        if is_hand_written(docs, path):
            raise DigestError(_in_the_way(path))
        put(docs, path, data)


def report(catalogue: Index, made: Iterable[BuiltKey], rendered: int, written: int, folder: Path) -> BuildReport:
    """What there is now in `folder`, and what was done for it."""
    return BuildReport(
        days=len(catalogue.day_versions()),
        papers=catalogue.paper_count(),
        publications=len(catalogue.publications()),
        rendered=rendered,
        written=written,
        kept=tuple(path for one in made for path in one.kept),
        newest=max(catalogue.day_versions(), default=""),
        folder=str(folder),
    )


def _style() -> bytes:
    """The one style sheet, out of its parts."""
    return b"\n".join((PROGRAM / "views" / "styles" / f"{part}.css").read_bytes() for part in STYLES)


def _static(folder: str, place: str) -> Iterator[tuple[str, bytes]]:
    """Files the program brings along as they are."""
    start = PROGRAM / "views" / folder
    for file in sorted(start.rglob("*")):
        if file.is_file():
            yield f"{place}/{file.relative_to(start).as_posix()}", file.read_bytes()
