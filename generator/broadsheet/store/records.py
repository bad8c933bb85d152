"""The encoding of ``data/``: a line of papers, and a receipt. Reads are strict; there is one way to write.

Keys are in the order of the model's fields. Unknown keys come after them, sorted, and survive a round trip.
"""

import datetime
import re
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from broadsheet.model import arxiv_id, limits
from broadsheet.model.paper import Paper
from broadsheet.model.receipt import Receipt
from broadsheet.text.conflicts import conflict_line

PAPER_FIELDS = tuple(name for name in Paper.__struct_fields__ if name != "extra")
_RECEIPT_FIELDS = tuple(name for name in Receipt.__struct_fields__ if name != "extra")
OLD_RECEIPT_KEYS = {"shown": "relevant"}  # by today's key: files from before 0.1.0 have the old one
_OLD_SOURCE_KEYS = {"status": "condition"}
_ALWAYS = frozenset({"arxiv_id", "title", "authors", "source", "date", "state"})
_COUNTS = ("announced", "fetched", "duplicates", "scanned", "shown", "replaced", "scored")
_TEXTS = tuple(attrgetter(name) for name, kind in Paper.__annotations__.items() if kind == str | None)
_ENCODER = msgspec.json.Encoder()
YEARS = range(1991, 2100)  # of days: from arXiv's first year as far as the 32 bits for a time in a gzip file reach
A_DATE = f"a day as YYYY-MM-DD, from {YEARS[0]} to {YEARS[-1]}"
_LONGEST_NUMBER = 24  # characters of one in a message; every float has fewer
_LONGEST_QUOTED = 60
_DATE_START = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:$|[T ])")

T = TypeVar("T", Paper, Receipt)


class RecordError(ValueError):
    """An invalid record; the message names the field."""


def is_date(text: str) -> bool:
    """Return whether `text` is a day of a digest: ``YYYY-MM-DD``, in one of `YEARS`."""
    return is_calendar_date(text) and int(text[:4]) in YEARS


def is_calendar_date(text: str) -> bool:
    """Return whether `text` is a day of any year as ``YYYY-MM-DD``."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_time(text: str) -> bool:
    """Return whether `text` is an ISO 8601 date, with or without a time."""
    return bool(_DATE_START.match(text)) and is_calendar_date(text[:10])


def decode_paper(line: bytes) -> Paper:
    """Read one line of a papers file, and cut it to the limits. Raises RecordError."""
    return limits.capped(decode_whole(line))[0]


def decode_whole(line: bytes) -> Paper:
    """Read one line of a papers file, however long. Raises RecordError."""
    return _checked(_convert(_object(line), PAPER_FIELDS, Paper))


def paper(fields: dict[str, Any]) -> Paper:
    """Return a paper from its keys and values; removes them from `fields`. Raises RecordError."""
    return limits.capped(_checked(_convert(fields, PAPER_FIELDS, Paper)))[0]


def _checked(record: Paper) -> Paper:
    if wrong := _paper_fault(record):
        raise RecordError(wrong)
    return record


def encode_paper(record: Paper) -> bytes:
    """Return one line of a papers file, without its line end."""
    return _ENCODER.encode(_writable(record))


def encode_papers(papers: Iterable[Paper]) -> bytes:
    """Return a whole papers file."""
    papers = list(papers)
    if any("" in map(text, papers) for text in _TEXTS):
        return _ENCODER.encode_lines([_writable(paper) for paper in papers])
    return _ENCODER.encode_lines([_fields(paper, PAPER_FIELDS) if paper.extra else paper for paper in papers])


def decode_receipt(data: bytes) -> Receipt:
    """Read a file of ``data/runs``. Raises RecordError."""
    fields = _receipt_fields(data)
    for name in fields.keys() & set(_RECEIPT_FIELDS):
        fields[name] = limits.bounded(fields[name], limits.MAX_RECEIPT_CHARS)
    record = _convert(fields, _RECEIPT_FIELDS, Receipt)
    if not is_date(record.date):
        raise RecordError(f"date: {_quoted(record.date)} is not {A_DATE}")
    negative = next((name for name in _COUNTS if (getattr(record, name) or 0) < 0), None)
    if negative:
        raise RecordError(f"{negative}: a count cannot be less than zero")
    return record


def encode_receipt(receipt: Receipt) -> bytes:
    """Return the whole file of a receipt."""
    return msgspec.json.format(msgspec.json.encode(_fields(receipt, _RECEIPT_FIELDS)), indent=2) + b"\n"


def cut_in_receipt(data: bytes) -> list[str]:
    """Return the keys of a receipt's file of which `decode_receipt` reads only a part. Raises RecordError."""
    fields = {name: value for name, value in _receipt_fields(data).items() if name in _RECEIPT_FIELDS}
    longest = limits.MAX_RECEIPT_CHARS
    return [name for name, value in fields.items() if limits.bounded(value, longest, tidy=str) != value]


