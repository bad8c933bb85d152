"""A parser of bibliographies, BibTeX and RIS, whose papers have no score.

Sources: https://www.bibtex.org/Format/; RIS as reference managers exchange it, from ``TY  - `` to ``ER  - ``.
"""

import re
from collections.abc import Iterator
from typing import Any

from broadsheet.model import arxiv_id
from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers.dates import day_of_value
from broadsheet.providers.decode import Document, JsonLines, TextDocument, split_lines
from broadsheet.providers.parse_result import ParseResult, rejected
from broadsheet.providers.scored_json import parser as scored_json
from broadsheet.providers.scored_json.row_parser import given_name_first

_ENTRY = re.compile(r"^[ \t]*@[ \t]*([A-Za-z]+)[ \t]*[{(]", re.MULTILINE)
_NEXT_ENTRY = re.compile(r"[ \t]*@[ \t]*([A-Za-z]+)[ \t]*[{(]")  # after another entry
_BIBTEX_NAME = re.compile(r"\.bib(?:\.gz)?$", re.IGNORECASE)
_MAX_LINES_BEFORE = 10  # before the first entry: BibTeX ignores text between entries, and exports begin with some
_RIS_LINE = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*))?")
_RIS_START = re.compile(r"^\ufeff?(?:TY {1,2}|(?:TI|T1|AU|A1|UR|ER)  )-(?: |$)", re.MULTILINE)
_NAME = re.compile(r"\s*,?\s*([^\s=,{}()\"#]+)\s*=\s*")
_BARE = re.compile(r"[^\s,#{}()\"]+")
_JOIN = re.compile(r"\s*#\s*")
_NO_PAPERS = frozenset({"comment", "preamble"})
_MONTHS = {name: name.capitalize() for name in "jan feb mar apr may jun jul aug sep oct nov dec".split()}
_RIS_FIELDS = {
    "TI": "title", "T1": "title", "AB": "abstract", "N2": "abstract", "DO": "doi", "UR": "url", "L1": "pdf",
    "ID": "id", "AN": "arxiv", "M1": "eprint",
}  # fmt: skip
_RIS_AUTHORS = frozenset({"AU", "A1"})


def matches(document: Document) -> bool:
    """Return whether the first lines have a BibTeX entry or a RIS tag."""
    return isinstance(document, TextDocument) and (_is_ris(document) or _is_bibtex(document))


def _is_ris(document: TextDocument) -> bool:
    return _RIS_START.search("".join(split_lines(document.text.lstrip()[:2_000])[:_MAX_LINES_BEFORE])) is not None


