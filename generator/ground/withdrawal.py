"""Notices of withdrawal, as authors and arXiv's administrators write them into comments and abstracts.

arXiv has no field for it that its feeds and its API show. A notice is a clause that begins with the paper or with the
verb; mentions of another paper, of an earlier version or of a journal are none.
Source: https://info.arxiv.org/help/withdraw.html
"""

import re

_ONE_PAPER = (
    r"(?:(?:arxiv|current|present|entire|whole|above|following)\s+)*"
    r"(?:paper|article|manuscript|submission|e-?print|pre-?print|work|version|note|letter|draft|report"
    r"|contribution|document|study|thesis)"
)
_PAPER = rf"(?:{_ONE_PAPER}s?)"  # in the plural by mistake, or in several parts
_LEAD = r"(?:(?:therefore|hence|thus|accordingly|consequently|unfortunately|(?:please\s+)?note\s+that)\s*,?\s+)?"
_BE = (
    r"(?:(?:has|have|had|as)\s+(?:now\s+|since\s+)?been|(?:is|are|was|were)(?:\s+(?:being|to\s+be))?"
    r"|(?:will|must|should|had\s+to|has\s+to|needs?\s+to)\s+be)"
)
_ADVERBS = r"(?:(?:temporarily|administratively|voluntarily|officially|formally|hereby|now|also)\s+)*"
_ARXIV = r"(?:the\s+)?(?:e-?print\s+|pre-?print\s+)?(?:arxiv|archive)\b"
_SOMEBODY = r"(?:the\s+|all\s+|its\s+)*(?:\w+\s+)?(?:authors?\b|arxiv|administrat|admins?\b|moderat|submitter)"
# Nobody but its authors and arXiv takes a paper from arXiv; a paper taken from anything else is still there.
_FROM_ELSEWHERE = (
    rf"(?:(?:\s+by(?:\s+[^\s.;,]+){{1,3}})?\s+from\s+(?!{_ARXIV})"
    r"|\s+by\s+(?:the\s+)?(?:journal|publisher|editor|conference))"
)
_WITHDRAWN = rf"(?:withdrawn|retracted)(?!\w)(?!{_FROM_ELSEWHERE})"
_REMOVED = rf"(?:removed|deleted|taken\s+down)\s+(?:by\s+{_SOMEBODY}|from\s+{_ARXIV})"
_PASSIVE = rf"(?:the|this|these|our|my)\s+{_PAPER}(?:\s+itself)?\s+{_BE}\s+{_ADVERBS}(?:{_WITHDRAWN}|{_REMOVED})"
_ACTIVE = (
    r"(?:(?:the\s+|all\s+|both\s+)*(?:\w+\s+)?authors?(?:\(s\))?|we|i)\s+"
    r"(?:(?:have|has|had|am|are|will|must|wish|want|would|like|decided|chose|need|to|now|hereby)\s+)*"
    r"(?:(?:withdr[ae]w|withdrawn|withdrawing|retract|retracted|retracting)\s+"
    r"|(?:seek|ask\s+for|request(?:ing)?)\s+(?:the\s+)?withdrawal\s+of\s+)"
    rf"(?:the|this|our|my)\s+{_PAPER}\b(?!{_FROM_ELSEWHERE})"
)
_REASON = (
    r"due\b|because|owing|as\b|since|for\b|pending|until|to\b|in\s+(?:order|favou?r)|at\s+the\s+request|following"
    r"|from\s+"
)
_BARE = rf"(?:{_ONE_PAPER}\s+(?:{_BE}\s+)?)?{_ADVERBS}"

_SENTENCE = re.compile(rf"{_LEAD}(?:{_PASSIVE}|{_ACTIVE})", re.IGNORECASE)
_AT_THE_START = re.compile(
    rf"{_BARE}(?:{_WITHDRAWN}(?=\s*(?:$|[^\s\w]|by\b|and\b|on\b|{_REASON}))|{_REMOVED})"
    rf"|{_BE}\s+{_ADVERBS}{_WITHDRAWN}(?=\s*$)"
    rf"|withdrew\s+(?:the|this|our|my)\s+{_PAPER}\b(?!{_FROM_ELSEWHERE})",
    re.IGNORECASE,
)
_IN_A_COMMENT = re.compile(
    rf"{_BARE}(?:{_WITHDRAWN}(?=\s*(?:$|[.,;!)\]]|by\s+{_SOMEBODY}|due\b|because|owing))|{_REMOVED})", re.IGNORECASE
)
_AFTER_A_COMMA = re.compile(
    rf"{_BARE}(?:{_WITHDRAWN}(?=\s+(?:by\s+{_SOMEBODY}|due\b|because))|{_REMOVED})", re.IGNORECASE
)
_NOUN = re.compile(r"withdrawal\s+(?:due\b|because|notice|by\s+the)", re.IGNORECASE)
_TITLE = re.compile(
    rf"\W*(?:(?:this\s+)?{_PAPER}\s+)?(?:{_BE}\s+)?withdrawn(?:\s+by\s+{_SOMEBODY}\w*)?\W*|[\[(]withdrawn[\])].*|.*[\[(]withdrawn[\])]",
    re.IGNORECASE | re.DOTALL,
)
_BY_ARXIV = re.compile(r"\barxiv\s+admin|\bby\s+(?:the\s+)?(?:arxiv|moderat)|\badministratively\b", re.IGNORECASE)
_SENTENCE_STARTS = re.compile(r"(?:[.!?\])]|admin\s+note:)\s+\W*", re.IGNORECASE)
_CLAUSE_STARTS = re.compile(r"[.;:!?()\[\]\n|\u2013\u2014]\W*|\s-+\s\W*")
_START = re.compile(r"\W*(?:arxiv\s+admin(?:istrators?)?(?:\s+note)?\s*:\s*\W*)?", re.IGNORECASE)


def announces_withdrawal(comment: str | None, abstract: str | None, title: str = "") -> bool:
    """Return whether one of a paper's texts says that this very paper is withdrawn."""
    return (
        (comment is not None and _in_comment(" ".join(comment.split())))
        or (abstract is not None and _in_abstract(" ".join(abstract.split())))
        or (len(title) < 500 and _TITLE.fullmatch(title) is not None)
    )


def is_by_arxiv(comment: str) -> bool:
    """Return whether arXiv's administrators withdrew the paper, not its authors."""
    return _BY_ARXIV.search(comment) is not None


def _in_comment(text: str) -> bool:
    if "draw" not in text.casefold() and not _has_verb(text):
        return False
    start = _start(text)
    if _AT_THE_START.match(text, start) or _NOUN.match(text, start):
        return True
    starts = [start, *(match.end() for match in _CLAUSE_STARTS.finditer(text))]
    commas = [match.end() for match in re.finditer(r",\s+", text)]
    return (
        any(_SENTENCE.match(text, at) for at in starts + commas)
        or any(_IN_A_COMMENT.match(text, at) for at in starts)
        or any(_AFTER_A_COMMA.match(text, at) for at in commas)
    )


def _in_abstract(text: str) -> bool:
    if not _has_verb(text):
        return False
    start = _start(text)
    starts = [start, *(match.end() for match in _SENTENCE_STARTS.finditer(text))]
    return _AT_THE_START.match(text, start) is not None or any(_SENTENCE.match(text, at) for at in starts)


def _has_verb(text: str) -> bool:
    lower = text.casefold()
    return any(stem in lower for stem in ("withdr", "retract", "removed", "deleted", "taken down"))


def _start(text: str) -> int:
    match = _START.match(text)
    return match.end() if match else 0
