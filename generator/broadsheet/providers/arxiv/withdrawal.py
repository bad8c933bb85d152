"""Detection of withdrawal notices in comments and abstracts.

arXiv's feeds and API have no field for it. A notice is a clause that begins with the paper or the verb. Mentions of
another paper, an earlier version or a journal are no notice.
Source: https://info.arxiv.org/help/withdraw.html
"""

import re

# Nouns. Those of the first line mean only a text; the others also mean things withdrawn or retracted elsewhere.
_TEXT = r"(?:paper|article|manuscript|submission|e-?print|pre-?print)"
_KINDS = rf"(?:{_TEXT}|work|version|note|letter|draft|report|contribution|document|study|thesis)"
_ADJECTIVES = r"(?:(?:arxiv|current|present|entire|whole|above|following)\s+)*"
_ONE_PAPER = (
    rf"{_ADJECTIVES}{_KINDS}"
    r"(?:\s*\([^()]{1,40}\)|,\s[^,;]{1,60},)?"  # its number, perhaps
)
_PAPER = (
    rf"(?:{_ADJECTIVES}{_KINDS}s\b"
    rf"|{_ONE_PAPER})"  # in the plural by mistake, or in several parts
)
_THIS = r"(?:this|these|our|my)"
_ARXIV = r"(?:(?:the|this)\s+)?(?:e-?print\s+|pre-?print\s+)?(?:arxiv|archive|server)\b(?!\s+(?:version|listing))"
_SOMEBODY = (
    r"(?:the\s+|all\s+|its\s+|one\s+of\s+)*(?:\w+\s+)?(?:authors?\b|arxiv|administrat|admins?\b|moderat|submitter)"
)

# Verbs.
_BE = (
    r"(?:(?:has|have|had|as)\s+(?:now\s+|since\s+)?been|(?:is|are|was|were)(?:\s+(?:being|to\s+be))?"
    r"|(?:will|must|should|had\s+to|has\s+to|needs?\s+to)\s+be)"
)
_ADVERBS = (
    r"(?:(?:temporarily|permanently|administratively|voluntarily|officially|formally|hereby|now|also|currently"
    r"|completely|therefore|thus|hence)\s+)*"
)

# What may follow: a reason, a date or the end. Only its authors and arXiv take a paper from arXiv; one that is taken
# from anything else is still there.
_FROM_ELSEWHERE = (
    rf"(?:(?:\s+by(?:\s+[^\s.;,]+){{1,3}})?\s+from\s+(?!{_ARXIV}|public\s+view)"
    r"|\s+by\s+(?:the\s+)?(?:journal|publisher|editor|conference))"
)
_CORRECT = r"(?:correct|fix|mend|revis|rewrit|rework|improv|updat|avoid|address|make|allow|include|add|be\s)"
_REASON = (
    r"due\b|because|owing|as\b|since|for\b|pending|until|till\b|following|after\b|while|upon\b"
    r"|in\s+(?:order|favou?r|light|view|response)|(?:at|on|upon)\s+(?:the\s+|my\s+|our\s+|\w+['’]s?\s+)?(?:\w+['’]s?\s+)?request"
    rf"|to\s+{_CORRECT}|from\s+(?:{_ARXIV}|public\s+view)"
)
_END = r"$|[^\s\w]"
_OTHERWISE = r"in\s+[0-9]|with(?:out)?\b|per\b|prior\b|before\b|temporarily|permanently|altogether"
_THEN = rf"(?=\s*(?:{_END}|by\s+(?!an?\s)|and\b|but\b|so\b|on\s+[0-9]|{_REASON}|{_OTHERWISE}))"
_THEN_WHY = rf"(?=\s*(?:{_END}|by\s+{_SOMEBODY}|due\b|because|owing))"
_RETRACTED = rf"retracted(?!{_FROM_ELSEWHERE})(?=\s*(?:{_END}|by\s+{_SOMEBODY}|and\b|on\s+[0-9]|{_REASON}))"
_WITHDRAWN = rf"(?:withdrawn(?!\w)(?!{_FROM_ELSEWHERE})|{_RETRACTED})"
_GONE = r"(?:removed|deleted|pulled|taken\s+(?:down|off))"
_REMOVED = rf"{_GONE}\s+(?:by\s+{_SOMEBODY}|from\s+{_ARXIV})"
_OF_IT = rf"\s+(?:(?:the|{_THIS})\s+{_PAPER}|{_TEXT})\b(?!{_FROM_ELSEWHERE}){_THEN}"

