"""Bibliographies: BibTeX and RIS, whose papers have no score.

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
_NEXT_ENTRY = re.compile(r"[ \t]*@[ \t]*([A-Za-z]+)[ \t]*[{(]")  # behind another one
_BIBTEX_NAME = re.compile(r"\.bib(?:\.gz)?$", re.IGNORECASE)
_MOST_BEFORE = 10  # lines before the first entry: BibTeX reads no text between entries, and exports begin with some
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
    """A text with an entry of BibTeX or a tag of RIS in its first lines."""
    return isinstance(document, TextDocument) and (_is_ris(document) or _is_bibtex(document))


def _is_ris(document: TextDocument) -> bool:
    return _RIS_START.search("".join(split_lines(document.text.lstrip()[:2_000])[:_MOST_BEFORE])) is not None


def _is_bibtex(document: TextDocument) -> bool:
    text = "".join(split_lines(document.text)) if "\r" in document.text else document.text
    match = _ENTRY.search(text)
    if match is None:
        return False
    before = text[: match.start()].lstrip()
    is_short = len([line for line in before.split("\n") if line.strip()]) <= _MOST_BEFORE
    return before[:1] == "%" or is_short or _BIBTEX_NAME.search(document.where) is not None


def parse(document: Document, day: str | None) -> ParseResult:
    """Return the papers with an arXiv id; where each is in the file is said of the others."""
    assert isinstance(document, TextDocument)
    problems: list[Diagnostic] = []
    notes: list[Diagnostic] = []
    listed = list(read_ris(document, notes) if _is_ris(document) else read_bibtex(document, problems))
    if not listed and not problems:
        raise rejected(document.where, "a bibliography without an entry", "export it again")
    harvest = scored_json.parse(JsonLines(document.where, listed, problems, document.fields), day)
    harvest.problems = [*notes, *harvest.problems]
    return harvest


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
    return {**row, "authors": authors, **({"date": date} if date else {})}


# -- BibTeX --------------------------------------------------------------------------------------------------------


def read_bibtex(document: TextDocument, problems: list[Diagnostic]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and the fields of each entry; one that breaks off is added to `problems`."""
    macros = dict(_MONTHS)
    text, end = "".join(split_lines(document.text)), 0
    while match := _NEXT_ENTRY.match(text, end) or _ENTRY.search(text, end):
        kind, line = match[1].lower(), text.count("\n", 0, match.start()) + 1
        end = match.end()
        if kind in _NO_PAPERS:
            end = _behind(text, end)
            continue
        values, end, whole = _fields(text, end, macros, keyed=kind != "string")
        if not whole:
            end = match.end()  # the next entry may have been taken for a part of this one
            do = "close its braces and quotes"
            problems.append(Diagnostic(f"{document.where}:{line}", f"an entry (@{match[1]}) that breaks off", do))
        elif kind == "string":
            macros |= values
        else:
            # The day a paper was listed is in no BibTeX; `date` is BibLaTeX's day of publication.
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


def _behind(text: str, start: int) -> int:
    """Return where a comment ends whose text begins at `start`; `start` if that cannot be told."""
    end = _closing(text, start - 1) if text[start - 1] == "{" else None
    return start if end is None else end + 1


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


_NAME_PART = re.compile(r"""(?:^|,)\s*([A-Za-z]+(?:-i)?)\s*=\s*(\{[^{}]*\}|"[^"]*"|[^,]*)""")
_AFTER_QUOTE = re.compile(r"""\s*(?:#|[})]|,\s*[})]|,?\s*[^\s=,{}()"#]+\s*=)""")
_BRACE = re.compile(r'[{}"]|\n[ \t]*@[A-Za-z]+[ \t]*\{')


def _closing(text: str, start: int) -> int | None:
    """Return where the brace or quote at `start` is closed; an entry that begins in between says that it is not.

    A quote inside of quotes belongs in braces, but is told from the last one by what comes after it.
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
    """Return a list of names in which an ``and`` within braces, as in a team's name, separates nothing."""
    parts, depth = [], 0
    for part in re.split(r"([{}])", names):
        depth += (part == "{") - (part == "}")
        parts.append(re.sub(r"\s+and\s+", "\x1f", part) if depth > 0 else part)
    return "".join(parts)


# -- RIS -----------------------------------------------------------------------------------------------------------


def read_ris(document: TextDocument, notes: list[Diagnostic]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the line and the fields of each record; `notes` says where one begins or ends without its tag."""
    opened: _Record | None = None
    for number, tag, value in _ris_lines(document.text):
        if tag in ("TY", "ER"):
            if opened:
                yield opened.finish(document.where, notes, "" if tag == "ER" else "ER before the next one begins")
            opened = _Record(number) if tag == "TY" else None
            continue
        if opened is None and tag:
            opened = _Record(number)
            notes.append(_lacking(f"{document.where}:{number}", "TY"))
        if opened:
            opened.add(tag, value)
    if opened:
        yield opened.finish(document.where, notes, "ER at the end of the file")


class _Record:
    """A record of RIS while it is read."""

    def __init__(self, line: int) -> None:
        self._line, self._field = line, ""
        self._values: dict[str, str] = {}
        self._authors: list[str] = []

    def add(self, tag: str, value: str) -> None:
        """Take in the value of a tag; one without a tag goes on with the value before it."""
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
        """Return the line and the fields; say in `notes` what the record `lacks`, if anything."""
        if lacks:
            notes.append(_lacking(f"{where}:{self._line}", lacks))
        return self._line, _paper(self._values, self._authors)


def _lacking(where: str, tag: str) -> Diagnostic:
    return Diagnostic(where, f"a record without {tag}: read as far as it goes", "nothing to do if it is whole", is_note=True)


def _ris_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the number, the tag and the value of each line that has a value or a tag."""
    for number, line in enumerate(map(str.strip, split_lines(text.replace("\ufeff", ""))), 1):
        if match := _RIS_LINE.fullmatch(line):
            yield number, match[1], (match[2] or "").strip()
        elif line:
            yield number, "", line


def _ris_author(name: str) -> str:
    """Return ``King, Ada, Jr.`` as ``Ada King Jr.``."""
    last, *others = [part.strip() for part in name.split(",", 2)]
    first, suffix = [*others, "", ""][:2]
    return " ".join(part for part in (first, last, suffix) if part)
