"""A parser of one row of a paper: an assistant's keys (``ARXIVID``, ``COMMENT``, ``RELEVANCE``, …) or our own."""

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
_OTHERS = ("scorer", "links", "source", "relevance", "novelty", "local_score", "comment")
_HANDLED = frozenset({*_TEXTS, *_LISTS, *_COUNTS, *_TIMES, *_OTHERS})
_TIME_OF_DAY = re.compile(r"(?:[T ][0-9]{2}:?[0-9]{2}[0-9:.,]{0,16} ?(?:[A-Za-z]{1,5}|[+-][0-9:]{2,6})?)?")
_OTHER_SOURCES = frozenset({"_id", "paper"})  # keys of LibreCat's records and of Hugging Face's entries
NO_ID = "a digest lists papers of arXiv alone: add arxiv_id, or name its key with --map arxiv_id=KEY"


def is_row(value: object) -> bool:
    """Return whether `value` is an object with an arXiv id under a common key."""
    if not isinstance(value, dict):
        return False
    if "ARXIVID" in value or "arxiv_id" in value:
        return True
    return value.keys().isdisjoint(_OTHER_SOURCES) and fields.find_id(value) is not None


def parse_paper(row: dict[str, Any], key: str | None, log: ParseLog) -> Paper | None:
    """Return the normalized paper of a row; None if it has no id, or nothing else, and is thus rejected.

    `key` is the row's key, used if the row itself has no id. A rating without a title gets its id as title.
    """
    paper_id = _identify(row, key, log)
    if paper_id is None:
        return None
    title = normalize.title(row.get("title"), log)
    authors, affiliations = normalize.authors(_split_authors(row.get("authors")), log)
    abstract = normalize.optional_text(row.get("abstract"), "abstract", log)
    version, announce_type = paper_id.version, None
    if abstract and abstract.startswith("arXiv:"):
        abstract, announced_version, announce_type = normalize.split_announcement(abstract, log)
        version = announced_version or version
    relevance, novelty = _scores(row, log)
    extra: dict[str, Any] = {"affiliations": list(affiliations)} if affiliations else {}
    if relevance is None and (total := normalize.number(row.get("SCORE"))) is not None:
        extra["score"] = total  # the only score, e.g. of a paper chosen for its author
    if title is None and relevance is None and not extra:
        log.reject(f"{paper_id.id} has neither a title nor a rating", _missing_fields_hint(row))
        return None
    paper = Paper(
        arxiv_id=paper_id.id,
        title=title or paper_id.id,
        authors=authors,
        abstract=abstract or None,
        version=version,
        relevance=relevance,
        novelty=novelty,
        comment=normalize.optional_text(row.get("COMMENT", row.get("comment")), "comment", log),
        announce_type=announce_type,
        extra=extra,
    )
    return paper if row.keys() <= _SCORED else _with_other_fields(paper, row, log)


def _scores(row: dict[str, Any], log: ParseLog) -> tuple[int | float | None, int | float | None]:
    """Return relevance and novelty, or neither."""
    relevance = normalize.score(row.get("RELEVANCE", row.get("relevance")), "relevance", log)
    novelty = normalize.score(row.get("NOVELTY", row.get("novelty")), "novelty", log)
    if (relevance is None) == (novelty is None):
        return relevance, novelty
    half = f"relevance {relevance}" if novelty is None else f"novelty {novelty}"
    log.record_fix("a score needs relevance and novelty: one without the other was left out", half)
    return None, None


def _split_authors(authors: object) -> object:
    """Return authors in one text with semicolons as a list of names."""
    if not isinstance(authors, str) or ";" not in authors or "&" in authors:
        return authors
    return [given_name_first(name) for name in authors.split(";") if name.strip()]


def given_name_first(author: str) -> str:
    """Return ``Lovelace, Ada`` as ``Ada Lovelace``, and ``King, Jr, Ada`` as ``Ada King, Jr``."""
    parts = [part.strip() for part in author.split(",")]
    if len(parts) not in (2, 3):
        return author.strip()
    return f"{parts[-1]} {', '.join(parts[:-1])}".strip()