# Sentences.
_LEAD = (
    r"(?:(?:therefore|hence|thus|accordingly|consequently|unfortunately|(?:please\s+)?note\s+that)\s*,?\s+"
    r"|(?:due\s+to|owing\s+to|because|as|since|after|in\s+view\s+of)\s[^.;:,]{3,150},\s+)?"
)
_PASSIVE = (
    rf"(?:the|{_THIS})\s+{_PAPER}(?:\s+itself)?\s+{_BE}\s+{_ADVERBS}{_WITHDRAWN}{_THEN}"
    rf"|(?:{_THIS}|the(?=\s+{_ADJECTIVES}{_TEXT}\b))\s+{_ONE_PAPER}\s+{_BE}\s+{_ADVERBS}{_REMOVED}"
    rf"|this\s+{_ADJECTIVES}{_TEXT}\s+{_BE}\s+{_ADVERBS}{_GONE}\s+(?:due\b|because|owing|at\s+the\s+request)"
    rf"|{_THIS}\s+{_ONE_PAPER}\s+{_ADVERBS}(?:{_WITHDRAWN}{_THEN_WHY}|{_REMOVED})"
)
_AUTHORS = r"(?:(?:the\s+|all\s+|both\s+)*(?:\w+\s+)?(?:authors?(?:\(s\))?|submitter|moderators)|we|i)"
_WANT = (
    r"(?:(?:have|has|had|am|are|will|must|wish(?:es)?|want|would|like|decided|chose|chosen|agreed|need|forced|obliged|to"
    r"|now|hereby|therefore|thus|hence)\s+)*"
)
_ACTIVE = (
    rf"{_AUTHORS}\s+{_WANT}"
    r"(?:withdr[ae]ws?|withdrawn|withdrawing|retracts?|retracted|retracting"
    r"|(?:seek|ask\s+for|request(?:s|ed|ing)?)\s+(?:the\s+)?withdrawal\s+of)"
    rf"{_OF_IT}"
    rf"|{_AUTHORS}\s+{_WANT}(?:{_GONE}|remove|delete|pull)\s+(?:the|{_THIS})\s+{_ONE_PAPER}\s+from\s+{_ARXIV}"
)
_PLEASE = rf"(?:please|kindly)\s+(?:withdraw|retract|remove|delete){_OF_IT}"
_BARE = rf"(?:{_ONE_PAPER}\s+(?:{_BE}\s+)?)?{_ADVERBS}"

