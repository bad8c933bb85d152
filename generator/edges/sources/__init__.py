"""Foreign files made records: each source knows its kind by content, and is a pure function of what was read.

A new source is one module and one line in `SOURCES`.
"""

from collections.abc import Callable
from typing import NamedTuple

from generator.edges.sources import arxiv_feed, arxiv_oai, digest_page, huggingface, librecat, payload, scored
from generator.edges.sources.harvest import Harvest, refused
from generator.edges.sources.payload import Json, Lines, Payload, Text
from generator.ground.errors import DigestError, Problem


class Source(NamedTuple):
    """A kind of file. `parse` takes the day that the file's name or the caller gives, if any."""

    name: str
    recognise: Callable[[Payload], bool]
    parse: Callable[[Payload, str | None], Harvest]


SOURCES = (
    Source("scored papers", scored.recognise, scored.parse),
    Source("Hugging Face Daily Papers", huggingface.recognise, huggingface.parse),
    Source("arXiv feed", arxiv_feed.recognise, arxiv_feed.parse),
    Source("arXiv OAI-PMH", arxiv_oai.recognise, arxiv_oai.parse),
    Source("LibreCat publications", librecat.recognise, librecat.parse),
    Source("digest page", digest_page.recognise, digest_page.parse),
)


class Unrecognised(DigestError):
    """The file is none of the kinds that can be imported, or too broken to tell."""


def harvest(data: bytes, where: str, day: str | None) -> tuple[str, Harvest]:
    """The kind of the file `data` and all that is in it.

    `where` names the file in messages, `day` is the day that is meant where the file does not say. Raises
    `Unrecognised`, or DigestError if nothing can be had from a file whose kind is known.
    """
    try:
        read = payload.read(data, where)
    except DigestError as error:
        raise Unrecognised(error.problems) from error
    try:
        for source in SOURCES:
            if source.recognise(read):
                return source.name, source.parse(read, day)
    except RecursionError as error:
        raise refused(where, "nested too deeply to be records", "leave the file out") from error
    if isinstance(read, Json) and not read.value:
        note = Problem(where, "holds no papers", "nothing to do if the day was quiet", note=True)
        return "nothing", Harvest(problems=[note])
    if isinstance(read, Lines) and read.problems:
        raise Unrecognised(read.problems)
    what, do = f"{_looks_like(read)} of no known kind", "see 'digest import --help' for what can be imported"
    raise Unrecognised(Problem(where, what, do))


def _looks_like(read: Payload) -> str:
    if isinstance(read, Text):
        return "text"
    return "JSON" if isinstance(read, Json) else "JSON lines" if isinstance(read, Lines) else "XML"
