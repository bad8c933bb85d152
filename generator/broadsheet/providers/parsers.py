"""Foreign files made records: each source knows its kind by content, and is a pure function of what was read.

A new source is one module and one line in `PARSERS`.
"""

from importlib import import_module
from typing import NamedTuple, Protocol, cast

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers import decode
from broadsheet.providers.decode import JsonDocument, JsonLines, Document, TextDocument, XmlDocument
from broadsheet.providers.fields import NO_MAPPING, FieldMap
from broadsheet.providers.parse_result import NO_PAPERS, ParseResult, rejected


class ParserModule(Protocol):
    """What the module of a source has."""

    def recognise(self, payload: Document) -> bool:
        """Whether this is a file of the kind."""

    def parse(self, payload: Document, day: str | None) -> ParseResult:
        """All that is in it; `day` is the one that the file's name or the caller gives, if any."""


class ParserModule(NamedTuple):
    """A kind of file, the shapes it comes in, and the module beside this one that knows it.

    `has_own_keys` if its keys and scores are fixed: what the user says of rows does not go for it.
    """

    name: str
    module: str
    shapes: tuple[type[Document], ...]
    has_own_keys: bool = False

    def load(self) -> ParserModule:
        """The module, loaded when a file may be of its kind: YAML and XML are not for every import to wait for."""
        return cast(ParserModule, import_module(f"{__package__}.{self.module}"))


PARSERS = (
    ParserModule("digest's own", "own_files.parser", (JsonDocument, JsonLines), has_own_keys=True),
    ParserModule("scored papers", "scored_json.parser", (JsonDocument, JsonLines)),
    ParserModule("Hugging Face Daily Papers", "huggingface.parser", (JsonDocument, TextDocument), has_own_keys=True),
    ParserModule("arXiv feed", "arxiv.feed_parser", (XmlDocument, JsonDocument), has_own_keys=True),
    ParserModule("arXiv OAI-PMH", "arxiv.oai_parser", (XmlDocument,), has_own_keys=True),
    ParserModule("LibreCat publications", "librecat.parser", (TextDocument, JsonDocument, JsonLines)),
    ParserModule("digest page", "digest_page.parser", (TextDocument,)),
    ParserModule("papers with their day", "dated_json.parser", (JsonDocument, JsonLines)),
    ParserModule("BibTeX or RIS", "bibliography.parser", (TextDocument,)),
    ParserModule("table", "tables.parser", (TextDocument,)),
    ParserModule("rows without an arXiv id", "no_ids", (JsonDocument, JsonLines)),
)


class UnknownFormat(DigestError):
    """The file is none of the kinds that can be imported, or too broken to tell."""


def parse(data: bytes, where: str, day: str | None, fields: FieldMap = NO_MAPPING) -> tuple[str, ParseResult]:
    """Return the kind of the file `data` and all that is in it.

    `where` names the file in messages, `day` is the day that is meant where the file does not say, `fields` what the
    user said of its rows. Raises `UnknownFormat`, or DigestError if nothing can be had from a file whose kind is known.
    """
    try:
        read = decode.decode_document(data, where, fields)
    except DigestError as error:
        raise UnknownFormat(error.problems) from error
    try:
        for source in PARSERS:
            if isinstance(read, source.shapes) and (parser := source.load()).recognise(read):
                harvest = parser.parse(read, day)
                if source.has_own_keys and harvest.rows and not fields.is_empty:
                    harvest.problems = [*harvest.problems, _unused(source, where)]
                return source.name, harvest
    except RecursionError as error:
        raise rejected(where, "nested too deeply to be records", "leave the file out") from error
    if isinstance(read, JsonDocument) and not read.value:
        note = Diagnostic(where, NO_PAPERS, "nothing to do if the day was quiet", is_note=True)
        return "nothing", ParseResult(problems=[note], empty_day=day)
    if isinstance(read, JsonLines) and read.problems:
        raise UnknownFormat(read.problems)
    what, do = f"{_looks_like(read)} of no known kind", "see 'broadsheet import --help' for what can be imported"
    raise UnknownFormat(Diagnostic(where, what, do))


def _unused(source: ParserModule, where: str) -> Diagnostic:
    what = f"--map and --scale are for rows of papers, and this is a file of another kind: {source.name}"
    return Diagnostic(where, what, "nothing to do if its papers are as they should be", is_note=True)


def _looks_like(read: Document) -> str:
    if isinstance(read, TextDocument):
        return "text"
    return "JSON" if isinstance(read, JsonDocument) else "JSON lines" if isinstance(read, JsonLines) else "XML"
