"""A row of papers as people keep them (``ARXIVID``, ``COMMENT``, ``RELEVANCE``, … or our own keys), made a record."""

import math
import re
from typing import Any

import msgspec

from broadsheet.model.arxiv_id import ArxivId
from broadsheet.model.count import MAX_INTEGER
from broadsheet.model.paper import Links, Paper
from broadsheet.model.scorer import Scorer
from broadsheet.providers import fields, normalize
from broadsheet.providers.parse_result import ParseLog
from broadsheet.store import records
from broadsheet.text.sanitize import clean, safe_url

_SCORED = frozenset({"ARXIVID", "COMMENT", "RELEVANCE", "NOVELTY", "SCORE", "authors", "title", "abstract", "arxiv_id"})
_TEXTS = ("doi", "journal_ref", "arxiv_comment", "announce_type")
_LISTS = ("categories", "topics", "reasons")
_COUNTS = ("version", "upvotes", "comments")
_TIMES = ("published", "updated")
_OTHERS = ("scorer", "links", "source", "relevance", "novelty", "comment")
_HANDLED = frozenset({*_TEXTS, *_LISTS, *_COUNTS, *_TIMES, *_OTHERS})
_TIME_OF_DAY = re.compile(r"(?:[T ][0-9]{2}:?[0-9]{2}[0-9:.,]{0,16} ?(?:[A-Za-z]{1,5}|[+-][0-9:]{2,6})?)?")
_OTHER_SOURCES = frozenset({"_id", "paper"})  # marks of LibreCat's records and of Hugging Face's entries
NO_ID = "a digest lists papers of arXiv alone: add arxiv_id, or name its key with --map arxiv_id=KEY"


def is_row(value: object) -> bool:
    """Return whether `value` is an object with an arXiv id under one of the names used for it."""
    if not isinstance(value, dict):
        return False
    if "ARXIVID" in value or "arxiv_id" in value:
        return True
    return value.keys().isdisjoint(_OTHER_SOURCES) and fields.find_id(value) is not None


def parse_paper(row: dict[str, Any], key: str | None, log: ParseLog) -> Paper | None:
    """Return the paper of a row, mended where needed; None if it has no id, or nothing else (then refused in `log`).

    `key` is the name under which the row stands, tried when the row has no id itself. The row of a rating has no title;
    its id is one.
    """
    known = _identify(row, key, log)
    if known is None:
        return None
    title = normalize.title(row.get("title"), log)
    names, places = normalize.authors(_listed(row.get("authors")), log)
    abstract = normalize.optional_text(row.get("abstract"), "abstract", log)
    version, announced = known.version, None
    if abstract and abstract.startswith("arXiv:"):
        abstract, told, announced = normalize.split_announcement(abstract, log)
        version = told or version
    relevance = normalize.score(row.get("RELEVANCE", row.get("relevance")), "relevance", log)
    novelty = normalize.score(row.get("NOVELTY", row.get("novelty")), "novelty", log)
    if (relevance is None) != (novelty is None):
        half = f"relevance {relevance}" if novelty is None else f"novelty {novelty}"
        log.record_fix("a score needs relevance and novelty: one without the other was left out", half)
        relevance = novelty = None
    extra: dict[str, Any] = {"affiliations": list(places)} if places else {}
    if (total := normalize.number(row.get("SCORE"))) is not None and relevance is None:
        extra["score"] = total  # the only score there is, e.g. of a paper chosen for its author
    if title is None and relevance is None and not extra:
        log.reject(f"{known.id} has neither a title nor a rating", _where_the_rest_is(row))
        return None
    made = Paper(
        arxiv_id=known.id,
        title=title or known.id,
        authors=names,
        abstract=abstract or None,
        version=version,
        relevance=relevance,
        novelty=novelty,
        comment=normalize.optional_text(row.get("COMMENT", row.get("comment")), "comment", log),
        announce_type=announced,
        extra=extra,
    )
    return made if row.keys() <= _SCORED else _with_more(made, row, log)


def _listed(authors: object) -> object:
    """Return authors that stand in one text with semicolons as a list of names."""
    if not isinstance(authors, str) or ";" not in authors or "&" in authors:
        return authors
    return [given_name_first(name) for name in authors.split(";") if name.strip()]


def given_name_first(author: str) -> str:
    """Return ``Lovelace, Ada`` as ``Ada Lovelace``, and ``King, Jr, Ada`` as ``Ada King, Jr``."""
    parts = [part.strip() for part in author.split(",")]
    if len(parts) not in (2, 3):
        return author.strip()
    return f"{parts[-1]} {', '.join(parts[:-1])}".strip()


def _where_the_rest_is(row: dict[str, Any]) -> str:
    inner = (name for name, value in row.items() if isinstance(value, dict) and ("title" in value or "TITLE" in value))
    if name := next(inner, None):
        return f"give the keys under {normalize.excerpt(name)} a row of their own"
    return "add title, or relevance and novelty"