def _is_bibtex(document: TextDocument) -> bool:
    text = "".join(split_lines(document.text)) if "\r" in document.text else document.text
    match = _ENTRY.search(text)
    if match is None:
        return False
    before = text[: match.start()].lstrip()
    is_short = len([line for line in before.split("\n") if line.strip()]) <= _MAX_LINES_BEFORE
    return before[:1] == "%" or is_short or _BIBTEX_NAME.search(document.where) is not None


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the papers with an arXiv id, and a problem with its line for each of the others."""
    assert isinstance(document, TextDocument)
    problems: list[Diagnostic] = []
    notes: list[Diagnostic] = []
    rows = list(read_ris(document, notes) if _is_ris(document) else read_bibtex(document, problems))
    if not rows and not problems:
        raise rejected(document.where, "a bibliography without an entry", "export it again")
    result = scored_json.parse(JsonLines(document.where, rows, problems, document.fields), day)
    result.problems = [*notes, *result.problems]
    return result


def rows(document: TextDocument, problems: list[Diagnostic]) -> Iterator[dict[str, Any]]:
    """Yield the fields of each entry, with an arXiv id or without; add incomplete entries to `problems`."""
    read = read_ris if _is_ris(document) else read_bibtex
    yield from (row for _, row in read(document, problems))


def _paper(values: dict[str, str], authors: list[str]) -> dict[str, Any]:
    names = ("title", "abstract", "doi", "eprint", "arxiv", "arxivid", "url", "pdf", "id")
    row: dict[str, Any] = {name: values[name] for name in names if values.get(name)}
    for text in _places_of_ids(values):
        words = re.split(r"[\s,;{}]+", text)
        if paper_id := next((word for word in words if arxiv_id.parse(word)), None):
            row.setdefault("eprint", paper_id)
    date = values.get("date", "")
    date = date if day_of_value(date) else ""  # BibLaTeX also has years and months
    return {**row, "authors": authors, **({"date": date} if date else {})}


def _places_of_ids(values: dict[str, str]) -> Iterator[str]:
    """Yield the fields in which styles and databases put an arXiv id, if they name arXiv or its repository CoRR."""
    for name in ("journal", "note", "number", "howpublished"):  # "arXiv preprint arXiv:2501.00001"
        if "arxiv" in (text := values.get(name, "")).lower():
            yield text
    if values.get("journal", "").lower() == "corr":  # DBLP: volume = {abs/2501.00001}
        yield values.get("volume", "")


# -- BibTeX --------------------------------------------------------------------------------------------------------


def read_bibtex(document: TextDocument, problems: list[Diagnostic]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and fields of each entry; add an incomplete entry to `problems`."""
    macros = dict(_MONTHS)
    text, end = "".join(split_lines(document.text)), 0
    line, counted = 1, 0
    while match := _NEXT_ENTRY.match(text, end) or _ENTRY.search(text, end):
        kind, end = match[1].lower(), match.end()
        line, counted = line + text.count("\n", counted, match.start()), match.start()
        if kind in _NO_PAPERS:
            end = _end_of_comment(text, end)
            continue
        values, end, whole = _fields(text, end, macros, keyed=kind != "string")
        if not whole:
            end = match.end()  # the next entry may have been parsed as a part of this one
            hint = "close its braces and quotes"
            problems.append(Diagnostic(f"{document.where}:{line}", f"an entry (@{match[1]}) that breaks off", hint))
        elif kind == "string":
            macros |= values
        else:
            # BibTeX has no day of listing; `date` is BibLaTeX's day of publication.
            values.pop("date", None)
            authors = re.split(r"\s+and\s+", _outside_braces(values.get("author", "")))
            names = [name.replace("\x1f", " and ") for name in authors if name.strip() not in ("", "others")]
            yield line, _paper(values, [_author(name) for name in names])


def _author(name: str) -> str:
    """Return BibTeX's ``King, Jr, Ada`` and BibLaTeX's ``family=King, given=Ada, suffix=Jr`` as the name is read."""
    if not _NAME_PART.match(name):
        return given_name_first(name)
    parts = {match[1].lower(): match[2].strip('{}" ') for match in _NAME_PART.finditer(name)}
    return " ".join(parts[part] for part in ("given", "prefix", "family", "suffix") if parts.get(part))


def _end_of_comment(text: str, start: int) -> int:
    """Return the end of the comment whose text begins at `start`, or `start` if it has none."""
    end = _closing(text, start - 1) if text[start - 1] == "{" else None
    return start if end is None else end + 1


def _fields(text: str, start: int, macros: dict[str, str], keyed: bool) -> tuple[dict[str, str], int, bool]:
    """Return the fields of an entry, its end, and whether it is complete."""
    end = start
    if keyed and (key := re.compile(r"\s*[^\s,{}()=]*\s*(?=[,})])").match(text, end)):
        end = key.end()
    values: dict[str, str] = {}
    while name := _NAME.match(text, end):
        value = _value(text, name.end(), macros)
        if value is None:
            return values, name.end(), False
        values.setdefault(name[1].lower(), " ".join(value[0].split()))
        end = value[1]
    close = re.compile(r"[\s,]*[})]").match(text, end)
    return values, close.end() if close else end, close is not None


def _value(text: str, position: int, macros: dict[str, str]) -> tuple[str, int] | None:
    """Return a value of braces, quotes, numbers and macros joined by ``#``, and its end."""
    parts = []
    while True:
        if text[position : position + 1] in ("{", '"'):
            end = _closing(text, position)
            if end is None:
                return None
            parts.append(text[position + 1 : end])
            position = end + 1
        elif bare := _BARE.match(text, position):
            parts.append(macros.get(bare[0].lower(), bare[0]))
            position = bare.end()
        else:
            return None
        join = _JOIN.match(text, position)
        if join is None:
            return "".join(parts), position
        position = join.end()


