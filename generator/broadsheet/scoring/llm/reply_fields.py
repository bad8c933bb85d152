"""The names that language models give to what they were asked for, and the values they write. Pure."""

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from broadsheet.model import arxiv_id
from broadsheet.providers import normalize as mending
from broadsheet.providers.parse_result import Notes
from broadsheet.scoring.llm.lenient_json import Bare, Members

ID, RELEVANCE, NOVELTY, COMMENT, TOPICS, PLACE = "ARXIVID", "RELEVANCE", "NOVELTY", "COMMENT", "TOPICS", "PLACE"

# The first name of each is the one that is asked for. PLACE may hold an id, or a title, or a number.
_NAMES = {
    ID: "arxivid arxiv id paperid arxivnumber arxividentifier identifier arxivpaperid",
    PLACE: "paper url link arxivurl arxivlink paperlink",
    RELEVANCE: "relevance relevancescore relevancerating relevancy relevancyscore rel relscore scorerelevance",
    NOVELTY: "novelty noveltyscore noveltyrating nov novscore scorenovelty",
    COMMENT: "comment comments reason reasons reasoning rationale explanation justification",
    TOPICS: "topics topic tags",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}
_SCORES = frozenset({"score", "value", "rating", "points"})
_NOT_IN_NAMES = re.compile(r"[\W_]+")

# Words of bands and praise: no other words may stand beside a number, since they may take it back.
_GRADE = (
    r"(?:advance|average|clear(?:ly)?|close(?:ly)?|core|direct(?:ly)?|distant|excellent|fair|field|fit|foreign|good|great"
    r"|high(?:ly)?|incremental|low|match|medium|minor|moderate(?:ly)?|new|nothing|novel(?:ty)?|opens|partial(?:ly)?"
    r"|relat(?:ed|ion)|relevan(?:t|ce)|shared|small|solid|step|strong(?:ly)?|tangential|topic|useful|very|weak|a)"
)
_GRADES = rf"{_GRADE}(?:\s+{_GRADE}){{0,4}}"
_NUMBER = r"\+?0{0,2}([0-9]{1,2}(?:\s*\.\s*[0-9]{0,6}|,0{1,2})?)\s*(?:(?:/|out\s+of|of)\s*10(?:\.0*)?\b|points?\b)?"
_SCORE = re.compile(  # 7, 7.0, 7,0, 7. 0, ~7, 7/10, 7 out of 10, 7 points, 7 (close), 7 - close
    rf"[~≈]?\s*{_NUMBER}\s*(?:[-–—(:;,.*]\s*{_GRADES})?[\s).,:;!*]*", re.IGNORECASE
)
_LABELLED = re.compile(rf"{_GRADES}\s*(?:\(\s*{_NUMBER}\s*\)|:\s*{_NUMBER})[.*]*", re.IGNORECASE)
_EXPONENT = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{1,20})?[eE][+-]?[0-9]{1,2}")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?|-?NaN|[+-]?Infinity")
_WORDS = {"true": True, "false": False}
_NOTHING = frozenset({"", "null", "none", "n/a", "na", "-", "undefined"})
_HARMLESS = re.compile(r"[0-9.,/+\- ]{1,6}")
_LONGEST_NUMBER = 9  # characters; what is longer may be a part of a key

_ID_IN_TEXT = re.compile(
    r"(?<![0-9])(?<![0-9]\.)[0-9]{4}\.[0-9]{4,5}(?![0-9])"
    r"|(?<![A-Za-z-])[A-Za-z]{2,8}(?:-[A-Za-z]{2,4})?(?:\.[A-Za-z]{2})?/[0-9]{7}(?![0-9])"
)
_NUMBER_OF_ID = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,5})?")


def field_of(name: str) -> str | None:
    """Return the field that a key or the head of a column means, whatever its case and its marks."""
    return _FIELD_OF.get(_NOT_IN_NAMES.sub("", name[:80]).casefold())


def papers_in(value: Any, asked: Collection[str]) -> set[str]:
    """Return the ids that `value` names, in any form; a number that lost zeros is the one of `asked` that it equals."""
    if not isinstance(value, str):
        return set()
    text = re.sub(r"(?<=[0-9])\s*\.\s*(?=[0-9])", ".", unicodedata.normalize("NFKC", value[:400]).strip())
    if known := arxiv_id.parse(text):
        return {known.id}
    written = {known.id for part in _ID_IN_TEXT.findall(text) if (known := arxiv_id.parse(part))}
    if written or not _NUMBER_OF_ID.fullmatch(text):
        return written
    same = {paper for paper in asked if _NUMBER_OF_ID.fullmatch(paper) and Decimal(paper) == Decimal(text)}
    return same if len(same) == 1 else set()


def score_of(value: Any) -> int | float | None:
    """Return the score that `value` is, if it is one from 1 to 10 beyond doubt."""
    if isinstance(value, Members):
        inside = [part for name, part in value if _NOT_IN_NAMES.sub("", name).casefold() in _SCORES]
        return score_of(inside[0]) if len(inside) == 1 and value.closed else None
    if isinstance(value, list) and len(value) == 1:
        return score_of(value[0])
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value[:200]).strip().strip("*_`'\"").strip()
    if _EXPONENT.fullmatch(text):
        return mending.score(float(text), "", Notes(""))
    found = _SCORE.fullmatch(text) or _LABELLED.fullmatch(text)
    number = next(filter(None, found.groups())) if found else None
    return mending.score(float(re.sub(r"\s", "", number).replace(",", ".")), "", Notes("")) if number else None


def is_nothing(value: Any) -> bool:
    """Return whether `value` stands for none."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in _NOTHING)


def shown(value: Any) -> str:
    """Return a score that is none as a message shows it: a short number, or the kind of anything else."""
    if isinstance(value, Bare) and value in _WORDS:
        value = _WORDS[value]
    if isinstance(value, bool):
        return str(value)
    text = str(value).strip() if isinstance(value, str) else ""
    if isinstance(value, Bare) and _PLAIN_NUMBER.fullmatch(text):
        short = text if text.lstrip("+-").isdigit() else float(text)
        return mending.shown(short) if len(text) <= _LONGEST_NUMBER else "a number of many digits"
    return text if _HARMLESS.fullmatch(text) else "a text" if text else "a value"
