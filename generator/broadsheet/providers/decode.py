"""From bytes to something with a shape: JSON, JSON lines, XML or text. The first thing that meets a foreign file.

What is no data at all (empty, packed, binary, an error page, cut off, in another encoding) is refused here, with one
message.
"""

import codecs
import io
import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import msgspec

from broadsheet.model.diagnostics import Diagnostic
from broadsheet.providers.fields import NO_MAPPING, FieldMap
from broadsheet.providers.parse_result import rejected

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_FILE_BYTES = 256 << 20
_LARGEST_LINE = 16 << 20
_LARGE = 16 << 20  # from here on, what the file would weigh in memory is estimated first
_AGAIN = "fetch or copy the file again"
_MOST_DIGITS = 400  # more than any float has

_GZIP = b"\x1f\x8b"
_PACKED = {
    _GZIP: "gzip inside gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NEAR = 25_000  # bytes, in which Python looks with less preparation
_COLON = re.compile(rb"\s*:")
_TWO_LINES = re.compile(rb"\s*\{[^\n]*\n\s*\S")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,80}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")


class JsonDocument(msgspec.Struct, frozen=True):
    """A JSON value; `data` is its UTF-8 text, `fields` what the user said of its rows."""

    where: str
    value: Any
    data: bytes
    fields: FieldMap = NO_MAPPING


class JsonLines(msgspec.Struct, frozen=True):
    """JSON objects, one a line, with their line numbers; lines that cannot be read are in `problems`."""

    where: str
    rows: list[tuple[int, dict[str, Any]]]
    problems: list[Diagnostic]
    fields: FieldMap = NO_MAPPING


class XmlDocument(msgspec.Struct, frozen=True):
    """The root element, as `xml_text.xml_root` gives it."""

    where: str
    root: "Element"


class TextDocument(msgspec.Struct, frozen=True):
    """Anything else: YAML, Markdown, tables, plain text."""

    where: str
    text: str
    fields: FieldMap = NO_MAPPING


Document = JsonDocument | JsonLines | XmlDocument | TextDocument


