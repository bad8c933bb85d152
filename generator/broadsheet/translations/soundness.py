"""The faults of a compiled message catalogue that would break pages."""

import re
import struct
from collections.abc import Iterator
from gettext import GNUTranslations, c2py
from io import BytesIO
from pathlib import Path

_CONTEXT, _FORM = "\x04", "\0"  # what ends a context, and what separates forms
_DAMAGE = (OSError, ValueError, LookupError, ArithmeticError, RecursionError, struct.error)
_LITTLE_ENDIAN = b"\xde\x12\x04\x95"
_NUMBERS = range(201)
_PERCENT = re.compile(r"%(?:\((\w+)\)s|(%)?)")
_PLURAL_FORMS = re.compile(r"nplurals=(\d+);plural=([^;]+)")
_MARKUP = re.compile(r'[<>"]|&(?:#|\w+;)')
_TAG = re.compile(r"<[^<>]*>")


def catalogue_faults(file: Path) -> Iterator[str]:
    """Yield the faults of a compiled catalogue."""
    try:
        data = file.read_bytes()
        catalogue = GNUTranslations(BytesIO(data))
        header = "".join(catalogue.info().get("plural-forms", "nplurals=2; plural=n!=1").split())
        if not _has_all_forms(header):
            yield f"Plural-Forms: {header}: not a number of forms, and a rule that names one of them"
        messages = list(_messages(data, catalogue.charset() or "ascii"))
    except _DAMAGE as error:
        yield f"cannot be read ({error})"
        return
    for message, translation in messages:
        yield from _message_faults(message.rpartition(_CONTEXT)[2], translation)


def _has_all_forms(header: str) -> bool:
    """Return whether the rule in a header chooses among as many forms as it says."""
    parts = _PLURAL_FORMS.match(header)
    if not parts:
        return False
    form = c2py(parts[2])
    return all(0 <= form(number) < int(parts[1]) for number in _NUMBERS)


def _messages(data: bytes, charset: str) -> Iterator[tuple[str, str]]:
    """Yield each message with its translation, from a file of the format MO."""
    order = "<" if data.startswith(_LITTLE_ENDIAN) else ">"
    count, *tables = struct.unpack_from(f"{order}3I", data, 8)
    for row in range(count):
        spans = [struct.unpack_from(f"{order}2I", data, table + 8 * row) for table in tables]
        message, translation = (data[start : start + size].decode(charset) for size, start in spans)
        if message:  # not the header
            yield message, translation


def _message_faults(message: str, translation: str) -> Iterator[str]:
    sources, forms = message.split(_FORM), translation.split(_FORM)
    names: set[str] = set().union(*map(_names, sources))
    used = [_names(form) for form in forms]
    if (names or "%" in sources[0]) and any("" in form for form in used):
        yield f"“{sources[0]}”: the translation has a % that begins no placeholder: write %%"
    elif extra := set().union(*used) - names - {""}:
        yield f"“{sources[0]}”: the translation has %({min(extra)})s, for which there is no value"
    elif missing := names - set().union(*used):  # the form for one thing may go without its number
        yield f"“{sources[0]}”: the translation lacks %({min(missing)})s"
    elif any(sorted(_TAG.findall(form)) != sorted(_TAG.findall(sources[0])) for form in forms):
        yield f"“{sources[0]}”: the translation has other tags"
    elif sign := _MARKUP.search(_TAG.sub("", translation)):  # some strings are put into HTML as they are
        yield f"“{sources[0]}”: the translation has {sign[0]}, which is markup"


def _names(text: str) -> set[str]:
    """Return the names of the placeholders of a text, and an empty one if it has a lone percent sign."""
    return {match[1] or "" for match in _PERCENT.finditer(text) if not match[2]}
