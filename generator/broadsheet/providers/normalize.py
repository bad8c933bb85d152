"""Foreign text put right: ids, scores, authors, abstracts. Each repair is noted with its place; nothing here raises."""

import re
from typing import Any, NamedTuple, TypeGuard

from broadsheet.model import arxiv_id
from broadsheet.model.arxiv_id import ArxivId
from broadsheet.model.count import MAX_INTEGER
from broadsheet.providers.arxiv.text import ANNOUNCEMENT
from broadsheet.providers.parse_result import ParseLog
from broadsheet.text.braces import without_braces
from broadsheet.text.json_escapes import repair_json_escapes
from broadsheet.text.sanitize import ENTITY, clean, one_line, unescaped
from broadsheet.text.tex_names import readable_name

_AMOUNT = re.compile(r"\s*(-?[0-9]{1,15})(?:([.,])([0-9]{1,15}))?\s*(?:/\s*([0-9]{1,4})|(%))?\s*")
_BETWEEN_NAMES = re.compile(r"[()]|, (?:and )?| and ")
_GENERATIONS = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
_TEX = re.compile(r"[\\{~$]|  ")
_LONGEST_SHOWN = 60


def clean_text(raw: str, field: str, log: ParseLog) -> str:
    """`raw` without entities, control characters and outer white space; lines stay."""
    if raw.isprintable() and "&" not in raw:  # nothing that XML forbids, hides or reorders text is printable
        return raw.strip()
    if ENTITY.search(raw):
        raw = _unescaped(raw, field, log)
    respelt = repair_json_escapes(raw)
    if respelt != raw:
        log.record_fix("TeX that was swallowed as a JSON escape spelt out again", field)
    cleaned = clean(respelt)
    if cleaned != respelt:
        log.record_fix("control characters taken out", field)
    return cleaned.strip()


def _unescaped(raw: str, field: str, log: ParseLog) -> str:
    plain = unescaped(raw)
    if ENTITY.search(plain):  # a feed of a feed is escaped twice
        plain = unescaped(plain)
    if plain == raw:
        return raw
    log.record_fix("HTML entities made characters again", field)
    return plain


def optional_text(raw: object, field: str, log: ParseLog) -> str | None:
    """Text, if there is any; something else than text is left out and noted."""
    if isinstance(raw, str):
        return clean_text(raw, field, log) or None
    if raw is not None:
        log.record_fix("a value that is not text was left out", field)
    return None


def single_line(raw: object, field: str, log: ParseLog) -> str | None:
    """Text on one line, if there is any."""
    found = optional_text(raw, field, log)
    return " ".join(found.split()) if found else None


def title(raw: object, log: ParseLog) -> str | None:
    """Return a title on one line, without the braces by which BibTeX keeps capitals."""
    line = single_line(raw, "title", log)
    bare = without_braces(line) if line else None
    if bare != line:
        log.record_fix("BibTeX's braces taken off the title", excerpt(line))
    return bare


def parse_id(raw: object, log: ParseLog) -> ArxivId | None:
    """The arXiv id that `raw` means; how it was written otherwise is noted."""
    if not isinstance(raw, str):
        return None
    found = arxiv_id.parse(clean(raw))
    if found is None:
        return None
    if not found.resolvable:
        log.record_fix("old-style id without its archive: kept, not linked", found.id)
    if found.id != raw:
        log.record_fix(f"{_around(found.id, raw.strip())} taken off the id", excerpt(raw))
    return found


def _around(known: str, written: str) -> str:
    if written == known:
        return "white space"
    if written.startswith(known):
        return "version" if re.fullmatch("v[0-9]+", written[len(known) :]) else "suffix"
    return "prefix"


def split_announcement(abstract: str, log: ParseLog) -> tuple[str, int | None, str | None]:
    """An abstract without arXiv's ``arXiv:ID Announce Type: TYPE Abstract:``; and the version and the type it told."""
    found = ANNOUNCEMENT.match(abstract)
    if not found:
        return abstract, None, None
    log.record_fix("announce prefix taken off the abstract", found[0].split("\n")[0].strip())
    known = arxiv_id.parse(found[1])
    return abstract[found.end() :].strip(), known.version if known else None, found[2].lower()


# -- scores --------------------------------------------------------------------------------------------------------


class Amount(NamedTuple):
    """A number as it was written, and the highest possible one if it names that: 10 in ``8/10``, 100 in ``87%``."""

    value: int | float
    out_of: int | None = None


def amount(raw: object) -> Amount | None:
    """Return a number, or what a text like ``8.5``, ``8,5``, ``8/10`` or ``87%`` means; None for anything else.

    ``1,234`` is no number: the comma may be a decimal one, or one between thousands. The limit is that of JSON's
    interoperable integers (RFC 8259, section 6), which floats and SQLite hold exactly.
    """
    if isinstance(raw, str):
        match = _AMOUNT.fullmatch(raw)
        if not match or (match[2] == "," and len(match[3]) == 3 and match[1].strip("-0")):
            return None
        out_of = 100 if match[5] else int(match[4]) if match[4] else None
        return Amount(float(f"{match[1]}.{match[3] or 0}"), out_of)
    return Amount(raw) if _is_in_range(raw) else None