def decode_document(data: bytes, where: str, fields: FieldMap = NO_MAPPING) -> Document:
    """Find out what `data` is. Raises DigestError if it is nothing that could hold records."""
    data = _utf8(unzip(data, where), where)
    content = re.search(rb"\S", data)
    if content is None:
        raise rejected(where, "the file is empty", _AGAIN)
    start = data[content.start() : content.start() + 200]
    if start[:1] in (b"{", b"["):
        _weigh(data, where, {b"{": 4_000_000, b"[": 4_000_000, b",": 20_000_000})
        if is_json_lines(data):
            return _json_lines(data, where, fields)
        return JsonDocument(where, parse_json(data, where), data, fields)
    if re.match(rb"<(?:!doctype\s+html|html|head|body)\b", start, re.IGNORECASE):
        raise rejected(where, "an HTML page, not data", "an error page was saved instead: fetch the data again")
    if start[:1] == b"<":
        from broadsheet.providers.xml import parse_xml  # noqa: PLC0415 - most imports meet no XML

        _weigh(data, where, {b"<": 4_000_000})
        return XmlDocument(where, parse_xml(data, where))
    return TextDocument(where, data.decode("utf-8"), fields)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends, CR LF or LF. A CR alone ends lines where there is no LF at all.

    `str.splitlines` takes other characters for line ends too, which stand in cells and titles.
    """
    if "\r" in text:
        text = re.sub(r"\r(?!\n)", " " if "\n" in text else "\n", text)
    return io.StringIO(text, newline="").readlines()


# -- encoding ------------------------------------------------------------------------------------------------------


def unzip(data: bytes, where: str) -> bytes:
    """Return what a gzip file holds, all its members (RFC 1952), up to the size of the largest file; else `data`."""
    if not data.startswith(_GZIP):
        return data
    import gzip  # noqa: PLC0415 - most imports meet no packed file
    import zlib  # noqa: PLC0415

    try:
        content = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MAX_FILE_BYTES + 1)
    except EOFError as error:
        raise rejected(where, "a gzip file that breaks off in the middle", _AGAIN) from error
    except (OSError, zlib.error) as error:
        raise rejected(where, "a damaged gzip file", _AGAIN) from error
    if len(content) > MAX_FILE_BYTES:
        raise rejected(where, f"more than {MAX_FILE_BYTES >> 20} MB once it is unpacked", "split the file")
    return content


def _utf8(data: bytes, where: str) -> bytes:
    for magic, name in _PACKED.items():
        if data.startswith(magic):
            raise rejected(where, f"a packed file ({name})", "unpack it first")
    if data.startswith(b"SQLite format 3\0"):
        raise rejected(where, "a SQLite database", "import the JSON Lines that a digest serves beside it (.jsonl.gz)")
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "")
    if not encoding and data.startswith(b"<?xml") and (found := _DECLARED.match(data)):
        encoding = found[1].decode()
    try:
        data = data.decode(encoding).encode("utf-8") if encoding.lower() not in ("", "utf-8", "utf8") else data
    except (UnicodeError, LookupError) as error:
        what, kind = f"not the {encoding} text it says it is", "not in the encoding that it names"
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
        at = error.start
        line = data.count(b"\n", 0, at) + 1
        what = f"not UTF-8: byte 0x{data[at]:02x} at offset {at}"
        raise rejected(f"{where}:{line}", what, "save the file as UTF-8; it may be Windows-1252") from error


def _weigh(data: bytes, where: str, limits: dict[bytes, int]) -> None:
    # A hundred megabytes of "[]," would take gigabytes: count before parsing.
    if len(data) > _LARGE and any(data.count(part) > limit for part, limit in limits.items()):
        raise rejected(where, "too many parts to be records", "split the file")


# -- JSON ----------------------------------------------------------------------------------------------------------


def parse_json(data: bytes, where: str) -> Any:
    """The value of a JSON text; NaN, infinities, lone surrogates and raw control characters are let through.

    Raises DigestError with the line on which it breaks.
    """
    try:
        return _decoded(data)
    except RecursionError as error:
        raise rejected(where, "nested too deeply to be records", "leave the file out") from error
    except json.JSONDecodeError as error:
        if _breaks_off(error):
            line = error.doc.rstrip().count("\n") + 1
            raise rejected(f"{where}:{line}", "the JSON breaks off in the middle", _AGAIN) from error
        what = f"not JSON: {error.msg}, column {error.colno}"
        raise rejected(f"{where}:{error.lineno}", what, _AGAIN) from error


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (ValueError, msgspec.MsgspecError):
        # Slower, lets more through, and says where it breaks.
        return json.loads(data, strict=False, parse_int=parse_integer)


def parse_integer(digits: str) -> int | float:
    """Return what `digits` mean; infinity where they are too many to be a number of anything.

    Python's `int` raises ValueError beyond 4,300 digits, which would cost the whole file for one value.
    """
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def _breaks_off(error: json.JSONDecodeError) -> bool:
    return error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")


class ObjectWithRepeatedKeys(dict[str, Any]):
    """A JSON object in which a key stood twice; the last one counts."""


def parse_pairs(data: bytes) -> list[tuple[str, Any]]:
    """The members of a JSON object in order, repeated keys and all; inner objects with repeated keys are `ObjectWithRepeatedKeys`."""
    pairs: list[tuple[str, Any]] = []

    def keep(found: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs[:] = found  # the outermost object ends last
        kept = dict(found)
        return kept if len(kept) == len(found) else ObjectWithRepeatedKeys(kept)

    json.loads(data, strict=False, parse_int=parse_integer, object_pairs_hook=keep)
    return pairs


class LineFinder:
    """The line of a string in a JSON text, for strings asked in the order in which they stand."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at, self._line = 0, 1

    def __call__(self, text: str, *, key: bool = False) -> int:
        """The line on which `text` next stands as a whole string, or as a key of an object; 0 if nowhere."""
        forms = _forms(text)
        found = self._next(forms, key, self._at)
        if found >= 0:
            self._line += self._data.count(b"\n", self._at, found)
            self._at = found + 1
            return self._line
        found = self._next(forms, key, 0)
        return self._data.count(b"\n", 0, found) + 1 if found >= 0 else 0

    def _next(self, forms: Collection[bytes], key: bool, start: int) -> int:
        # Not a pattern: compiling one for every string takes longer than the search.
        return min([at for form in forms if (at := self._find(form, key, start)) >= 0], default=-1)

    def _find(self, form: bytes, key: bool, start: int) -> int:
        at = self._data.find(form, start, start + _NEAR)
        at = self._data.find(form, start) if at < 0 else at
        while key and at >= 0 and not _COLON.match(self._data, at + len(form)):
            at = self._data.find(form, at + 1)
        return at


def _forms(text: str) -> Collection[bytes]:
    """How JSON may write `text`: with letters that are not ASCII, or with escapes for them."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return (b'"%s"' % text.encode(),)
    return {json.dumps(text, ensure_ascii=False).encode("utf-8", "replace"), json.dumps(text).encode()}


def is_json_lines(data: bytes) -> bool:
    """Whether this is one JSON object a line: more than one line, and one of the first ten stands alone."""
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
        found = _object(line)
        if isinstance(found, str):
            problems.append(Diagnostic(f"{where}:{number}", found, "mend or delete the line"))
        else:
            rows.append((number, found))
    return JsonLines(where, rows, problems, fields)


def _object(line: bytes) -> dict[str, Any] | str:
    """The object on a line, or what is wrong with it."""
    if len(line) > _LARGEST_LINE:
        return "a line of more than 16 MB"
    try:
        value = _decoded(line)
    except json.JSONDecodeError as error:
        cut = _breaks_off(error)
        return "the line breaks off in the middle" if cut else f"not JSON: {error.msg}, column {error.colno}"
    except UnicodeDecodeError:
        return "not UTF-8"
    except RecursionError:
        return "nested too deeply to be a record"
    return value if isinstance(value, dict) else "not a JSON object"
