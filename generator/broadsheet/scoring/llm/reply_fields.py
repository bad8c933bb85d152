"""Names that LLMs give to the requested fields, and the values that they write. Pure."""

import re
import unicodedata
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from broadsheet.model import arxiv_id
from broadsheet.providers import normalize
from broadsheet.providers.parse_result import ParseLog
from broadsheet.scoring.llm.lenient_json import Bare, Members

ID, RELEVANCE, NOVELTY, COMMENT, TOPICS, PLACE = "ARXIVID", "RELEVANCE", "NOVELTY", "COMMENT", "TOPICS", "PLACE"

# The first name of each is that of the prompt. PLACE may hold an id, or a title, or a number.
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

# Words of bands and praise. No other word may be beside a number, since it may revoke the number.
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
_MAX_NUMBER = 9  # characters; a longer number may be part of an API key

_ID_IN_TEXT = re.compile(
    r"(?<![0-9])(?<![0-9]\.)[0-9]{4}\.[0-9]{4,5}(?![0-9])"
    r"|(?<![A-Za-z-])[A-Za-z]{2,8}(?:-[A-Za-z]{2,4})?(?:\.[A-Za-z]{2})?/[0-9]{7}(?![0-9])"
)
_NUMBER_OF_ID = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,5})?")


def field_of(name: str) -> str | None:
    """Return the field that a key or a column head means, ignoring case and punctuation."""
    return _FIELD_OF.get(_NOT_IN_NAMES.sub("", name[:80]).casefold())


def papers_in(value: Any, requested: Collection[str]) -> set[str]:
    """Return the ids in `value`, in any form. A number without its zeros stands for the requested id that it equals."""
    if not isinstance(value, str):
        return set()
    text = re.sub(r"(?<=[0-9])\s*\.\s*(?=[0-9])", ".", unicodedata.normalize("NFKC", value[:400]).strip())
    if whole := arxiv_id.parse(text):
        return {whole.id}
    ids = {part.id for written in _ID_IN_TEXT.findall(text) if (part := arxiv_id.parse(written))}
    if ids or not _NUMBER_OF_ID.fullmatch(text):
        return ids
    equal = {paper for paper in requested if _NUMBER_OF_ID.fullmatch(paper) and Decimal(paper) == Decimal(text)}
    return equal if len(equal) == 1 else set()


def score_of(value: Any) -> int | float | None:
    """Return `value` as a score from 1 to 10, or None if it is not clearly one."""
    if isinstance(value, Members):
        scores = [part for name, part in value if _NOT_IN_NAMES.sub("", name).casefold() in _SCORES]
        return score_of(scores[0]) if len(scores) == 1 and value.closed else None
    if isinstance(value, list) and len(value) == 1:
        return score_of(value[0])
    if not isinstance(value, str):
        return None
    text = unicodedata.normalize("NFKC", value[:200]).strip().strip("*_`'\"").strip()
    if _EXPONENT.fullmatch(text):
        return normalize.score(float(text), "", ParseLog(""))
    match = _SCORE.fullmatch(text) or _LABELLED.fullmatch(text)
    number = next(filter(None, match.groups())) if match else None
    return normalize.score(float(re.sub(r"\s", "", number).replace(",", ".")), "", ParseLog("")) if number else None


def is_nothing(value: Any) -> bool:
    """Return True if `value` means that there is no value."""
    return value is None or (isinstance(value, str) and value.strip().casefold() in _NOTHING)


def described(value: Any) -> str:
    """Return an invalid score as a message shows it: a short number, or the type of anything else."""
    if isinstance(value, Bare) and value in _WORDS:
        value = _WORDS[value]
    if isinstance(value, bool):
        return str(value)
    text = str(value).strip() if isinstance(value, str) else ""
    if isinstance(value, Bare) and _PLAIN_NUMBER.fullmatch(text):
        short = text if text.lstrip("+-").isdigit() else float(text)
        return normalize.excerpt(short) if len(text) <= _MAX_NUMBER else "a number of many digits"
    return text if _HARMLESS.fullmatch(text) else "a text" if text else "a value"