def score(raw: object, field: str, log: ParseLog) -> int | float | None:
    """A score from 1 to 10, as a number or as text (``8``, ``8,5``, ``8/10``); anything else is no score, and noted."""
    value = number(raw)
    if is_score(value):
        return value
    if raw is not None:
        log.record_fix("a score that is not from 1 to 10 was left out", f"{field} {excerpt(raw)}")
    return None


def is_score(value: float | None) -> bool:
    """Return whether a number is a score on our scale."""
    return value is not None and 1 <= value <= 10


def number(raw: object) -> int | float | None:
    """Return a number that is out of nothing or out of 10, whole where it can be; None for anything else."""
    value = raw
    if isinstance(raw, str):
        written = amount(raw)
        value = written.value if written and written.out_of in (None, 10) else None
    if not _is_in_range(value):
        return None
    return int(value) if value == int(value) else value


def _is_in_range(raw: object) -> TypeGuard[int | float]:
    """Return whether `raw` is a number of which nothing is lost; NaN is in no range."""
    return isinstance(raw, int | float) and not isinstance(raw, bool) and -MAX_INTEGER <= raw <= MAX_INTEGER


# -- authors -------------------------------------------------------------------------------------------------------


def authors(raw: object, log: ParseLog) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names, and the affiliation of each (both empty if none has one).

    Sources split lists at every comma, also inside ``Name (Institute, City)``: such parts are joined again, the
    affiliation is taken off the name, TeX accents become letters, and empty entries go.
    """
    if isinstance(raw, str):
        raw = split_names(raw)
    if not isinstance(raw, list | tuple):
        if raw is not None:
            log.record_fix("a value that is not a list of names was left out", "authors")
        return (), ()
    names = [(entry if isinstance(entry, str) else _named(entry)).strip() for entry in raw]
    text = "|".join(names)  # what is not in it is in no name
    if not text.isprintable() or "&" in text:
        names = [clean_text(name, "authors", log) for name in names]
    pairs = [_affiliated(name) for name in _joined(names, log)] if "(" in text else [(name, "") for name in names]
    authors = [(name.removeprefix("and "), place) for name, place in pairs if name.strip(":,; ")]
    if len(authors) < len(pairs):
        log.record_fix("empty authors left out", f"{len(pairs) - len(authors)} of {len(pairs)}")
    spelled = tuple([name for name, _ in authors])
    if _TEX.search(text):
        spelled = tuple([_spelt(name, log) for name in spelled])
    places = tuple([readable_name(place) if place else "" for _, place in authors]) if "(" in text else ()
    return spelled, places if any(places) else ()


def split_names(line: str) -> list[str]:
    """``A (X and Y, Z), B, Jr. and C`` as names: split outside parentheses only; generations stay with theirs."""
    line = " ".join(line.split())
    balanced = line.count("(") == line.count(")")
    names: list[str] = []
    start, depth = 0, 0
    for found in _BETWEEN_NAMES.finditer(line + ", "):
        depth += (found[0] == "(") - (found[0] == ")")
        if found[0] not in "()" and (depth == 0 or not balanced):
            part, start = line[start : found.start()].strip(), found.end()
            if part in _GENERATIONS and names:
                names[-1] += f", {part}"
            elif part:
                names.append(part)
    return names


def _named(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _joined(names: list[str], log: ParseLog) -> list[str]:
    """Parts from an unclosed parenthesis to the one that closes it are one author; one never closed joins nothing."""
    joined: list[str] = []
    start = 0
    while start < len(names):
        if "(" not in names[start]:
            joined.append(names[start])
            start += 1
            continue
        end, depth = start, _depth(names[start])
        while depth > 0 and end + 1 < len(names):
            end += 1
            depth += _depth(names[end])
        end = start if depth > 0 else end
        joined.append(", ".join(part for part in names[start : end + 1] if part))
        if end > start:
            log.record_fix("affiliation that was split off as authors joined again", excerpt(joined[-1]))
        start = end + 1
    return joined


def _depth(part: str) -> int:
    return part.count("(") - part.count(")")


def _affiliated(author: str) -> tuple[str, str]:
    """``Name (Place (Town), Country)`` as name and place; a name that would be empty keeps its parentheses."""
    if not author.endswith(")"):
        return author, ""
    if author.count(")") == 1:
        return _cut(author, author.rfind("("))
    depth = 0
    for at in range(len(author) - 1, -1, -1):
        depth += (author[at] == ")") - (author[at] == "(")
        if depth == 0:
            return _cut(author, at)
    return author, ""


def _cut(author: str, at: int) -> tuple[str, str]:
    name = author[:at].strip() if at >= 0 else ""
    return (name, author[at + 1 : -1].strip()) if name else (author, "")


def _spelt(name: str, log: ParseLog) -> str:
    if not _TEX.search(name):
        return name
    spelt = readable_name(name)
    if spelt != name and "\\" in name:
        log.record_fix("TeX accents in a name made letters", f"{excerpt(name)} → {spelt}")
    return spelt or name


def excerpt(raw: object) -> str:
    """A foreign value, short enough for a message."""
    if isinstance(raw, int) and raw.bit_length() > _LONGEST_SHOWN * 3:
        return "a number of many digits"  # Python refuses to write one of thousands
    found = raw if isinstance(raw, str) else _written(raw)
    return one_line(found if len(found) <= _LONGEST_SHOWN else found[: _LONGEST_SHOWN - 1] + "…")


def _written(raw: object) -> str:
    try:
        return repr(raw)
    except ValueError:
        return f"a {type(raw).__name__} with a number of many digits"