def _identify(row: dict[str, Any], key: str | None, log: ParseLog) -> ArxivId | None:
    # `arxiv_id` and the key come from metadata; `ARXIVID` was written by a language model, which may slip.
    places = {"arxiv_id": row.get("arxiv_id"), "the row's own key": key, "ARXIVID": row.get("ARXIVID")}
    given = {name: value for name, value in places.items() if value is not None}
    for value in given.values():
        if known := normalize.parse_id(value, log):
            other = row.get("ARXIVID")
            if other is not None and other != value and normalize.parse_id(other, ParseLog("")) != known:
                what = "two ids in one row: the paper's own is believed"
                log.record_fix(what, f"{known.id}, not {normalize.excerpt(other)}")
            return known
    if given:
        what = "no arXiv id: " + ", ".join(f"{name} is {normalize.excerpt(value)}" for name, value in given.items())
        log.reject(what, "add the id (YYMM.NNNNN) as arxiv_id", kind="no arXiv id")
    else:
        log.reject(f"no arXiv id under {', '.join(fields.ID_KEYS)}", NO_ID)
    return None


# -- keys beyond the common ones -----------------------------------------------------------------------------------


def _with_more(made: Paper, row: dict[str, Any], log: ParseLog) -> Paper:
    found: dict[str, Any] = {name: normalize.single_line(row.get(name), name, log) for name in _TEXTS}
    found |= {name: _words(row.get(name), name, log) for name in _LISTS}
    found |= {name: _count(row.get(name), name, log) for name in _COUNTS}
    found |= {name: _time(row.get(name), name, log) for name in _TIMES}
    found |= {"scorer": _scorer(row.get("scorer"), log), "links": parse_links(row.get("links"), log)}
    found["source"] = normalize.single_line(row.get("source"), "source", log)
    extra = _extra(row, log)
    changes = {name: value for name, value in found.items() if value}
    changes |= {name: found[name] for name in ("upvotes", "comments") if found[name] == 0}
    return msgspec.structs.replace(made, **changes, extra=made.extra | extra)


def _extra(row: dict[str, Any], log: ParseLog) -> dict[str, Any]:
    extra = {}
    for name in row.keys() - _SCORED - _HANDLED:
        if clean(name) in records.PAPER_FIELDS:
            log.record_fix("a key with control characters that hides one of ours was left out", clean(name))
        elif is_storable(row[name]):
            extra[clean(name)] = clean_json(row[name])
        else:
            log.record_fix("a value nested too deeply, or a number out of range, was left out", normalize.excerpt(name))
    return extra


def _words(raw: object, field: str, log: ParseLog) -> tuple[str, ...]:
    parts = raw if isinstance(raw, list | tuple) else [] if raw is None else _parts(raw, field)
    return tuple(word for part in parts if (word := normalize.single_line(part, field, log)))


def _parts(raw: object, field: str) -> list[object]:
    """A list that somebody wrote as one text: ``cs.LG, stat.ML``, or ``Sparsity; Pruning``."""
    if not isinstance(raw, str):
        return [raw]
    return [*re.split(r"[\s,;|]+" if field == "categories" else r"[;|]", raw)]


def _count(raw: object, field: str, log: ParseLog) -> int | None:
    value = normalize.number(raw)
    if isinstance(value, int) and 0 <= value <= MAX_INTEGER:
        return value
    if raw is not None:
        log.record_fix("a value that is not a count was left out", f"{field} {normalize.excerpt(raw)}")
    return None


def _time(raw: object, field: str, log: ParseLog) -> str | None:
    text = raw.strip() if isinstance(raw, str) else ""
    if records.is_time(text):
        return text if _TIME_OF_DAY.fullmatch(text, 10) else text[:10]
    if raw is not None:
        log.record_fix("a value that is not an ISO 8601 date was left out", f"{field} {normalize.excerpt(raw)}")
    return None


def _scorer(raw: object, log: ParseLog) -> Scorer | None:
    if raw is None:
        return None
    try:
        scorer = msgspec.convert({"model": raw} if isinstance(raw, str) else raw, Scorer)
        model = normalize.single_line(scorer.model, "scorer", log)
        return Scorer(model=model, rubric=normalize.single_line(scorer.rubric, "rubric", log)) if model else None
    except msgspec.ValidationError as error:
        log.record_fix("a value that is not a scorer was left out", str(error))
        return None


def parse_links(raw: object, log: ParseLog) -> Links | None:
    """Links from an object of addresses, without white space in them; what is no http(s) address is left out."""
    if not isinstance(raw, dict):
        return None
    found: dict[str, str] = {}
    for name in Links.__struct_fields__:
        if not isinstance(given := raw.get(name), str) or not given.strip():
            continue
        address = "".join(given.split())
        if safe_url(address) is None:
            log.record_fix("a link that is no http(s) address was left out", f"{name} {normalize.excerpt(given)}")
            continue
        if address != given:
            log.record_fix("white space taken out of a link", address)
        found[name] = address
    return Links(**found) if found else None


def is_storable(value: Any, depth: int = 50) -> bool:
    """Return whether `value` can be kept: not nested too deeply, no whole number that is out of SQLite's range."""
    if isinstance(value, int) and value.bit_length() > 63:
        return False
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(is_storable(part, depth - 1) for part in parts)


def clean_json(value: Any) -> Any:
    """Return a value that can be written as JSON: text without lone surrogates, no NaN; nested as it was."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {clean(str(name)): clean_json(part) for name, part in value.items()}
    return [clean_json(part) for part in value] if isinstance(value, list) else value