def _missing_fields_hint(row: dict[str, Any]) -> str:
    inner = (name for name, value in row.items() if isinstance(value, dict) and ("title" in value or "TITLE" in value))
    if name := next(inner, None):
        return f"give the keys under {normalize.excerpt(name)} a row of their own"
    return "add title, or relevance and novelty"


def _identify(row: dict[str, Any], key: str | None, log: ParseLog) -> ArxivId | None:
    # `arxiv_id` and the key come from metadata; `ARXIVID` was written by a language model, which may be wrong.
    other = row.get("ARXIVID")
    for value in (row.get("arxiv_id"), key, other):
        if paper_id := normalize.parse_id(value, log):
            if other is not None and other != value and normalize.parse_id(other, ParseLog("")) != paper_id:
                kind = "two ids in one row: that of the paper's metadata is used"
                log.record_fix(kind, f"{paper_id.id}, not {normalize.excerpt(other)}")
            return paper_id
    values = {"arxiv_id": row.get("arxiv_id"), "the row's own key": key, "ARXIVID": other}
    texts = [f"{name} is {normalize.excerpt(value)}" for name, value in values.items() if value is not None]
    if texts:
        log.reject(f"no arXiv id: {', '.join(texts)}", "add the id (YYMM.NNNNN) as arxiv_id", kind="no arXiv id")
    else:
        log.reject(f"no arXiv id under {', '.join(fields.ID_KEYS)}", NO_ID)
    return None


# -- other keys ----------------------------------------------------------------------------------------------------


def _with_other_fields(paper: Paper, row: dict[str, Any], log: ParseLog) -> Paper:
    values: dict[str, Any] = {name: normalize.single_line(row.get(name), name, log) for name in _TEXTS}
    values |= {name: _words(row.get(name), name, log) for name in _LISTS}
    values |= {name: _count(row.get(name), name, log) for name in _COUNTS}
    values |= {name: _time(row.get(name), name, log) for name in _TIMES}
    values |= {"scorer": _scorer(row.get("scorer"), log), "links": parse_links(row.get("links"), log)}
    values["local_score"] = _local_score(row.get("local_score"), log)
    values["source"] = normalize.single_line(row.get("source"), "source", log)
    extra = _extra(row, log)
    changes = {name: value for name, value in values.items() if value}
    changes |= {name: values[name] for name in ("upvotes", "comments") if values[name] == 0}
    return msgspec.structs.replace(paper, **changes, extra=paper.extra | extra)


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
    """Split a list in one text, such as ``cs.LG, stat.ML`` or ``Sparsity; Pruning``."""
    if not isinstance(raw, str):
        return [raw]
    return [*re.split(r"[\s,;|]+" if field == "categories" else r"[;|]", raw)]


def _local_score(raw: object, log: ParseLog) -> int | float | None:
    value = normalize.number(raw)
    if value is not None and 2 <= value <= 20:
        return value
    if raw is not None:
        log.record_fix("a value that is not from 2 to 20 was left out", f"local_score {normalize.excerpt(raw)}")
    return None


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
    """Return the links of an object of addresses, without white space; drop all but http(s) addresses."""
    if not isinstance(raw, dict):
        return None
    links: dict[str, str] = {}
    for name in Links.__struct_fields__:
        if not isinstance(text := raw.get(name), str) or not text.strip():
            continue
        address = "".join(text.split())
        if safe_url(address) is None:
            log.record_fix("a link that is not an http(s) address was left out", f"{name} {normalize.excerpt(text)}")
            continue
        if address != text:
            log.record_fix("white space removed from a link", address)
        links[name] = address
    return Links(**links) if links else None


def is_storable(value: Any, depth: int = 50) -> bool:
    """Return whether `value` can be stored: not nested too deeply, and integers within SQLite's range."""
    if isinstance(value, int) and value.bit_length() > 63:
        return False
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth > 0 and all(is_storable(part, depth - 1) for part in parts)


def clean_json(value: Any) -> Any:
    """Return a value that JSON can hold: text without lone surrogates, no NaN."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {clean(str(name)): clean_json(part) for name, part in value.items()}
    return [clean_json(part) for part in value] if isinstance(value, list) else value
