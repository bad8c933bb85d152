"""The registry of parsers, which turn files into records. A parser recognises its format by content and does no I/O.

A new format is one module and one line in `PARSERS`.
"""

from importlib import import_module
from typing import NamedTuple, Protocol, cast

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers.decode import Document, JsonDocument, JsonLines, TextDocument, XmlDocument, decode_document
from broadsheet.providers.fields import NO_MAPPING, FieldMap
from broadsheet.providers.parse_result import NO_PAPERS, ParseResult, rejected


class ParserModule(Protocol):
    """The functions of a parser's module."""

    def matches(self, document: Document) -> bool:
        """Return whether the document is of the parser's format."""

    def parse(self, document: Document, day: str | None) -> ParseResult:
        """Return all records. `day` comes from the file's name or the caller, if at all."""


class Parser(NamedTuple):
    """A format, the types of document it comes in, and the module of its parser.

    `has_own_keys` says that its keys and scores are fixed, so that --map and --scale do not apply.
    """

    name: str
    module: str
    document_types: tuple[type[Document], ...]
    has_own_keys: bool = False

    def load(self) -> ParserModule:
        """Import the module. Parsers of YAML and XML load slowly, so each waits until a file may be of its format."""
        return cast(ParserModule, import_module(f"{__package__}.{self.module}"))


PARSERS = (
    Parser("digest's own", "own_files.parser", (JsonDocument, JsonLines), has_own_keys=True),
    Parser("scored papers", "scored_json.parser", (JsonDocument, JsonLines)),
    Parser("Hugging Face Daily Papers", "huggingface.parser", (JsonDocument, TextDocument), has_own_keys=True),
    Parser("arXiv feed", "arxiv.feed_parser", (XmlDocument, JsonDocument), has_own_keys=True),
    Parser("arXiv OAI-PMH", "arxiv.oai_parser", (XmlDocument,), has_own_keys=True),
    Parser("LibreCat publications", "librecat.parser", (TextDocument, JsonDocument, JsonLines)),
    Parser("digest page", "digest_page.parser", (TextDocument,)),
    Parser("papers with their day", "dated_json.parser", (JsonDocument, JsonLines)),
    Parser("BibTeX or RIS", "bibliography.parser", (TextDocument,)),
    Parser("table", "tables.parser", (TextDocument,)),
    Parser("rows without an arXiv id", "no_ids", (JsonDocument, JsonLines)),
)


class UnknownFormat(DigestError):
    """The file has no format that can be imported, or is too broken to recognise."""


def parse(data: bytes, where: str, day: str | None, fields: FieldMap = NO_MAPPING) -> tuple[str, ParseResult]:
    """Return the name of the file's format and all its records.

    `where` names the file in messages. `day` applies where the file names none. `fields` holds the user's options.
    Raises `UnknownFormat`, or DigestError if a file of a known format holds nothing that can be used.
    """
    try:
        document = decode_document(data, where, fields)
    except DigestError as error:
        raise UnknownFormat(error.problems) from error
    try:
        parser = _find(document)
        if parser is None:
            return "nothing", _no_papers(document, day)
        result = parser.load().parse(document, day)
    except RecursionError as error:
        raise rejected(where, "nested too deeply to be records", "leave the file out") from error
    if parser.has_own_keys and result.rows and not fields.is_empty:
        result.problems = [*result.problems, _unused_options(parser, where)]
    return parser.name, result


def _find(document: Document) -> Parser | None:
    candidates = (parser for parser in PARSERS if isinstance(document, parser.document_types))
    return next((parser for parser in candidates if parser.load().matches(document)), None)


def _no_papers(document: Document, day: str | None) -> ParseResult:
    """Return the result of an empty JSON value. Raises `UnknownFormat` for every other document."""
    if isinstance(document, JsonDocument) and not document.value:
        note = Diagnostic(document.where, NO_PAPERS, "nothing to do if the day was quiet", is_note=True)
        return ParseResult(problems=[note], empty_day=day)
    if isinstance(document, JsonLines) and document.problems:
        raise UnknownFormat(document.problems)
    message, hint = (
        f"{_SYNTAX[type(document)]} of no known kind",
        "see 'broadsheet import --help' for what can be imported",
    )
    raise UnknownFormat(Diagnostic(document.where, message, hint))


_SYNTAX = {TextDocument: "text", JsonDocument: "JSON", JsonLines: "JSON lines", XmlDocument: "XML"}


def _unused_options(parser: Parser, where: str) -> Diagnostic:
    message = f"--map and --scale are for rows of papers, and this is a file of another kind: {parser.name}"
    return Diagnostic(where, message, "nothing to do if its papers are as they should be", is_note=True)
