"""Foreign files made records: each source knows its kind by content, and is a pure function of what was read.

A new source is one module and one line in `SOURCES`.
"""

from importlib import import_module
from typing import NamedTuple, Protocol, cast

from broadsheet.model.diagnostics import Diagnostic, DigestError
from broadsheet.providers import decode as payload
from broadsheet.providers.decode import Json, Lines, Payload, Text, Xml
from broadsheet.providers.fields import AS_THEY_ARE, FieldMap
from broadsheet.providers.parse_result import NO_PAPERS, Harvest, refused
from broadsheet.providers.scored_json import fast_path as usual


class Parser(Protocol):
    """What the module of a source has."""

    def recognise(self, payload: Payload) -> bool:
        """Whether this is a file of the kind."""

    def parse(self, payload: Payload, day: str | None) -> Harvest:
        """All that is in it; `day` is the one that the file's name or the caller gives, if any."""


class Source(NamedTuple):
    """A kind of file, the shapes it comes in, and the module beside this one that knows it.

    `has_own_keys` if its keys and scores are fixed: what the user says of rows does not go for it.
    """

    name: str
    module: str
    shapes: tuple[type[Payload], ...]
    has_own_keys: bool = False

    def load(self) -> Parser:
        """The module, loaded when a file may be of its kind: YAML and XML are not for every import to wait for."""
        return cast(Parser, import_module(f"{__package__}.{self.module}"))


SCORED = Source("scored papers", "scored_json.parser", (Json, Lines))
SOURCES = (
    Source("digest's own", "own_files.parser", (Json, Lines), has_own_keys=True),
    SCORED,
    Source("Hugging Face Daily Papers", "huggingface.parser", (Json, Text), has_own_keys=True),
    Source("arXiv feed", "arxiv.feed_parser", (Xml, Json), has_own_keys=True),
    Source("arXiv OAI-PMH", "arxiv.oai_parser", (Xml,), has_own_keys=True),
    Source("LibreCat publications", "librecat.parser", (Text, Json, Lines)),
    Source("digest page", "digest_page.parser", (Text,)),
    Source("papers with their day", "dated_json.parser", (Json, Lines)),
    Source("BibTeX or RIS", "bibliography.parser", (Text,)),
    Source("table", "tables.parser", (Text,)),
    Source("rows without an arXiv id", "no_ids", (Json, Lines)),
)


class Unrecognised(DigestError):
    """The file is none of the kinds that can be imported, or too broken to tell."""


def harvest(data: bytes, where: str, day: str | None, fields: FieldMap = AS_THEY_ARE) -> tuple[str, Harvest]:
    """Return the kind of the file `data` and all that is in it.

    `where` names the file in messages, `day` is the day that is meant where the file does not say, `fields` what the
    user said of its rows. Raises `Unrecognised`, or DigestError if nothing can be had from a file whose kind is known.
    """
    if day and fields.is_empty and (usual_harvest := usual.harvest(data, where, day)):
        return SCORED.name, usual_harvest
    try:
        read = payload.read(data, where, fields)
    except DigestError as error:
        raise Unrecognised(error.problems) from error
    try:
        for source in SOURCES:
            if isinstance(read, source.shapes) and (parser := source.load()).recognise(read):
                harvest = parser.parse(read, day)
                if source.has_own_keys and harvest.rows and not fields.is_empty:
                    harvest.problems = [*harvest.problems, _unused(source, where)]
                return source.name, harvest
    except RecursionError as error:
        raise refused(where, "nested too deeply to be records", "leave the file out") from error
    if isinstance(read, Json) and not read.value:
        note = Diagnostic(where, NO_PAPERS, "nothing to do if the day was quiet", is_note=True)
        return "nothing", Harvest(problems=[note], empty_day=day)
    if isinstance(read, Lines) and read.problems:
        raise Unrecognised(read.problems)
    what, do = f"{_looks_like(read)} of no known kind", "see 'broadsheet import --help' for what can be imported"
    raise Unrecognised(Diagnostic(where, what, do))


def _unused(source: Source, where: str) -> Diagnostic:
    what = f"--map and --scale are for rows of papers, and this is a file of another kind: {source.name}"
    return Diagnostic(where, what, "nothing to do if its papers are as they should be", is_note=True)


def _looks_like(read: Payload) -> str:
    if isinstance(read, Text):
        return "text"
    return "JSON" if isinstance(read, Json) else "JSON lines" if isinstance(read, Lines) else "XML"
