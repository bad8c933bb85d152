"""Decoding of foreign files: from bytes to JSON, JSON lines, XML or text.

Files without data (empty, compressed twice, binary, an error page, cut off, in an unknown encoding) are rejected here.
"""

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers.fields import NO_MAPPING, FieldMap
from broadsheet.providers.parse_result import rejected

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_FILE_BYTES = 256 << 20
_MAX_LINE_BYTES = 16 << 20
_LARGE_FILE_BYTES = 16 << 20  # above this size, the memory that a file needs is estimated before parsing
_FETCH_AGAIN = "fetch or copy the file again"
_MAX_DIGITS = 400  # more than any float has

_GZIP = b"\x1f\x8b"
_COMPRESSED = {
    _GZIP: "gzip inside gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is a prefix of this one
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_COLON = re.compile(rb"\s*:")
_TWO_LINES = re.compile(rb"\s*\{[^\n]*\n\s*\S")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


class JsonDocument(msgspec.Struct, frozen=True):
    """A JSON value; `data` is its UTF-8 text, `fields` the user's options for its rows."""

    where: str
    value: Any
    data: bytes
    fields: FieldMap = NO_MAPPING


class JsonLines(msgspec.Struct, frozen=True):
    """JSON objects, one a line, with their line numbers; `problems` has a message for every other line."""

    where: str
    rows: list[tuple[int, dict[str, Any]]]
    problems: list[Diagnostic]
    fields: FieldMap = NO_MAPPING


class XmlDocument(msgspec.Struct, frozen=True):
    """The root element that `xml.parse_xml` returns."""

    where: str
    root: "Element"


class TextDocument(msgspec.Struct, frozen=True):
    """Anything else: YAML, Markdown, tables, plain text."""

    where: str
    text: str
    fields: FieldMap = NO_MAPPING


Document = JsonDocument | JsonLines | XmlDocument | TextDocument


def decode_document(data: bytes, where: str, fields: FieldMap = NO_MAPPING) -> Document:
    """Detect the syntax of `data` and decode it. Raises DigestError if it can hold no records."""
    data = _utf8(unzip(data, where), where)
    content = re.search(rb"\S", data)
    if content is None:
        raise rejected(where, "the file is empty", _FETCH_AGAIN)
    start = data[content.start() : content.start() + 200]
    if start[:1] in (b"{", b"["):
        _check_memory(data, where, {b"{": 4_000_000, b"[": 4_000_000, b",": 20_000_000})
        if is_json_lines(data):
            return _json_lines(data, where, fields)
        return JsonDocument(where, parse_json(data, where), data, fields)
    if re.match(rb"<(?:!doctype\s+html|html|head|body)\b", start, re.IGNORECASE):
        raise rejected(where, "an HTML page, not data", "an error page was saved instead: fetch the data again")
    if start[:1] == b"<":
        from broadsheet.providers.xml import parse_xml  # noqa: PLC0415 - 2 ms of an import; few have XML

        _check_memory(data, where, {b"<": 4_000_000})
        return XmlDocument(where, parse_xml(data, where))
    return TextDocument(where, data.decode("utf-8"), fields)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends, CR LF or LF. A CR alone ends a line only in a text without LF.

    `str.splitlines` also splits at other characters, which occur in cells and titles.
    """
    if "\r" in text:
        text = re.sub(r"\r(?!\n)", " " if "\n" in text else "\n", text)
    return io.StringIO(text, newline="").readlines()


# -- encoding ------------------------------------------------------------------------------------------------------


def unzip(data: bytes, where: str) -> bytes:
    """Return the content of a gzip file with all its members (RFC 1952), up to `MAX_FILE_BYTES`; else `data`."""
    if not data.startswith(_GZIP):
        return data
    try:
        content = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MAX_FILE_BYTES + 1)
    except EOFError as error:
        raise rejected(where, "a gzip file that breaks off in the middle", _FETCH_AGAIN) from error
    except (OSError, zlib.error) as error:
        raise rejected(where, "a damaged gzip file", _FETCH_AGAIN) from error
    if len(content) > MAX_FILE_BYTES:
        raise rejected(where, f"more than {MAX_FILE_BYTES >> 20} MB once it is unpacked", "split the file")
    return content


def _utf8(data: bytes, where: str) -> bytes:
    for magic, name in _COMPRESSED.items():
        if data.startswith(magic):
            raise rejected(where, f"a packed file ({name})", "unpack it first")
    if data.startswith(b"SQLite format 3\0"):
        raise rejected(where, "a SQLite database", "import the JSON Lines that a digest serves beside it (.jsonl.gz)")
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), "")
    if not encoding and data.startswith(b"<?xml") and (declaration := _DECLARED.match(data)):
        encoding = declaration[1].decode()
    try:
        data = data.decode(encoding).encode("utf-8") if encoding.lower() not in ("", "utf-8", "utf8") else data
    except (UnicodeError, LookupError) as error:
        what, kind = f"not {encoding} text, although it declares this encoding", "not in the encoding that it names"
        raise rejected(where, what, "save the file as UTF-8", kind) from error
    if b"\0" in data:
        raise rejected(where, "a binary file, not text", "leave it out")
    _check_utf8(data, where)
    return data


def _check_utf8(data: bytes, where: str) -> None:
    if data.isascii():
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start
        line = data.count(b"\n", 0, offset) + 1
        message = f"not UTF-8: byte 0x{data[offset]:02x} at offset {offset}"
        raise rejected(f"{where}:{line}", message, "save the file as UTF-8; it may be Windows-1252") from error


def _check_memory(data: bytes, where: str, limits: dict[bytes, int]) -> None:
    # A hundred megabytes of "[]," would take gigabytes, so count the parts before parsing.
    if len(data) > _LARGE_FILE_BYTES and any(data.count(part) > limit for part, limit in limits.items()):
        raise rejected(where, "too many parts to be records", "split the file")


# -- JSON ----------------------------------------------------------------------------------------------------------


def parse_json(data: bytes, where: str) -> Any:
    """Return the value of a JSON text; NaN, infinities, lone surrogates and raw control characters are accepted.

    Raises DigestError with the line of the error.
    """
    try:
        return _decoded(data)
    except RecursionError as error:
        raise rejected(where, "nested too deeply to be records", "leave the file out") from error
    except json.JSONDecodeError as error:
        if _breaks_off(error):
            line = error.doc.rstrip().count("\n") + 1
            raise rejected(f"{where}:{line}", "the JSON breaks off in the middle", _FETCH_AGAIN) from error
        what = f"not JSON: {error.msg}, column {error.colno}"
        raise rejected(f"{where}:{error.lineno}", what, _FETCH_AGAIN) from error


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (ValueError, msgspec.MsgspecError):
        # Slower and more lenient, and its errors have a line.
        return json.loads(data, strict=False, parse_int=parse_integer)


def parse_integer(digits: str) -> int | float:
    """Return the integer, or infinity for more than `_MAX_DIGITS` digits.

    Python's `int` raises ValueError beyond 4,300 digits, which would reject the whole file for one value.
    """
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def _breaks_off(error: json.JSONDecodeError) -> bool:
    return error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")


class ObjectWithRepeatedKeys(dict[str, Any]):
    """A JSON object with repeated keys; the last value counts."""


def parse_pairs(data: bytes) -> list[tuple[str, Any]]:
    """Return all members of a JSON object in order. Inner objects may be `ObjectWithRepeatedKeys`."""
    pairs: list[tuple[str, Any]] = []

    def collect(members: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs[:] = members  # the outermost object ends last
        unique = dict(members)
        return unique if len(unique) == len(members) else ObjectWithRepeatedKeys(unique)

    json.loads(data, strict=False, parse_int=parse_integer, object_pairs_hook=collect)
    return pairs


class LineFinder:
    """A finder of the line of a string in a JSON text. Strings are expected in the order of the text."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position, self._line = 0, 1

    def __call__(self, text: str, *, key: bool = False) -> int:
        """Return the next line with `text` as a whole string, or as a key of an object; 0 if there is none."""
        forms = _forms(text)
        position = self._find_any(forms, key, self._position)
        if position >= 0:
            self._line += self._data.count(b"\n", self._position, position)
            self._position = position + 1
            return self._line
        position = self._find_any(forms, key, 0)
        return self._data.count(b"\n", 0, position) + 1 if position >= 0 else 0

    def _find_any(self, forms: Collection[bytes], key: bool, start: int) -> int:
        # Not a pattern, since compiling one for each string takes longer than the search.
        return min((place for form in forms if (place := self._find(form, key, start)) >= 0), default=-1)

    def _find(self, form: bytes, key: bool, start: int) -> int:
        position = self._data.find(form, start)
        while key and position >= 0 and not _COLON.match(self._data, position + len(form)):
            position = self._data.find(form, position + 1)
        return position


def _forms(text: str) -> Collection[bytes]:
    """Return the JSON forms of `text`: with letters that are not ASCII, and with escapes for them."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return (b'"%s"' % text.encode(),)
    return {json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"), json.dumps(text).encode()}


def is_json_lines(data: bytes) -> bool:
    """Return whether the file is JSON lines: more than one line, and one of the first ten is a whole object."""
    if not _TWO_LINES.match(data):
        return False
    start = 0
    for _ in range(10):
        end = data.find(b"\n", start)
        line = data[start : end if end >= 0 else len(data)]
        if line.startswith(b"{") and line.rstrip().endswith(b"}") and isinstance(_object(line), dict):
            return True
        if end < 0:
            break
        start = end + 1
    return False


def _json_lines(data: bytes, where: str, fields: FieldMap) -> JsonLines:
    rows: list[tuple[int, dict[str, Any]]] = []
    problems: list[Diagnostic] = []
    start, number = 0, 0
    while start < len(data):
        number += 1
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        line, start = data[start:end].strip(), end + 1
        if not line:
            continue
        row = _object(line)
        if isinstance(row, str):
            problems.append(Diagnostic(f"{where}:{number}", row, "correct or delete the line"))
        else:
            rows.append((number, row))
    return JsonLines(where, rows, problems, fields)


def _object(line: bytes) -> dict[str, Any] | str:
    """Return the object on a line, or the error in the line."""
    if len(line) > _MAX_LINE_BYTES:
        return "a line of more than 16 MB"
    try:
        value = _decoded(line)
    except json.JSONDecodeError as error:
        is_cut = _breaks_off(error)
        return "the line breaks off in the middle" if is_cut else f"not JSON: {error.msg}, column {error.colno}"
    except UnicodeDecodeError:
        return "not UTF-8"
    except RecursionError:
        return "nested too deeply to be a record"
    return value if isinstance(value, dict) else "not a JSON object"
