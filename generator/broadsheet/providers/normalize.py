"""Normalization of foreign values: texts, ids, scores, authors. Each change is logged; nothing here raises."""

import re
from typing import Any, NamedTuple, TypeGuard

from broadsheet.model import arxiv_id
from broadsheet.model.arxiv_id import ArxivId
from broadsheet.model.count import MAX_INTEGER
from broadsheet.model.names import of_text
from broadsheet.providers.arxiv.text import ANNOUNCEMENT
from broadsheet.providers.parse_result import ParseLog
from broadsheet.text.braces import without_braces
from broadsheet.text.json_escapes import repair_json_escapes
from broadsheet.text.sanitize import ENTITY, clean, one_line, unescaped
from broadsheet.text.tex_names import readable_name

_AMOUNT = re.compile(r"\s*(-?[0-9]{1,15})(?:([.,])([0-9]{1,15}))?\s*(?:/\s*([0-9]{1,4})|(%))?\s*")
_BETWEEN_NAMES = re.compile(r"[()]|, (?:and )?| and ")
_NUMBERS = (int, float)  # a union made at each call would take longer than the rest of the question
_GENERATIONS = frozenset({"Jr", "Jr.", "Sr", "Sr.", "II", "III", "IV"})
_ODD_AUTHOR = re.compile(r"\|(?:[:,; ]*\||and )")  # among names between bars: an empty one, or one with its "and"
_MAX_EXCERPT = 60


def clean_text(raw: str, field: str, log: ParseLog) -> str:
    """Return text without entities, control characters and outer white space; line breaks stay."""
    if raw.isprintable() and "&" not in raw:  # most texts; control and format characters are not printable
        return raw.strip()
    if ENTITY.search(raw):
        raw = _unescaped(raw, field, log)
    repaired = repair_json_escapes(raw)
    if repaired != raw:
        log.record_fix("TeX that was read as a JSON escape restored", field)
    cleaned = clean(repaired)
    if cleaned != repaired:
        log.record_fix("control characters removed", field)
    return cleaned.strip()


def _unescaped(raw: str, field: str, log: ParseLog) -> str:
    plain = unescaped(raw)
    if ENTITY.search(plain):  # a feed of a feed is escaped twice
        plain = unescaped(plain)
    if plain == raw:
        return raw
    log.record_fix("HTML entities decoded", field)
    return plain


def optional_text(raw: object, field: str, log: ParseLog) -> str | None:
    """Return clean text, or None for empty text and for values of other types."""
    if isinstance(raw, str):
        return clean_text(raw, field, log) or None
    if raw is not None:
        log.record_fix("a value that is not text was left out", field)
    return None


def single_line(raw: object, field: str, log: ParseLog) -> str | None:
    """Return clean text on one line, or None."""
    text = optional_text(raw, field, log)
    return text and " ".join(text.split())


def title(raw: object, log: ParseLog) -> str | None:
    """Return a title on one line, without the braces that protect capitals in BibTeX."""
    line = single_line(raw, "title", log)
    bare = without_braces(line) if line else None
    if bare != line:
        log.record_fix("BibTeX's braces removed from the title", excerpt(line))
    return bare


def parse_id(raw: object, log: ParseLog) -> ArxivId | None:
    """Return the arXiv id in `raw`, or None; another spelling of it is logged."""
    if not isinstance(raw, str):
        return None
    parsed = arxiv_id.parse(clean(raw))
    if parsed is None:
        return None
    if not parsed.resolvable:
        log.record_fix("old-style id without its archive: kept, not linked", parsed.id)
    if parsed.id != raw:
        log.record_fix(f"{_surplus(parsed.id, raw.strip())} removed from the id", excerpt(raw))
    return parsed


def _surplus(paper_id: str, text: str) -> str:
    if text == paper_id:
        return "white space"
    if text.startswith(paper_id):
        return "version" if re.fullmatch("v[0-9]+", text[len(paper_id) :]) else "suffix"
    return "prefix"


def split_announcement(abstract: str, log: ParseLog) -> tuple[str, int | None, str | None]:
    """Split ``arXiv:ID Announce Type: TYPE Abstract:`` off an abstract. Return abstract, version and type."""
    match = ANNOUNCEMENT.match(abstract)
    if not match:
        return abstract, None, None
    log.record_fix("announce prefix removed from the abstract", match[0].split("\n")[0].strip())
    parsed = arxiv_id.parse(match[1])
    return abstract[match.end() :].strip(), parsed.version if parsed else None, match[2].lower()


# -- scores --------------------------------------------------------------------------------------------------------


class Amount(NamedTuple):
    """A number, and the highest possible number if the text names one: 10 in ``8/10``, 100 in ``87%``."""

    value: int | float
    out_of: int | None = None