_SENTENCE = re.compile(rf"{_LEAD}(?:{_PASSIVE}|{_ACTIVE}|{_PLEASE})", re.IGNORECASE)
_AT_THE_START = re.compile(
    rf"{_BARE}(?:{_WITHDRAWN}(?=\s*(?:{_END}|by\b|and\b|on\b|{_REASON}))|{_REMOVED})"
    rf"|{_BE}\s+{_ADVERBS}{_WITHDRAWN}(?=\s*$)"
    rf"|(?:withdrew|withdrawing|retracting){_OF_IT}",
    re.IGNORECASE,
)
_IN_A_COMMENT = re.compile(rf"{_BARE}(?:{_WITHDRAWN}{_THEN_WHY}|{_REMOVED})", re.IGNORECASE)
_AFTER_A_COMMA = re.compile(
    rf"{_BARE}(?:{_WITHDRAWN}(?=\s+(?:by\s+{_SOMEBODY}|due\b|because))|{_REMOVED})"
    rf"|{_ONE_PAPER}\s+(?:{_BE}\s+)?{_ADVERBS}{_WITHDRAWN}(?=\s*[.;!)]|$)"
    rf"|(?:withdraw|retract){_OF_IT}",
    re.IGNORECASE,
)
_NOUN = re.compile(
    rf"(?:withdrawal|retraction)\s+(?:due\b|because|notice|by\s+the|(?:was\s+)?request|of\s+{_THIS}\s+{_PAPER})",
    re.IGNORECASE,
)
_NOTE_OF_ARXIV = re.compile(
    rf"\barxiv\s+admin\w*(?:\s+note)?\s*:\s*(?:(?:the|this)\s+)?(?:{_ONE_PAPER}\s+{_BE}\s+)?{_ADVERBS}"
    rf"(?:{_WITHDRAWN}|{_GONE}){_THEN}",
    re.IGNORECASE,
)
# After these words, the paper is withdrawn from a conference or a journal.
_SUBMITTED = re.compile(r"\b(?:submi(?:tted|ssion)|accepted|under\s+review|iclr|neurips|icml)\b[^.;]*$", re.IGNORECASE)
_TITLE = re.compile(
    rf"\W*(?:(?:this\s+)?{_PAPER}\s+)?(?:{_BE}\s+)?withdrawn(?:\s+by\s+{_SOMEBODY}\w*)?\W*|[\[(]withdrawn[\])].*|.*[\[(]withdrawn[\])]",
    re.IGNORECASE | re.DOTALL,
)
_BY_ARXIV = re.compile(r"\barxiv\s+admin|\bby\s+(?:the\s+)?(?:arxiv|moderat)|\badministratively\b", re.IGNORECASE)
_SENTENCE_STARTS = re.compile(r"(?:[.!?\])]|admin\s+note:)\s+\W*", re.IGNORECASE)
_CLAUSE_STARTS = re.compile(r"[.;:!?()\[\]\n|\u2013\u2014]\W*|\s-+\s\W*")
_COMMAS = re.compile(r"(?:,|\s(?:and|so|hence|thus|therefore))\s+(?:(?:so|hence|thus|therefore)\s+)?", re.IGNORECASE)
_START = re.compile(r"\W*(?:arxiv\s+admin(?:istrators?)?(?:\s+note)?\s*:\s*\W*)?", re.IGNORECASE)


def announces_withdrawal(comment: str | None, abstract: str | None, title: str = "") -> bool:
    """Return whether a text of the paper says that the paper itself is withdrawn."""
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
    if _AT_THE_START.match(text, start) or _NOUN.match(text, start) or _NOTE_OF_ARXIV.search(text):
        return True
    starts = [start, *(match.end() for match in _CLAUSE_STARTS.finditer(text))]
    commas = [match.end() for match in _COMMAS.finditer(text)]
    return (
        any(_SENTENCE.match(text, start) for start in starts + commas)
        or any(
            _IN_A_COMMENT.match(text, start) and not _SUBMITTED.search(text[max(0, start - 100) : start])
            for start in starts
        )
        or any(_AFTER_A_COMMA.match(text, comma) for comma in commas)
    )


def _in_abstract(text: str) -> bool:
    if not _has_verb(text):
        return False
    start = _start(text)
    starts = [start, *(match.end() for match in _SENTENCE_STARTS.finditer(text))]
    return _AT_THE_START.match(text, start) is not None or any(_SENTENCE.match(text, start) for start in starts)


def _has_verb(text: str) -> bool:
    lower = text.casefold()
    return any(
        stem in lower for stem in ("withdr", "retract", "removed", "deleted", "pulled", "taken ", "remove ", "delete ")
    )


def _start(text: str) -> int:
    match = _START.match(text)
    return match.end() if match else 0
