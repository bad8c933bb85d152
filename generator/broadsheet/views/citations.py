"""Citations of works as files: their formats, and the files beside pages and lists."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from broadsheet.bibliography.bibtex import bibtex
from broadsheet.bibliography.csl import csl, csl_json
from broadsheet.bibliography.ris import ris
from broadsheet.index.catalogue import Catalogue
from broadsheet.index.days import Entry
from broadsheet.model.paper import Paper
from broadsheet.model.publication import Publication
from broadsheet.settings.config import Settings
from broadsheet.views.page import File


class CitationFormat(NamedTuple):
    """A format: the name that readers see, the ending and media type of its files, and how to join citations."""

    name: str
    suffix: str
    media_type: str
    join: Callable[[Sequence["Citation"]], str]


class Citation(NamedTuple):
    """A work in every format."""

    bibtex: str
    ris: str
    item: dict[str, Any]

    @classmethod
    def of(cls, work: Paper | Publication, key: str = "") -> "Citation":
        """Return the citation of a work; `key` is that of the index, if it has one."""
        item = csl(work, key)
        return cls(bibtex(work, key), ris(work, item), item)


BIBTEX = CitationFormat("BibTeX", "bib", "application/x-bibtex", lambda works: "\n".join([w.bibtex for w in works]))
RIS = CitationFormat(
    "RIS", "ris", "application/x-research-info-systems", lambda works: "\n".join([w.ris for w in works])
)
CSL = CitationFormat(
    "CSL-JSON", "json", "application/vnd.citationstyles.csl+json", lambda works: csl_json(w.item for w in works)
)
FORMATS = (BIBTEX, RIS, CSL)


def file_formats(settings: Settings) -> tuple[CitationFormat, ...]:
    """Return the formats in which publications and lists have files of citations."""
    return () if settings.alternates == "none" else FORMATS


def citation_files(path: str, citations: Sequence[Citation]) -> tuple[File, ...]:
    """Return the files of a list, one in each format; `path` has no ending."""
    return tuple(File(f"{path}.{form.suffix}", form.join(citations).encode()) for form in FORMATS)


def paper_keys(entries: Iterable[Entry], catalogue: Catalogue) -> Mapping[str, str]:
    """Return the citation keys that the index has for the papers of `entries`, by arXiv id."""
    keys: dict[str, str] = {}
    for date in sorted({entry.date for entry in entries}):
        keys |= catalogue.paper_keys(date)
    return keys


def papers_bib(address: str, entries: Sequence[Entry], catalogue: Catalogue) -> File:
    """Return the BibTeX file of the page at `address` with a list of papers, each once."""
    keys = paper_keys(entries, catalogue)
    papers = {entry.paper.arxiv_id: entry.paper for entry in entries}
    text = "\n".join([bibtex(paper, keys.get(name, "")) for name, paper in papers.items()])
    return File(f"{address}papers.bib", text.encode())
