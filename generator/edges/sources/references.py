"""Bibliographies: BibTeX and RIS, whose papers have no score.

Sources: https://www.bibtex.org/Format/; RIS as reference managers exchange it, from ``TY  - `` to ``ER  - ``.
"""

import re
from collections.abc import Iterator
from typing import Any

from generator.edges.sources import scored
from generator.edges.sources.days import day_of_value
from generator.edges.sources.harvest import Harvest, refused
from generator.edges.sources.payload import Lines, Payload, Text
from generator.edges.sources.rows import given_name_first
from generator.ground import arxiv_id
from generator.ground.errors import Problem

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)[ \t]*[{(]", re.MULTILINE)
_RIS_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?")
_NAME = re.compile(r"\s*,?\s*([^\s=,{}()\"#]+)\s*=\s*")
_BARE = re.compile(r"[^\s,#{}()\"]+")
_JOIN = re.compile(r"\s*#\s*")
_NO_PAPERS = frozenset({"comment", "preamble", "string"})
_MONTHS = {name: name.capitalize() for name in "jan feb mar apr may jun jul aug sep oct nov dec".split()}
_RIS_FIELDS = {
    "TI": "title", "T1": "title", "AB": "abstract", "N2": "abstract", "DO": "doi", "UR": "url", "L1": "pdf",
    "ID": "id", "AN": "arxiv", "M1": "eprint",
}  # fmt: skip
_RIS_AUTHORS = frozenset({"AU", "A1"})


def recognise(payload: Payload) -> bool:
    """A text with an entry of BibTeX, or with a type of RIS in its first line."""
    if not isinstance(payload, Text):
        return False
    start = payload.text.lstrip()[:200]
    return re.match(r"TY {1,2}- ", start) is not None or (
        start[:1] in ("@", "%") and _ENTRY.search(payload.text) is not None
    )


def parse(payload: Payload, day: str | None) -> Harvest:
    """Return the papers with an arXiv id; where each is in the file is said of the others."""
    assert isinstance(payload, Text)
    problems: list[Problem] = []
    entries = _ris(payload) if payload.text.lstrip().startswith("TY") else read_bibtex(payload, problems)
    listed = list(entries)
    if not listed and not problems:
        raise refused(payload.where, "a bibliography without an entry", "export it again")
    return scored.parse(Lines(payload.where, listed, problems, payload.fields), day)


def _paper(values: dict[str, str], authors: list[str]) -> dict[str, Any]:
    names = ("title", "abstract", "doi", "eprint", "arxiv", "arxivid", "url", "pdf", "id", "note", "journal")
    row: dict[str, Any] = {name: values[name] for name in names if values.get(name)}
    for name in ("journal", "note"):  # "arXiv preprint arXiv:2501.00001"
        text = row.pop(name, "")
        words = re.split(r"[\s,;]+", text) if "arxiv" in text.lower() else []
        if known := next((word for word in words if arxiv_id.parse(word)), None):
            row.setdefault("eprint", known)
    date = values.get("date", "")
    date = date if day_of_value(date) else ""  # BibLaTeX has years and months, too
    return {**row, "authors": [given_name_first(author) for author in authors], **({"date": date} if date else {})}


# -- BibTeX --------------------------------------------------------------------------------------------------------


def read_bibtex(payload: Text, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and the fields of each entry; one that breaks off is added to `problems`."""
    macros = dict(_MONTHS)
    text, end = payload.text, 0
    while match := _ENTRY.search(text, end):
        kind, line = match[1].lower(), text.count("\n", 0, match.start()) + 1
        end = match.end()
        if kind in _NO_PAPERS - {"string"}:
            continue
        values, end, whole = _fields(text, end, macros, keyed=kind != "string")
        if not whole:
            do = "close its braces and quotes"
            problems.append(Problem(f"{payload.where}:{line}", f"an entry (@{match[1]}) that breaks off", do))
        elif kind == "string":
            macros |= values
        else:
            # The day a paper was listed is in no BibTeX; `date` is BibLaTeX's day of publication.
            values.pop("date", None)
            authors = re.split(r"\s+and\s+", _outside_braces(values.get("author", "")))
            names = [name.replace("\x1f", " and ") for name in authors if name.strip() not in ("", "others")]
            yield line, _paper(values, names)


def _fields(text: str, start: int, macros: dict[str, str], keyed: bool) -> tuple[dict[str, str], int, bool]:
    """Return the fields of an entry, where it ends, and whether it does."""
    at = start
    if keyed and (key := re.compile(r"\s*[^\s,{}()=]*\s*(?=[,})])").match(text, at)):
        at = key.end()
    values: dict[str, str] = {}
    while name := _NAME.match(text, at):
        value = _value(text, name.end(), macros)
        if value is None:
            return values, name.end(), False
        values.setdefault(name[1].lower(), " ".join(value[0].split()))
        at = value[1]
    close = re.compile(r"[\s,]*[})]").match(text, at)
    return values, close.end() if close else at, close is not None


def _value(text: str, at: int, macros: dict[str, str]) -> tuple[str, int] | None:
    """Return a value made of braces, quotes, numbers and macros joined by ``#``, and where it ends."""
    parts = []
    while True:
        if text[at : at + 1] in ("{", '"'):
            end = _closing(text, at)
            if end is None:
                return None
            parts.append(text[at + 1 : end])
            at = end + 1
        elif bare := _BARE.match(text, at):
            parts.append(macros.get(bare[0].lower(), bare[0]))
            at = bare.end()
        else:
            return None
        join = _JOIN.match(text, at)
        if join is None:
            return "".join(parts), at
        at = join.end()


_BRACE = re.compile(r'[{}"]|\n[ \t]*@[A-Za-z]+[ \t]*\{')


def _closing(text: str, start: int) -> int | None:
    """Return where the brace or quote at `start` is closed; an entry that begins in between says that it is not."""
    depth, quoted = 0, text[start] == '"'
    for match in _BRACE.finditer(text, start + 1):
        if match[0][0] == "\n":
            return None
        if match[0] == '"' and quoted and depth == 0:
            return match.start()
        if match[0] == "}" and depth == 0:
            return None if quoted else match.start()
        depth += (match[0] == "{") - (match[0] == "}")
    return None


def _outside_braces(names: str) -> str:
    """Return a list of names in which an ``and`` within braces, as in a team's name, separates nothing."""
    parts, depth = [], 0
    for part in re.split(r"([{}])", names):
        depth += (part == "{") - (part == "}")
        parts.append(re.sub(r"\s+and\s+", "\x1f", part) if depth > 0 else part)
    return "".join(parts)


# -- RIS -----------------------------------------------------------------------------------------------------------


def _ris(payload: Text) -> Iterator[tuple[int, dict[str, Any]]]:
    values: dict[str, str] = {}
    authors: list[str] = []
    first, tag = 0, ""
    for number, line in enumerate(payload.text.split("\n"), 1):
        match = _RIS_LINE.fullmatch(line.strip("\r\ufeff ") if line.strip() != "ER  -" else "ER  - ")
        if match is None:
            if tag and line.strip():  # a value that goes on
                values[tag] = f"{values.get(tag, '')} {line.strip()}".strip()
            continue
        tag, value = _RIS_FIELDS.get(match[1], ""), (match[2] or "").strip()
        if match[1] == "TY":
            values, authors, first = {}, [], number
        elif match[1] == "ER":
            yield first, _paper(values, authors)
            first = 0
        elif match[1] in _RIS_AUTHORS:
            authors.append(value)
        elif tag and value:
            values.setdefault(tag, value)
    if first:
        yield first, _paper(values, authors)