def _receipt_fields(data: bytes) -> dict[str, Any]:
    """Return the keys and values of a receipt, with today's keys for old ones."""
    fields = _object(data)
    sources = fields.get("sources")
    _rename(fields, OLD_RECEIPT_KEYS)
    for stats in sources.values() if isinstance(sources, dict) else ():
        _rename(stats, _OLD_SOURCE_KEYS)
    return fields


def _rename(fields: Any, old_keys: dict[str, str]) -> None:
    for key, old_key in old_keys.items():
        if isinstance(fields, dict) and old_key in fields:
            fields.setdefault(key, fields.pop(old_key))


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data)
    except RecursionError as error:
        raise RecordError("nested too deeply") from error
    except (ValueError, msgspec.MsgspecError) as error:
        if line := conflict_line(data.decode("utf-8", "replace")):
            raise RecordError("a merge conflict" + (f", on line {line}" if b"\n" in data else "")) from error
        raise RecordError(f"not JSON: {str(error).removeprefix('JSON is malformed: ')}") from error
    if not isinstance(value, dict):
        raise RecordError("not a JSON object")
    return value


def _convert(fields: dict[str, Any], names: tuple[str, ...], kind: type[T]) -> T:
    values = {name: fields.pop(name) for name in names if name in fields}
    try:
        return msgspec.convert({**values, "extra": fields}, kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at ")
        name = path.strip("`").removeprefix("$").removeprefix(".")
        raise RecordError(f"{name}: {what}" if name else what) from error


def _paper_fault(record: Paper) -> str | None:
    if not arxiv_id.is_canonical(record.arxiv_id):
        return f"arxiv_id: {_quoted(record.arxiv_id)} is not an arXiv id without version"
    for name in ("relevance", "novelty"):
        value = getattr(record, name)
        if value is not None and not 1 <= value <= 10:
            return f"{name}: {_short(value)} is not from 1 to 10"
    if record.local_score is not None and not 2 <= record.local_score <= 20:
        return f"local_score: {_short(record.local_score)} is not from 2 to 20"
    for name in ("published", "updated"):
        value = getattr(record, name)
        if value is not None and not is_time(value):
            return f"{name}: {_quoted(value)} is not an ISO 8601 date"
    if not record.title.strip():
        return "title: is empty"
    return None if record.source else "source: is empty"


def _quoted(text: str) -> str:
    return repr(limits.cut(text, _LONGEST_QUOTED))


def _short(value: float) -> str:
    written = str(value)
    return written if len(written) <= _LONGEST_NUMBER else f"a number of {len(written)} digits"


def _writable(record: Paper) -> Paper | dict[str, Any]:
    # A struct is encoded directly, unless it has unknown keys, or an empty text to leave out.
    return _fields(record, PAPER_FIELDS) if record.extra or "" in msgspec.structs.astuple(record) else record


def _fields(record: Paper | Receipt, names: tuple[str, ...]) -> dict[str, Any]:
    values = zip(names, msgspec.structs.astuple(record), strict=False)  # all but the last field, `extra`
    line = {name: value for name, value in values if value or value == 0 or name in _ALWAYS}
    for name in sorted(record.extra.keys() - set(names)):
        line[name] = record.extra[name]
    return line
