"""``digest generate``: data/ → catalogue → pages and feeds → docs/."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from generator.catalogue.index import Catalogue
from generator.edges.output import Output
from generator.edges.site import only_one
from generator.edges.store import Store
from generator.ground import config
from generator.ground.config import Settings
from generator.views.contents import PAGES
from generator.views.feeds import feeds
from generator.views.markdown import markdown

PROGRAM = Path(__file__).resolve().parent.parent


class Generated(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of `generate` did. `newest` is the last day on record, or empty."""

    days: int
    papers: int
    publications: int
    written: int
    kept: tuple[str, ...]
    newest: str


def generate(root: Path) -> Generated:
    """Write all pages and feeds of the digest in `root` into its ``docs/``, when no other run does.

    Raises DigestError with every problem of settings or data; then nothing was written.
    """
    config.load(root)
    with only_one(root):
        return write_docs(root)


def write_docs(root: Path) -> Generated:
    """What `generate` does; the caller sees to it that no other run does the same.

    Raises DigestError with every problem of settings or data; then nothing was written.
    """
    settings = config.load(root)
    catalogue = open_catalogue(root, settings)
    try:
        with Output(root / settings.site.docs_dir) as output:
            for path, data in _files(catalogue, settings):
                output.write(path, data)
        return Generated(
            days=len(catalogue.heads),
            papers=catalogue.papers(),
            publications=len(catalogue.publications()),
            written=output.written,
            kept=tuple(output.kept),
            newest=max(catalogue.heads, default=""),
        )
    finally:
        catalogue.close()


def open_catalogue(root: Path, settings: Settings) -> Catalogue:
    """The catalogue of the digest in `root`, in step with its data. Raises DigestError where data cannot be read."""
    catalogue = Catalogue(root / ".digest" / "catalogue.sqlite", settings, version=program_fingerprint())
    try:
        catalogue.refresh(Store(root))
    except BaseException:
        catalogue.close()
        raise
    return catalogue


@cache
def program_fingerprint() -> str:
    """Changes when the program does: what another version derived is not trusted."""
    digest = hashlib.sha256()
    for file in sorted(PROGRAM.rglob("*")):
        if file.suffix in {".py", ".j2", ".css", ".html", ".xml", ".js"}:
            digest.update(file.relative_to(PROGRAM).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _files(catalogue: Catalogue, settings: Settings) -> Iterator[tuple[str, bytes]]:
    yield from _static("assets", "assets")
    yield from _static("theme", ".theme")
    for pages in PAGES:
        for page in pages(catalogue, settings):
            yield page.path, markdown(page).encode()
    for file in feeds(catalogue, settings):
        yield file.path, file.data


def _static(folder: str, place: str) -> Iterator[tuple[str, bytes]]:
    """Files the program brings along: style sheet, theme."""
    start = PROGRAM / "ground" / folder
    for file in sorted(start.rglob("*")):
        if file.is_file():
            yield f"{place}/{file.relative_to(start).as_posix()}", file.read_bytes()