_NAME_PART = re.compile(r"""(?:^|,)\s*([A-Za-z]+(?:-i)?)\s*=\s*(\{[^{}]*\}|"[^"]*"|[^,]*)""")
_AFTER_QUOTE = re.compile(r"""\s*(?:#|[})]|,\s*[})]|,?\s*[^\s=,{}()"#]+\s*=)""")
_BRACE = re.compile(r'[{}"]|\n[ \t]*@[A-Za-z]+[ \t]*\{')


def _closing(text: str, start: int) -> int | None:
    """Return the position that closes the brace or quote at `start`; None if another entry begins before.

    A quote within quotes should be in braces; without them, the text after a quote shows whether it is the last.
    """
    depth, quoted = 0, text[start] == '"'
    for match in _BRACE.finditer(text, start + 1):
        if match[0][0] == "\n":
            return None
        if match[0] == '"' and quoted and depth == 0 and _AFTER_QUOTE.match(text, match.end()):
            return match.start()
        if match[0] == "}" and depth == 0:
            return None if quoted else match.start()
        depth += (match[0] == "{") - (match[0] == "}")
    return None


def _outside_braces(names: str) -> str:
    """Return a list of names in which an ``and`` within braces, as in a team's name, is no separator."""
    parts, depth = [], 0
    for part in re.split(r"([{}])", names):
        depth += (part == "{") - (part == "}")
        parts.append(re.sub(r"\s+and\s+", "\x1f", part) if depth > 0 else part)
    return "".join(parts)


# -- RIS -----------------------------------------------------------------------------------------------------------


def read_ris(document: TextDocument, notes: list[Diagnostic]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and fields of each record; add records without first or last tag to `notes`."""
    opened: _RisRecord | None = None
    for number, tag, value in _ris_lines(document.text):
        if tag in ("TY", "ER"):
            if opened:
                yield opened.finish(document.where, notes, "" if tag == "ER" else "ER before the next one begins")
            opened = _RisRecord(number) if tag == "TY" else None
            continue
        if opened is None and tag:
            opened = _RisRecord(number)
            notes.append(_lacking(f"{document.where}:{number}", "TY"))
        if opened:
            opened.add(tag, value)
    if opened:
        yield opened.finish(document.where, notes, "ER at the end of the file")


class _RisRecord:
    """A record of RIS while it is parsed."""

    def __init__(self, line: int) -> None:
        self._line, self._field = line, ""
        self._values: dict[str, str] = {}
        self._authors: list[str] = []

    def add(self, tag: str, value: str) -> None:
        """Add the value of a tag; without a tag, it continues the value before."""
        if not tag:
            if self._field:
                self._values[self._field] = f"{self._values.get(self._field, '')} {value}".strip()
            return
        self._field = _RIS_FIELDS.get(tag, "")
        if tag in _RIS_AUTHORS:
            self._authors.append(_ris_author(value))
        elif self._field and value:
            self._values.setdefault(self._field, value)

    def finish(self, where: str, notes: list[Diagnostic], lacks: str) -> tuple[int, dict[str, Any]]:
        """Return the line and fields; add the tag that the record `lacks` to `notes`."""
        if lacks:
            notes.append(_lacking(f"{where}:{self._line}", lacks))
        return self._line, _paper(self._values, self._authors)


def _lacking(where: str, tag: str) -> Diagnostic:
    return Diagnostic(
        where, f"a record without {tag}: read as far as it goes", "nothing to do if it is whole", is_note=True
    )


def _ris_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield number, tag and value of each non-empty line."""
    for number, line in enumerate(map(str.strip, split_lines(text.replace("\ufeff", ""))), 1):
        if match := _RIS_LINE.fullmatch(line):
            yield number, match[1], (match[2] or "").strip()
        elif line:
            yield number, "", line


def _ris_author(name: str) -> str:
    """Return ``King, Ada, Jr.`` as ``Ada King Jr.``."""
    surname, *others = [part.strip() for part in name.split(",", 2)]
    first, suffix = [*others, "", ""][:2]
    return " ".join(part for part in (first, surname, suffix) if part)