def amount(raw: object) -> Amount | None:
    """Return the value of a number or of a text like ``8.5``, ``8,5``, ``8/10`` or ``87%``; None for anything else.

    ``1,234`` is ambiguous (a decimal comma or a thousands separator), so it is no number. The limit is that of JSON's
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
    """Return a score from 1 to 10, written as number or text (``8``, ``8,5``, ``8/10``); log and drop other values."""
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
    """Return a number without a scale or out of 10, as int if it is whole; None for anything else."""
    if isinstance(raw, str):
        parsed = amount(raw)
        raw = parsed.value if parsed and parsed.out_of in (None, 10) else None
    if not _is_in_range(raw):
        return None
    return int(raw) if isinstance(raw, float) and raw.is_integer() else raw


def _is_in_range(raw: object) -> TypeGuard[int | float]:
    """Return whether `raw` is a number that floats and SQLite hold exactly; NaN is in no range."""
    return isinstance(raw, _NUMBERS) and not isinstance(raw, bool) and -MAX_INTEGER <= raw <= MAX_INTEGER


# -- authors -------------------------------------------------------------------------------------------------------


def authors(raw: object, log: ParseLog) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return names and their affiliations; without any affiliation, the second tuple is empty.

    Sources split lists at every comma, even inside ``Name (Institute, City)``. Such parts are joined again. Then
    affiliations are separated from names, TeX accents become letters, and empty entries are dropped.
    """
    names = _names(raw, log)
    places: tuple[str, ...] = ()
    text = f"|{'|'.join(names)}|"
    if "(" in text or _ODD_AUTHOR.search(text):
        names, places = _separate(names, log)
    if _has_tex(text):
        names = [_spell(name, log) if _has_tex(name) else name for name in names]
    return tuple(names), places


def _separate(names: list[str], log: ParseLog) -> tuple[list[str], tuple[str, ...]]:
    """Return the names of authors, and their affiliations if there is one."""
    pairs = _split_affiliations(names, log)
    authors = [(name.removeprefix("and "), place) for name, place in pairs if name.strip(":,; ")]
    if len(authors) < len(pairs):
        log.record_fix("empty authors left out", f"{len(pairs) - len(authors)} of {len(pairs)}")
    places = tuple([place and readable_name(place) for _, place in authors])
    return [name for name, _ in authors], places if any(places) else ()


def _names(raw: object, log: ParseLog) -> list[str]:
    if isinstance(raw, str):
        raw = split_names(raw)
    if not isinstance(raw, (list, tuple)):
        if raw is not None:
            log.record_fix("a value that is not a list of names was left out", "authors")
        return []
    names = [entry if isinstance(entry, str) else _name_of(entry) for entry in raw]
    text = f"|{'|'.join(names)}|"
    if not text.isprintable() or "&" in text or " |" in text or "| " in text:
        return [clean_text(name, "authors", log) for name in names]
    return names


def split_names(line: str) -> list[str]:
    """Split ``A (X and Y, Z), B, Jr. and C`` into names, outside parentheses only; ``Jr.`` stays with its name."""
    line = " ".join(line.split())
    balanced = line.count("(") == line.count(")")
    names: list[str] = []
    start, depth = 0, 0
    for match in _BETWEEN_NAMES.finditer(line + ", "):
        depth += (match[0] == "(") - (match[0] == ")")
        if match[0] not in "()" and (depth == 0 or not balanced):
            part, start = line[start : match.start()].strip(), match.end()
            if part in _GENERATIONS and names:
                names[-1] += f", {part}"
            elif part:
                names.append(part)
    return names


def _name_of(entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _join_parts(names: list[str], log: ParseLog) -> list[str]:
    """Join the parts of a parenthesis into one author; a parenthesis that is never closed joins nothing."""
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


def _split_affiliations(names: list[str], log: ParseLog) -> list[tuple[str, str]]:
    return [_split_affiliation(name) for name in _join_parts(names, log)]


def _split_affiliation(author: str) -> tuple[str, str]:
    """Split ``Name (Place (Town), Country)`` into name and place; an otherwise empty name keeps its parentheses."""
    if not author.endswith(")"):
        return author, ""
    if author.count(")") == 1:
        return _cut(author, author.rfind("("))
    depth = 0
    for position in range(len(author) - 1, -1, -1):
        depth += (author[position] == ")") - (author[position] == "(")
        if depth == 0:
            return _cut(author, position)
    return author, ""


def _cut(author: str, position: int) -> tuple[str, str]:
    name = author[:position].strip() if position >= 0 else ""
    return (name, author[position + 1 : -1].strip()) if name else (author, "")


def _has_tex(text: str) -> bool:
    return "\\" in text or "{" in text or "~" in text or "$" in text or "  " in text


def _spell(name: str, log: ParseLog) -> str:
    """Return a name without TeX, but a team's in braces if they alone show that it is one."""
    spelled = readable_name(name)
    if of_text(name).literal != of_text(spelled).literal:
        return f"{{{spelled}}}"
    if spelled != name and "\\" in name:
        log.record_fix("TeX accents in a name converted to letters", f"{excerpt(name)} → {spelled}")
    return spelled or name


def excerpt(raw: object) -> str:
    """Return a foreign value, short enough for a message."""
    if isinstance(raw, int) and raw.bit_length() > _MAX_EXCERPT * 3:
        return "a number of many digits"  # Python cannot format integers of more than 4,300 digits
    text = raw if isinstance(raw, str) else _formatted(raw)
    return one_line(text if len(text) <= _MAX_EXCERPT else text[: _MAX_EXCERPT - 1] + "…")


def _formatted(raw: object) -> str:
    try:
        return repr(raw)
    except ValueError:
        return f"a {type(raw).__name__} with a number of many digits"
